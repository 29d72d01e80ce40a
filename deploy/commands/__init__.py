"""The commands of `stadspuls`, one module each."""
