"""Rules that several acts obey: who may change an account, and what a wrong try costs."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, NoReturn

from countenance.errors import ForbiddenError, NotFoundError
from countenance.ledger import Entry, EventType
from countenance.ledger.model import JsonValue
from countenance.staff.model import By, Member, StaffId, StaffRole
from countenance.staff.ports import StaffWork

FREE_TRIES: Final = 5
FIRST_DELAY: Final = timedelta(minutes=1)
LONGEST_DELAY: Final = timedelta(hours=1)


def require_administrator(work: StaffWork, by: By, at: datetime) -> None:
    """Return if `by` administers; otherwise record it, commit, and raise `ForbiddenError`."""
    if by.role is not StaffRole.ADMINISTRATOR:
        refuse(work, by, at, what="staff")


def require_another(work: StaffWork, by: By, staff_id: StaffId, at: datetime) -> None:
    """Return unless somebody changes the standing of the own account, which takes somebody else."""
    if by.id == staff_id:
        refuse(work, by, at, what="own_account")


def refuse(work: StaffWork, by: By, at: datetime, *, what: str) -> NoReturn:
    """Record that `what` was refused, commit, and raise `ForbiddenError`."""
    record_refusal(work, by, at, what=what)
    raise ForbiddenError("this takes an administrator, and never the one whose account it is")


def record_refusal(work: StaffWork, by: By, at: datetime, *, what: str) -> None:
    """Put on the ledger that `what` was refused, and commit."""
    fields: dict[str, JsonValue] = {"actor": by.id, "role": by.role.value, "what": what}
    work.ledger.record(Entry(EventType.REQUEST_REFUSED, at, fields))
    work.commit()


def existing(work: StaffWork, staff_id: StaffId) -> Member:
    """Return the member, or raise `NotFoundError`."""
    member = work.staff.get(staff_id)
    if member is None:
        raise NotFoundError(f"no account `{staff_id}`")
    return member


def locked(member: Member, at: datetime) -> bool:
    """Tell whether the account does not listen yet."""
    return member.locked_until is not None and at < member.locked_until


def after_failure(member: Member, at: datetime) -> Member:
    """Return the member after one more wrong try: from the fifth on, each wait is twice the last."""
    failures = member.failures + 1
    if failures < FREE_TRIES:
        return replace(member, failures=failures)
    doubled = FIRST_DELAY * 2 ** min(failures - FREE_TRIES, 10)
    return replace(member, failures=failures, locked_until=at + min(doubled, LONGEST_DELAY))


def record_change(work: StaffWork, by: By, member: Member, at: datetime, what: str) -> None:
    """Put a change of an account on the ledger; `what` is a word of ours, never a value."""
    fields: dict[str, JsonValue] = {
        "staff": member.id,
        "what": what,
        "role": member.role.value,
        "actor": by.id,
    }
    work.ledger.append(Entry(EventType.STAFF_CHANGED, at, fields))
