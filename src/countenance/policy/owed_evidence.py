"""What a duty demands to be shown before the act: a fresh registered report on error rates by group.

A law or a pack can oblige to `fairness_evidence:DAYS`, whatever caps the lease names. It refuses in the
words of the lease's own clauses on evidence, and is asked of the same facts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from countenance.policy.evidence import REPORT_CLAUSE as REPORT
from countenance.policy.leasing import Gate
from countenance.policy.model import Condition, Obligation, ObligationKind, Question, Reason
from countenance.policy.standing import digits_of, missing_report

FRESH: Final = "evidence.fresh"


def days_owed(obligations: Iterable[Obligation]) -> int | None:
    """Return the greatest age in days that a report may have, None where no obligation asks for one."""
    days = [one.value for one in obligations if one.kind is ObligationKind.FAIRNESS_EVIDENCE]
    return min((one for one in days if one is not None), default=None)


def owed_evidence(
    gate: Gate, question: Question, obligations: Iterable[Obligation]
) -> tuple[Reason, Condition] | None:
    """Return why an act that compares is refused for want of evidence, None where nothing is owed.

    Questions about no lease are told the duty and are not refused.
    """
    days = days_owed(obligations)
    if days is None or question.lease is None:
        return None
    clauses = {one.id: one for one in gate.clauses if one.id in {REPORT, FRESH}}
    if len(clauses) < len((REPORT, FRESH)):
        return None  # an earlier gate, which knew of no evidence
    if question.act not in clauses[REPORT].acts:
        return None
    evidence = question.evidence
    report = evidence.report if evidence is not None else None
    if evidence is None or report is None or not _speaks(question):
        clause = clauses[REPORT]
        source = clause.reason.source if evidence is None else missing_report(evidence)
    else:
        age = (question.on.date() - report.measured).days
        if 0 <= age <= days:
            return None
        clause = clauses[FRESH]
        source = f"report {digits_of(report.digest)}: {age}, allowed at most {days} days by a duty in force"
    reason = replace(clause.reason, source=source)
    return reason, Condition(clause.id, clause.text, met=False)


def _speaks(question: Question) -> bool:
    """Tell whether the report is for the model, the threshold and the kind of use that are asked about."""
    evidence = question.evidence
    if evidence is None or evidence.report is None:
        return False
    report = evidence.report
    asked = (evidence.model_digest, evidence.threshold_ppb)
    return asked == (report.model_digest, report.threshold_ppb) and evidence.use in report.uses
