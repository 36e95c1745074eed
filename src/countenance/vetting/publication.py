"""What everybody may know: the leases in force, and how often what was refused.

Nothing here names a subject, a gallery, a key or a person. A lease that is kept out of the register
is counted with its reason; counts that could point at a single act are withheld.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import TracebackType
from typing import Final, Protocol, Self

from countenance.ledger.ports import Ledger
from countenance.policy.reopening import Reopening
from countenance.vetting.dossier_ports import Conditions
from countenance.vetting.model import Customer, Lease

LONGEST_REGISTER: Final = 10_000
"""Leases that the register shows at most; it says where there are more."""

SMALLEST_COUNT: Final = 5
"""Counts below this are withheld: one of them could tell of a single act."""

_WINDOW: Final = 50_000
_BATCH: Final = 2_000
_WINDOWS: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """Who answers for an installation; a text is empty where it was not set.

    `origin` is that of the public pages as browsers see it (`https://host`).
    """

    name: str = ""
    email: str = ""
    address: str = ""
    authority: str = ""
    origin: str = ""

    @property
    def reachable(self) -> bool:
        """Tell whether somebody who complains would know where to."""
        return bool(self.email or self.address)


@dataclass(frozen=True, slots=True)
class Refusal:
    """What is counted of a refusal. `entry` is its index on the ledger, `rules` are ids with their texts."""

    entry: int
    asked: datetime
    act: str
    kind: str
    rules: Mapping[str, str]


class Publications(Protocol):
    """Reading what is published. Every answer is bounded."""

    def in_force(self, at: datetime, *, limit: int) -> tuple[tuple[Customer | None, Lease], ...]:
        """Return up to `limit` leases that hold at a moment with their customers, soonest to end first."""
        ...

    def refusals(self, after: int, until: int, *, limit: int) -> tuple[Refusal, ...]:
        """Return up to `limit` refusals with an entry above `after` and at most `until`, in order."""
        ...


class PublicationWork(Protocol):
    """The part of a unit of work that publishing uses; same duties as the whole."""

    publications: Publications
    conditions: Conditions
    ledger: Ledger

    def __enter__(self) -> Self:
        """Begin."""
        ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Roll back; nothing is written here."""
        ...


@dataclass(frozen=True, slots=True)
class PublicLease:
    """A lease as everybody may see it; `waits` says that nothing runs until reviewers have looked again."""

    customer: Customer | None
    lease: Lease
    waits: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """The leases in force. `secret` holds the reasons of those left out, `complete` whether these are all."""

    leases: tuple[PublicLease, ...]
    secret: tuple[str, ...]
    complete: bool


@dataclass(frozen=True, slots=True)
class ReadRegister:
    """Show the leases in force to whoever asks."""

    unit_of_work: Callable[[], PublicationWork]
    clock: Callable[[], datetime]

    def __call__(self) -> Register:
        """Return the register as it is now."""
        now = self.clock()
        with self.unit_of_work() as work:
            found = work.publications.in_force(now, limit=LONGEST_REGISTER + 1)
        shown = found[:LONGEST_REGISTER]
        return Register(
            leases=tuple(
                PublicLease(customer, lease, lease.reverify is not None and lease.reverify <= now)
                for customer, lease in shown
                if not lease.secret_because
            ),
            secret=tuple(sorted(lease.secret_because for _, lease in shown if lease.secret_because)),
            complete=len(found) <= LONGEST_REGISTER,
        )


@dataclass(frozen=True, slots=True)
class ReadReopenings:
    """Show which rules officers have re-opened."""

    unit_of_work: Callable[[], PublicationWork]
    clock: Callable[[], datetime]

    def __call__(self) -> tuple[Reopening, ...]:
        """Return what is re-opened now; their officers' names are not for these pages."""
        with self.unit_of_work() as work:
            return work.conditions.reopenings(self.clock())


@dataclass(frozen=True, slots=True)
class Cell:
    """One count: of what, in words if it has any, and how many; None where it is withheld."""

    name: str
    count: int | None
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusals:
    """Refusals in aggregate until a midnight (UTC); `total` is None where it is below the smallest count.

    A refusal counts once in `months`, `acts` and `kinds`, and once for each of its `rules`.
    `complete` is False while older refusals are still being counted.
    """

    until: datetime
    total: int | None
    months: tuple[Cell, ...]
    acts: tuple[Cell, ...]
    kinds: tuple[Cell, ...]
    rules: tuple[Cell, ...]
    complete: bool


@dataclass(slots=True)
class Tally:
    """Counts that grow with the ledger, so that no refusal is read twice. Guarded by its lock."""

    seen: int = -1
    months: Counter[str] = field(default_factory=Counter)
    acts: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    rules: Counter[str] = field(default_factory=Counter)
    texts: dict[str, str] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, refusal: Refusal) -> None:
        """Take in one refusal."""
        self.months[f"{refusal.asked.astimezone(UTC):%Y-%m}"] += 1
        self.acts[refusal.act] += 1
        self.kinds[refusal.kind] += 1
        self.rules.update(refusal.rules.keys())
        self.texts.update(refusal.rules)


@dataclass(frozen=True, slots=True)
class CountRefusals:
    """Count what was refused up to the last midnight, as everybody may know it.

    A day is counted when it is over, so that nobody can watch single refusals arrive.
    """

    unit_of_work: Callable[[], PublicationWork]
    clock: Callable[[], datetime]
    tally: Tally = field(default_factory=Tally)

    def __call__(self) -> Refusals:
        """Return the counts; reads a bounded part of what is new and goes on with the rest next time."""
        midnight = self.clock().astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        tally = self.tally
        with tally.lock:
            complete = self._catch_up(midnight)
            total = tally.acts.total()
            return Refusals(
                until=midnight,
                total=total if total >= SMALLEST_COUNT or total == 0 else None,
                months=cells(tally.months, of=total, adds_up=True),
                acts=cells(tally.acts, of=total, adds_up=True),
                kinds=cells(tally.kinds, of=total, adds_up=True),
                rules=cells(tally.rules, of=total, adds_up=False, texts=tally.texts),
                complete=complete,
            )

    def _catch_up(self, midnight: datetime) -> bool:
        """Take in what is new before `midnight`; tell whether that was all."""
        tally = self.tally
        with self.unit_of_work() as work:
            size = work.ledger.size()
            for _ in range(_WINDOWS):
                until = min(tally.seen + _WINDOW, size - 1)
                found = work.publications.refusals(tally.seen, until, limit=_BATCH)
                for refusal in found:
                    if refusal.asked >= midnight:
                        return True
                    tally.count(refusal)
                    tally.seen = refusal.entry
                if len(found) < _BATCH:
                    tally.seen = max(tally.seen, until)
                if tally.seen >= size - 1:
                    return True
        return False


def cells(
    counts: Mapping[str, int], *, of: int, adds_up: bool, texts: Mapping[str, str] | None = None
) -> tuple[Cell, ...]:
    """Return the counts `of` a total, the largest first, without those that are too small to be shown.

    A count that leaves too few of the total is withheld as well. Where the counts add up to the
    total (`adds_up`), one that is withheld alone could be found by subtraction: the smallest of
    the others is then withheld with it.
    """
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    hidden = {name for name, count in ordered if count < SMALLEST_COUNT or 0 < of - count < SMALLEST_COUNT}
    exposed = len(hidden) == 1 or sum(counts[name] for name in hidden) < SMALLEST_COUNT
    if adds_up and hidden and exposed:
        hidden.update(name for name, _ in [item for item in ordered if item[0] not in hidden][-1:])
    words = texts or {}
    shown = [Cell(name, count, words.get(name, "")) for name, count in ordered if name not in hidden]
    return (*shown, *(Cell(name, None, words.get(name, "")) for name in sorted(hidden)))
