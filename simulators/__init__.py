"""A seeded Flemish city that speaks the vendors' dialects over MQTT, with faults; and load."""
