"""Reads the entries one after the other: is each in its form, and was each act permitted."""

from __future__ import annotations

import zlib
from array import array
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from countenance.errors import LedgerError
from countenance.ledger.canonical import parse_leaf
from countenance.ledger.findings import FaultCode, Findings, Incomplete
from countenance.ledger.manifest_chain import ManifestChain
from countenance.ledger.model import JsonValue

DECISION: Final = "decision"
"""The field by which permit and completion name the same decision."""

PERMIT: Final = "permit"
"""The field in which a completion gives the index of the entry that permitted it."""

_PERMITTED: Final = ":permitted"
_CLOSED: Final = (":completed", ":failed", ":held")
TOLERANCE: Final = timedelta(minutes=5)
"""How far clocks may differ before it is noticed: acts at once finish in another order than they began."""


@dataclass(slots=True)
class Narrative:
    """Follows permits, completions and the time through the log, in memory of four bytes an entry.

    `latest` is the latest time that an entry states, as its text, and which entry that is.
    """

    open: dict[str, Incomplete] = field(default_factory=dict)
    troubles: dict[int, tuple[FaultCode, str]] = field(default_factory=dict)
    latest: tuple[str, int] = ("", -1)
    steps_back: dict[int, str] = field(default_factory=dict)
    _permits: array[int] = field(default_factory=lambda: array("L"))
    _manifests: ManifestChain = field(default_factory=ManifestChain)

    def follow(self, index: int, leaf: bytes) -> None:
        """Take entry `index`; entries come in order, though some may be missing."""
        permits = self._permits
        while len(permits) <= index:
            permits.append(0)
        try:
            document = parse_leaf(leaf)
        except LedgerError as error:
            self.troubles[index] = (FaultCode.ENTRY_MALFORMED, error.message)
            return
        time, kind, decision = str(document["t"]), str(document["type"]), document.get(DECISION)
        if time >= self.latest[0]:
            self.latest = (time, index)
        else:
            self._step_back(index, time)
        changed = self._manifests.follow(document)
        if changed is not None:
            self.troubles[index] = (FaultCode.MANIFEST_GAP, changed)
        if not isinstance(decision, str):
            return
        if kind.endswith(_PERMITTED):
            self.open[decision] = Incomplete(index, kind, decision)
            permits[index] = _mark(decision)
        elif kind.endswith(_CLOSED):
            self.open.pop(decision, None)
            self._check_permit(index, decision, document.get(PERMIT))

    def _step_back(self, index: int, time: str) -> None:
        before, now = moment_in(self.latest[0]), moment_in(time)
        if before is None or now is None or before - now > TOLERANCE:
            text = f"the entry says {time}, though entry {self.latest[1]} had said {self.latest[0]}"
            self.steps_back[index] = text

    def _check_permit(self, index: int, decision: str, permit: JsonValue) -> None:
        if not isinstance(permit, int) or isinstance(permit, bool):
            return
        if not 0 <= permit < index or self._permits[permit] != _mark(decision):
            text = f"the act names entry {permit} as its permit, which does not permit it"
            self.troubles[index] = (FaultCode.ACT_WITHOUT_PERMIT, text)

    def conclude(
        self, findings: Findings, place_of: Callable[[int], str], *, without: frozenset[int]
    ) -> tuple[Incomplete, ...]:
        """Note what was wrong with entries not in `without`, and return the open permits in order."""
        for index, (code, text) in sorted(self.troubles.items()):
            if index not in without:
                findings.add(code, place_of(index), text, index=index)
        for index, text in self.steps_back.items():
            findings.notice(FaultCode.CLOCK_WENT_BACK, place_of(index), text, index=index)
        return tuple(sorted(self.open.values(), key=lambda permit: permit.index))


def moment_in(text: str) -> datetime | None:
    """Return the moment that an entry states; None for text that is none."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _mark(decision: str) -> int:
    """Return a number of 32 bits for a decision, never 0."""
    return zlib.crc32(decision.encode("utf-8", "surrogatepass")) or 1
