"""The seed file: customers and leases as an operator writes them down, until a review grants them.

TOML. Every field is checked against the closed lists, unknown fields are errors, and what a
lease leaves out it does not allow.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

import rfc8785

from countenance.errors import InvalidInputError
from countenance.policy.evidence import FairnessCaps
from countenance.policy.model import Act, Camera, CustomerKind, LeaseTerms, Purpose, Space
from countenance.policy.places import jurisdiction
from countenance.policy.standing_codec import caps_document, caps_from
from countenance.vetting.model import Customer, CustomerId, Lease, LeaseOrigin

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
_CUSTOMER_FIELDS = frozenset({"id", "name", "kind", "jurisdictions", "acts_for"})
_LEASE_FIELDS = frozenset(
    {
        *("id", "customer", "acts", "purposes", "galleries", "spaces", "cameras", "model_digests", "fmr"),
        *("n_max", "examiners", "instruments", "not_before", "expires", "max_candidates", "approved_by"),
        "caps",
    }
)
_BILLION = 1_000_000_000
_MAX_CANDIDATES = 50
_MAX_NUMBER = 1_000_000_000

Word = TypeVar("Word", bound=StrEnum)
Row = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Seed:
    """What a seed file says."""

    customers: tuple[Customer, ...]
    leases: tuple[Lease, ...]


def parse_seed(text: str) -> Seed:
    """Return the customers and leases of a seed file, or raise `InvalidInputError` naming the place."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidInputError(f"the lease file is not TOML: {error}") from error
    unknown = sorted(document.keys() - {"customer", "lease"})
    if unknown:
        raise InvalidInputError(f"the lease file has an unknown table `{unknown[0]}`")
    customers = tuple(_customer(row) for row in _rows(document, "customer"))
    leases = tuple(_lease(row) for row in _rows(document, "lease"))
    known = {customer.id for customer in customers}
    for lease in leases:
        if lease.customer_id not in known:
            raise InvalidInputError(f"lease `{lease.id}` names the unknown customer `{lease.customer_id}`")
    _unique([customer.id for customer in customers])
    _unique([lease.id for lease in leases])
    return Seed(customers, leases)


def terms_digest(lease: Lease) -> str:
    """Return the SHA-256 (hex) of the lease in canonical JSON, for the ledger."""
    terms = lease.terms
    words: dict[str, Iterable[str]] = {
        "acts": terms.acts,
        "purposes": terms.purposes,
        "galleries": terms.galleries,
        "spaces": terms.spaces,
        "cameras": terms.cameras,
        "model_digests": terms.model_digests,
        "instruments": terms.instruments,
    }
    document: dict[str, str | int | list[str]] = {
        "customer": lease.customer_id,
        "id": terms.id,
        "fmr_ppb": terms.fmr_ppb,
        "n_max": terms.n_max,
        "examiners": terms.examiners,
        "max_candidates": lease.max_candidates,
        "not_before": terms.not_before.isoformat(),
        "expires": terms.expires.isoformat(),
        "revoked": terms.revoked,
        "approved_by": list(lease.approved_by),
    }
    if lease.origin is LeaseOrigin.APPLICATION:
        document |= {"application": lease.application_id or "", "version": lease.version}
        document |= {"terms_of_use": lease.terms_of_use, "conditions": list(lease.conditions)}
        document["reverify"] = lease.reverify.isoformat() if lease.reverify is not None else ""
        words |= {"acts_for": lease.acts_for, "obligations": terms.obligations}
    if terms.suspended:
        document["suspended"] = True
    if terms.caps is not None:
        document["caps"] = [f"{name}={limit}" for name, limit in sorted(caps_document(terms.caps).items())]
    document.update({name: sorted(str(word) for word in values) for name, values in words.items()})
    return hashlib.sha256(rfc8785.dumps(document)).hexdigest()


def _unique(ids: Sequence[str]) -> None:
    twice = sorted({name for name in ids if ids.count(name) > 1})
    if twice:
        raise InvalidInputError(f"`{twice[0]}` stands twice in the lease file")


def _rows(document: Row, table: str) -> list[Row]:
    rows = document.get(table, [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise InvalidInputError(f"`{table}` must be written as [[{table}]]")
    return rows


def _customer(row: Row) -> Customer:
    where = _where("customer", row, _CUSTOMER_FIELDS)
    return Customer(
        id=CustomerId(_identifier(row, where)),
        name=_text(row, "name", where),
        kind=_word(CustomerKind, row.get("kind"), where),
        jurisdictions=frozenset(jurisdiction(code) for code in _texts(row, "jurisdictions", where)),
        acts_for=frozenset(_words(CustomerKind, row, "acts_for", where)),
    )


def _lease(row: Row) -> Lease:
    where = _where("lease", row, _LEASE_FIELDS)
    terms = LeaseTerms(
        id=_identifier(row, where),
        acts=frozenset(_words(Act, row, "acts", where)),
        purposes=frozenset(_words(Purpose, row, "purposes", where)),
        galleries=frozenset(_texts(row, "galleries", where)),
        spaces=frozenset(_words(Space, row, "spaces", where)),
        cameras=frozenset(_words(Camera, row, "cameras", where)),
        model_digests=frozenset(_texts(row, "model_digests", where)),
        fmr_ppb=_parts_per_billion(row.get("fmr"), where),
        n_max=_number(row, "n_max", where, lowest=0),
        examiners=_number(row, "examiners", where, lowest=0),
        instruments=frozenset(_texts(row, "instruments", where)),
        not_before=_moment(row, "not_before", where),
        expires=_moment(row, "expires", where),
        revoked=False,
        caps=_caps(row.get("caps"), where),
    )
    if terms.expires <= terms.not_before:
        raise InvalidInputError(f"{where} ends before it begins")
    return Lease(
        customer_id=CustomerId(_text(row, "customer", where)),
        terms=terms,
        max_candidates=_number(row, "max_candidates", where, lowest=1, highest=_MAX_CANDIDATES),
        approved_by=_approvers(row, where),
    )


def _approvers(row: Row, where: str) -> tuple[str, ...]:
    approvers = tuple(_texts(row, "approved_by", where))
    if len(set(approvers)) < 2:  # noqa: PLR2004  two people approve: the rule itself
        raise InvalidInputError(f"{where} needs two different names in `approved_by`")
    return approvers


def _where(table: str, row: Row, fields: frozenset[str]) -> str:
    where = f"{table} `{row.get('id', '?')}`"
    unknown = sorted(row.keys() - fields)
    if unknown:
        raise InvalidInputError(f"{where} has an unknown field `{unknown[0]}`")
    return where


def _identifier(row: Row, where: str) -> str:
    text = _text(row, "id", where)
    if not _ID.fullmatch(text):
        raise InvalidInputError(f"{where} needs an id of letters, digits, `.`, `_` and `-`, at most 128")
    return text


def _text(row: Row, field: str, where: str) -> str:
    value = row.get(field)
    if not isinstance(value, str) or not value:
        raise InvalidInputError(f"{where} needs a text in `{field}`")
    return value


def _texts(row: Row, field: str, where: str) -> list[str]:
    values = row.get(field, [])
    if not isinstance(values, list) or not all(isinstance(value, str) and value for value in values):
        raise InvalidInputError(f"{where} needs a list of texts in `{field}`")
    return values


def _word(kind: Callable[[str], Word], value: object, where: str) -> Word:
    try:
        return kind(str(value))
    except ValueError as error:
        raise InvalidInputError(f"{where} uses `{value}`, which is not in the closed list") from error


def _words(kind: Callable[[str], Word], row: Row, field: str, where: str) -> list[Word]:
    return [_word(kind, value, where) for value in _texts(row, field, where)]


def _number(row: Row, field: str, where: str, *, lowest: int, highest: int = _MAX_NUMBER) -> int:
    value = row.get(field, lowest)
    if not isinstance(value, int) or isinstance(value, bool) or not lowest <= value <= highest:
        raise InvalidInputError(f"{where} needs a whole number from {lowest} to {highest} in `{field}`")
    return value


def _parts_per_billion(value: object, where: str) -> int:
    if not isinstance(value, float) or not 0.0 < value < 1.0:
        raise InvalidInputError(f"{where} needs the highest false match rate in `fmr`, between 0 and 1")
    return round(value * _BILLION)


def _caps(value: object, where: str) -> FairnessCaps | None:
    if value is None:
        return None
    if not isinstance(value, dict):
        raise InvalidInputError(f"{where} needs a table in `caps`")
    try:
        return caps_from(value)
    except (KeyError, TypeError, ValueError, InvalidInputError) as error:
        raise InvalidInputError(f"{where} has caps that cannot be read: {error}") from error


def _moment(row: Row, field: str, where: str) -> datetime:
    value = row.get(field)
    if not isinstance(value, datetime) or value.utcoffset() is None:
        raise InvalidInputError(f"{where} needs a date and time with its zone in `{field}`")
    return value
