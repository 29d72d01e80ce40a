"""What registers counted in each interval, made behind the store."""
