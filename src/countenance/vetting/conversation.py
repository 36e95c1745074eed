"""What a customer and the reviewers ask each other about an application, kept for good.

Only the two sides read it: the customer's members, with an administrator who writes for them,
and reviewers. The ledger holds that something was asked or answered, and a commitment to the
words: SHA-256 over a random salt and the text, which says nothing of them to anybody who has
not both.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from countenance.errors import InvalidInputError, LimitReachedError, NotFoundError, StateError
from countenance.ledger import Entry, EventType, JsonValue
from countenance.vetting.access import Access
from countenance.vetting.documents import is_text
from countenance.vetting.dossier import Application, ApplicationId, Message, Side
from countenance.vetting.model import Actor, PersonId, Role
from countenance.vetting.ports import VettingWork

LONGEST: Final = 5_000
"""Characters of a question or an answer."""

MOST: Final = 500
"""Questions and answers about one application."""

TALKERS: Final = frozenset({Role.APPLICANT, Role.REVIEWER, Role.ADMINISTRATOR})
_SALT: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A question or an answer as one side sees it.

    `by` is None where somebody of the other side is not named: customers do not learn which
    reviewer asks. `answered` tells of a question whether the other side has said something to it.
    """

    number: int
    side: Side
    by: PersonId | None
    text: str
    answers: int | None
    at: datetime
    entry: int
    answered: bool


@dataclass(frozen=True, slots=True)
class Converse:
    """Ask, answer, and read what was said."""

    access: Access
    unit_of_work: Callable[[], VettingWork]

    def __call__(
        self, actor: Actor, application_id: ApplicationId, text: str, *, answers: int | None = None
    ) -> Said:
        """Put a question, or an answer to the question number `answers`, on record.

        Possible from the first submission on. Raises `ForbiddenError`, `NotFoundError` (also for
        a number that is no question), `SeparationError` for a reviewer with a part in the
        application, `StateError`, `InvalidInputError` and `LimitReachedError`.
        """
        words = _checked(text)
        with self.unit_of_work() as work:
            application, side = self._side(work, actor, application_id)
            person = self._speaker(work, actor, application, side)
            if application.round == 0:
                raise StateError("nobody reads here before the application was submitted once")
            held = work.dossiers.messages(application.id)
            if answers is not None and not any(one.number == answers and one.answers is None for one in held):
                raise NotFoundError(f"no question `{answers}`")
            if len(held) >= MOST:
                raise LimitReachedError(f"an application has at most {MOST} questions and answers")
            message = self._kept(work, actor, application, (side, person, words, answers, len(held) + 1))
            work.commit()
        return _told(message, side, (*held, message))

    def read(self, actor: Actor, application_id: ApplicationId) -> tuple[Said, ...]:
        """Return all that was said, the oldest first, or raise `ForbiddenError` or `NotFoundError`."""
        with self.unit_of_work() as work:
            application, side = self._side(work, actor, application_id)
            held = work.dossiers.messages(application.id)
        return tuple(_told(message, side, held) for message in held)

    def _side(
        self, work: VettingWork, actor: Actor, application_id: ApplicationId
    ) -> tuple[Application, Side]:
        application = self.access.application(work, actor, application_id, TALKERS)
        if actor.role is Role.REVIEWER:
            return application, Side.REVIEWERS
        if actor.role is Role.ADMINISTRATOR and actor.person not in application.authors:
            self.access.refuse(
                work, actor, "conversation", f"no conversation about `{application_id}` for you"
            )
        return application, Side.CUSTOMER

    def _speaker(self, work: VettingWork, actor: Actor, application: Application, side: Side) -> PersonId:
        if side is Side.REVIEWERS:
            return self.access.independent(work, actor, application)
        return self.access.person(work, actor, TALKERS)

    def _kept(
        self,
        work: VettingWork,
        actor: Actor,
        application: Application,
        said: tuple[Side, PersonId, str, int | None, int],
    ) -> Message:
        side, person, text, answers, number = said
        salt = secrets.token_bytes(_SALT)
        fields: dict[str, JsonValue] = {
            "application": application.id,
            "number": number,
            "side": side.value,
            "commitment": commitment(salt, text),
            "actor": actor.id,
        }
        if answers is not None:
            fields["answers"] = answers
        event = EventType.APPLICATION_ASKED if answers is None else EventType.APPLICATION_ANSWERED
        now = self.access.clock()
        message = Message(
            application_id=application.id,
            number=number,
            side=side,
            author=person,
            text=text,
            answers=answers,
            said=now,
            salt=salt.hex(),
            entry=work.ledger.append(Entry(event, now, fields)),
        )
        work.dossiers.add_message(message)
        return message


def commitment(salt: bytes, text: str) -> str:
    """Return what the ledger holds of words: SHA-256 (hex) of salt (32 bytes) and text (UTF-8)."""
    return hashlib.sha256(salt + text.encode()).hexdigest()


def _told(message: Message, reader: Side, held: tuple[Message, ...]) -> Said:
    named = message.side is reader or reader is Side.REVIEWERS
    return Said(
        number=message.number,
        side=message.side,
        by=message.author if named else None,
        text=message.text,
        answers=message.answers,
        at=message.said,
        entry=message.entry,
        answered=any(one.answers == message.number and one.side is not message.side for one in held),
    )


def _checked(text: str) -> str:
    words = text.strip()
    if not words:
        raise InvalidInputError("`text` says nothing")
    if len(words) > LONGEST:
        raise InvalidInputError(f"`text` has more than {LONGEST} characters")
    if not is_text(words):
        raise InvalidInputError("`text` has characters that are no text")
    return words
