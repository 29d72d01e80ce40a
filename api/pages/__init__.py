"""Pages for people: what there is, and how to ask for it. No script, no foreign host."""
