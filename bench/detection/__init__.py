"""How well faults are found: simulated fleets through interpreter and rules, without a network."""
