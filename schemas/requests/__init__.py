"""Callers of our HTTP servers: who they are, how often they may ask, what a connection costs."""
