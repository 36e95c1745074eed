"""Measurements as acts: calibration, error rates by group, systems side by side; what is published."""
