"""Examiners at their work: the queue, blind lists, sheets, known faces."""
