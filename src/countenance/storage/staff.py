"""Accounts, sessions and invitations; what proves who somebody is is sealed under the master key."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import bindparam, delete, select

from countenance.errors import AlreadyExistsError, NotFoundError
from countenance.staff.model import (
    Credentials,
    Invitation,
    Member,
    Nomination,
    NominationKind,
    NominationState,
    Passkey,
    Session,
    StaffId,
    StaffRole,
    Stage,
)
from countenance.storage.prepared import Row
from countenance.storage.secrecy import Keyring
from countenance.storage.session import Session as Transaction
from countenance.storage.staff_tables import (
    staff_credentials,
    staff_invitations,
    staff_members,
    staff_sessions,
)
from countenance.storage.statements import insert_if_absent, keyed, replace_by_key

CREDENTIALS: Final = "staff-credentials"
"""The place that credentials are sealed for, beside the member's id."""

_MEMBER: Final = select(staff_members).where(staff_members.c.id == bindparam("id"))
_BY_LOGIN: Final = select(staff_members).where(staff_members.c.login == bindparam("login"))
_BY_SUBJECT: Final = select(staff_members).where(staff_members.c.subject == bindparam("subject"))
_MEMBERS: Final = select(staff_members).order_by(staff_members.c.login)
_INSERT_MEMBER: Final = insert_if_absent(staff_members)
_REPLACE_MEMBER: Final = replace_by_key(staff_members)
_CREDENTIALS: Final = select(staff_credentials).where(staff_credentials.c.staff_id == bindparam("staff_id"))
_INSERT_CREDENTIALS: Final = insert_if_absent(staff_credentials)
_REPLACE_CREDENTIALS: Final = replace_by_key(staff_credentials)
_SESSION: Final = select(staff_sessions).where(staff_sessions.c.digest == bindparam("digest"))
_INSERT_SESSION: Final = insert_if_absent(staff_sessions)
_REPLACE_SESSION: Final = replace_by_key(staff_sessions)
_REMOVE_SESSION: Final = delete(staff_sessions).where(staff_sessions.c.digest == bindparam("which"))
_REMOVE_SESSIONS: Final = delete(staff_sessions).where(staff_sessions.c.staff_id == bindparam("of_staff"))
_FORGET_SESSIONS: Final = delete(staff_sessions).where(staff_sessions.c.expires < bindparam("before"))
_INVITATION: Final = select(staff_invitations).where(staff_invitations.c.digest == bindparam("digest"))
_INVITATIONS: Final = (
    select(staff_invitations)
    .where(staff_invitations.c.staff_id == bindparam("staff_id"))
    .order_by(staff_invitations.c.created, staff_invitations.c.digest)
)
_INSERT_INVITATION: Final = insert_if_absent(staff_invitations)
_REPLACE_INVITATION: Final = replace_by_key(staff_invitations)
_REMOVE_INVITATIONS: Final = delete(staff_invitations).where(
    staff_invitations.c.staff_id == bindparam("of_staff")
)


_NOMINATION: Final = "nomination"


class SqlStaffMembers:
    """Accounts by id."""

    __slots__ = ("_keyring", "_session")

    def __init__(self, session: Transaction, keyring: Keyring) -> None:
        self._session = session
        self._keyring = keyring

    def add(self, member: Member) -> None:
        """Store `member`; raises `AlreadyExistsError` if its id, login or subject is taken."""
        if not self._session.insert_new(_INSERT_MEMBER, _member_row(member)):
            raise AlreadyExistsError(f"there is an account `{member.login}` already")

    def put(self, member: Member) -> None:
        """Replace the member of the same id; raises `NotFoundError` or `AlreadyExistsError`."""
        other = self.by_subject(member.subject) if member.subject is not None else None
        if other is not None and other.id != member.id:
            raise AlreadyExistsError("the provider vouches for another account as this subject")
        if not self._session.write(_REPLACE_MEMBER, keyed(_member_row(member), ["id"])):
            raise NotFoundError(f"there is no account `{member.id}`")

    def get(self, staff_id: StaffId) -> Member | None:
        """Return the member, or None."""
        return _first(self._session.read(_MEMBER, {"id": staff_id}))

    def by_login(self, login: str) -> Member | None:
        """Return the member who signs in with that name, or None."""
        return _first(self._session.read(_BY_LOGIN, {"login": login}))

    def by_subject(self, subject: str) -> Member | None:
        """Return the member whom the identity provider knows as `subject`, or None."""
        return _first(self._session.read(_BY_SUBJECT, {"subject": subject}))

    def all(self) -> tuple[Member, ...]:
        """Return every member, ordered by login."""
        return tuple(map(_member, self._session.read(_MEMBERS, {})))

    def credentials(self, staff_id: StaffId) -> Credentials:
        """Return the member's credentials; empty ones for somebody who has none."""
        document = self._opened(staff_id)
        return _credentials(document) if "recovery" in document else Credentials()

    def put_credentials(self, staff_id: StaffId, credentials: Credentials) -> None:
        """Store the member's credentials; raises `NotFoundError`."""
        self._seal(staff_id, _document(credentials))

    def nomination(self, staff_id: StaffId) -> Nomination | None:
        """Return the member's last nomination, or None."""
        document = self._opened(staff_id).get(_NOMINATION)
        return _nomination(document) if document is not None else None

    def put_nomination(self, staff_id: StaffId, nomination: Nomination) -> None:
        """Store the nomination in the place of the one before; raises `NotFoundError`."""
        self._seal(staff_id, {_NOMINATION: _nomination_document(nomination)})

    def _opened(self, staff_id: StaffId) -> Mapping[str, Any]:
        """Return what is sealed of an account: its credentials and its nomination, in one document."""
        rows = self._session.read(_CREDENTIALS, {"staff_id": staff_id})
        if not rows:
            return {}
        document: Mapping[str, Any] = json.loads(
            self._keyring.open(bytes(rows[0].sealed), CREDENTIALS, staff_id)
        )
        return document

    def _seal(self, staff_id: StaffId, part: Mapping[str, object]) -> None:
        """Put a part of the sealed document in the place of what it had there."""
        if self.get(staff_id) is None:
            raise NotFoundError(f"there is no account `{staff_id}`")
        document = {**self._opened(staff_id), **part}
        sealed = self._keyring.seal(json.dumps(document).encode(), CREDENTIALS, staff_id)
        row: dict[str, object] = {"staff_id": staff_id, "sealed": sealed}
        if not self._session.insert_new(_INSERT_CREDENTIALS, row):
            self._session.write(_REPLACE_CREDENTIALS, keyed(row, ["staff_id"]))
        self._session.leaves_traces()


class SqlStaffSessions:
    """Sessions by digest."""

    __slots__ = ("_session",)

    def __init__(self, session: Transaction) -> None:
        self._session = session

    def put(self, session: Session) -> None:
        """Store `session`, replacing one of the same digest."""
        row: dict[str, object] = {
            "digest": session.digest.hex(),
            "staff_id": session.staff_id,
            "stage": session.stage.value,
            "created": session.created,
            "seen": session.seen,
            "expires": session.expires,
            "confirmed": session.confirmed,
            "challenge": session.challenge,
        }
        if not self._session.insert_new(_INSERT_SESSION, row):
            self._session.write(_REPLACE_SESSION, keyed(row, ["digest"]))

    def get(self, digest: bytes) -> Session | None:
        """Return the session, or None."""
        rows = self._session.read(_SESSION, {"digest": digest.hex()})
        if not rows:
            return None
        row = rows[0]
        return Session(
            digest=digest,
            staff_id=StaffId(row.staff_id),
            stage=Stage(row.stage),
            created=row.created,
            seen=row.seen,
            expires=row.expires,
            confirmed=row.confirmed,
            challenge=None if row.challenge is None else bytes(row.challenge),
        )

    def remove(self, digest: bytes) -> None:
        """End one session."""
        self._session.write(_REMOVE_SESSION, {"which": digest.hex()})

    def remove_of(self, staff_id: StaffId) -> int:
        """End every session of a member, and return how many there were."""
        return self._session.write(_REMOVE_SESSIONS, {"of_staff": staff_id})

    def forget(self, before: datetime) -> int:
        """Drop the sessions that expired before that moment, and return how many there were."""
        return self._session.write(_FORGET_SESSIONS, {"before": before})


class SqlInvitations:
    """Invitations by digest."""

    __slots__ = ("_session",)

    def __init__(self, session: Transaction) -> None:
        self._session = session

    def put(self, invitation: Invitation) -> None:
        """Store `invitation`, replacing one of the same digest."""
        row: dict[str, object] = {
            "digest": invitation.digest.hex(),
            "staff_id": invitation.staff_id,
            "made_by": invitation.made_by,
            "created": invitation.created,
            "expires": invitation.expires,
            "used": invitation.used,
        }
        if not self._session.insert_new(_INSERT_INVITATION, row):
            self._session.write(_REPLACE_INVITATION, keyed(row, ["digest"]))

    def get(self, digest: bytes) -> Invitation | None:
        """Return the invitation, or None."""
        rows = self._session.read(_INVITATION, {"digest": digest.hex()})
        return _invitation(rows[0]) if rows else None

    def of(self, staff_id: StaffId) -> tuple[Invitation, ...]:
        """Return the invitations of a member, the oldest first."""
        return tuple(map(_invitation, self._session.read(_INVITATIONS, {"staff_id": staff_id})))

    def remove_of(self, staff_id: StaffId) -> int:
        """Drop the member's invitations, and return how many there were."""
        return self._session.write(_REMOVE_INVITATIONS, {"of_staff": staff_id})


def _first(rows: list[Row]) -> Member | None:
    return _member(rows[0]) if rows else None


def _member_row(member: Member) -> dict[str, object]:
    return {
        "id": member.id,
        "login": member.login,
        "name": member.name,
        "role": member.role.value,
        "customer": member.customer,
        "created": member.created,
        "disabled": member.disabled,
        "failures": member.failures,
        "locked_until": member.locked_until,
        "subject": member.subject,
    }


def _member(row: Row) -> Member:
    return Member(
        id=StaffId(row.id),
        login=row.login,
        name=row.name,
        role=StaffRole(row.role),
        customer=row.customer,
        created=row.created,
        disabled=row.disabled,
        failures=row.failures,
        locked_until=row.locked_until,
        subject=row.subject,
    )


def _invitation(row: Row) -> Invitation:
    return Invitation(
        digest=bytes.fromhex(row.digest),
        staff_id=StaffId(row.staff_id),
        made_by=row.made_by,
        created=row.created,
        expires=row.expires,
        used=row.used,
    )


def _nomination_document(nomination: Nomination) -> dict[str, object]:
    return {
        "role": nomination.role.value,
        "kind": nomination.kind.value,
        "by": nomination.by,
        "at": nomination.at.isoformat(),
        "state": nomination.state.value,
        "decided_by": nomination.decided_by,
        "decided": nomination.decided.isoformat() if nomination.decided is not None else None,
    }


def _nomination(document: Mapping[str, Any]) -> Nomination:
    decided = document["decided"]
    return Nomination(
        role=StaffRole(document["role"]),
        kind=NominationKind(document["kind"]),
        by=document["by"],
        at=datetime.fromisoformat(document["at"]),
        state=NominationState(document["state"]),
        decided_by=document["decided_by"],
        decided=datetime.fromisoformat(decided) if decided is not None else None,
    )


def _document(credentials: Credentials) -> dict[str, object]:
    return {
        "password": credentials.password,
        "totp": credentials.totp,
        "pending_totp": credentials.pending_totp,
        "totp_step": credentials.totp_step,
        "recovery": [digest.hex() for digest in credentials.recovery],
        "passkeys": [
            {
                "id": key.id.hex(),
                "public_key": key.public_key.hex(),
                "sign_count": key.sign_count,
                "label": key.label,
                "created": key.created.isoformat(),
            }
            for key in credentials.passkeys
        ],
    }


def _credentials(document: Mapping[str, Any]) -> Credentials:
    return Credentials(
        password=document["password"],
        totp=document["totp"],
        pending_totp=document["pending_totp"],
        totp_step=document["totp_step"],
        recovery=tuple(map(bytes.fromhex, document["recovery"])),
        passkeys=tuple(
            Passkey(
                id=bytes.fromhex(key["id"]),
                public_key=bytes.fromhex(key["public_key"]),
                sign_count=key["sign_count"],
                label=key["label"],
                created=datetime.fromisoformat(key["created"]),
            )
            for key in document["passkeys"]
        ),
    )
