"""The acts on faces: each asks at the door, looks, compares, and says what became of it."""
