"""Answers *who is this customer, and what did we lease them?*."""
