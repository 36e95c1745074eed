"""What the subject's own page needs of a place that keeps codes, sessions, requests and appearances."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from countenance.recognition.subjects.model import (
        AccessCode,
        Appearance,
        Place,
        RequestState,
        SubjectRequest,
        SubjectSession,
    )


class SubjectAccess(Protocol):
    """One-time codes and the sessions that they opened. Writes are durable with the unit of work."""

    def put_code(self, code: AccessCode) -> None:
        """Store `code`, replacing one of the same digest."""
        ...

    def code(self, digest: bytes) -> AccessCode | None:
        """Return the code, or None."""
        ...

    def remove_codes(self, place: Place) -> int:
        """Drop every code of a subject, used or not, and return how many there were."""
        ...

    def put_session(self, session: SubjectSession) -> None:
        """Store `session`, replacing one of the same digest."""
        ...

    def session(self, digest: bytes) -> SubjectSession | None:
        """Return the session, or None."""
        ...

    def remove_session(self, digest: bytes) -> None:
        """End one session."""
        ...

    def forget(self, before: datetime) -> int:
        """Drop codes and sessions that expired before that moment, and return how many there were."""
        ...


class SubjectRequests(Protocol):
    """Requests by id. What was written in them is encrypted at rest."""

    def add(self, request: SubjectRequest) -> None:
        """Store `request`; raises `AlreadyExistsError`."""
        ...

    def put(self, request: SubjectRequest) -> None:
        """Replace the request of the same id; raises `NotFoundError`."""
        ...

    def get(self, request_id: str) -> SubjectRequest | None:
        """Return the request, or None."""
        ...

    def of_subject(self, place: Place) -> tuple[SubjectRequest, ...]:
        """Return the subject's requests, the newest first."""
        ...

    def of_customer(
        self, customer_id: str, state: RequestState | None, *, limit: int
    ) -> tuple[SubjectRequest, ...]:
        """Return up to `limit` requests of a customer, in `state` if one is named, the soonest due first."""
        ...

    def silence(self, place: Place) -> int:
        """Erase what was written in the subject's requests, and return in how many something stood."""
        ...


class Appearances(Protocol):
    """Which candidate lists held a subject, sealed under the subject's own key and gone with it."""

    def add(self, place: Place, appearance: Appearance) -> None:
        """Store `appearance`; a subject that has no key is passed over."""
        ...

    def of_subject(self, place: Place, *, limit: int) -> tuple[Appearance, ...]:
        """Return up to `limit` appearances, the newest first."""
        ...


class SubjectEntries(Protocol):
    """Which entries of the log name a subject by its commitment. Made from the log, after the acts.

    Holds nothing that the log does not hold: once a subject's key is destroyed, nobody can
    tell whose the rows are.
    """

    def followed(self) -> int:
        """Return up to which entry (excluded) the log was followed."""
        ...

    def follow(self, until: int, named: Iterable[tuple[str, int]]) -> None:
        """Store commitments (hex) with their entries, and that the log was followed up to `until`."""
        ...

    def entries_of(self, commitment: str, *, limit: int) -> Sequence[int]:
        """Return up to `limit` entries that name the commitment, the newest first."""
        ...
