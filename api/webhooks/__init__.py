"""What is published, sent to whoever asked for it: signed, in order, until it is taken."""
