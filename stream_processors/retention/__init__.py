"""Retention: what has been kept long enough goes, by the rules that the cities declare."""
