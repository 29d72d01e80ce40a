"""Quarters, hours and days, summed up behind the store."""
