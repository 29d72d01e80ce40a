"""Readings in, from MQTT and HTTP, and into Kafka before they are acknowledged."""
