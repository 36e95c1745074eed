"""What stands besides the lease, told where it matters: open incidents by name.

The gate's clauses on incidents hold nearly always, so they are shown as conditions only where
an incident is there. Where one refuses, the reason names it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from countenance.policy.model import Condition, Question, Reason, Stop

_INCIDENTS: Final = {
    "incident.enrolment": Stop.ENROLMENT,
    "incident.consequential": Stop.CONSEQUENTIAL_ACTS,
}


def concerning(question: Question, conditions: Iterable[Condition]) -> tuple[Condition, ...]:
    """Return the conditions that say something of `question`, in their order."""
    if question.incidents:
        return tuple(conditions)
    return tuple(one for one in conditions if one.id not in _INCIDENTS)


def told(question: Question, reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    """Return the reasons, each with what stands behind it as its source."""
    return tuple(_told(question, reason) for reason in reasons)


def _told(question: Question, reason: Reason) -> Reason:
    stop = _INCIDENTS.get(reason.id)
    if stop is None:
        return reason
    named = ", ".join(f"{one.incident} ({one.kind})" for one in question.incidents if one.stops is stop)
    return replace(reason, source=f"incident {named}")
