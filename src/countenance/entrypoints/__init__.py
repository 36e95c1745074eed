"""The ways in: parse, hand over, answer."""
