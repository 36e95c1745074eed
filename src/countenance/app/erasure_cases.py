"""The use cases of erasure, built once from an installation's parts."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from countenance.app.parts import Parts
from countenance.recognition.erasure import Erase
from countenance.recognition.erasure_completion import CompleteErasures
from countenance.recognition.erasure_limits import ReachOptions
from countenance.recognition.erasure_receipts import ReadErasures
from countenance.recognition.standing import Standing


class ErasureCases:
    """What goes, how that is completed, and what is told of it."""

    def __init__(self, parts: Parts, standing: Standing, new_id: Callable[[str], str]) -> None:
        self.parts = parts
        self._new_id = new_id
        self._standing = standing
        self.process: str | None = None

    @cached_property
    def erase(self) -> Erase:
        """Erase a subject, inside a transaction of whoever decides on it."""
        p = self.parts
        return Erase(
            clock=p.clock,
            index=p.index,
            snapshots=p.snapshots,
            unit_of_work=p.unit_of_work,
            new_id=self._new_id,
            complete=self.complete,
        )

    @cached_property
    def complete(self) -> CompleteErasures:
        """Complete erasures whose commit was made."""
        p = self.parts
        return CompleteErasures(
            clock=p.clock,
            index=p.index,
            snapshots=p.snapshots,
            unit_of_work=p.unit_of_work,
            reach=ReachOptions(
                threshold_for=p.threshold_for, backups=p.backups, keeps_old_pages=p.keeps_old_pages
            ),
            process=lambda: self.process,
        )

    @cached_property
    def read(self) -> ReadErasures:
        """Show manifests, erasures and receipts."""
        return ReadErasures(self._standing, self.parts.unit_of_work)
