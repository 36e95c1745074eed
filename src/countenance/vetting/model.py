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

FIRST_TERMS_OF_USE = "1"
"""The terms of use that whoever grants a lease by a seed file accepts for its customer."""

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


class LeaseOrigin(StrEnum):
    """Where a lease comes from: a seed file, the program itself, or an approved application."""

    SEED = "seed"
    BUILT_IN = "built_in"
    APPLICATION = "application"


class LeaseChange(StrEnum):
    """What made a version of a lease."""

    GRANTED = "granted"
    SUSPENDED = "suspended"
    RESUMED = "resumed"
    REVOKED = "revoked"
    TERMS_ACCEPTED = "terms_accepted"
    NARROWED = "narrowed"
    RESTORED = "restored"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """An approved use that expires: the only source of permits.

    `terms.id` is the lease's id. `max_candidates` bounds every candidate list. `approved_by`
    are names in a seed file and persons where an application was approved. `version` grows with
    every change. `acts_for` is bound at approval: a customer that later says otherwise is still
    bound by it. From `reverify` on the gate refuses until reviewers have looked again.
    `terms_of_use` is the version that was accepted last, `secret_because` why the lease is left
    out of the public register, empty where it is not.
    """

    customer_id: CustomerId
    terms: LeaseTerms
    max_candidates: int
    approved_by: tuple[str, ...]
    origin: LeaseOrigin = LeaseOrigin.SEED
    version: int = 1
    application_id: str | None = None
    acts_for: frozenset[CustomerKind] = frozenset()
    conditions: tuple[str, ...] = ()
    reverify: datetime | None = None
    terms_of_use: str = FIRST_TERMS_OF_USE
    secret_because: str = ""

    @property
    def id(self) -> LeaseId:
        """Return the id that the lease shares with its terms."""
        return LeaseId(self.terms.id)

    def in_force(self, at: datetime) -> bool:
        """Tell whether the lease holds at a moment: begun, not over, neither revoked nor suspended."""
        terms = self.terms
        return not (terms.revoked or terms.suspended) and terms.not_before <= at < terms.expires


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseVersion:
    """One version of a lease: what changed, by whom (a person, else an actor's id), why and when."""

    lease: Lease
    change: LeaseChange
    by: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """A key as it is stored: the secret's digest, never the secret.

    `secret_digest` is the SHA-256 of the secret, which has 256 random bits. A key without
    a lease administers, reviews, applies or audits; it can perform no act on a face. `person`
    is who holds it, `customer_id` whose applications an applicant's key writes.
    """

    id: KeyId
    secret_digest: bytes
    role: Role
    lease_id: LeaseId | None
    label: str
    created: datetime
    expires: datetime | None
    revoked: datetime | None
    person: PersonId | None = None
    customer_id: CustomerId | None = None


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
