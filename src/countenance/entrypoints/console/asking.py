"""Ask a question: what would be decided, today or on another day."""

from __future__ import annotations

from typing import Final

from starlette.responses import Response

from countenance.entrypoints.console.navigation import EVERYBODY
from countenance.entrypoints.console.visits import Page, Visit
from countenance.entrypoints.pages.asking import (
    FIRST,
    answer_to,
    examples,
    read_asked,
    shown_options,
    time_line,
)

PATH: Final = "/console/ask"


def ask(visit: Visit) -> Response:
    """Show the form, the answer beside it, and the time line below."""
    today = visit.now.date()
    asked = read_asked(visit.request.query_params.multi_items() or FIRST, today)
    return visit.page(
        "ask.html",
        asked=asked,
        decision=answer_to(asked),
        line=time_line(asked, today),
        options=shown_options(),
        examples=examples(PATH),
        here=PATH,
        today=today,
    )


PAGES: Final = (Page(path=PATH, handler=ask, roles=EVERYBODY),)
