"""What stands besides the lease, told where it matters: open incidents by name, evidence by its figures.

The gate's clauses on incidents and evidence hold nearly always, so they are shown as conditions
only where there is an incident, or caps. Where one refuses, the reason says what stands behind it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from countenance.policy.evidence import EvidenceFacts, FairnessCaps, GalleryBasis
from countenance.policy.model import Condition, Question, Reason, Stop

_INCIDENTS: Final = {
    "incident.enrolment": Stop.ENROLMENT,
    "incident.consequential": Stop.CONSEQUENTIAL_ACTS,
}
_EVIDENCE: Final = "evidence."
_REPORT: Final = "evidence.report"
_GALLERY: Final = "evidence.gallery"
_BASES: Final = {
    GalleryBasis.MEASURED: "by the searches that were measured",
    GalleryBasis.PROJECTED: "as projected from the false match rate",
}
_DIGITS: Final = 12


def concerning(question: Question, conditions: Iterable[Condition]) -> tuple[Condition, ...]:
    """Return the conditions that say something of `question`, in their order."""
    capped = question.lease is not None and question.lease.caps is not None
    return tuple(
        one
        for one in conditions
        if (question.incidents or one.id not in _INCIDENTS) and (capped or not one.id.startswith(_EVIDENCE))
    )


def told(question: Question, reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    """Return the reasons, each with what stands behind it as its source.

    Without a report that speaks for the act, its figures are no reasons of their own.
    """
    given = tuple(reasons)
    unreported = any(reason.id == _REPORT for reason in given)
    return tuple(
        _told(question, reason)
        for reason in given
        if not (unreported and reason.id.startswith(_EVIDENCE) and reason.id != _REPORT)
    )


def _told(question: Question, reason: Reason) -> Reason:
    stop = _INCIDENTS.get(reason.id)
    if stop is not None:
        named = ", ".join(f"{one.incident} ({one.kind})" for one in question.incidents if one.stops is stop)
        return replace(reason, source=f"incident {named}")
    caps = question.lease.caps if question.lease is not None else None
    if caps is None or question.evidence is None or not reason.id.startswith(_EVIDENCE):
        return reason
    return replace(reason, source=_behind(reason.id, question, question.evidence, caps))


def digits_of(digest: str) -> str:
    """Return the first digits of a digest, as reasons tell reports apart."""
    return digest[:_DIGITS]


def missing_report(evidence: EvidenceFacts) -> str:
    """Return which report is missing: for which model, threshold and kind of use."""
    model = (evidence.model_digest or "unknown")[:_DIGITS]
    threshold = "unknown" if evidence.threshold_ppb is None else f"{evidence.threshold_ppb} ppb"
    asked = f"model {model}, threshold {threshold}, use {evidence.use}"
    if evidence.report is None:
        return f"missing: a registered report for {asked}"
    other = digits_of(evidence.report.digest)
    return f"missing: a registered report for {asked}; report {other} is for another"


def _behind(name: str, question: Question, evidence: EvidenceFacts, caps: FairnessCaps) -> str:
    """Return which evidence is missing, or which figure of which report does not hold which cap."""
    report = evidence.report
    if name == _REPORT or report is None:
        return missing_report(evidence)
    figures: dict[str, tuple[object, object]] = {
        "evidence.fresh": ((question.on.date() - report.measured).days, caps.max_age_days),
        "evidence.subjects": (report.subjects, caps.min_subjects),
        "evidence.fmr": (report.fmr_ppb, caps.fmr_ppb),
        "evidence.fnmr": (report.fnmr_ppb, caps.fnmr_ppb),
        "evidence.fte": (report.fte_ppb, caps.fte_ppb),
        "evidence.ratio": (report.ratio_ppb, caps.ratio_ppb),
        "evidence.gallery": (question.gallery.subjects if question.gallery else None, report.gallery_limit),
    }
    found, limit = figures[name]
    said = "not measured" if found is None else str(found)
    unit = {"evidence.fresh": " days", "evidence.subjects": " subjects", "evidence.gallery": " subjects"}
    of = unit.get(name, " parts per billion")
    bound = "not known" if limit is None else f"{limit}{of}"
    least = "at least" if name == "evidence.subjects" else "at most"
    by = f", {_BASES[report.gallery_by]}" if name == _GALLERY and report.gallery_by is not None else ""
    return f"report {report.digest[:_DIGITS]}: {said}, allowed {least} {bound}{by}"
