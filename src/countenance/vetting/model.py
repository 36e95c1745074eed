"""Customers, the leases they hold, and the keys that act under a lease."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NewType

from countenance.policy.model import CustomerKind, Jurisdiction, LeaseTerms

CustomerId = NewType("CustomerId", str)
LeaseId = NewType("LeaseId", str)
KeyId = NewType("KeyId", str)
PersonId = NewType("PersonId", str)
"""One human being, whatever keys or sessions they act with: an account, or a name given to keys."""

ACCESS_KEY_PREFIX = "AKCN"
"""What access key ids begin with, so that none is taken for one of another service."""


class Role(StrEnum):
    """What the holder of a key, or of a session, may do besides the acts of a lease.

    A reviewer judges applications and can stop any lease; an applicant is a member of a
    customer and writes its applications. Both act as a person, never as a key alone.
    """

    ADMINISTRATOR = "administrator"
    REVIEWER = "reviewer"
    APPLICANT = "applicant"
    OPERATOR = "operator"
    EXAMINER = "examiner"
    AUDITOR = "auditor"


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """An organisation, and those for whom it acts."""

    id: CustomerId
    name: str
    kind: CustomerKind
    jurisdictions: frozenset[Jurisdiction]
    acts_for: frozenset[CustomerKind] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """An approved use that expires: the only source of permits.

    `terms.id` is the lease's id. `max_candidates` bounds every candidate list.
    """

    customer_id: CustomerId
    terms: LeaseTerms
    max_candidates: int
    approved_by: tuple[str, ...]

    @property
    def id(self) -> LeaseId:
        """Return the id that the lease shares with its terms."""
        return LeaseId(self.terms.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """A key as it is stored: the secret's digest, never the secret.

    `secret_digest` is the SHA-256 of the secret, which has 256 random bits. A key without
    a lease administers or audits; it can perform no act on a face.
    """

    id: KeyId
    secret_digest: bytes
    role: Role
    lease_id: LeaseId | None
    label: str
    created: datetime
    expires: datetime | None
    revoked: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessCredential:
    """What a key signs requests with, where a protocol signs them: the secret itself.

    A signature is checked by making it again, so that a digest of the secret is not enough;
    storage seals it under the master key. The secret never appears in `repr`.
    """

    key_id: KeyId
    secret: str = field(repr=False)
    created: datetime

    @property
    def access_key_id(self) -> str:
        """Return the id that stands in signed requests: 20 capitals and digits, made of the key's id."""
        return f"{ACCESS_KEY_PREFIX}{self.key_id.upper()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who asks, after authentication. `id` is a key's or session's id, or `local` for the command line.

    `person` is who it is, where that is known: separation of duties compares persons, so that
    two keys of one person are one reviewer. `customer_id` is whose applications an applicant
    writes; nobody else has one.
    """

    id: str
    role: Role
    lease_id: LeaseId | None
    person: PersonId | None = None
    customer_id: CustomerId | None = None
