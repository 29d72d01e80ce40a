"""How far a dataset can be relied on, as data (DQV)."""
