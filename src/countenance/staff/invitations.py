"""How somebody comes to have an account: by a link that works once, never by a password that others know."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from countenance.errors import InvalidInputError, NotFoundError, StateError
from countenance.ledger import Entry, EventType
from countenance.ledger.model import JsonValue
from countenance.staff.model import (
    GOOD_FOR,
    OUTSIDE,
    WEIGHTY,
    By,
    Credentials,
    Invitation,
    Invited,
    Member,
    Nomination,
    NominationKind,
    Opened,
    StaffId,
    StaffRole,
    Stage,
)
from countenance.staff.nominations import Naming, end_nomination, nominate
from countenance.staff.passwords import Passwords
from countenance.staff.ports import StaffWork
from countenance.staff.sessions import open_session
from countenance.staff.standing import existing, record_change, require_administrator, require_another
from countenance.staff.tokens import digest_of, new_token

_LOGIN: Final = re.compile(r"[a-z0-9][a-z0-9._-]{1,62}[a-z0-9]")
_LONGEST_NAME: Final = 100
_GONE: Final = "this invitation was used, has expired or was never made"


@dataclass(frozen=True, slots=True, kw_only=True)
class Newcomer:
    """Who is invited: a login (3 to 64 small letters, digits, `.`, `_`, `-`), a name, and a role.

    `customer` is to whom an applicant or an operator belongs; the others have none.
    """

    login: str
    name: str
    role: StaffRole
    customer: str | None = None


@dataclass(frozen=True, slots=True)
class Invite:
    """Make an account without a password, and a link by which its owner sets one.

    An account that is to hold a weighty role stays closed, and its link opens nothing, until a
    second person has confirmed it (see `nominations`).
    """

    unit_of_work: Callable[[], StaffWork]
    clock: Callable[[], datetime]

    def __call__(self, by: By, newcomer: Newcomer) -> Invited:
        """Return the invitation; or raise `ForbiddenError`, `InvalidInputError` or `AlreadyExistsError`."""
        now = self.clock()
        with self.unit_of_work() as work:
            require_administrator(work, by, now)
            made = _member(newcomer, now)
            member, nomination = _named(work, by, made, NominationKind.INVITED, now)
            work.staff.add(member)
            if nomination is not None:
                work.staff.put_nomination(member.id, nomination)
            invited = _invite(work, by, member, now)
            fields: dict[str, JsonValue] = {"staff": member.id, "role": member.role.value, "actor": by.id}
            if nomination is not None:
                fields["confirmation"] = nomination.state.value
            work.ledger.append(Entry(EventType.STAFF_INVITED, now, fields))
            work.commit()
        return invited

    def again(self, by: By, staff_id: StaffId) -> Invited:
        """Take away everything that proves who somebody is, and return a link to begin anew.

        For whoever lost it all; the account of a reviewer or administrator is closed until a second
        person has confirmed it. Raises `ForbiddenError` (also for the own account) or `NotFoundError`.
        """
        now = self.clock()
        with self.unit_of_work() as work:
            require_administrator(work, by, now)
            require_another(work, by, staff_id, now)
            held = replace(existing(work, staff_id), failures=0, locked_until=None, subject=None)
            member, nomination = _named(work, by, held, NominationKind.RESET, now)
            if nomination is None:
                end_nomination(work, by, held, now)
            else:
                work.staff.put_nomination(staff_id, nomination)
            work.staff.put(member)
            work.staff.put_credentials(staff_id, Credentials())
            work.sessions.remove_of(staff_id)
            work.invitations.remove_of(staff_id)
            invited = _invite(work, by, member, now)
            record_change(work, by, member, now, "reset")
            work.commit()
        return invited


@dataclass(frozen=True, slots=True)
class AcceptInvitation:
    """Set the password of an account, once, and go on to its second factor."""

    unit_of_work: Callable[[], StaffWork]
    clock: Callable[[], datetime]
    passwords: Passwords

    def look(self, token: str) -> Member:
        """Return whose invitation it is, or raise `NotFoundError`: used, expired and unknown are one.

        Raises `StateError` while a second person has to confirm the account.
        """
        with self.unit_of_work() as work:
            return self._open(work, token)[1]

    def __call__(self, token: str, password: str) -> Opened:
        """Return a session in which the second factor is made; or `NotFoundError`, `InvalidInputError`."""
        member = self.look(token)
        hashed = self.passwords.hash(password, login=member.login)
        now = self.clock()
        with self.unit_of_work() as work:
            invitation, member = self._open(work, token)
            work.staff.put_credentials(member.id, Credentials(password=hashed))
            work.invitations.put(replace(invitation, used=now))
            opened = open_session(work, member, Stage.ENROLLING, now)
            fields: dict[str, JsonValue] = {"staff": member.id, "role": member.role.value}
            fields["invited_by"] = invitation.made_by
            work.ledger.append(Entry(EventType.STAFF_JOINED, now, fields))
            work.commit()
        return opened

    def _open(self, work: StaffWork, token: str) -> tuple[Invitation, Member]:
        invitation = work.invitations.get(digest_of(token))
        if invitation is None or invitation.used is not None or self.clock() >= invitation.expires:
            raise NotFoundError(_GONE)
        member = work.staff.get(invitation.staff_id)
        held = work.staff.nomination(invitation.staff_id)
        if member is not None and held is not None and held.waits and held.keeps_closed:
            raise StateError("this invitation opens when a second person has confirmed it")
        if member is None or member.disabled is not None:
            raise NotFoundError(_GONE)
        return invitation, member


def _named(
    work: StaffWork, by: By, member: Member, kind: NominationKind, now: datetime
) -> tuple[Member, Nomination | None]:
    """Return the member, closed where a second person has to confirm it, with the nomination it takes."""
    if member.role not in WEIGHTY:
        return member, None
    nomination = nominate(work, by, member, Naming(role=member.role, kind=kind, at=now))
    return (replace(member, disabled=now) if nomination.waits else member), nomination


def _invite(work: StaffWork, by: By, member: Member, now: datetime) -> Invited:
    token = new_token()
    invitation = Invitation(
        digest=digest_of(token), staff_id=member.id, made_by=by.id, created=now, expires=now + GOOD_FOR
    )
    work.invitations.put(invitation)
    return Invited(token, invitation, member)


def _member(newcomer: Newcomer, now: datetime) -> Member:
    login = newcomer.login.strip().casefold()
    if not _LOGIN.fullmatch(login):
        raise InvalidInputError(
            f"`{newcomer.login}` is no login: 3 to 64 small letters, digits, dots, dashes or underscores"
        )
    name = " ".join(newcomer.name.split())
    if not 0 < len(name) <= _LONGEST_NAME:
        raise InvalidInputError(f"a name has 1 to {_LONGEST_NAME} characters")
    if (newcomer.role in OUTSIDE) != (newcomer.customer is not None):
        raise InvalidInputError("an applicant or an operator belongs to a customer, and nobody else does")
    return Member(
        id=StaffId(f"stf_{secrets.token_hex(8)}"),
        login=login,
        name=name,
        role=newcomer.role,
        created=now,
        customer=newcomer.customer,
    )
