"""How the platform does at this moment, for people: `/status`."""
