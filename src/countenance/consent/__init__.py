"""Answers *did the subject agree, and until when?*."""
