"""Following the log: what was committed there is told onwards afterwards, and costs no act anything.

The log is durable, ordered and written in the transaction of whatever it tells of. So it is the
queue as well: which entries name a subject, and what customers are to be told, is read from it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from countenance.recognition.ports import UnitOfWork

AT_ONCE: Final = 1_000
"""Entries that are followed in one transaction."""

_NAMES_SOMEBODY: Final = b'"subject'

Told = Callable[[UnitOfWork, int, Mapping[str, Any]], None]
"""Is given each entry that was followed, in the transaction that follows it."""


def _nothing(_work: UnitOfWork, _index: int, _document: Mapping[str, Any]) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class FollowLog:
    """Go along the log from where this was left, a thousand entries at a time.

    Any number of processes may follow at once: each thousand is one transaction of the one
    writer, and whoever comes second finds it done. `announces` are the types of entries that
    `tell` is given.
    """

    unit_of_work: Callable[[], UnitOfWork]
    announces: frozenset[str] = frozenset()
    tell: Told = _nothing

    def __call__(self, *, most: int) -> bool:
        """Follow up to about `most` entries more, and return whether the end of the log was reached."""
        followed = 0
        while followed < most:
            step = self._step()
            if step == 0:
                return True
            followed += step
        return False

    def _step(self) -> int:
        """Follow one stretch, and return its length; 0 at the end."""
        with self.unit_of_work() as work:
            start = work.subject_entries.followed()
            stop = min(work.ledger.size(), start + AT_ONCE)
            leaves = list(work.ledger.leaves(start, stop))
        if not leaves:
            return 0
        found = [
            (index, document)
            for index, leaf in enumerate(leaves, start)
            if (document := self._wanted(leaf)) is not None
        ]
        with self.unit_of_work() as work:
            work.become_writer()
            if work.subject_entries.followed() != start:
                return len(leaves)  # somebody else was here
            work.subject_entries.follow(stop, [pair for entry in found for pair in _named(*entry)])
            for index, document in found:
                if document["type"] in self.announces:
                    self.tell(work, index, document)
            work.commit()
        return len(leaves)

    def _wanted(self, leaf: bytes) -> Mapping[str, Any] | None:
        """Return what an entry says, where it names somebody or is to be announced."""
        if _NAMES_SOMEBODY not in leaf and not self.announces:
            return None
        document: Mapping[str, Any] = json.loads(leaf)
        return document if _NAMES_SOMEBODY in leaf or document["type"] in self.announces else None


def _named(index: int, document: Mapping[str, Any]) -> list[tuple[str, int]]:
    """Return the commitments that an entry names, each with the entry's index."""
    several = document.get("subjects")
    names = [document.get("subject"), *(several if isinstance(several, list) else ())]
    return [(name, index) for name in dict.fromkeys(names) if isinstance(name, str)]
