"""Sessions: opened with a new id at every step up, read at every request, ended at once."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from countenance.errors import UnauthenticatedError
from countenance.ledger import Entry, EventType
from countenance.staff.model import By, Member, Opened, Session, Stage
from countenance.staff.ports import StaffWork
from countenance.staff.standing import record_change
from countenance.staff.tokens import digest_of, new_token

IDLE: Final = timedelta(minutes=30)
LONGEST: Final = timedelta(hours=12)
SIGNING_IN: Final = timedelta(minutes=10)
"""How long somebody may take between the password and the second factor."""

_SEEN_EVERY: Final = timedelta(minutes=1)


def open_session(work: StaffWork, member: Member, stage: Stage, at: datetime) -> Opened:
    """Store a new session and return it with its text; a full one counts as confirmed just now."""
    token = new_token()
    session = Session(
        digest=digest_of(token),
        staff_id=member.id,
        stage=stage,
        created=at,
        seen=at,
        expires=at + (LONGEST if stage is Stage.FULL else SIGNING_IN),
        confirmed=at if stage is Stage.FULL else None,
    )
    work.sessions.forget(at)
    work.sessions.put(session)
    return Opened(token, session, member)


def rotated(work: StaffWork, opened: Opened, at: datetime) -> Opened:
    """Put a session of a new id in the place of one whose owner has just confirmed who it is."""
    token = new_token()
    session = replace(opened.session, digest=digest_of(token), seen=at, confirmed=at, challenge=None)
    work.sessions.remove(opened.session.digest)
    work.sessions.put(session)
    return Opened(token, session, opened.member)


def csrf_token(token: str) -> str:
    """Return what a page of this session carries in its forms: it follows from the session's own text."""
    return hmac.digest(token.encode(), b"countenance/v1/form", hashlib.sha256).hex()


def right_csrf_token(token: str, presented: str) -> bool:
    """Tell whether a form carries the session's own token, in the same time whatever it carries."""
    return hmac.compare_digest(csrf_token(token).encode(), presented.encode())


@dataclass(frozen=True, slots=True)
class ReadSession:
    """Tell whose browser this is."""

    unit_of_work: Callable[[], StaffWork]
    clock: Callable[[], datetime]

    def __call__(self, token: str | None, *, stages: frozenset[Stage] = frozenset({Stage.FULL})) -> Opened:
        """Return the session in one of `stages` with its member, or raise `UnauthenticatedError`.

        A session that was not used for half an hour is over, like one past its end or of an
        account that was disabled; which of these is not told.
        """
        digest, now = digest_of(token or ""), self.clock()
        with self.unit_of_work() as work:
            session = work.sessions.get(digest)
            member = work.staff.get(session.staff_id) if session is not None else None
            if (
                session is None
                or member is None
                or session.stage not in stages
                or member.disabled is not None
                or now >= session.expires
                or now - session.seen >= IDLE
            ):
                raise UnauthenticatedError("nobody is signed in here")
            if now - session.seen >= _SEEN_EVERY:
                session = replace(session, seen=now)
                work.sessions.put(session)
                work.commit()
        return Opened(token or "", session, member)


@dataclass(frozen=True, slots=True)
class SignOut:
    """End a session, or every session of somebody."""

    unit_of_work: Callable[[], StaffWork]
    clock: Callable[[], datetime]

    def __call__(self, opened: Opened) -> None:
        """End this session."""
        with self.unit_of_work() as work:
            work.sessions.remove(opened.session.digest)
            if opened.session.stage is Stage.FULL:
                fields = {"staff": opened.member.id}
                work.ledger.append(Entry(EventType.SESSION_CLOSED, self.clock(), fields))
            work.commit()

    def everywhere(self, opened: Opened) -> Opened:
        """End every session of the member but this one, which goes on under a new id."""
        now = self.clock()
        with self.unit_of_work() as work:
            work.sessions.remove_of(opened.member.id)
            after = rotated(work, opened, now)
            record_change(work, By.of(opened.member), opened.member, now, "sessions_ended")
            work.commit()
        return after
