"""Accounts as administrators see and change them: never their own, and never a secret of theirs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from countenance.errors import InvalidInputError
from countenance.staff.model import By, Member, StaffId, StaffRole
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
        """Return names by id: to staff everybody's, to an applicant the own one alone."""
        with self.unit_of_work() as work:
            shown = (member,) if member.role is StaffRole.APPLICANT else work.staff.all()
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
        )


@dataclass(frozen=True, slots=True)
class ChangeAccount:
    """Change how an account stands. Its owner is signed out wherever that matters."""

    unit_of_work: Callable[[], StaffWork]
    clock: Callable[[], datetime]

    def role(self, by: By, staff_id: StaffId, role: StaffRole) -> Member:
        """Give the account another role; or raise `ForbiddenError`, `NotFoundError`, `InvalidInputError`."""

        def change(member: Member) -> Member:
            if StaffRole.APPLICANT in {member.role, role}:
                raise InvalidInputError("an applicant's account stays one, and no other becomes one")
            return replace(member, role=role)

        return self._change(by, staff_id, "role", change)

    def disable(self, by: By, staff_id: StaffId) -> Member:
        """Close the account at once: every session of it is over."""
        return self._change(
            by, staff_id, "disabled", lambda member: replace(member, disabled=member.disabled or self.clock())
        )

    def enable(self, by: By, staff_id: StaffId) -> Member:
        """Open the account again."""
        return self._change(by, staff_id, "enabled", lambda member: replace(member, disabled=None))

    def unlock(self, by: By, staff_id: StaffId) -> Member:
        """Let the account listen again, after too many wrong tries."""
        return self._change(
            by, staff_id, "unlocked", lambda member: replace(member, failures=0, locked_until=None)
        )

    def _change(self, by: By, staff_id: StaffId, what: str, change: Callable[[Member], Member]) -> Member:
        now = self.clock()
        with self.unit_of_work() as work:
            require_administrator(work, by, now)
            require_another(work, by, staff_id, now)
            after = change(existing(work, staff_id))
            work.staff.put(after)
            if what != "unlocked":
                work.sessions.remove_of(staff_id)
            record_change(work, by, after, now, what)
            work.commit()
        return after
