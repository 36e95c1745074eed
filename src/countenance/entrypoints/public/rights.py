"""How to complain, appeal and use one's rights, and whom to reach."""

from __future__ import annotations

from typing import Final

from starlette.responses import Response

from countenance.entrypoints.public.answering import Page, Reading

PATH: Final = "/rights"


def rights(reading: Reading) -> Response:
    """Show whom to reach, and for what."""
    return reading.page("rights.html")


PAGES: Final = (Page(path=PATH, handler=rights, label="Your rights", listed=True, seconds=300),)
