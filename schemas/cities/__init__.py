"""Cities: what each tells about itself in its pack, what it declares, and its keys."""
