"""Pages of customers, leases and keys: what is sought, and by what each list is ordered."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Text, and_, bindparam, case, cast, func, or_

from countenance.ledger.canonical import utc_text
from countenance.storage.keyset import Pages
from countenance.storage.statements import literally
from countenance.storage.tables import api_keys, customers, leases
from countenance.storage.types import name
from countenance.vetting.listing import (
    CustomerOrder,
    CustomerSearch,
    KeyOrder,
    KeySearch,
    LeaseOrder,
    LeaseSearch,
    LeaseStanding,
    folded,
)

_WITH: Final = bindparam("with_text", type_=Text)
_KIND: Final = bindparam("of_kind", type_=Text)
CUSTOMERS: Final = Pages(
    customers,
    and_(
        or_(customers.c.folded.like(_WITH, escape="!"), func.lower(customers.c.id).like(_WITH, escape="!")),
        or_(_KIND == "", customers.c.kind == _KIND),
    ),
    {
        CustomerOrder.ID: customers.c.id,
        CustomerOrder.NAME: customers.c.folded,
    },
    customers.c.id,
)

_CUSTOMER: Final = bindparam("of_customer", type_=Text)
_STANDING: Final = bindparam("standing", type_=Text)
_AT: Final = bindparam("at", type_=Text)
_STANDS: Final = case(
    (leases.c.revoked.is_(True), LeaseStanding.REVOKED.value),
    (leases.c.suspended.is_(True), LeaseStanding.SUSPENDED.value),
    (leases.c.expires <= _AT, LeaseStanding.OVER.value),
    (leases.c.not_before > _AT, LeaseStanding.TO_COME.value),
    (leases.c.reverify <= _AT, LeaseStanding.OVERDUE.value),
    else_=LeaseStanding.IN_FORCE.value,
)
LEASES: Final = Pages(
    leases,
    and_(
        or_(_STANDING == "", _STANDS == _STANDING),
        or_(_CUSTOMER == "", leases.c.customer_id == _CUSTOMER),
    ),
    {
        LeaseOrder.LEASE: leases.c.id,
        LeaseOrder.CUSTOMER: leases.c.customer_id,
        LeaseOrder.EXPIRES: leases.c.expires,
    },
    leases.c.id,
)

_LEASE: Final = bindparam("of_lease", type_=Text)
KEYS: Final = Pages(
    api_keys,
    and_(
        or_(
            _AT == "",
            and_(api_keys.c.revoked.is_(None), or_(api_keys.c.expires.is_(None), api_keys.c.expires > _AT)),
        ),
        or_(_LEASE == "", api_keys.c.lease_id == _LEASE),
    ),
    # In code point order, whatever the database's locale; of capitals only A to Z, as in `key_place`.
    {
        KeyOrder.CREATED: api_keys.c.created,
        KeyOrder.LABEL: func.lower(cast(api_keys.c.label, name())),
        KeyOrder.ROLE: cast(api_keys.c.role, name()),
        KeyOrder.LEASE: func.coalesce(api_keys.c.lease_id, ""),
    },
    api_keys.c.id,
)


def customers_wanted(sought: CustomerSearch) -> dict[str, object]:
    """Return the parameters of a search for customers."""
    return {"with_text": f"%{literally(folded(sought.text))}%", "of_kind": sought.kind or ""}


def leases_wanted(sought: LeaseSearch) -> dict[str, object]:
    """Return the parameters of a search for leases."""
    standing, at = ("", "") if sought.standing is None else (sought.standing[0], utc_text(sought.standing[1]))
    return {"standing": str(standing), "at": at, "of_customer": sought.customer_id or ""}


def keys_wanted(sought: KeySearch) -> dict[str, object]:
    """Return the parameters of a search for keys."""
    at = "" if sought.in_force is None else utc_text(sought.in_force)
    return {"at": at, "of_lease": sought.lease_id or ""}
