"""What is published and open, by MQTT too: a topic for each datastream, its last value kept."""
