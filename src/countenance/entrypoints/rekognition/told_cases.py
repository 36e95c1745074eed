"""What is told of the case that a search has opened, to clients that know matches and errors alone."""

from __future__ import annotations

from typing import Final

from countenance.entrypoints.rekognition.calls import Call
from countenance.entrypoints.rekognition.faults import AwsError
from countenance.oversight.model import CaseState
from countenance.recognition.acts.identification import IdentificationResult
from countenance.recognition.acts.repeated_search import ToldCase

_ENDED: Final = {
    CaseState.EXPIRED: "has expired",
    CaseState.WITHDRAWN: "was withdrawn",
    CaseState.OVERTURNED: "was overturned on appeal",
}


def held(call: Call, result: IdentificationResult) -> AwsError:
    """Return the answer to a search whose candidates wait for people."""
    return _waiting(call, str(result.case_id), result.examiners)


def of_case(call: Call, told: ToldCase) -> ToldCase:
    """Say in headers where the case stands; raise where it gives no answer to the search."""
    case = told.case
    call.told(told.decision_id, told.entry)
    if told.outcome is not None:
        call.outcomes.append(told.outcome)
    call.headers["x-countenance-scores"] = "withheld"
    if case.told_state is CaseState.HELD:
        raise _waiting(call, case.id, case.examiners)
    call.headers["x-countenance-case"] = case.id
    call.headers["x-countenance-case-state"] = case.told_state.value
    if case.reason is not None:
        call.headers["x-countenance-case-reason"] = case.reason.value
    if told.lead is not None:
        call.headers["x-countenance-lead-only"] = "true"
        call.headers["x-countenance-lead-expires"] = told.lead.expires.isoformat()
    if told.outcome is None:
        raise AwsError(
            "AccessDeniedException",
            f"case {case.id} {_ENDED[case.told_state]}: there is no lead, and one that was given before must "
            "not be relied on; this is neither a match nor no match",
            headers=call.headers,
        )
    return told


def _waiting(call: Call, case_id: str, examiners: int) -> AwsError:
    call.headers["x-countenance-case"] = case_id
    call.headers["x-countenance-case-state"] = CaseState.HELD.value
    return AwsError(
        "AccessDeniedException",
        f"held for {examiners} examiners as case {case_id}: candidates were found, and people must judge "
        "them before anybody is told; this is neither a match nor no match",
        headers=call.headers,
    )
