"""Which group a subject said it is of, so that rates can be watched by group: for that purpose, and no other.

Nothing that decides reads a label. Only the monitor does, and what it keeps are counts of groups that
have enough people. Labels are self-reported: there is no other way for one to come here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol

from countenance.fairness.monitored import Measure
from countenance.fairness.sequential import Stream

FEWEST: Final = 5
"""Subjects that recorded a group before anything is counted of it: counts of fewer would tell of people."""

SOURCE: Final = "self-reported"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedGroups:
    """What a subject answered, by the name of the question; `recorded` when."""

    answers: Mapping[str, str]
    recorded: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledSubject:
    """A subject with its answers, by the commitment (hex) that the ledger names it by."""

    gallery_id: str
    subject_id: str
    commitment: str
    answers: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedGroup:
    """One measure of one group in one gallery; `group` reads `sex: female`.

    `subjects` is how many had recorded it when it was last counted, `under` the terms under which its
    normal rate was learned.
    """

    gallery_id: str
    measure: Measure
    group: str
    under: str
    subjects: int
    stream: Stream = field(default_factory=Stream)


class GroupLabels(Protocol):
    """Labels of subjects, encrypted under each one's own key. Writes are durable with the unit of work."""

    def put(self, gallery_id: str, subject_id: str, groups: RecordedGroups, commitment: str) -> None:
        """Store what a subject recorded, replacing what it had; a subject without a key is passed over."""
        ...

    def get(self, gallery_id: str, subject_id: str) -> RecordedGroups | None:
        """Return what the subject recorded, or None."""
        ...

    def remove(self, gallery_id: str, subject_id: str) -> bool:
        """Destroy what the subject recorded; tell whether there was something."""
        ...

    def in_gallery(self, gallery_id: str) -> tuple[LabelledSubject, ...]:
        """Return every subject of the gallery that recorded something, ordered by subject."""
        ...

    def watched(self, gallery_ids: Collection[str] | None = None) -> tuple[WatchedGroup, ...]:
        """Return what is watched by group, of some galleries or of all, in the order of galleries."""
        ...

    def watch(self, watched: WatchedGroup) -> None:
        """Store what is watched, replacing that of the same gallery, measure and group."""
        ...

    def unwatch(self, watched: WatchedGroup) -> None:
        """Forget what was counted of a group."""
        ...
