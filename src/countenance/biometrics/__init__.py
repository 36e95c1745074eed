"""Computes with scores, ranks and thresholds; needs no pixels."""
