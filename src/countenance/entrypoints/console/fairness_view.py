"""What pages show of fairness reports: how each stands, against which lease's caps, and bars of its rates."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from countenance.entrypoints.console.visits import Visit
from countenance.entrypoints.pages.rates import one_in
from countenance.fairness.caps import CapStanding, HeldAgainst
from countenance.fairness.evidence import Evidence
from countenance.fairness.reports import KeptReport
from countenance.policy.evidence import FairnessCaps, KindOfUse
from countenance.recognition.standing_evidence import LeaseStanding, UseStanding
from countenance.vetting.model import LeaseId

VERDICTS: Final[Mapping[str, tuple[str, str]]] = {
    "pass": ("good", "within the caps"),
    "fail": ("bad", "over a cap"),
    "insufficient evidence": ("wait", "insufficient evidence"),
    "no cap named": ("wait", "not judged: no cap named"),
}
"""A report's verdict on the caps that were settled before it, as a kind of state and a word."""

USES: Final[Mapping[KindOfUse, str]] = {
    KindOfUse.ONE_TO_ONE: "claims about one subject (1:1)",
    KindOfUse.ONE_TO_MANY: "searches among many (1:N)",
}
FIGURES: Final[Mapping[str, str]] = {
    "age_days": "Age of the report, in days",
    "subjects": "Subjects in the smallest group",
    "fmr_ppb": "False match rate of the worst group, at most",
    "fnmr_ppb": "False non-match rate of the worst group, at most",
    "fte_ppb": "Failure to enrol of the worst group, at most",
    "ratio_ppb": "Largest FMR over the geometric mean, at most",
    "fpir_ppb": "Strangers named in searches, worst group, at most",
}
STANDINGS: Final[Mapping[CapStanding, tuple[str, str]]] = {
    CapStanding.HOLDS: ("good", "holds"),
    CapStanding.NOT_SHOWN: ("bad", "not shown to hold"),
    CapStanding.NOT_MEASURED: ("wait", "not measured"),
}
_PLAIN: Final = frozenset({"age_days", "subjects"})
_BILLION: Final = 1_000_000_000
_WIDTH: Final = 200.0
_MARGIN: Final = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A report in a list: what is kept of it and what is registered, one of which may be missing."""

    digest: str
    kept: KeptReport | None
    evidence: tuple[Evidence, ...]

    @property
    def verdict(self) -> tuple[str, str]:
        """Return the verdict as a kind of state and a word."""
        if self.kept is None:
            return "wait", "only its figures are here"
        return VERDICTS.get(self.kept.verdict, ("wait", self.kept.verdict))

    @property
    def standing(self) -> tuple[str, str]:
        """Return whether it counts at the gate."""
        if not self.evidence:
            return "wait", "not registered"
        if any(one.facts() is not None for one in self.evidence):
            return "good", "registered"
        if any(one.withdrawn is None for one in self.evidence):
            return "wait", "waits to be confirmed"
        return "bad", "withdrawn"

    @property
    def name(self) -> str:
        """Return what it is called."""
        return self.kept.name if self.kept is not None else self.digest[:12]

    @property
    def model_digest(self) -> str:
        """Return the model that it speaks of, empty for a comparison of systems."""
        return self.kept.model_digest if self.kept is not None else self.evidence[0].model_digest

    @property
    def measured(self) -> str:
        """Return the day of the measurement."""
        return self.kept.made_on if self.kept is not None else self.evidence[0].measured.date().isoformat()


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """How the evidence stands behind one lease for one kind of use."""

    lease_id: str
    customer_id: str
    caps: FairnessCaps
    use: UseStanding

    @property
    def verdict(self) -> tuple[str, str]:
        """Return the verdict as a kind of state and a word."""
        if self.use.report is None:
            return "bad", "no report: refused"
        if all(row.standing is CapStanding.HOLDS for row in self.use.limits):
            return "good", "every cap holds"
        return "bad", "a cap is not shown to hold: refused"

    @property
    def failing(self) -> tuple[HeldAgainst, ...]:
        """Return the limits that are not shown to hold."""
        return tuple(row for row in self.use.limits if row.standing is not CapStanding.HOLDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A rate with its interval on a logarithmic scale: places of 0 to 200; `at` None where it is 0."""

    group: str
    told: str
    left: float
    right: float
    at: float | None


def reports(visit: Visit) -> list[Shown]:
    """Return every report that is kept or registered, the one measured last first."""
    gate = visit.service.gate
    kept = {one.digest: one for one in gate.read_reports(visit.actor)}
    registered: dict[str, list[Evidence]] = {}
    for one in gate.read_evidence(visit.actor):
        registered.setdefault(one.report, []).append(one)
    found = [
        Shown(digest=digest, kept=kept.get(digest), evidence=tuple(registered.get(digest, ())))
        for digest in {**kept, **registered}
    ]
    return sorted(found, key=lambda one: (one.measured, one.digest), reverse=True)


def behind_leases(visit: Visit) -> list[Behind]:
    """Return how the evidence stands behind each lease that asks for some and is in force."""
    found = []
    for lease in visit.service.vetting.read_leases(visit.actor):
        if lease.terms.caps is None or lease.terms.revoked or lease.terms.expires <= visit.now:
            continue
        standing: LeaseStanding = visit.service.gate.read_standing(visit.actor, LeaseId(lease.id))
        found += [
            Behind(lease_id=lease.id, customer_id=lease.customer_id, caps=lease.terms.caps, use=one)
            for one in standing.uses
        ]
    return found


def held_by(visit: Visit, shown: Shown) -> list[Behind]:
    """Return the leases whose caps a report is held against, with what it shows of each."""
    return [
        one
        for one in behind_leases(visit)
        if one.use.report is not None and one.use.report.digest == shown.digest
    ]


def figure_of(name: str, value: int | None) -> str:
    """Return a figure of a cap in words: days and people plainly, rates and ratios as they are read."""
    if value is None:
        return "nothing"
    if name in _PLAIN:
        return f"{value:,}"
    if name == "ratio_ppb":
        return f"{value / _BILLION:.3g}"
    return one_in(value / _BILLION)


def bars(groups: Mapping[str, Mapping[str, Any]], kind: str, told: Sequence[str]) -> list[Bar]:
    """Return each group's `fmr` or `fnmr` as a bar, all on one scale; `told` are the rates in words."""
    intervals = {name: one[f"{kind}_interval"] for name, one in groups.items()}
    known = [bound for pair in intervals.values() if pair for bound in pair if bound > 0]
    least = math.log10(min(known)) - _MARGIN if known else -1.0

    def place(rate: float) -> float:
        return 0.0 if rate <= 0 else _WIDTH * (1.0 - math.log10(rate) / least)

    return [
        Bar(
            group=name,
            told=words,
            left=round(place(pair[0]), 1) if (pair := intervals[name]) else 0.0,
            right=round(place(pair[1]), 1) if pair else 0.0,
            at=round(place(one[kind]), 1) if one[kind] else None,
        )
        for (name, one), words in zip(groups.items(), told, strict=True)
    ]
