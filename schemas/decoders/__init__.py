"""Bytes in, a document out: one module for each form in which devices send."""
