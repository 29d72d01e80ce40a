"""Observations and dead letters into the database, with the offsets they came from."""
