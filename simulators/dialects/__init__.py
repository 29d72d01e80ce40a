"""What devices say: measured values in, a vendor's payload out. Pure functions."""
