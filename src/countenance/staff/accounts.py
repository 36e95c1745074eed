"""Accounts as administrators see and change them: never their own, and never a secret of theirs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from countenance.errors import InvalidInputError, SeparationError
from countenance.staff.model import (
    OUTSIDE,
    WEIGHTY,
    By,
    Member,
    Nomination,
    NominationKind,
    StaffId,
    StaffRole,
)
from countenance.staff.nominations import Naming, end_nomination, nominate
from countenance.staff.ports import StaffWork
from countenance.staff.standing import (
    existing,
    record_change,
    refuse,
    require_administrator,
    require_another,
)

_READERS = frozenset({StaffRole.ADMINISTRATOR, StaffRole.AUDITOR})


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A member with how the account stands, and nothing that proves who it is."""

    member: Member
    password: bool
    code: bool
    passkeys: int
    recovery: int
    invited_until: datetime | None
    nomination: Nomination | None


@dataclass(frozen=True, slots=True)
class ReadAccounts:
    """Show accounts to administrators and auditors."""

    unit_of_work: Callable[[], StaffWork]
    clock: Callable[[], datetime]

    def __call__(self, by: By) -> tuple[Account, ...]:
        """Return every account, ordered by login, or raise `ForbiddenError`."""
        with self.unit_of_work() as work:
            self._require(work, by)
            return tuple(self._account(work, member) for member in work.staff.all())

    def one(self, by: By, staff_id: StaffId) -> Account:
        """Return one account, or raise `ForbiddenError` or `NotFoundError`."""
        with self.unit_of_work() as work:
            self._require(work, by)
            return self._account(work, existing(work, staff_id))

    def names(self, member: Member) -> Mapping[str, str]:
        """Return names by id: to staff everybody's, to a customer's people the own one alone."""
        with self.unit_of_work() as work:
            shown = (member,) if member.role in OUTSIDE else work.staff.all()
        return {one.id: one.name for one in shown}

    def own(self, member: Member) -> Account:
        """Return somebody's own account."""
        with self.unit_of_work() as work:
            return self._account(work, existing(work, member.id))

    def _require(self, work: StaffWork, by: By) -> None:
        if by.role not in _READERS:
            refuse(work, by, self.clock(), what="staff")

    def _account(self, work: StaffWork, member: Member) -> Account:
        held, now = work.staff.credentials(member.id), self.clock()
        waiting = [one.expires for one in work.invitations.of(member.id) if one.used is None]
        return Account(
            member=member,
            password=held.password is not None,
            code=held.totp is not None,
            passkeys=len(held.passkeys),
            recovery=len(held.recovery),
            invited_until=max((moment for moment in waiting if moment > now), default=None),
            nomination=work.staff.nomination(member.id),
        )


@dataclass(frozen=True, slots=True)
class ChangeAccount:
    """Change how an account stands. Its owner is signed out wherever that matters."""

    unit_of_work: Callable[[], StaffWork]
    clock: Callable[[], datetime]

    def role(self, by: By, staff_id: StaffId, role: StaffRole) -> Member:
        """Give the account another role; or raise `ForbiddenError`, `NotFoundError`, `InvalidInputError`.

        A weighty role is only named here: the account keeps the one it has until a second person
        has confirmed it (see `nominations`).
        """

        def change(work: StaffWork, member: Member) -> tuple[Member, str]:
            if OUTSIDE & {member.role, role}:
                raise InvalidInputError(
                    "an account of a customer's stays what it is, and no other becomes one"
                )
            if role is member.role:
                return member, "role"
            now = self.clock()
            if role not in WEIGHTY:
                end_nomination(work, by, member, now)
                return replace(member, role=role), "role"
            naming = Naming(role=role, kind=NominationKind.ROLE, at=now)
            _require_settled(work, member)
            nomination = nominate(work, by, member, naming)
            work.staff.put_nomination(staff_id, nomination)
            return (member, "named") if nomination.waits else (replace(member, role=role), "role")

        return self._change(by, staff_id, change)

    def disable(self, by: By, staff_id: StaffId) -> Member:
        """Close the account at once: every session of it is over."""
        return self._change(
            by, staff_id, lambda _, one: (replace(one, disabled=one.disabled or self.clock()), "disabled")
        )

    def enable(self, by: By, staff_id: StaffId) -> Member:
        """Open the account again; raises `SeparationError` while a second person has to confirm it."""

        def change(work: StaffWork, member: Member) -> tuple[Member, str]:
            _require_settled(work, member)
            return replace(member, disabled=None), "enabled"

        return self._change(by, staff_id, change)

    def unlock(self, by: By, staff_id: StaffId) -> Member:
        """Let the account listen again, after too many wrong tries."""
        return self._change(
            by, staff_id, lambda _, one: (replace(one, failures=0, locked_until=None), "unlocked")
        )

    def _change(
        self, by: By, staff_id: StaffId, change: Callable[[StaffWork, Member], tuple[Member, str]]
    ) -> Member:
        """Store what `change` makes of the account, and record it under the word that it gives it."""
        now = self.clock()
        with self.unit_of_work() as work:
            require_administrator(work, by, now)
            require_another(work, by, staff_id, now)
            before = existing(work, staff_id)
            after, what = change(work, before)
            work.staff.put(after)
            if what not in {"unlocked", "named"}:
                work.sessions.remove_of(staff_id)
            record_change(work, by, after, now, what)
            work.commit()
        return after


def _require_settled(work: StaffWork, member: Member) -> None:
    """Return unless the account stays closed for want of a second person's word."""
    held = work.staff.nomination(member.id)
    if held is not None and held.keeps_closed:
        raise SeparationError("this account opens when a second person has confirmed it")
