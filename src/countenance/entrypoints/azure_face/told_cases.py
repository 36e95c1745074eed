"""What is told of the cases that searches have opened, to clients that know candidates and errors alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from countenance.entrypoints.azure_face.calls import Call
from countenance.entrypoints.azure_face.faults import AzureError, unsupported
from countenance.oversight.model import CaseState
from countenance.recognition.acts.identification import IdentificationResult
from countenance.recognition.acts.repeated_search import ToldCase

Searched = IdentificationResult | ToldCase

_ENDED: Final = {
    CaseState.EXPIRED: "has expired",
    CaseState.WITHDRAWN: "was withdrawn",
    CaseState.OVERTURNED: "was overturned on appeal",
}


def tell(call: Call, told: ToldCase) -> None:
    """Say in headers that scores are withheld, and of a lead that it is one and until when."""
    call.told(told.decision_id, told.entry)
    call.withheld()
    if told.lead is not None:
        call.headers["x-countenance-lead-only"] = "true"
        call.headers["x-countenance-lead-expires"] = told.lead.expires.isoformat()


def require_answers(call: Call, results: Sequence[Searched]) -> None:
    """Name the cases in headers, in the order of the faces, and raise where one gives no answer.

    An empty list would say that nobody was found.
    """
    cases = [(_case_of(one), _state_of(one)) for one in results]
    named = [(case, state) for case, state in cases if case is not None]
    if not named:
        return
    call.headers["x-countenance-case"] = ",".join(case for case, _ in named)
    call.headers["x-countenance-case-state"] = ",".join(state.value for _, state in named)
    held = [case for case, state in named if state is CaseState.HELD]
    if held:
        examiners = max(_examiners(one) for one in results)
        raise unsupported(
            f"Held for {examiners} examiners as case {', '.join(held)}: candidates were found, and people "
            "must judge them before anybody is told; this is neither a match nor no match."
        )
    for case, state in named:
        if state in _ENDED:
            raise _ended(case, state)


def _ended(case: str, state: CaseState) -> AzureError:
    return unsupported(
        f"Case {case} {_ENDED[state]}: there is no lead, and one that was given before must not be relied "
        "on; this is neither a match nor no match."
    )


def _case_of(result: Searched) -> str | None:
    return result.case.id if isinstance(result, ToldCase) else result.case_id


def _state_of(result: Searched) -> CaseState:
    return result.case.told_state if isinstance(result, ToldCase) else CaseState.HELD


def _examiners(result: Searched) -> int:
    return result.case.examiners if isinstance(result, ToldCase) else result.examiners
