"""Open incidents as the gate sees them: what each stops until somebody has resolved it."""

from __future__ import annotations

from typing import Final

from countenance.policy.model import Act, Purpose
from countenance.policy.schema import SEARCH

CONSEQUENTIAL: Final = frozenset(
    {
        Purpose.MISSING_PERSONS,
        Purpose.MISSING_CHILDREN,
        Purpose.TRAFFICKING_VICTIMS,
        Purpose.HUMANITARIAN_AID,
        Purpose.EMERGENCY_LIFE,
        Purpose.CRIMINAL_INVESTIGATION,
        Purpose.APPREHENDED_SUSPECT,
        Purpose.BORDER,
    }
)
"""Purposes for which much hangs on the answer, the same that the gate's duties name."""


def stoppable(act: Act, purpose: Purpose | None) -> bool:
    """Tell whether an open incident can stop `act` at all: whatever it cannot stop need not ask for any.

    Enrolment, every search of one among many, and a claim on which much hangs or of which
    nobody says what it is for.
    """
    if act is Act.ENROL or act in SEARCH:
        return True
    return act is Act.VERIFY and (purpose is None or purpose in CONSEQUENTIAL)
