"""Held results from opening to release, appeal and disclosure, and who may judge them."""
