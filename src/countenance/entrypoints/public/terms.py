"""The terms of use that every lease accepts: every version, the newest one first."""

from __future__ import annotations

from typing import Final

from starlette.responses import Response

from countenance.entrypoints.public.answering import Page, Reading, as_json
from countenance.vetting.terms_of_use import TermsOfUse

PATH: Final = "/terms"


def terms(reading: Reading) -> Response:
    """Show the terms as HTML or JSON."""
    versions = reading.service.vetting.terms()[::-1]
    if reading.query.get("format") == "json":
        return as_json({"terms": [_document(one) for one in versions]}, "terms")
    return reading.page("terms.html", versions=versions)


def _document(one: TermsOfUse) -> dict[str, object]:
    return {
        "version": one.version,
        "published": one.published.isoformat(),
        "binding": one.binding.isoformat() if one.binding is not None else None,
        "summary": one.summary,
        "sha256": one.digest,
        "text": one.text,
    }


PAGES: Final = (Page(path=PATH, handler=terms, seconds=300, listed=True),)
