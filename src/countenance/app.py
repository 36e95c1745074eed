"""The composition root: settings in, use cases out."""
