"""Getting in with a one-time code, and out."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from starlette.responses import Response

from countenance.entrypoints.subject.cookies import drop
from countenance.entrypoints.subject.visits import ENTER, HOME, Page, Visit
from countenance.errors import BusyError, UnauthenticatedError

_LONGEST_CODE: Final = 40
_NOTICES: Final = frozenset({"ended", "left"})


def form(visit: Visit) -> Response:
    """Ask for the code; one that stands in the address is filled in and not yet used.

    What looks at links before people do, as mail servers do, would use it up.
    """
    done = visit.query.get("done", "")
    return visit.page(
        "enter.html",
        code=visit.query.get("code", "")[:_LONGEST_CODE],
        notice=f"enter.{done}" if done in _NOTICES else None,
    )


def enter(visit: Visit) -> Response:
    """Take the code."""
    try:
        opened = visit.service.subjects.open_session(visit.form.text("code"), visit.address)
    except UnauthenticatedError:
        return visit.page(
            "enter.html", status=HTTPStatus.UNAUTHORIZED, code="", notice=None, problem="enter.wrong"
        )
    except BusyError as error:
        answer = visit.page(
            "enter.html", status=HTTPStatus.TOO_MANY_REQUESTS, code="", notice=None, problem="enter.many"
        )
        answer.headers["Retry-After"] = str(error.retry_after)
        return answer
    return visit.carry_on(visit.go(HOME), opened)


def leave(visit: Visit) -> Response:
    """End the session."""
    visit.service.subjects.read_session.close(visit.mine)
    return drop(visit.request, visit.go(ENTER, done="left"))


PAGES: Final = (
    Page(path=ENTER, handler=form, closed=False),
    Page(path=ENTER, handler=enter, closed=False, method="POST"),
    Page(path=f"{HOME}/leave", handler=leave, method="POST"),
)
