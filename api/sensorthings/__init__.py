"""OGC SensorThings API 1.1, for reading: address and options in, a statement a level out."""
