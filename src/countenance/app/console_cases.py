"""The use cases that only the console needs, built once from an installation's parts."""

from __future__ import annotations

from functools import cached_property

from countenance.app.parts import Parts
from countenance.recognition.log.browsing import Browse
from countenance.recognition.standing import Standing


class ConsoleCases:
    """Looking through the record page by page."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts

    @cached_property
    def browse(self) -> Browse:
        """Show pages of decisions, entries and galleries."""
        return Browse(Standing(self.parts.clock), self.parts.unit_of_work)
