"""What stands besides the lease as JSON and back: open incidents, caps, and evidence."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from typing import cast

from countenance.policy.evidence import EvidenceFacts, FairnessCaps, GalleryBasis, KindOfUse, ReportFacts
from countenance.policy.model import Stop, Stopping
from countenance.policy.parsing import Json, number, only, set_of, text


def stopping_document(stopping: Stopping) -> dict[str, object]:
    """Return an open incident as what JSON can hold."""
    return {"incident": stopping.incident, "kind": stopping.kind, "stops": stopping.stops.value}


def stopping_from(row: Json) -> Stopping:
    """Return the open incident that `row` was made from, or raise `ValueError`, `KeyError` or `TypeError`."""
    only(row, "incident", frozenset(Stopping.__slots__))
    return Stopping(incident=text(row["incident"]), kind=text(row["kind"]), stops=Stop(text(row["stops"])))


def caps_document(caps: FairnessCaps) -> dict[str, object]:
    """Return caps as what JSON can hold; those that are not named are left out."""
    named = {one.name: getattr(caps, one.name) for one in fields(caps)}
    return {name: limit for name, limit in named.items() if limit is not None}


def caps_from(row: Json) -> FairnessCaps:
    """Return the caps that `row` was made from; raises like `stopping_from`."""
    only(row, "set of caps", frozenset(FairnessCaps.__slots__))
    return FairnessCaps(**{name: number(limit) for name, limit in row.items()})


def evidence_document(evidence: EvidenceFacts) -> dict[str, object]:
    """Return evidence as what JSON can hold."""
    report = evidence.report
    return {
        "use": evidence.use.value,
        "model_digest": evidence.model_digest,
        "threshold_ppb": evidence.threshold_ppb,
        "report": None if report is None else _report_document(report),
    }


def evidence_from(row: Json) -> EvidenceFacts:
    """Return the evidence that `row` was made from; raises like `stopping_from`."""
    only(row, "evidence", frozenset(EvidenceFacts.__slots__))
    model, threshold, report = row["model_digest"], row["threshold_ppb"], row["report"]
    return EvidenceFacts(
        use=KindOfUse(text(row["use"])),
        model_digest=None if model is None else text(model),
        threshold_ppb=None if threshold is None else number(threshold),
        report=None if report is None else _report(cast("Json", report)),
    )


def _report_document(report: ReportFacts) -> dict[str, object]:
    figures = {name: getattr(report, name) for name in _FIGURES}
    return {
        "digest": report.digest,
        "measured": report.measured.isoformat(),
        "model_digest": report.model_digest,
        "threshold_ppb": report.threshold_ppb,
        "uses": sorted(report.uses),
        **{name: value for name, value in figures.items() if value is not None},
        **({"gallery_by": report.gallery_by.value} if report.gallery_by is not None else {}),
    }


def _report(row: Json) -> ReportFacts:
    only(row, "report", frozenset(ReportFacts.__slots__))
    return ReportFacts(
        digest=text(row["digest"]),
        measured=date.fromisoformat(text(row["measured"])),
        model_digest=text(row["model_digest"]),
        threshold_ppb=number(row["threshold_ppb"]),
        uses=set_of(KindOfUse, row["uses"]),
        **{name: number(row[name]) for name in _FIGURES if name in row},
        gallery_by=GalleryBasis(text(row["gallery_by"])) if "gallery_by" in row else None,
    )


_FIGURES = (
    "subjects",
    "fmr_ppb",
    "fnmr_ppb",
    "fte_ppb",
    "ratio_ppb",
    "fpir_ppb",
    "fpir_subjects",
    "gallery_limit",
)
