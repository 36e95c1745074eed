"""The use cases of erasure, built once from an installation's parts."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from countenance.app.parts import Parts
from countenance.recognition.erasure.completion import CompleteErasures
from countenance.recognition.erasure.erasing import Erase
from countenance.recognition.erasure.limits import ReachOptions
from countenance.recognition.erasure.receipts import ReadErasures
from countenance.recognition.standing import Standing

if TYPE_CHECKING:
    from countenance.recognition.erasure.canaries import RehearseErasure
    from countenance.recognition.erasure.caretaking import Caretaker, Caretaking, OwnSearcher
    from countenance.recognition.erasure.drills import Drills
    from countenance.recognition.erasure.journal import KeepJournal, ReapplyErasures
    from countenance.recognition.incidents import OpenIncident


class ErasureCases:
    """What goes, how that is completed, and what is told of it."""

    def __init__(
        self,
        parts: Parts,
        standing: Standing,
        new_id: Callable[[str], str],
        open_incident: Callable[[], OpenIncident],
    ) -> None:
        self.parts = parts
        self.process = new_id("prc")
        self._standing = standing
        self._new_id = new_id
        self._open_incident = open_incident

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
        reach = ReachOptions(
            threshold_for=p.threshold_for, backups=p.backups, keeps_old_pages=p.keeps_old_pages
        )
        return CompleteErasures(
            clock=p.clock,
            index=p.index,
            snapshots=p.snapshots,
            unit_of_work=p.unit_of_work,
            reach=reach,
            process=self.process,
        )

    @cached_property
    def read(self) -> ReadErasures:
        """Show manifests, erasures and receipts."""
        return ReadErasures(self._standing, self.parts.unit_of_work)

    @cached_property
    def drills(self) -> Drills:
        """Rehearse erasures on an administrator's word, and show what came of it."""
        from countenance.recognition.erasure.drills import Drills

        return Drills(self._standing, self._rehearse, self.parts.unit_of_work)

    @cached_property
    def caretaker(self) -> Caretaker:
        """Let this process's memory follow erasures made elsewhere, and complete what is left."""
        from countenance.recognition.erasure.caretaking import Caretaker

        p = self.parts
        return Caretaker(
            searcher=self._searcher,
            complete=self.complete,
            rehearse=self._rehearse,
            unit_of_work=p.unit_of_work,
            clock=p.clock,
            loaded=p.snapshots.loaded,
            drills=p.drills,
            journal=self.journal,
        )

    @cached_property
    def journal(self) -> KeepJournal | None:
        """Keep erasures outside the database, and do again what a backup has undone; None without a place."""
        from countenance.recognition.erasure.journal import KeepJournal
        from countenance.storage.erasure_journal import JournalFile

        p = self.parts
        if p.erasure_journal is None:
            return None
        return KeepJournal(
            journal=JournalFile(p.erasure_journal),
            erase=self.erase,
            open_incident=self._open_incident(),
            unit_of_work=p.unit_of_work,
            clock=p.clock,
        )

    @cached_property
    def reapply(self) -> ReapplyErasures:
        """Do again what a backup has undone, on an administrator's word."""
        from countenance.recognition.erasure.journal import ReapplyErasures
        from countenance.storage.erasure_journal import JournalFile

        return ReapplyErasures(self._standing, self.journal, JournalFile, self.parts.unit_of_work)

    @cached_property
    def caretaking(self) -> Caretaking:
        """Do that every few seconds; for a server."""
        from countenance.recognition.erasure.caretaking import Caretaking

        return Caretaking(self._searcher.enter, lambda: self.caretaker)

    @cached_property
    def _searcher(self) -> OwnSearcher:
        from countenance.recognition.erasure.caretaking import OwnSearcher

        return OwnSearcher(self.process, f"pid {os.getpid()}", self.parts.unit_of_work, self.parts.clock)

    @cached_property
    def _rehearse(self) -> RehearseErasure:
        from countenance.recognition.erasure.canaries import RehearseErasure

        return RehearseErasure(
            erase=self.erase,
            open_incident=self._open_incident(),
            unit_of_work=self.parts.unit_of_work,
            new_id=self._new_id,
            clock=self.parts.clock,
        )
