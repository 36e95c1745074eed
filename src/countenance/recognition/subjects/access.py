"""How a subject gets in without an account: a one-time code from the customer, and a short session for it.

Whoever comes with a code that is unknown, expired, replaced or used is told the same. A code
has 100 random bits and is kept as its SHA-256: what is stored opens nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from countenance.biometrics.model import GalleryId, SubjectId
from countenance.errors import InvalidInputError, UnauthenticatedError
from countenance.ledger import Entry, EventType, JsonValue
from countenance.recognition.attempts import Attempts
from countenance.recognition.ports import UnitOfWork
from countenance.recognition.standing import Standing
from countenance.recognition.subjects.model import AccessCode, OpenedSession, Place, SubjectSession
from countenance.staff.tokens import digest_of, new_token
from countenance.vetting.model import Actor, Role

IDLE: Final = timedelta(minutes=15)
LONGEST: Final = timedelta(hours=1)
"""How long a session lasts, unused and at most."""

SHORTEST_CODE: Final = timedelta(minutes=5)
LONGEST_CODE: Final = timedelta(days=7)
USUAL_CODE: Final = timedelta(days=1)
"""How long a code waits to be used."""

_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LOOKALIKES: Final = str.maketrans("OIL", "011")
_CHARACTERS: Final = 20
_GROUP: Final = 5
_LONGEST_TYPED: Final = 100
_SEEN_EVERY: Final = timedelta(minutes=1)
_GONE: Final = "this code was used, has expired or was never made"
_NOBODY: Final = "nobody is signed in here"


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedCode:
    """A code with its text, which is shown this once."""

    text: str = field(repr=False)
    code: AccessCode
    entry: int


@dataclass(frozen=True, slots=True)
class IssueAccessCode:
    """Make the one-time code by which one subject of one gallery reaches its own page."""

    standing: Standing
    unit_of_work: Callable[[], UnitOfWork]

    def __call__(
        self, actor: Actor, gallery_id: GalleryId, subject_id: SubjectId, *, good_for: timedelta = USUAL_CODE
    ) -> IssuedCode:
        """Return the code; codes that were made for the subject before open nothing any more.

        Raises `InvalidInputError` for a life outside of five minutes to seven days, `ForbiddenError`,
        and `NotFoundError` for a subject of whom nothing is on record.
        """
        if not SHORTEST_CODE <= good_for <= LONGEST_CODE:
            raise InvalidInputError("a code lives from five minutes to seven days")
        text, now = new_code(), self.standing.clock()
        with self.unit_of_work() as work:
            gallery = self.standing.gallery(work, actor, gallery_id, frozenset({Role.OPERATOR}))
            place = Place(gallery.id, subject_id)
            known = work.consents.get(*_parts(place)) is not None
            if not known and not work.references.of_subject(*_parts(place)):
                self.standing.refuse(work, actor, "subject", f"no subject `{subject_id}`")
            code = AccessCode(
                digest=digest_of_code(text), place=place, made_by=actor.id, issued=now, expires=now + good_for
            )
            work.subject_access.forget(now)
            work.subject_access.remove_codes(place)
            work.subject_access.put_code(code)
            fields: dict[str, JsonValue] = {
                "gallery": gallery.id,
                "subject": commitment_of(work, place),
                "actor": actor.id,
                "expires": code.expires.isoformat(),
            }
            entry = work.ledger.append(Entry(EventType.SUBJECT_CODE_ISSUED, now, fields))
            work.commit()
        return IssuedCode(text=text, code=code, entry=entry)


@dataclass(frozen=True, slots=True)
class OpenSubjectSession:
    """Turn a one-time code into a session, once.

    `attempts` bounds wrong tries, of one address and of all; `record_stranger` puts them on the
    ledger at a bounded rate.
    """

    unit_of_work: Callable[[], UnitOfWork]
    clock: Callable[[], datetime]
    attempts: Attempts
    record_stranger: Callable[[], None]

    def __call__(self, text: str, address: str) -> OpenedSession:
        """Return the session, or raise `UnauthenticatedError`, or `BusyError` after too many wrong tries."""
        now = self.clock()
        self.attempts.require_room(address, now)
        opened = self._opened(text, now)
        if opened is None:
            self.attempts.failed(address, now)
            self.record_stranger()
            raise UnauthenticatedError(_GONE)
        return opened

    def _opened(self, text: str, now: datetime) -> OpenedSession | None:
        digest = digest_of_code(text)
        with self.unit_of_work() as work:
            code = work.subject_access.code(digest)
            if code is None or not hmac.compare_digest(code.digest, digest) or not code.open_at(now):
                return None
            if work.galleries.get(code.place.gallery_id) is None:
                return None
            token = new_token()
            session = SubjectSession(
                digest=digest_of(token), place=code.place, opened=now, seen=now, expires=now + LONGEST
            )
            work.subject_access.put_code(replace(code, used=now))
            work.subject_access.put_session(session)
            fields: dict[str, JsonValue] = {
                "gallery": code.place.gallery_id,
                "subject": commitment_of(work, code.place),
                "made_by": code.made_by,
            }
            work.ledger.append(Entry(EventType.SUBJECT_SESSION_OPENED, now, fields))
            work.commit()
        return OpenedSession(token, session)


@dataclass(frozen=True, slots=True)
class ReadSubjectSession:
    """Tell whose browser this is, and end its session."""

    unit_of_work: Callable[[], UnitOfWork]
    clock: Callable[[], datetime]

    def __call__(self, token: str | None) -> OpenedSession:
        """Return the session, or raise `UnauthenticatedError`: unknown, unused and over are one answer."""
        digest, now = digest_of(token or ""), self.clock()
        with self.unit_of_work() as work:
            session = work.subject_access.session(digest)
            if session is None or now >= session.expires or now - session.seen >= IDLE:
                raise UnauthenticatedError(_NOBODY)
            if work.galleries.get(session.place.gallery_id) is None:
                raise UnauthenticatedError(_NOBODY)
            if now - session.seen >= _SEEN_EVERY:
                session = replace(session, seen=now)
                work.subject_access.put_session(session)
                work.commit()
        return OpenedSession(token or "", session)

    def close(self, opened: OpenedSession) -> None:
        """End the session."""
        with self.unit_of_work() as work:
            work.subject_access.remove_session(opened.session.digest)
            fields = {"gallery": opened.place.gallery_id, "subject": commitment_of(work, opened.place)}
            work.ledger.append(Entry(EventType.SUBJECT_SESSION_CLOSED, self.clock(), fields))
            work.commit()


def new_code() -> str:
    """Return 100 random bits as people can read and type them: `8Q2ZK-...`, four groups of five."""
    drawn = "".join(secrets.choice(_ALPHABET) for _ in range(_CHARACTERS))
    return "-".join(drawn[at : at + _GROUP] for at in range(0, _CHARACTERS, _GROUP))


def digest_of_code(text: str) -> bytes:
    """Return the SHA-256 by which a code is known, whatever its case, spaces and lookalikes.

    What is no code has a digest that no code has.
    """
    typed = text[:_LONGEST_TYPED].upper().translate(_LOOKALIKES)
    plain = "".join(letter for letter in typed if letter not in "- \t")
    wellformed = len(plain) == _CHARACTERS and all(letter in _ALPHABET for letter in plain)
    return hashlib.sha256(b"countenance/v1/subject-code\0" + (plain.encode() if wellformed else b"")).digest()


def commitment_of(work: UnitOfWork, place: Place) -> str | None:
    """Return how the ledger names the subject; None for one that has no key, or none any more."""
    commitment = work.references.commitment(*_parts(place))
    return commitment.hex() if commitment is not None else None


def _parts(place: Place) -> tuple[GalleryId, SubjectId]:
    return place.gallery_id, place.subject_id
