"""Faces that nobody is enrolled with, kept for a while under an id, and the acts on them."""
