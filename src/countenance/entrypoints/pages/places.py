"""Names of the places that a form offers: those that a law names, and others to compare with."""

from __future__ import annotations

from typing import Final

PLACES: Final = (
    ("US", "United States"),
    ("US-CA", "California"),
    ("US-CA-OAK", "California: Oakland"),
    ("US-CA-SF", "California: San Francisco"),
    ("US-CO", "Colorado"),
    ("US-IL", "Illinois"),
    ("US-ME", "Maine"),
    ("US-MD", "Maryland"),
    ("US-MA", "Massachusetts"),
    ("US-MA-BOS", "Massachusetts: Boston"),
    ("US-MI", "Michigan"),
    ("US-MI-DET", "Michigan: Detroit"),
    ("US-MT", "Montana"),
    ("US-NY", "New York"),
    ("US-OR", "Oregon"),
    ("US-OR-PDX", "Oregon: Portland"),
    ("US-TX", "Texas"),
    ("US-VA", "Virginia"),
    ("US-WA", "Washington"),
    ("EU", "European Union"),
    ("AT", "Austria"),
    ("BE", "Belgium"),
    ("DE", "Germany"),
    ("ES", "Spain"),
    ("FR", "France"),
    ("IE", "Ireland"),
    ("IT", "Italy"),
    ("NL", "Netherlands"),
    ("PL", "Poland"),
    ("SE", "Sweden"),
    ("GB", "United Kingdom"),
    ("CH", "Switzerland"),
    ("CA", "Canada"),
    ("AU", "Australia"),
    ("JP", "Japan"),
)
"""Codes with their names, in the order shown."""

NAMES: Final = dict(PLACES)
"""Name by code."""
