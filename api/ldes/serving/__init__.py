"""Event streams over HTTP: their nodes and pages, in every form."""
