"""How many clients one process of the live stream serves, how fast, and what they cost."""
