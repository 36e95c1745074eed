"""Reports that the gate may rest on: registered by people, newest first, withdrawn in the open.

The newest report that was registered for a model, a threshold and a kind of use is the one that
counts, whether it passes or fails: an older one that passed does not stand in for it, nor does
it where the newest was withdrawn. Only a newer measurement supersedes a report.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NewType, Protocol

from countenance.errors import InvalidInputError
from countenance.policy.evidence import KindOfUse, ReportFacts

EvidenceId = NewType("EvidenceId", str)

FIGURES = {
    "subjects": "least_subjects",
    "fmr_ppb": "fmr_worst_upper_ppb",
    "fnmr_ppb": "fnmr_worst_upper_ppb",
    "fte_ppb": "fte_worst_upper_ppb",
    "ratio_ppb": "ratio_upper_ppb",
}
"""Which figure of a measurement's ledger entry is which figure of the gate."""

SEARCHED = {"fpir_ppb": "fpir_worst_upper_ppb", "fpir_subjects": "fpir_subjects"}
"""The same of searches, which older entries do not speak of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Who did something about a report, why and when."""

    by: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A report, its figures, and how it came to count.

    `report` is its SHA-256 (hex), `entry` where the ledger of this installation has its
    completion, None where it was made elsewhere: then `signed_by` names the log that signed it
    and `proposed` says who brought it. `registered` is None until a second person has confirmed
    it, `withdrawn` ends it without bringing back an older one.
    """

    id: EvidenceId
    report: str
    model_digest: str
    threshold_ppb: int
    uses: frozenset[KindOfUse]
    measured: datetime
    groups: int
    subjects: int | None = None
    fmr_ppb: int | None = None
    fnmr_ppb: int | None = None
    fte_ppb: int | None = None
    ratio_ppb: int | None = None
    fpir_ppb: int | None = None
    fpir_subjects: int | None = None
    entry: int | None = None
    signed_by: str = ""
    proposed: Step | None = None
    registered: Step | None = None
    withdrawn: Step | None = None

    def facts(self) -> ReportFacts | None:
        """Return what the gate is to know of it, None while it does not count."""
        if self.registered is None or self.withdrawn is not None:
            return None
        return ReportFacts(
            digest=self.report,
            measured=self.measured.date(),
            model_digest=self.model_digest,
            threshold_ppb=self.threshold_ppb,
            uses=self.uses,
            **{name: getattr(self, name) for name in (*FIGURES, *SEARCHED)},
        )


class EvidenceRecords(Protocol):
    """Reports by id, never deleted. Writes are durable with the unit of work."""

    def put(self, evidence: Evidence) -> None:
        """Store `evidence`, replacing one of the same id."""
        ...

    def get(self, evidence_id: EvidenceId) -> Evidence | None:
        """Return the report, or None."""
        ...

    def newest(self, model_digest: str, threshold_ppb: int, use: KindOfUse) -> Evidence | None:
        """Return the report that was measured last among those registered, withdrawn ones too, or None."""
        ...

    def all(self) -> tuple[Evidence, ...]:
        """Return every report, the one that was measured last first."""
        ...


def evidence_of(
    fields: Mapping[str, object], evidence_id: EvidenceId, uses: frozenset[KindOfUse]
) -> Evidence:
    """Return the report that a completed measurement's ledger entry speaks of, not registered yet.

    Raises `InvalidInputError` for an entry of another kind, or one without its figures.
    """
    if not uses:
        raise InvalidInputError("a report speaks for one kind of use at least")
    if fields.get("type") != "measurement:completed" or "fairness" not in fields:
        raise InvalidInputError("the ledger entry does not close a measurement of error rates by group")
    try:
        made = Evidence(
            id=evidence_id,
            report=_text(fields["fairness"]),
            model_digest=_text(fields["model"]),
            threshold_ppb=_number(fields["threshold_ppb"]),
            uses=uses,
            measured=datetime.fromisoformat(_text(fields["t"])),
            groups=_number(fields["groups"]),
        )
        figures = {name: _figure(fields[said]) for name, said in FIGURES.items()}
        figures |= {name: _figure(fields.get(said)) for name, said in SEARCHED.items()}
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidInputError("the ledger entry lacks the figures that caps are held against") from error
    return replace(made, **figures)  # type: ignore[arg-type]  # numbers or None, as they are declared


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise TypeError
    return value


def _number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError
    return value


def _figure(value: object) -> int | None:
    return None if value is None else _number(value)
