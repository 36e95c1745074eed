"""Looking through the log as an auditor does: what is sought, and what the auditor's own tools check."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from countenance.errors import InvalidInputError, LimitReachedError, NotFoundError
from countenance.ledger.canonical import utc_text
from countenance.ledger.checkpoint import Checkpoint
from countenance.ledger.note import split_note
from countenance.ledger.proof import InclusionProof
from countenance.recognition.log.browsing import LoggedEntry
from countenance.recognition.ports import UnitOfWork
from countenance.recognition.standing import Standing
from countenance.vetting.model import Actor, Role

MOST_SCANNED: Final = 20_000
"""Entries that are read for one page; whoever seeks further goes on from there."""

MOST_PROVED: Final = 1_000
"""Entries of one export; each comes with its proof."""

_AT_ONCE: Final = 100
_STAFF: Final = frozenset({Role.ADMINISTRATOR, Role.AUDITOR, Role.REVIEWER, Role.EXAMINER})
_OUT_OF_ORDER: Final = timedelta(hours=1)
"""How far entries are looked for around a period: their times follow each other but for what clocks do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """Entries of a kind (its beginning, `identification`), with a text in them, in a period of time.

    `since` is in the period, `until` is not.
    """

    kind: str = ""
    text: str = ""
    since: datetime | None = None
    until: datetime | None = None

    def fits(self, entry: LoggedEntry) -> bool:
        """Tell whether an entry is among those sought."""
        moment = str(entry.document.get("t", ""))
        return (
            str(entry.document.get("type", "")).startswith(self.kind)
            and self.text.encode() in entry.leaf
            and (self.since is None or moment >= utc_text(self.since))
            and (self.until is None or moment < utc_text(self.until))
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditPage:
    """Entries that were sought, the newest first; `onwards` is the index to go on below, 0 at the end."""

    rows: tuple[LoggedEntry, ...]
    onwards: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Entries with the proofs of each against one checkpoint, and the keys that it is signed with."""

    checkpoint: str
    keys: tuple[str, ...]
    entries: tuple[tuple[LoggedEntry, InclusionProof], ...]


@dataclass(frozen=True, slots=True)
class Audit:
    """Find entries, and hand over what proves them; for staff, since entries are for those with a right."""

    standing: Standing
    unit_of_work: Callable[[], UnitOfWork]

    def find(self, actor: Actor, sought: Sought, *, below: int | None = None, limit: int) -> AuditPage:
        """Return up to `limit` entries that are sought with an index below `below`; or `ForbiddenError`."""
        with self.unit_of_work() as work:
            self.standing.role(work, actor, _STAFF)
            total = work.ledger.size()
            first, stop = _span(work, sought, total)
            stop = stop if below is None else min(stop, max(0, below))
            rows: list[LoggedEntry] = []
            floor = max(first, stop - MOST_SCANNED)
            while stop > floor and len(rows) < limit:
                start = max(floor, stop - 256)
                leaves = list(work.ledger.leaves(start, stop))
                for index in range(stop - 1, start - 1, -1):
                    entry = LoggedEntry.read(index, leaves[index - start])
                    if len(rows) < limit and sought.fits(entry):
                        rows.append(entry)
                stop = rows[-1].index if len(rows) == limit else start
        return AuditPage(rows=tuple(rows), onwards=stop if stop > first else 0, total=total)

    def head(self, actor: Actor) -> tuple[str, tuple[str, ...]]:
        """Return the signed checkpoint, and the keys that it is signed with; or `ForbiddenError`."""
        with self.unit_of_work() as work:
            self.standing.role(work, actor, _STAFF)
            return work.ledger.checkpoint(), tuple(map(str, work.ledger.keys))

    def growth(self, actor: Actor, old: int, new: int) -> tuple[bytes, ...]:
        """Return the proof that the tree of `new` extends that of `old`; or `NotFoundError`."""
        with self.unit_of_work() as work:
            self.standing.role(work, actor, _STAFF)
            return work.ledger.consistency_proof(old, new)

    def proofs(self, actor: Actor, entries: Sequence[int], size: int) -> tuple[tuple[bytes, ...], ...]:
        """Return the audit path of each of up to a hundred entries in the tree of `size`.

        Raises `NotFoundError` for an entry that is not in it, `InvalidInputError` for too many.
        """
        if len(entries) > _AT_ONCE:
            raise InvalidInputError(f"proofs are given for up to {_AT_ONCE} entries at once")
        with self.unit_of_work() as work:
            self.standing.role(work, actor, _STAFF)
            return tuple(work.ledger.inclusion_proof(index, size) for index in entries)

    def evidence(self, actor: Actor, sought: Sought) -> Evidence:
        """Return every entry that is sought with its proof, against a cosigned checkpoint if one covers it.

        Raises `NotFoundError` where there is none, and `LimitReachedError` for more than a thousand.
        """
        found = self.find(actor, sought, limit=MOST_PROVED)
        if not (found.rows or found.onwards):
            raise NotFoundError("no entry is like that")
        if found.onwards:
            raise LimitReachedError(
                f"more than {MOST_PROVED:,} entries, or too many to look through: choose a shorter period"
            )
        with self.unit_of_work() as work:
            cosigned, note = work.cosigned.latest(), work.ledger.checkpoint()
            if cosigned is not None and cosigned.size > found.rows[0].index:
                note = cosigned.note
            size = Checkpoint.parse(split_note(note)[0]).size
            entries = tuple(
                (entry, InclusionProof(entry.index, work.ledger.inclusion_proof(entry.index, size), note))
                for entry in reversed(found.rows)
            )
            return Evidence(checkpoint=note, keys=tuple(map(str, work.ledger.keys)), entries=entries)


def _span(work: UnitOfWork, sought: Sought, total: int) -> tuple[int, int]:
    """Return between which indexes a period lies, by halving; a little more on either side."""
    first = 0 if sought.since is None else _reach(work, sought.since - _OUT_OF_ORDER, total)
    stop = total if sought.until is None else _reach(work, sought.until + _OUT_OF_ORDER, total)
    return first, stop


def _reach(work: UnitOfWork, moment: datetime, total: int) -> int:
    wanted, low, high = utc_text(moment), 0, total
    while low < high:
        middle = (low + high) // 2
        if str(LoggedEntry.read(middle, work.ledger.leaf(middle)).document.get("t", "")) < wanted:
            low = middle + 1
        else:
            high = middle
    return low
