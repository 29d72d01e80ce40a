"""History in bulk, streamed from a cursor."""
