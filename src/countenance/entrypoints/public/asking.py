"""Ask a question, without customers: what would be decided, today or on another day."""

from __future__ import annotations

from typing import Final

from starlette.responses import Response

from countenance.entrypoints.pages.asking import (
    FIRST,
    answer_to,
    examples,
    read_asked,
    shown_options,
    time_line,
)
from countenance.entrypoints.public.answering import Page, Reading

PATH: Final = "/ask"


def ask(reading: Reading) -> Response:
    """Show the form, the answer beside it, and the time line below."""
    today = reading.now.date()
    asked = read_asked(reading.request.query_params.multi_items() or FIRST, today)
    return reading.page(
        "ask.html",
        asked=asked,
        decision=answer_to(asked),
        line=time_line(asked, today),
        options=shown_options(),
        examples=examples(PATH),
        here=PATH,
    )


AT_ONCE: Final = 2
"""Questions that are answered at once: a new one asks the gate about every turn since 2008."""

PAGES: Final = (Page(path=PATH, handler=ask, label="Ask a question", listed=True, at_once=AT_ONCE),)
