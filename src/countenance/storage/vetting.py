"""Customers, leases and API keys."""

from __future__ import annotations

import json
from datetime import datetime
from enum import StrEnum
from functools import lru_cache, partial
from typing import Final, TypeVar

from sqlalchemy import Table, bindparam, delete, select, update

from countenance.errors import AlreadyExistsError, NotFoundError
from countenance.policy.evidence import FairnessCaps
from countenance.policy.model import (
    Act,
    Camera,
    CustomerKind,
    Jurisdiction,
    LeaseTerms,
    ObligationKind,
    Purpose,
    Space,
)
from countenance.policy.standing_codec import caps_document, caps_from
from countenance.storage.prepared import Row
from countenance.storage.secrecy import Keyring
from countenance.storage.session import Session
from countenance.storage.statements import insert_if_absent, keyed, replace_by_key
from countenance.storage.tables import access_credentials, api_keys, customers, leases
from countenance.storage.vetting_pages import (
    CUSTOMERS,
    KEYS,
    LEASES,
    customers_wanted,
    keys_wanted,
    leases_wanted,
)
from countenance.vetting.listing import CustomerSearch, KeySearch, LeaseSearch, Span, folded
from countenance.vetting.model import (
    AccessCredential,
    ApiKey,
    Customer,
    CustomerId,
    KeyId,
    Lease,
    LeaseId,
    LeaseOrigin,
    PersonId,
    Role,
)

Word = TypeVar("Word", bound=StrEnum)

_CUSTOMER: Final = select(customers).where(customers.c.id == bindparam("id"))
_CUSTOMERS: Final = select(customers).order_by(customers.c.id)
_INSERT_CUSTOMER: Final = insert_if_absent(customers)
_REPLACE_CUSTOMER: Final = replace_by_key(customers)
_LEASE: Final = select(leases).where(leases.c.id == bindparam("id"))
_LEASES: Final = select(leases).order_by(leases.c.id)
_HOLDER: Final = (
    select(
        leases,
        *(
            column.label(f"customer_{column.name}")
            for column in customers.c
            if column.name not in {"id", "folded"}
        ),
    )
    .join_from(leases, customers, customers.c.id == leases.c.customer_id)
    .where(leases.c.id == bindparam("id"))
)
_INSERT_LEASE: Final = insert_if_absent(leases)
_REPLACE_LEASE: Final = replace_by_key(leases)
_KEY: Final = select(api_keys).where(api_keys.c.id == bindparam("id"))
_KEYS: Final = select(api_keys).order_by(api_keys.c.created, api_keys.c.id)
_INSERT_KEY: Final = insert_if_absent(api_keys)
CREDENTIAL: Final = "credential"
_CREDENTIAL: Final = select(access_credentials).where(access_credentials.c.key_id == bindparam("key_id"))
_INSERT_CREDENTIAL: Final = insert_if_absent(access_credentials)
_REMOVE_CREDENTIAL: Final = delete(access_credentials).where(
    access_credentials.c.key_id == bindparam("of_key")
)
_REVOKE_KEY: Final = (
    update(api_keys)
    .where(api_keys.c.id == bindparam("key_id"), api_keys.c.revoked.is_(None))
    .values(revoked=bindparam("at"))
)

_EXPIRE_KEY: Final = (
    update(api_keys).where(api_keys.c.id == bindparam("key_id")).values(expires=bindparam("at"))
)


@lru_cache(maxsize=4096)
def _words(kind: type[Word], words: tuple[str, ...]) -> frozenset[Word]:
    return frozenset(map(kind, words))


@lru_cache(maxsize=1024)
def _caps(text: str) -> FairnessCaps:
    return caps_from(json.loads(text))


class SqlCustomers:
    """Customers by id."""

    __slots__ = ("_session",)

    def __init__(self, session: Session) -> None:
        self._session = session

    def put(self, customer: Customer) -> None:
        """Store `customer`, replacing one of the same id."""
        row: dict[str, object] = {
            "id": customer.id,
            "name": customer.name,
            "kind": customer.kind.value,
            "folded": folded(customer.name),
            "jurisdictions": customer.jurisdictions,
            "acts_for": customer.acts_for,
        }
        _put(self._session, customers, row)

    def get(self, customer_id: CustomerId) -> Customer | None:
        """Return the customer, or None."""
        rows = self._session.read(_CUSTOMER, {"id": customer_id})
        return customer_of(rows[0]) if rows else None

    def all(self) -> tuple[Customer, ...]:
        """Return every customer, ordered by id."""
        return tuple(map(customer_of, self._session.read(_CUSTOMERS, {})))

    def page(self, sought: CustomerSearch, span: Span) -> tuple[Customer, ...]:
        """Return the customers of a span, in the order that is `sought`, found by the database."""
        ordered = (sought.order, sought.descending, span)
        return CUSTOMERS.found(self._session, customers_wanted(sought), ordered, customer_of)

    def count(self, sought: CustomerSearch) -> int:
        """Return how many customers are `sought`."""
        return CUSTOMERS.number(self._session, customers_wanted(sought))


class SqlLeases:
    """Leases by id."""

    __slots__ = ("_session",)

    def __init__(self, session: Session) -> None:
        self._session = session

    def put(self, lease: Lease) -> None:
        """Store `lease`, replacing one of the same id."""
        terms = lease.terms
        row: dict[str, object] = {
            "id": lease.id,
            "customer_id": lease.customer_id,
            "max_candidates": lease.max_candidates,
            "approved_by": lease.approved_by,
            "acts": terms.acts,
            "purposes": terms.purposes,
            "galleries": terms.galleries,
            "spaces": terms.spaces,
            "cameras": terms.cameras,
            "model_digests": terms.model_digests,
            "instruments": terms.instruments,
            "fmr_ppb": terms.fmr_ppb,
            "n_max": terms.n_max,
            "examiners": terms.examiners,
            "not_before": terms.not_before,
            "expires": terms.expires,
            "revoked": terms.revoked,
            "origin": lease.origin.value,
            "version": lease.version,
            "application_id": lease.application_id,
            "acts_for": lease.acts_for,
            "conditions": lease.conditions,
            "obligations": terms.obligations,
            "reverify": lease.reverify,
            "terms_of_use": lease.terms_of_use,
            "secret_because": lease.secret_because,
            "suspended": terms.suspended,
            "caps": None if terms.caps is None else json.dumps(caps_document(terms.caps), sort_keys=True),
        }
        _put(self._session, leases, row)

    def get(self, lease_id: LeaseId) -> Lease | None:
        """Return the lease, or None."""
        rows = self._session.read(_LEASE, {"id": lease_id})
        return lease_of(rows[0]) if rows else None

    def held(self, lease_id: LeaseId) -> tuple[Lease, Customer] | None:
        """Return the lease with the customer that holds it, or None."""
        return self._session.lasting((_HOLDER, lease_id), partial(self._held, lease_id))

    def _held(self, lease_id: LeaseId) -> tuple[Lease, Customer] | None:
        rows = self._session.read(_HOLDER, {"id": lease_id})
        return _held(rows[0]) if rows else None

    def all(self) -> tuple[Lease, ...]:
        """Return every lease, ordered by id."""
        return tuple(map(lease_of, self._session.read(_LEASES, {})))

    def page(self, sought: LeaseSearch, span: Span) -> tuple[Lease, ...]:
        """Return the leases of a span, in the order that is `sought`, found by the database."""
        ordered = (sought.order, sought.descending, span)
        return LEASES.found(self._session, leases_wanted(sought), ordered, lease_of)

    def count(self, sought: LeaseSearch) -> int:
        """Return how many leases are `sought`."""
        return LEASES.number(self._session, leases_wanted(sought))


class SqlAccessCredentials:
    """Secrets for signed requests, sealed under the master key."""

    __slots__ = ("_keyring", "_session")

    def __init__(self, session: Session, keyring: Keyring) -> None:
        self._session = session
        self._keyring = keyring

    def add(self, credential: AccessCredential) -> None:
        """Store `credential`; raises `AlreadyExistsError` or `NotFoundError`."""
        if not self._session.read(_KEY, {"id": credential.key_id}):
            raise NotFoundError(f"there is no key `{credential.key_id}`")
        row = {
            "key_id": credential.key_id,
            "sealed": self._keyring.seal(credential.secret.encode(), CREDENTIAL, credential.key_id),
            "created": credential.created,
        }
        if not self._session.insert_new(_INSERT_CREDENTIAL, row):
            raise AlreadyExistsError(f"the key `{credential.key_id}` has a credential already")

    def get(self, key_id: KeyId) -> AccessCredential | None:
        """Return the credential, or None."""
        rows = self._session.read(_CREDENTIAL, {"key_id": key_id})
        if not rows:
            return None
        secret = self._keyring.open(bytes(rows[0].sealed), CREDENTIAL, key_id)
        return AccessCredential(key_id=key_id, secret=secret.decode(), created=rows[0].created)

    def remove(self, key_id: KeyId) -> None:
        """Destroy the key's credential."""
        if self._session.write(_REMOVE_CREDENTIAL, {"of_key": key_id}):
            self._session.leaves_traces()


class SqlApiKeys:
    """API keys by id; none is ever deleted."""

    __slots__ = ("_session",)

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, key: ApiKey) -> None:
        """Store `key`; raises `AlreadyExistsError`."""
        row = {
            "id": key.id,
            "secret_digest": key.secret_digest,
            "role": key.role.value,
            "lease_id": key.lease_id,
            "label": key.label,
            "created": key.created,
            "expires": key.expires,
            "revoked": key.revoked,
            "person": key.person,
            "customer_id": key.customer_id,
        }
        if not self._session.insert_new(_INSERT_KEY, row):
            raise AlreadyExistsError(f"there is a key `{key.id}` already")

    def get(self, key_id: KeyId) -> ApiKey | None:
        """Return the key, or None."""
        rows = self._session.read(_KEY, {"id": key_id})
        return _key(rows[0]) if rows else None

    def revoke(self, key_id: KeyId, at: datetime) -> None:
        """Mark the key as revoked from `at`; raises `NotFoundError`. A second time changes nothing."""
        changed = self._session.write(_REVOKE_KEY, {"key_id": key_id, "at": at})
        if not changed and self.get(key_id) is None:
            raise NotFoundError(f"there is no key `{key_id}`")

    def expire(self, key_id: KeyId, at: datetime) -> None:
        """End the key at `at`, or when it ends already if that is earlier; raises `NotFoundError`."""
        held = self.get(key_id)
        if held is None:
            raise NotFoundError(f"there is no key `{key_id}`")
        if held.expires is None or at < held.expires:
            self._session.write(_EXPIRE_KEY, {"key_id": key_id, "at": at})

    def all(self) -> tuple[ApiKey, ...]:
        """Return every key, ordered by creation, then id."""
        return tuple(map(_key, self._session.read(_KEYS, {})))

    def page(self, sought: KeySearch, span: Span) -> tuple[ApiKey, ...]:
        """Return the keys of a span, in the order that is `sought`, found by the database."""
        ordered = (sought.order, sought.descending, span)
        return KEYS.found(self._session, keys_wanted(sought), ordered, _key)

    def count(self, sought: KeySearch) -> int:
        """Return how many keys are `sought`."""
        return KEYS.number(self._session, keys_wanted(sought))


_PUTS: Final = {
    customers: (_REPLACE_CUSTOMER, _INSERT_CUSTOMER),
    leases: (_REPLACE_LEASE, _INSERT_LEASE),
}


def _put(session: Session, table: Table, row: dict[str, object]) -> None:
    replace, insert = _PUTS[table]
    if not session.write(replace, keyed(row, ("id",))):
        session.insert_new(insert, row)


def customer_of(row: Row) -> Customer:
    """Return the customer of its row."""
    return Customer(
        id=CustomerId(row.id),
        name=row.name,
        kind=CustomerKind(row.kind),
        jurisdictions=frozenset(map(Jurisdiction, row.jurisdictions)),
        acts_for=_words(CustomerKind, row.acts_for),
    )


@lru_cache(maxsize=256)
def _held(row: Row) -> tuple[Lease, Customer]:
    """Return lease and customer of a row of both; the same few rows are read at every act."""
    customer = Customer(
        id=CustomerId(row.customer_id),
        name=row.customer_name,
        kind=CustomerKind(row.customer_kind),
        jurisdictions=frozenset(map(Jurisdiction, row.customer_jurisdictions)),
        acts_for=_words(CustomerKind, row.customer_acts_for),
    )
    return lease_of(row), customer


def lease_of(row: Row) -> Lease:
    """Return the lease of its row."""
    terms = LeaseTerms(
        id=row.id,
        acts=_words(Act, row.acts),
        purposes=_words(Purpose, row.purposes),
        galleries=frozenset(row.galleries),
        spaces=_words(Space, row.spaces),
        cameras=_words(Camera, row.cameras),
        model_digests=frozenset(row.model_digests),
        fmr_ppb=row.fmr_ppb,
        n_max=row.n_max,
        examiners=row.examiners,
        instruments=frozenset(row.instruments),
        not_before=row.not_before,
        expires=row.expires,
        revoked=row.revoked,
        suspended=row.suspended,
        obligations=_words(ObligationKind, row.obligations),
        caps=None if row.caps is None else _caps(row.caps),
    )
    return Lease(
        customer_id=CustomerId(row.customer_id),
        terms=terms,
        max_candidates=row.max_candidates,
        approved_by=row.approved_by,
        origin=LeaseOrigin(row.origin),
        version=row.version,
        application_id=row.application_id,
        acts_for=_words(CustomerKind, row.acts_for),
        conditions=row.conditions,
        reverify=row.reverify,
        terms_of_use=row.terms_of_use,
        secret_because=row.secret_because,
    )


def _key(row: Row) -> ApiKey:
    return ApiKey(
        id=KeyId(row.id),
        secret_digest=bytes(row.secret_digest),
        role=Role(row.role),
        lease_id=None if row.lease_id is None else LeaseId(row.lease_id),
        label=row.label,
        created=row.created,
        expires=row.expires,
        revoked=row.revoked,
        person=None if row.person is None else PersonId(row.person),
        customer_id=None if row.customer_id is None else CustomerId(row.customer_id),
    )
