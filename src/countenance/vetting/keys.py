"""API keys: shown once, stored as digests, bound to a lease, revocable at once."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from countenance.errors import InvalidInputError, NotFoundError, UnauthenticatedError
from countenance.ledger import Entry, EventType, FieldValue, Person
from countenance.vetting.authority import require_beside_database, require_role
from countenance.vetting.listing import KeySearch, Listed, Span, key_place, listed
from countenance.vetting.model import (
    AccessCredential,
    Actor,
    ApiKey,
    CustomerId,
    KeyId,
    LeaseId,
    PersonId,
    Role,
)
from countenance.vetting.persons import OVERSEERS, checked_person
from countenance.vetting.ports import VettingWork

_FORM = re.compile(r"ck_(?P<id>[0-9a-f]{16})_(?P<secret>[0-9a-f]{64})")
ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})
_NOBODY = bytes(32)
_LABEL_LENGTH = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRequest:
    """What a new key shall be. Operators and examiners need a lease; the others have none.

    `signs` asks for an access credential beside it, for clients that sign requests. Reviewers
    and applicants act as a `person`; an applicant is a member of `customer_id`.
    """

    role: Role
    lease_id: LeaseId | None
    label: str
    expires: datetime | None = None
    signs: bool = False
    person: PersonId | None = None
    customer_id: CustomerId | None = None


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """A key at the only moment at which its secret is known, with its credential if it has one."""

    key: ApiKey
    text: str
    credential: AccessCredential | None = None


@dataclass(frozen=True, slots=True)
class IssueKey:
    """Make a key and put its issue on the ledger."""

    unit_of_work: Callable[[], VettingWork]
    clock: Callable[[], datetime]

    def __call__(self, actor: Actor, request: KeyRequest) -> IssuedKey:
        """Return the key with its text, or raise `ForbiddenError`, `InvalidInputError` or `NotFoundError`.

        Raises `SeparationError` for a reviewer's key that is not asked for at the command line.
        """
        with self.unit_of_work() as work:
            require_role(work, actor, ADMINISTRATORS, self.clock())
            require_beside_database(work, actor, request.role, self.clock())
            self._check(work, request)
            asked = ApiKey(
                id=KeyId(""),
                secret_digest=b"",
                role=request.role,
                lease_id=request.lease_id,
                label=request.label,
                created=self.clock(),
                expires=request.expires,
                revoked=None,
                person=request.person,
                customer_id=request.customer_id,
            )
            issued = make_key(work, asked, asked.created, signs=request.signs)
            key = issued.key
            fields: dict[str, FieldValue] = {
                "key": key.id,
                "role": key.role.value,
                "lease": key.lease_id,
                "actor": actor.id,
            }
            if request.signs:
                fields["signs"] = True
            if key.person is not None:
                fields["person"] = Person(key.person)
            work.ledger.append(Entry(EventType.KEY_ISSUED, key.created, fields))
            work.commit()
        return issued

    def _check(self, work: VettingWork, request: KeyRequest) -> None:
        if not 0 < len(request.label) <= _LABEL_LENGTH:
            raise InvalidInputError(f"a label has 1 to {_LABEL_LENGTH} characters")
        if request.expires is not None and (
            request.expires.utcoffset() is None or request.expires <= self.clock()
        ):
            raise InvalidInputError(f"`{request.expires.isoformat()}` is not a moment to come, with its zone")
        of_a_person = request.role is Role.EXAMINER and request.person is not None
        if request.role in {Role.OPERATOR, Role.EXAMINER} and not (of_a_person and not request.lease_id):
            if request.lease_id is None:
                raise InvalidInputError(f"a key for the role `{request.role}` is issued under a lease")
            if work.leases.get(request.lease_id) is None:
                raise NotFoundError(f"no lease `{request.lease_id}`")
        elif request.lease_id is not None:
            raise InvalidInputError(f"a key for the role `{request.role}` has no lease")
        _check_person(work, request)


def make_key(work: VettingWork, like: ApiKey, at: datetime, *, signs: bool) -> IssuedKey:
    """Store a new key with a new secret, in all else `like` another one; the caller records and commits."""
    secret = secrets.token_bytes(32)
    digest = hashlib.sha256(secret).digest()
    key = replace(like, id=KeyId(secrets.token_hex(8)), secret_digest=digest, created=at, revoked=None)
    work.keys.add(key)
    credential = _credential(key) if signs else None
    if credential is not None:
        work.credentials.add(credential)
    return IssuedKey(key, f"ck_{key.id}_{secret.hex()}", credential)


@dataclass(frozen=True, slots=True)
class RevokeKey:
    """End a key at once."""

    unit_of_work: Callable[[], VettingWork]
    clock: Callable[[], datetime]

    def __call__(self, actor: Actor, key_id: KeyId) -> None:
        """Revoke the key, or raise `ForbiddenError` or `NotFoundError`. A second time changes nothing."""
        with self.unit_of_work() as work:
            require_role(work, actor, ADMINISTRATORS, self.clock())
            work.keys.revoke(key_id, self.clock())
            work.credentials.remove(key_id)
            work.ledger.append(Entry(EventType.KEY_REVOKED, self.clock(), {"key": key_id, "actor": actor.id}))
            work.commit()


@dataclass(frozen=True, slots=True)
class ListKeys:
    """Show which keys there are: everything but the secrets, which nobody has."""

    unit_of_work: Callable[[], VettingWork]
    clock: Callable[[], datetime]

    def __call__(self, actor: Actor) -> tuple[ApiKey, ...]:
        """Return every key, revoked ones too, ordered by creation, or raise `ForbiddenError`."""
        with self.unit_of_work() as work:
            require_role(work, actor, OVERSEERS, self.clock())
            return work.keys.all()

    def page(self, actor: Actor, sought: KeySearch, span: Span) -> Listed[ApiKey]:
        """Return a page of the keys that are sought, or raise `ForbiddenError`."""
        with self.unit_of_work() as work:
            require_role(work, actor, OVERSEERS, self.clock())
            found = work.keys.page(sought, replace(span, limit=span.limit + 1))
            places = tuple(key_place(one, sought.order) for one in found)
            return listed(found, work.keys.count(sought), span, places)

    def one(self, actor: Actor, key_id: KeyId) -> ApiKey:
        """Return the key, or raise `ForbiddenError` or `NotFoundError`."""
        with self.unit_of_work() as work:
            require_role(work, actor, OVERSEERS, self.clock())
            key = work.keys.get(key_id)
            if key is None:
                raise NotFoundError(f"there is no key `{key_id}`")
            return key


@dataclass(frozen=True, slots=True)
class Authenticate:
    """Turn the text of a key into an actor."""

    unit_of_work: Callable[[], VettingWork]
    clock: Callable[[], datetime]
    record_stranger: Callable[[], None]

    def __call__(self, text: str | None) -> Actor:
        """Return the actor, or raise `UnauthenticatedError` without saying why.

        The digest is compared in constant time, and against a digest of nothing where there
        is no such key, so that neither ids nor secrets can be found out by the clock.
        """
        match = _FORM.fullmatch(text or "")
        digest = hashlib.sha256(bytes.fromhex(match["secret"]) if match else b"").digest()
        with self.unit_of_work() as work:
            key = work.keys.get(KeyId(match["id"])) if match else None
        right = hmac.compare_digest(digest, key.secret_digest if key is not None else _NOBODY)
        if key is None or not right or not self._in_force(key):
            self.record_stranger()
            raise UnauthenticatedError("the key is missing, unknown, expired or revoked")
        return actor_of_key(key)

    def _in_force(self, key: ApiKey) -> bool:
        return in_force(key, self.clock())


def actor_of_key(key: ApiKey) -> Actor:
    """Return whom a key stands for."""
    return Actor(
        id=key.id,
        role=key.role,
        lease_id=key.lease_id,
        person=key.person,
        customer_id=key.customer_id,
    )


def _check_person(work: VettingWork, request: KeyRequest) -> None:
    if request.person is not None:
        checked_person(request.person)
    elif request.role in {Role.REVIEWER, Role.APPLICANT}:
        raise InvalidInputError(f"a key for the role `{request.role}` stands for a person")
    if (request.role is Role.APPLICANT) != (request.customer_id is not None):
        raise InvalidInputError("a key names a customer if it is for the role `applicant`, and only then")
    if request.customer_id is not None:
        members = work.dossiers.members(request.customer_id)
        if not any(member.person == request.person and member.until is None for member in members):
            raise NotFoundError(f"`{request.person}` is no member of a customer `{request.customer_id}`")


def in_force(key: ApiKey, at: datetime) -> bool:
    """Tell whether a key can be used at a moment."""
    return key.revoked is None and (key.expires is None or at < key.expires)


def _credential(key: ApiKey) -> AccessCredential:
    secret = base64.b64encode(secrets.token_bytes(30)).decode()
    return AccessCredential(key_id=key.id, secret=secret, created=key.created)
