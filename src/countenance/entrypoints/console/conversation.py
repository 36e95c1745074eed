"""Questions and answers about an application, on its page: who reads them, and how they are asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from countenance.entrypoints.console.visits import Visit
from countenance.errors import NotFoundError
from countenance.staff.model import StaffRole
from countenance.vetting.conversation import Said
from countenance.vetting.dossier import Application, ApplicationId, ApplicationState, Side
from countenance.vetting.listing import ApplicationSearch, Span

QUESTION: Final = "question"
_LOOKED_AT: Final = 50
_TALKING: Final = {
    StaffRole.REVIEWER: (Side.REVIEWERS, ApplicationState.SUBMITTED),
    StaffRole.APPLICANT: (Side.CUSTOMER, None),
}


@dataclass(frozen=True, slots=True)
class Thread:
    """A question with what was said to it; `field` is where an answer is typed."""

    question: Said
    answers: tuple[Said, ...]
    open: bool

    @property
    def field(self) -> str:
        """Return the name of the field for an answer."""
        return f"answer_{self.question.number}"


@dataclass(frozen=True, slots=True)
class Conversation:
    """What a visitor reads of the questions and answers about an application."""

    side: Side
    threads: tuple[Thread, ...]
    begun: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """An application with how many questions of the other side nobody has answered yet."""

    application: Application
    questions: int


def conversation_of(visit: Visit, application: Application) -> Conversation | None:
    """Return what the visitor may read, or None for those to whom it is not addressed."""
    side = _side(visit, application)
    if side is None:
        return None
    said = visit.service.vetting.converse.read(visit.actor, application.id)
    threads = tuple(
        Thread(one, tuple(other for other in said if other.answers == one.number), open=not one.answered)
        for one in said
        if one.answers is None
    )
    return Conversation(side, threads, begun=application.round > 0)


def say(visit: Visit, application_id: ApplicationId) -> str:
    """Put what was sent on record; return the field that it was typed in."""
    number = visit.form.text("answers")
    answers = int(number) if number.isascii() and number.isdigit() and len(number) <= 4 else None  # noqa: PLR2004  no conversation is longer
    if number and answers is None:
        raise NotFoundError("no such question")
    visit.service.vetting.converse(
        visit.actor, application_id, visit.form.text(field_of(visit)), answers=answers
    )
    return field_of(visit)


def field_of(visit: Visit) -> str:
    """Return the name of the field that was sent."""
    number = visit.form.text("answers")
    return f"answer_{number}" if number else QUESTION


def waiting(visit: Visit) -> Sequence[Waiting]:
    """Return the applications with a question that waits for the visitor's side, the latest changed first."""
    if visit.member.role not in _TALKING:
        return ()
    side, state = _TALKING[visit.member.role]
    vetting, sought = visit.service.vetting, ApplicationSearch(state=state)
    found = []
    for one in vetting.read_applications.page(visit.actor, sought, Span(limit=_LOOKED_AT)).rows:
        said = vetting.converse.read(visit.actor, one.application.id) if one.application.round else ()
        asked = [q for q in said if q.answers is None and q.side is not side and not q.answered]
        if asked:
            found.append(Waiting(one.application, len(asked)))
    return found


def _side(visit: Visit, application: Application) -> Side | None:
    match visit.member.role:
        case StaffRole.REVIEWER:
            return Side.REVIEWERS
        case StaffRole.APPLICANT:
            return Side.CUSTOMER
        case StaffRole.ADMINISTRATOR if visit.actor.person in application.authors:
            return Side.CUSTOMER
    return None
