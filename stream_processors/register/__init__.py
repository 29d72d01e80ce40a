"""The catalogue in the database: things and datastreams that are seen for the first time."""
