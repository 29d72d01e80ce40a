"""What a profile means: compiled once, then a pure function from a payload to observations."""
