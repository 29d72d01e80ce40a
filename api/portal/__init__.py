"""The pages for people: what the cities measure, now and before, in four languages."""
