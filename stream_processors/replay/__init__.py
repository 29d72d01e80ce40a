"""Old readings again, by the profiles of today: a bounded run beside normalise."""
