"""What a sensor profile may say: the models of its YAML, its paths and its errors."""
