"""Touches pixels, tensors, a model file, a codec or an index."""
