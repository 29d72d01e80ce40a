"""Configuration, password and access files of Mosquitto."""
