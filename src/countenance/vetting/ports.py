"""What vetting needs of a place that keeps customers, applications, reviews, leases and keys."""

from __future__ import annotations

from datetime import datetime
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self

if TYPE_CHECKING:
    from countenance.ledger.ports import Ledger
    from countenance.vetting.dossier_ports import (
        Conditions,
        Dossiers,
        LeaseVersions,
        PublishedTerms,
        Reviews,
    )
    from countenance.vetting.listing import CustomerSearch, KeySearch, LeaseSearch, Span
    from countenance.vetting.model import (
        AccessCredential,
        ApiKey,
        Customer,
        CustomerId,
        KeyId,
        Lease,
        LeaseId,
    )


class Customers(Protocol):
    """Customers by id. Writes are durable with the unit of work; the last write wins."""

    def put(self, customer: Customer) -> None:
        """Store `customer`, replacing one of the same id."""
        ...

    def get(self, customer_id: CustomerId) -> Customer | None:
        """Return the customer, or None."""
        ...

    def all(self) -> tuple[Customer, ...]:
        """Return every customer, ordered by id."""
        ...

    def page(self, sought: CustomerSearch, span: Span) -> tuple[Customer, ...]:
        """Return the customers of a span, in the order that is `sought`, found by the database."""
        ...

    def count(self, sought: CustomerSearch) -> int:
        """Return how many customers are `sought`."""
        ...


class Leases(Protocol):
    """Leases by id. A revocation is seen by the next unit of work of every process."""

    def put(self, lease: Lease) -> None:
        """Store `lease`, replacing one of the same id."""
        ...

    def get(self, lease_id: LeaseId) -> Lease | None:
        """Return the lease, or None."""
        ...

    def held(self, lease_id: LeaseId) -> tuple[Lease, Customer] | None:
        """Return the lease with the customer that holds it, or None."""
        ...

    def all(self) -> tuple[Lease, ...]:
        """Return every lease, ordered by id."""
        ...

    def page(self, sought: LeaseSearch, span: Span) -> tuple[Lease, ...]:
        """Return the leases of a span, in the order that is `sought`, found by the database."""
        ...

    def count(self, sought: LeaseSearch) -> int:
        """Return how many leases are `sought`."""
        ...


class ApiKeys(Protocol):
    """API keys by id. Keys are never deleted: a revoked one stays, so that its id cannot return."""

    def add(self, key: ApiKey) -> None:
        """Store `key`; raises `AlreadyExistsError`."""
        ...

    def get(self, key_id: KeyId) -> ApiKey | None:
        """Return the key, or None."""
        ...

    def revoke(self, key_id: KeyId, at: datetime) -> None:
        """Mark the key as revoked from `at`; raises `NotFoundError`. A second time changes nothing."""
        ...

    def expire(self, key_id: KeyId, at: datetime) -> None:
        """End the key at `at`, or when it ends already if that is earlier; raises `NotFoundError`."""
        ...

    def all(self) -> tuple[ApiKey, ...]:
        """Return every key, ordered by creation, then id."""
        ...

    def page(self, sought: KeySearch, span: Span) -> tuple[ApiKey, ...]:
        """Return the keys of a span, in the order that is `sought`, found by the database."""
        ...

    def count(self, sought: KeySearch) -> int:
        """Return how many keys are `sought`."""
        ...


class AccessCredentials(Protocol):
    """Secrets for signed requests, one a key at most, unreadable without the master key."""

    def add(self, credential: AccessCredential) -> None:
        """Store `credential`; raises `AlreadyExistsError` if the key has one, `NotFoundError` without it."""
        ...

    def get(self, key_id: KeyId) -> AccessCredential | None:
        """Return the credential, or None."""
        ...

    def remove(self, key_id: KeyId) -> None:
        """Destroy the key's credential; does nothing if it has none."""
        ...


class VettingWork(Protocol):
    """The part of a unit of work that vetting uses; same duties as the whole."""

    customers: Customers
    leases: Leases
    keys: ApiKeys
    credentials: AccessCredentials
    lease_versions: LeaseVersions
    dossiers: Dossiers
    reviews: Reviews
    conditions: Conditions
    published_terms: PublishedTerms
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

    def become_writer(self) -> None:
        """Take the writer's turn before anything is read, so that it cannot change until the commit."""
        ...

    def commit(self) -> None:
        """Make everything durable at once."""
        ...
