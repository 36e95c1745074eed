"""Accounts, sessions and invitations in memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, TypeVar

from countenance.errors import AlreadyExistsError, NotFoundError
from countenance.policy.model import Permit
from countenance.recognition.model import DecisionRecord, DecisionSearch
from countenance.staff.model import Credentials, Invitation, Member, Nomination, Session, StaffId

Value = TypeVar("Value")


@dataclass
class StaffState:
    members: dict[StaffId, Member] = field(default_factory=dict)
    staff_credentials: dict[StaffId, Credentials] = field(default_factory=dict)
    nominations: dict[StaffId, Nomination] = field(default_factory=dict)
    staff_sessions: dict[bytes, Session] = field(default_factory=dict)
    invitations: dict[bytes, Invitation] = field(default_factory=dict)


class Unit(Protocol):
    def read(self, question: Callable[[Any], Value]) -> Value: ...

    def write(self) -> Any: ...  # noqa: ANN401  the state of everything, of which this is a part


@dataclass
class FakeStaffMembers:
    unit: Unit

    def add(self, member: Member) -> None:
        members = self.unit.write().members
        if member.id in members or any(one.login == member.login for one in members.values()):
            raise AlreadyExistsError(f"there is an account `{member.login}` already")
        members[member.id] = member

    def put(self, member: Member) -> None:
        members = self.unit.write().members
        if member.id not in members:
            raise NotFoundError(f"there is no account `{member.id}`")
        others = (one for one in members.values() if one.id != member.id and one.subject is not None)
        if any(one.subject == member.subject for one in others):
            raise AlreadyExistsError("the provider vouches for another account as this subject")
        members[member.id] = member

    def get(self, staff_id: StaffId) -> Member | None:
        return self.unit.read(lambda state: state.members.get(staff_id))

    def by_login(self, login: str) -> Member | None:
        return self._first(lambda member: member.login == login)

    def by_subject(self, subject: str) -> Member | None:
        return self._first(lambda member: member.subject == subject)

    def all(self) -> tuple[Member, ...]:
        return self.unit.read(
            lambda state: tuple(sorted(state.members.values(), key=lambda member: member.login))
        )

    def credentials(self, staff_id: StaffId) -> Credentials:
        return self.unit.read(lambda state: state.staff_credentials.get(staff_id, Credentials()))

    def put_credentials(self, staff_id: StaffId, credentials: Credentials) -> None:
        state = self.unit.write()
        if staff_id not in state.members:
            raise NotFoundError(f"there is no account `{staff_id}`")
        state.staff_credentials[staff_id] = credentials

    def nomination(self, staff_id: StaffId) -> Nomination | None:
        return self.unit.read(lambda state: state.nominations.get(staff_id))

    def put_nomination(self, staff_id: StaffId, nomination: Nomination) -> None:
        state = self.unit.write()
        if staff_id not in state.members:
            raise NotFoundError(f"there is no account `{staff_id}`")
        state.nominations[staff_id] = nomination

    def _first(self, test: Callable[[Member], bool]) -> Member | None:
        return self.unit.read(lambda state: next(filter(test, state.members.values()), None))


@dataclass
class FakeStaffSessions:
    unit: Unit

    def put(self, session: Session) -> None:
        self.unit.write().staff_sessions[session.digest] = session

    def get(self, digest: bytes) -> Session | None:
        return self.unit.read(lambda state: state.staff_sessions.get(digest))

    def remove(self, digest: bytes) -> None:
        self.unit.write().staff_sessions.pop(digest, None)

    def remove_of(self, staff_id: StaffId) -> int:
        return self._drop(lambda session: session.staff_id == staff_id)

    def forget(self, before: datetime) -> int:
        return self._drop(lambda session: session.expires < before)

    def _drop(self, test: Callable[[Session], bool]) -> int:
        sessions = self.unit.write().staff_sessions
        gone = [digest for digest, session in sessions.items() if test(session)]
        for digest in gone:
            del sessions[digest]
        return len(gone)


@dataclass
class FakeInvitations:
    unit: Unit

    def put(self, invitation: Invitation) -> None:
        self.unit.write().invitations[invitation.digest] = invitation

    def get(self, digest: bytes) -> Invitation | None:
        return self.unit.read(lambda state: state.invitations.get(digest))

    def of(self, staff_id: StaffId) -> tuple[Invitation, ...]:
        def question(state: Any) -> tuple[Invitation, ...]:  # noqa: ANN401  as above
            found = [one for one in state.invitations.values() if one.staff_id == staff_id]
            return tuple(sorted(found, key=lambda one: (one.created, one.digest)))

        return self.unit.read(question)

    def remove_of(self, staff_id: StaffId) -> int:
        invitations = self.unit.write().invitations
        gone = [digest for digest, one in invitations.items() if one.staff_id == staff_id]
        for digest in gone:
            del invitations[digest]
        return len(gone)


def matches(sought: DecisionSearch, record: DecisionRecord) -> bool:
    """Tell whether a decision is one of those sought."""
    named = {record.id, record.actor_id, *(reason.id for reason in record.decision.reasons)}
    return (
        sought.text in {"", *named}
        and sought.act in {None, record.question.act}
        and sought.permitted in {None, isinstance(record.decision, Permit)}
        and sought.customer_id in {None, record.customer_id}
        and (sought.since is None or record.asked >= sought.since)
        and (sought.until is None or record.asked < sought.until)
    )
