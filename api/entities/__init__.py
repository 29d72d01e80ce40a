"""What observations name, as linked data: things, sensors, features, properties, datastreams."""
