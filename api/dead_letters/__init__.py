"""What was rejected, for the city whose it is."""
