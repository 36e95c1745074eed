"""Puts two or more rooms in order to perform an act on a face."""
