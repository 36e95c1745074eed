"""What comes: rules that turn, whom it touches, and which laws nobody has checked lately."""

from __future__ import annotations

from typing import Final

from starlette.responses import Response

from countenance.entrypoints.console.navigation import READERS
from countenance.entrypoints.console.visits import Page, Visit
from countenance.policy.calendar import Turn
from countenance.staff.model import StaffRole

PATH: Final = "/console/coming"
SPANS: Final = (180, 365, 1095)
"""Days ahead that can be shown."""

_SEES: Final = READERS | {StaffRole.APPLICANT}
_TURNS: Final = {
    Turn.TAKES_EFFECT: "takes effect",
    Turn.SPRINGS_BACK: "springs back",
    Turn.LAPSES: "lapses",
}


def index(visit: Visit) -> Response:
    """Show the days ahead; members of a customer see the notices of their own leases."""
    asked = visit.query.get("days", "")
    days = next((span for span in SPANS if str(span) == asked), SPANS[0])
    calendar = visit.service.policy.foresee.without_leases(days)
    return visit.page(
        "coming.html",
        days=days,
        span_choices=[(str(span), f"{span} days") for span in SPANS],
        turns=_TURNS,
        events=calendar.events,
        unchecked=calendar.unchecked,
        notices=visit.service.policy.forewarnings(visit.actor),
    )


PAGES: Final = (Page(path=PATH, handler=index, roles=_SEES),)
