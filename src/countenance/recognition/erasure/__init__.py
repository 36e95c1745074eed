"""Erasure that can be proved: what goes, what stays, rehearsals, and withdrawal that sets it off."""
