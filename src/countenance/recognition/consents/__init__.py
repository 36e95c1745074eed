"""Notices, and consent or another basis given under them, with receipts."""
