"""Kafka in, database out: what becomes of a reading after the gateway."""
