"""What the room needs of a place that keeps accounts."""

from __future__ import annotations

from datetime import datetime
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self

if TYPE_CHECKING:
    from countenance.ledger.ports import Ledger
    from countenance.staff.model import Credentials, Invitation, Member, Nomination, Session, StaffId


class StaffMembers(Protocol):
    """Accounts by id, each with what proves who it is. Durable with the unit of work.

    Accounts are never deleted: a disabled one stays, so that its id cannot return. Credentials
    cannot be read from the database without the master key.
    """

    def add(self, member: Member) -> None:
        """Store `member`; raises `AlreadyExistsError` if its id or its login is taken."""
        ...

    def put(self, member: Member) -> None:
        """Replace the member of the same id.

        Raises `NotFoundError`, and `AlreadyExistsError` if its subject is another member's.
        """
        ...

    def get(self, staff_id: StaffId) -> Member | None:
        """Return the member, or None."""
        ...

    def by_login(self, login: str) -> Member | None:
        """Return the member who signs in with that name, or None."""
        ...

    def by_subject(self, subject: str) -> Member | None:
        """Return the member whom the identity provider knows as `subject`, or None."""
        ...

    def all(self) -> tuple[Member, ...]:
        """Return every member, ordered by login."""
        ...

    def credentials(self, staff_id: StaffId) -> Credentials:
        """Return the member's credentials; empty ones for somebody who has none."""
        ...

    def put_credentials(self, staff_id: StaffId, credentials: Credentials) -> None:
        """Store the member's credentials, replacing those before; raises `NotFoundError`."""
        ...

    def nomination(self, staff_id: StaffId) -> Nomination | None:
        """Return the member's last nomination, or None.

        It cannot be forged by whoever can write to the database and has no master key.
        """
        ...

    def put_nomination(self, staff_id: StaffId, nomination: Nomination) -> None:
        """Store the nomination in the place of the one before; raises `NotFoundError`."""
        ...


class StaffSessions(Protocol):
    """Sessions by the digest of what the browser holds. The end of one is seen by the next unit of work."""

    def put(self, session: Session) -> None:
        """Store `session`, replacing one of the same digest."""
        ...

    def get(self, digest: bytes) -> Session | None:
        """Return the session, or None."""
        ...

    def remove(self, digest: bytes) -> None:
        """End one session; does nothing if there is none."""
        ...

    def remove_of(self, staff_id: StaffId) -> int:
        """End every session of a member, and return how many there were."""
        ...

    def forget(self, before: datetime) -> int:
        """Drop the sessions that expired before that moment, and return how many there were."""
        ...


class Invitations(Protocol):
    """Invitations by the digest of their text."""

    def put(self, invitation: Invitation) -> None:
        """Store `invitation`, replacing one of the same digest."""
        ...

    def get(self, digest: bytes) -> Invitation | None:
        """Return the invitation, or None."""
        ...

    def of(self, staff_id: StaffId) -> tuple[Invitation, ...]:
        """Return the invitations of a member, the oldest first."""
        ...

    def remove_of(self, staff_id: StaffId) -> int:
        """Drop the member's invitations, and return how many there were."""
        ...


class StaffWork(Protocol):
    """The part of a unit of work that this room uses; same duties as the whole."""

    staff: StaffMembers
    sessions: StaffSessions
    invitations: Invitations
    ledger: Ledger

    def __enter__(self) -> Self:
        """Begin."""
        ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Roll back what was not committed."""
        ...

    def commit(self) -> None:
        """Make everything durable at once."""
        ...
