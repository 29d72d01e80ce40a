"""What changed, and when: streams of changes of the catalogue and of what observations name."""
