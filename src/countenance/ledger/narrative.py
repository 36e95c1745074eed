"""Reads the entries one after the other: is each in its form, and was each act permitted."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from countenance.errors import LedgerError
from countenance.ledger.canonical import parse_leaf
from countenance.ledger.findings import FaultCode, Findings, Incomplete
from countenance.ledger.manifest_chain import ManifestChain
from countenance.ledger.shapes import CLOSED, PERMITTED, PLAIN, TYPE, Shapes

_MARK: Final = 2**63 - 1
TOLERANCE: Final = timedelta(minutes=5)
"""How far clocks may differ before it is noticed: acts at once finish in another order than they began."""


@dataclass(slots=True)
class Narrative:
    """Follows permits, completions and the time through the log, in memory of eight bytes an entry.

    `latest` is the latest time that an entry states, as its bytes, and which entry that is.
    """

    open: dict[bytes, tuple[int, str]] = field(default_factory=dict)
    troubles: dict[int, tuple[FaultCode, str]] = field(default_factory=dict)
    latest: tuple[bytes, int] = (b"", -1)
    steps_back: dict[int, str] = field(default_factory=dict)
    _shapes: Shapes = field(default_factory=Shapes)
    _permits: array[int] = field(default_factory=lambda: array("q"))
    _manifests: ManifestChain = field(default_factory=ManifestChain)

    def follow(self, start: int, leaves: Sequence[bytes]) -> None:
        """Take the entries from `start` on; they come in order, though some may be missing."""
        self._permits.extend([0] * (start + len(leaves) - len(self._permits)))
        like, plain = self._shapes.like, not b"".join(leaves).translate(None, PLAIN)
        for index, leaf in enumerate(leaves, start):
            match = None
            if plain or not leaf.translate(None, PLAIN):
                for shape in like.get(leaf[leaf.rfind(TYPE) :], ()):  # in line: it is done for every entry
                    match = shape.fits(leaf)
                    if match is not None:
                        break
            if match is None:
                self._parse(index, leaf)
                continue
            time, decision, permit = match.group(*shape.groups)
            if time >= self.latest[0]:
                self.latest = (time, index)
            else:
                self._step_back(index, time)
            if shape.manifest is not None:
                gallery, before, after = (item.decode() for item in match.group(*shape.manifest))
                self._told(index, self._manifests.follow_change(gallery, before, after))
            if shape.opens:
                self._permit(index, shape.kind, decision)
            elif shape.closes:
                self._close(index, decision, int(permit) if shape.groups[2] else None)

    def _parse(self, index: int, leaf: bytes) -> None:
        """Take an entry of a shape that is not known yet."""
        try:
            document = parse_leaf(leaf)
        except LedgerError as error:
            self.troubles[index] = (FaultCode.ENTRY_MALFORMED, error.message)
            return
        self._shapes.learn(leaf, document)
        time = str(document["t"]).encode("utf-8", "surrogatepass")
        if time >= self.latest[0]:
            self.latest = (time, index)
        else:
            self._step_back(index, time)
        self._told(index, self._manifests.follow(document))
        decision, permit = document.get("decision"), document.get("permit")
        if isinstance(decision, str):
            known = permit if isinstance(permit, int) and not isinstance(permit, bool) else None
            kind, named = str(document["type"]), decision.encode("utf-8", "surrogatepass")
            if kind.endswith(PERMITTED):
                self._permit(index, kind, named)
            elif kind.endswith(CLOSED):
                self._close(index, named, known)

    def _told(self, index: int, trouble: str | None) -> None:
        if trouble is not None:
            self.troubles[index] = (FaultCode.MANIFEST_GAP, trouble)

    def _permit(self, index: int, kind: str, decision: bytes) -> None:
        self.open[decision] = (index, kind)
        self._permits[index] = _mark(decision)

    def _close(self, index: int, decision: bytes, permit: int | None) -> None:
        opened = self.open.pop(decision, None)
        if permit is not None and (opened is None or opened[0] != permit):
            self._check_permit(index, decision, permit)

    def _step_back(self, index: int, time: bytes) -> None:
        said, last = _text(time), _text(self.latest[0])
        before, now = moment_in(last), moment_in(said)
        if before is None or now is None or before - now > TOLERANCE:
            text = f"the entry says {said}, though entry {self.latest[1]} had said {last}"
            self.steps_back[index] = text

    def _check_permit(self, index: int, decision: bytes, permit: int) -> None:
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
        left = sorted((index, kind, decision) for decision, (index, kind) in self.open.items())
        return tuple(Incomplete(index, kind, _text(decision)) for index, kind, decision in left)

    @property
    def last_said(self) -> tuple[str, int]:
        """Return the latest time that an entry states, as its text, and which entry that is."""
        return _text(self.latest[0]), self.latest[1]


def _text(said: bytes) -> str:
    return said.decode("utf-8", "surrogatepass")


def moment_in(text: str) -> datetime | None:
    """Return the moment that an entry states; None for text that is none."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _mark(decision: bytes) -> int:
    """Return a number of 63 bits for a decision, never 0, by a hash that is another one in each process."""
    return hash(decision) & _MARK or 1
