"""Saying of which groups one is, so that error rates are watched by group; and taking it back."""

from __future__ import annotations

from typing import Final

from starlette.responses import Response

from countenance.entrypoints.subject.visits import HOME, Page, Visit
from countenance.errors import InvalidInputError, NotFoundError

GROUPS: Final = f"{HOME}/groups"


def groups(visit: Visit) -> Response:
    """Show what is asked about groups, and what was said."""
    return _groups(visit, problem=False)


def _groups(visit: Visit, *, problem: bool) -> Response:
    own = visit.service.subjects.record_groups.read(visit.mine)
    if not own.questions and own.recorded is None:
        raise NotFoundError("nothing is asked about groups")
    return visit.page("groups.html", own=own, problem=problem)


def record_groups(visit: Visit) -> Response:
    """Keep what was said, in place of what was said before."""
    act = visit.service.subjects.record_groups
    asked = act.read(visit.mine).questions
    answers = {one.name: visit.form.text(f"answer-{at}") for at, one in enumerate(asked)}
    try:
        act(visit.mine, {name: word for name, word in answers.items() if word})
    except InvalidInputError:
        return _groups(visit, problem=True)
    return visit.go(HOME, done="groups")


def withdraw_groups(visit: Visit) -> Response:
    """Destroy what was said."""
    visit.service.subjects.record_groups.withdraw(visit.mine)
    return visit.go(HOME, done="groups-gone")


PAGES: Final = (
    Page(path=GROUPS, handler=groups),
    Page(path=GROUPS, handler=record_groups, method="POST"),
    Page(path=f"{GROUPS}/withdrawal", handler=withdraw_groups, method="POST"),
)
