"""What outside parties found, once the embargo is over: good or bad, with the operator's answer."""

from __future__ import annotations

from typing import Final

from starlette.responses import Response

from countenance.entrypoints.public.answering import Page, Reading, as_json
from countenance.fairness.audits import Audit, AuditVerdict

PATH: Final = "/audits"
_WORDS: Final = {
    AuditVerdict.PASSED: "The system passed",
    AuditVerdict.FAILED: "The system failed",
    AuditVerdict.INSUFFICIENT: "Too little evidence to say",
}


def audits(reading: Reading) -> Response:
    """Show the published audits, as HTML or JSON."""
    published = reading.service.gate.read_audits.published()
    if reading.query.get("format") == "json":
        return as_json({"audits": [_document(one) for one in published]}, "audits")
    return reading.page("audits.html", audits=published, words=_WORDS)


def _document(one: Audit) -> dict[str, object]:
    result, ends = one.result, one.embargo_ends
    return {
        "audit": one.id,
        "party": one.terms.party,
        "protocol": one.terms.protocol,
        "registered": one.registered.at.isoformat(),
        "published": ends.isoformat() if ends is not None else None,
        "retest_of": one.terms.retest_of,
        "verdict": result.verdict.value if result is not None else None,
        "summary": result.summary if result is not None else None,
        "report": result.report if result is not None else None,
        "calls": result.calls if result is not None else None,
        "response": one.response.reason if one.response is not None else None,
        "ledger_entry": one.published,
    }


PAGES: Final = (Page(path=PATH, handler=audits, listed=True),)
