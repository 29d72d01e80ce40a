"""The builder: a process of its own that closes pages and writes down which there are."""
