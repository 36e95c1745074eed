"""The subject's own page: codes, sessions and requests, where texts are sealed under the master key."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, delete, select, update

from countenance.biometrics.model import GalleryId, SubjectId
from countenance.errors import AlreadyExistsError, NotFoundError
from countenance.recognition.subjects.model import (
    AccessCode,
    Place,
    RequestKind,
    RequestState,
    SubjectRequest,
    SubjectSession,
)
from countenance.storage.prepared import Row
from countenance.storage.secrecy import Keyring
from countenance.storage.session import Session
from countenance.storage.statements import insert_if_absent, keyed, replace_by_key
from countenance.storage.subject_tables import subject_codes, subject_requests, subject_sessions

REQUEST: Final = "subject-request"
"""The place that texts of requests are sealed for, beside the request's id."""

_CODE: Final = select(subject_codes).where(subject_codes.c.digest == bindparam("digest"))
_ADD_CODE: Final = insert_if_absent(subject_codes)
_SET_CODE: Final = replace_by_key(subject_codes)
_DROP_CODES: Final = delete(subject_codes).where(
    subject_codes.c.gallery_id == bindparam("of_gallery"),
    subject_codes.c.subject_id == bindparam("of_subject"),
)
_OLD_CODES: Final = delete(subject_codes).where(subject_codes.c.expires < bindparam("before"))
_SESSION: Final = select(subject_sessions).where(subject_sessions.c.digest == bindparam("digest"))
_ADD_SESSION: Final = insert_if_absent(subject_sessions)
_SET_SESSION: Final = replace_by_key(subject_sessions)
_DROP_SESSION: Final = delete(subject_sessions).where(subject_sessions.c.digest == bindparam("which"))
_OLD_SESSIONS: Final = delete(subject_sessions).where(subject_sessions.c.expires < bindparam("before"))

_REQUEST: Final = select(subject_requests).where(subject_requests.c.id == bindparam("id"))
_ADD_REQUEST: Final = insert_if_absent(subject_requests)
_SET_REQUEST: Final = replace_by_key(subject_requests)
_OF_SUBJECT: Final = (
    select(subject_requests)
    .where(
        subject_requests.c.gallery_id == bindparam("gallery"),
        subject_requests.c.subject_id == bindparam("subject"),
    )
    .order_by(subject_requests.c.filed.desc(), subject_requests.c.id)
)
_OF_CUSTOMER: Final = (
    select(subject_requests)
    .where(subject_requests.c.customer_id == bindparam("customer"))
    .order_by(subject_requests.c.due, subject_requests.c.id)
    .limit(bindparam("most"))
)
_IN_STATE: Final = _OF_CUSTOMER.where(subject_requests.c.state == bindparam("wanted"))
SILENCE: Final = (
    update(subject_requests)
    .where(
        subject_requests.c.gallery_id == bindparam("of_gallery"),
        subject_requests.c.subject_id == bindparam("of_subject"),
        subject_requests.c.sealed.is_not(None),
    )
    .values(sealed=None)
)
"""Erases what a subject wrote and was answered."""


class SqlSubjectAccess:
    """One-time codes and sessions by digest."""

    __slots__ = ("_session",)

    def __init__(self, session: Session) -> None:
        self._session = session

    def put_code(self, code: AccessCode) -> None:
        """Store `code`, replacing one of the same digest."""
        row: dict[str, object] = {
            "digest": code.digest.hex(),
            **_columns(code.place),
            "made_by": code.made_by,
            "issued": code.issued,
            "expires": code.expires,
            "used": code.used,
        }
        if not self._session.insert_new(_ADD_CODE, row):
            self._session.write(_SET_CODE, keyed(row, ["digest"]))

    def code(self, digest: bytes) -> AccessCode | None:
        """Return the code, or None."""
        rows = self._session.read(_CODE, {"digest": digest.hex()})
        if not rows:
            return None
        row = rows[0]
        return AccessCode(
            digest=bytes.fromhex(row.digest),
            place=_place(row),
            made_by=row.made_by,
            issued=row.issued,
            expires=row.expires,
            used=row.used,
        )

    def remove_codes(self, place: Place) -> int:
        """Drop every code of a subject, and return how many there were."""
        return self._session.write(_DROP_CODES, _of(place))

    def put_session(self, session: SubjectSession) -> None:
        """Store `session`, replacing one of the same digest."""
        row: dict[str, object] = {
            "digest": session.digest.hex(),
            **_columns(session.place),
            "opened": session.opened,
            "seen": session.seen,
            "expires": session.expires,
        }
        if not self._session.insert_new(_ADD_SESSION, row):
            self._session.write(_SET_SESSION, keyed(row, ["digest"]))

    def session(self, digest: bytes) -> SubjectSession | None:
        """Return the session, or None."""
        rows = self._session.read(_SESSION, {"digest": digest.hex()})
        if not rows:
            return None
        row = rows[0]
        return SubjectSession(
            digest=digest, place=_place(row), opened=row.opened, seen=row.seen, expires=row.expires
        )

    def remove_session(self, digest: bytes) -> None:
        """End one session."""
        self._session.write(_DROP_SESSION, {"which": digest.hex()})

    def forget(self, before: datetime) -> int:
        """Drop codes and sessions that expired before that moment, and return how many there were."""
        return sum(self._session.write(old, {"before": before}) for old in (_OLD_CODES, _OLD_SESSIONS))


class SqlSubjectRequests:
    """Requests of subjects by id."""

    __slots__ = ("_keyring", "_session")

    def __init__(self, session: Session, keyring: Keyring) -> None:
        self._session = session
        self._keyring = keyring

    def add(self, request: SubjectRequest) -> None:
        """Store `request`; raises `AlreadyExistsError`."""
        if not self._session.insert_new(_ADD_REQUEST, self._row(request)):
            raise AlreadyExistsError(f"there is a request `{request.id}` already")

    def put(self, request: SubjectRequest) -> None:
        """Replace the request of the same id; raises `NotFoundError`."""
        if not self._session.write(_SET_REQUEST, keyed(self._row(request), ["id"])):
            raise NotFoundError(f"there is no request `{request.id}`")

    def get(self, request_id: str) -> SubjectRequest | None:
        """Return the request, or None."""
        rows = self._session.read(_REQUEST, {"id": request_id})
        return self._request(rows[0]) if rows else None

    def of_subject(self, place: Place) -> tuple[SubjectRequest, ...]:
        """Return the subject's requests, the newest first."""
        rows = self._session.read(_OF_SUBJECT, {"gallery": place.gallery_id, "subject": place.subject_id})
        return tuple(map(self._request, rows))

    def of_customer(
        self, customer_id: str, state: RequestState | None, *, limit: int
    ) -> tuple[SubjectRequest, ...]:
        """Return up to `limit` requests of a customer, the soonest due first."""
        asked: dict[str, object] = {"customer": customer_id, "most": limit}
        if state is None:
            rows = self._session.read(_OF_CUSTOMER, asked)
        else:
            rows = self._session.read(_IN_STATE, {**asked, "wanted": state.value})
        return tuple(map(self._request, rows))

    def silence(self, place: Place) -> int:
        """Erase what was written in the subject's requests, and return in how many something stood."""
        self._session.leaves_traces()
        return self._session.write(SILENCE, _of(place))

    def _row(self, request: SubjectRequest) -> dict[str, object]:
        texts = json.dumps([request.text, request.answer], ensure_ascii=False).encode()
        written = bool(request.text or request.answer)
        return {
            "id": request.id,
            **_columns(request.place),
            "customer_id": request.customer_id,
            "kind": request.kind.value,
            "state": request.state.value,
            "about": request.about,
            "filed": request.filed,
            "due": request.due,
            "extended": request.extended,
            "answered": request.answered,
            "answered_by": request.answered_by,
            "entry": request.entry,
            "answer_entry": request.answer_entry,
            "sealed": self._keyring.seal(texts, REQUEST, request.id) if written else None,
        }

    def _request(self, row: Row) -> SubjectRequest:
        text, answer = "", ""
        if row.sealed is not None:
            text, answer = json.loads(self._keyring.open(bytes(row.sealed), REQUEST, row.id))
        return SubjectRequest(
            id=row.id,
            place=_place(row),
            customer_id=row.customer_id,
            kind=RequestKind(row.kind),
            state=RequestState(row.state),
            text=text,
            filed=row.filed,
            due=row.due,
            entry=row.entry,
            about=row.about,
            extended=row.extended,
            answer=answer,
            answered=row.answered,
            answered_by=row.answered_by,
            answer_entry=row.answer_entry,
        )


def _columns(place: Place) -> dict[str, object]:
    return {"gallery_id": place.gallery_id, "subject_id": place.subject_id}


def _of(place: Place) -> dict[str, object]:
    return {"of_gallery": place.gallery_id, "of_subject": place.subject_id}


def _place(row: Row) -> Place:
    return Place(GalleryId(row.gallery_id), SubjectId(row.subject_id))
