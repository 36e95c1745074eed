"""What a subject can do: withdraw, object, ask for a correction, appeal."""

from __future__ import annotations

from typing import Final

from starlette.responses import Response

from countenance.entrypoints.subject.visits import HOME, Page, Visit
from countenance.errors import NotFoundError
from countenance.recognition.subjects.model import RequestKind
from countenance.recognition.subjects.record import OwnAct, OwnRecord

WITHDRAW: Final = f"{HOME}/withdraw"
REQUESTS: Final = f"{HOME}/requests"
_ASKED: Final = {
    kind.value: kind for kind in (RequestKind.CORRECTION, RequestKind.OBJECTION, RequestKind.APPEAL)
}


def confirm_withdrawal(visit: Visit) -> Response:
    """Say what will happen, and ask once."""
    return visit.page("withdraw.html", record=visit.service.subjects.read_record(visit.mine))


def withdraw(visit: Visit) -> Response:
    """End the consent, erase, and show the receipt."""
    done = visit.service.subjects.withdraw(visit.mine)
    record = visit.service.subjects.read_record(visit.mine) if done.erasure is None else None
    return visit.page("withdrawn.html", done=done, record=record)


def ask(visit: Visit) -> Response:
    """Show the form of a request."""
    kind = _kind(visit.query.get("kind", ""))
    record = visit.service.subjects.read_record(visit.mine)
    return visit.page("request.html", kind=kind, record=record, about=_about(record, kind, visit.query))


def send(visit: Visit) -> Response:
    """File the request."""
    kind, about = _kind(visit.form.text("kind")), visit.form.text("about") or None
    visit.service.subjects.file_request(visit.mine, kind, visit.form.secret("text"), about=about)
    return visit.go(HOME, done="objected" if kind is RequestKind.OBJECTION else "sent")


def _kind(word: str) -> RequestKind:
    if word not in _ASKED:
        raise NotFoundError("no such request")
    return _ASKED[word]


def _about(record: OwnRecord, kind: RequestKind, query: dict[str, str]) -> OwnAct | None:
    """Return the act that an appeal is against, one of the subject's own."""
    if kind is not RequestKind.APPEAL:
        return None
    found = [act for act in record.acts if act.decision_id == query.get("about")]
    if not found:
        raise NotFoundError("no such decision about you")
    return found[0]


PAGES: Final = (
    Page(path=WITHDRAW, handler=confirm_withdrawal),
    Page(path=WITHDRAW, handler=withdraw, method="POST"),
    Page(path=f"{REQUESTS}/new", handler=ask),
    Page(path=REQUESTS, handler=send, method="POST"),
)
