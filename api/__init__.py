"""The open interfaces: SensorThings, history in bulk, live, and the pages about them."""
