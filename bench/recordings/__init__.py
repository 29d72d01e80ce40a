"""All recordings of `../shared/data` through their profiles, on a whole platform."""
