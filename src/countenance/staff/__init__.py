"""Answers *who works here, and is it really them?*."""
