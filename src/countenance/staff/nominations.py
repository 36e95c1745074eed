"""Two people make a reviewer or an administrator: one names them, and another one confirms.

Whoever could alone make the accounts of both reviewers could alone permit everything. So an
account that is to hold a weighty role, or whose proofs were taken away while it holds one,
waits until somebody else who holds such a role has confirmed it. An invited or reset account
stays closed until then; a raised one keeps its old role.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from countenance.errors import SeparationError, StateError
from countenance.staff.model import (
    GOOD_FOR,
    LOCAL,
    WEIGHTY,
    By,
    Member,
    Nomination,
    NominationKind,
    NominationState,
    StaffId,
    StaffRole,
)
from countenance.staff.ports import StaffWork
from countenance.staff.standing import existing, record_change, record_refusal, refuse

READERS = WEIGHTY | {StaffRole.AUDITOR}


@dataclass(frozen=True, slots=True)
class Nominated:
    """An account with its last nomination, and when and by whom its last link was made."""

    member: Member
    nomination: Nomination
    linked: datetime | None
    linked_by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming:
    """That an account is named for a role: which, how, when."""

    role: StaffRole
    kind: NominationKind
    at: datetime


def nominate(work: StaffWork, by: By, nominee: Member, naming: Naming) -> Nomination:
    """Return the nomination, not stored yet: it waits, unless there is nobody else who could look at it.

    Nobody else is there in an installation in which no other account ever held or was named for
    a weighty role. The command line stands beside the database and needs nobody; the ledger says
    that it was alone.
    """
    alone = by == LOCAL or not _others(work, frozenset({by.id, nominee.id}))
    state = NominationState.ALONE if alone else NominationState.WAITING
    return Nomination(role=naming.role, kind=naming.kind, by=by.id, at=naming.at, state=state)


def end_nomination(work: StaffWork, by: By, member: Member, at: datetime) -> None:
    """Remember that an account held a weighty role, or was named for one, and does not any more."""
    held = work.staff.nomination(member.id)
    if member.role not in WEIGHTY and (held is None or not held.waits):
        return
    role = held.role if held is not None and held.waits else member.role
    ended = Nomination(
        role=role,
        kind=held.kind if held is not None else NominationKind.ROLE,
        by=held.by if held is not None else by.id,
        at=held.at if held is not None else at,
        state=NominationState.ENDED,
        decided_by=by.id,
        decided=at,
    )
    work.staff.put_nomination(member.id, ended)


@dataclass(frozen=True, slots=True)
class Nominations:
    """Show who is to hold a weighty role, and confirm or decline it."""

    unit_of_work: Callable[[], StaffWork]
    clock: Callable[[], datetime]

    def all(self, by: By) -> tuple[Nominated, ...]:
        """Return every account that was ever named, or raise `ForbiddenError`.

        What waits comes first, then the newest.
        """
        with self.unit_of_work() as work:
            if by.role not in READERS:
                refuse(work, by, self.clock(), what="nomination")
            found = [
                _nominated(work, member, held)
                for member in work.staff.all()
                if (held := work.staff.nomination(member.id)) is not None
            ]
        found.sort(key=lambda one: (one.nomination.waits, one.nomination.at, one.member.id), reverse=True)
        return tuple(found)

    def confirm(self, by: By, staff_id: StaffId) -> Member:
        """Return the account, which holds its role from now on.

        Raises `ForbiddenError` for a role that confirms nobody, `NotFoundError`, `StateError` where
        nothing waits, and `SeparationError` for whoever named the account and for the account itself.
        """
        now = self.clock()
        with self.unit_of_work() as work:
            member, held = self._waiting(work, by, staff_id, now)
            if by.id in {held.by, staff_id}:
                record_refusal(work, by, now, what="separation")
                raise SeparationError("who names somebody does not confirm it: another person has to look")
            if held.kind is not NominationKind.ROLE:
                member = replace(member, disabled=None)
            after = replace(member, role=held.role)
            work.staff.put(after)
            work.sessions.remove_of(staff_id)
            for invitation in work.invitations.of(staff_id):
                if invitation.used is None:
                    work.invitations.put(replace(invitation, expires=now + GOOD_FOR))
            self._settle(work, by, after, replace(held, state=NominationState.CONFIRMED))
        return after

    def decline(self, by: By, staff_id: StaffId) -> Member:
        """Return the account as it stays: closed if it was invited or reset, else in its old role.

        Whoever named it can take that back. Raises like `confirm`, but never for who named it.
        """
        now = self.clock()
        with self.unit_of_work() as work:
            member, held = self._waiting(work, by, staff_id, now)
            if held.kind is not NominationKind.ROLE:
                work.invitations.remove_of(staff_id)
            self._settle(work, by, member, replace(held, state=NominationState.DECLINED))
        return member

    def _waiting(
        self, work: StaffWork, by: By, staff_id: StaffId, now: datetime
    ) -> tuple[Member, Nomination]:
        if by.role not in WEIGHTY:
            refuse(work, by, now, what="nomination")
        member = existing(work, staff_id)
        held = work.staff.nomination(staff_id)
        if held is None or not held.waits:
            raise StateError(f"nothing waits for a second person at the account `{member.login}`")
        return member, held

    def _settle(self, work: StaffWork, by: By, member: Member, nomination: Nomination) -> None:
        now = self.clock()
        work.staff.put_nomination(member.id, replace(nomination, decided_by=by.id, decided=now))
        record_change(work, by, member, now, nomination.state.value)
        work.commit()


def _nominated(work: StaffWork, member: Member, nomination: Nomination) -> Nominated:
    links = work.invitations.of(member.id)
    last = links[-1] if links else None
    return Nominated(
        member=member,
        nomination=nomination,
        linked=last.created if last is not None else None,
        linked_by=last.made_by if last is not None else None,
    )


def _others(work: StaffWork, apart_from: frozenset[str]) -> bool:
    """Tell whether another account holds, held or was named for a weighty role, open or closed."""
    return any(
        member.role in WEIGHTY or work.staff.nomination(member.id) is not None
        for member in work.staff.all()
        if member.id not in apart_from
    )
