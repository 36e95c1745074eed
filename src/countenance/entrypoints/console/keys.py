"""API keys: which there are, and the end of one. Texts of keys are shown once, where they are issued."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from starlette.responses import Response

from countenance.entrypoints.console.listing import order_of, span_of, table_of
from countenance.entrypoints.console.navigation import ADMINISTRATORS, OVERSEERS
from countenance.entrypoints.console.visits import Page, Visit, corrected
from countenance.entrypoints.pages.forms import Form
from countenance.entrypoints.pages.tables import Column
from countenance.errors import InvalidInputError, NotFoundError
from countenance.vetting.keys import KeyRequest, in_force
from countenance.vetting.listing import KeyOrder, KeySearch
from countenance.vetting.model import ApiKey, KeyId, LeaseId, Role

PATH: Final = "/console/keys"
_GRACE: Final = timedelta(days=7)
_LONGEST: Final = 2_000
_ISSUED: Final = (Role.OPERATOR, Role.EXAMINER, Role.AUDITOR, Role.ADMINISTRATOR)

COLUMNS: Final[tuple[Column[ApiKey], ...]] = (
    Column("label", "Key", lambda key: key.label, key=lambda key: key.label.casefold()),
    Column("role", "Role", lambda key: key.role.value, key=lambda key: key.role.value),
    Column("lease", "Lease", lambda key: key.lease_id, key=lambda key: key.lease_id or ""),
    Column("created", "Issued", lambda key: key.created.isoformat(), key=lambda key: key.created),
    Column("expires", "Ends", lambda key: key.expires.isoformat() if key.expires else ""),
    Column("revoked", "Standing", lambda key: key.revoked.isoformat() if key.revoked else ""),
    Column("id", "Id", lambda key: key.id),
)


def index(visit: Visit) -> Response:
    """Show every key."""
    return _index(visit, {})


def _index(visit: Visit, errors: dict[str, str]) -> Response:
    query = {name: value[:_LONGEST] for name, value in visit.query.items()}
    standing = query.get("standing", "force")
    order, descending = order_of(query, KeyOrder, "-created")
    sought = KeySearch(in_force=None if standing == "all" else visit.now, order=order, descending=descending)
    found = visit.service.list_keys.page(visit.actor, sought, span_of(query))
    table = table_of(PATH, query, COLUMNS, found, sort=f"{'-' * descending}{order}")
    if (file := table.file()) is not None:
        return file
    administers = visit.member.role in ADMINISTRATORS
    return visit.page(
        "keys.html",
        table=table,
        standing=standing,
        administers=administers,
        force={key.id for key in found.rows if in_force(key, visit.now)},
        leases=_leases(visit) if administers else (),
        roles=[(role.value, role.value.capitalize()) for role in _ISSUED],
        errors=errors,
        sent=visit.form,
    )


def issue(visit: Visit) -> Response:
    """Issue a key, and show its text this once."""
    try:
        issued = visit.service.issue_key(visit.actor, _request(visit.form))
    except (InvalidInputError, NotFoundError) as error:
        message = corrected(InvalidInputError(error.message))
        return _index(visit, {"label": message})
    return visit.page("key_issued.html", issued=issued)


def rotate(visit: Visit) -> Response:
    """Issue a key in the place of another one, which goes on for a week, and show its text this once."""
    key_id = KeyId(visit.part("key_id"))
    return visit.page("key_issued.html", issued=visit.service.vetting.rotate_key(visit.actor, key_id, _GRACE))


def revoke(visit: Visit) -> Response:
    """End a key at once."""
    visit.service.revoke_key(visit.actor, KeyId(visit.part("key_id")))
    return visit.go(PATH, done="key-revoked")


def _leases(visit: Visit) -> list[tuple[str, str]]:
    return [
        (lease.id, f"{lease.id} ({lease.customer_id})")
        for lease in visit.service.list_leases(visit.actor)
        if not lease.terms.revoked and visit.now < lease.terms.expires
    ]


def _request(form: Form) -> KeyRequest:
    role = next((role for role in _ISSUED if role.value == form.text("role")), None)
    if role is None:
        raise InvalidInputError("choose a role")
    lease, label = form.text("lease"), form.text("label")
    return KeyRequest(
        role=role, lease_id=LeaseId(lease) if lease else None, label=label, expires=_end(form.text("expires"))
    )


def _end(text: str) -> datetime | None:
    """Return the beginning of the day on which a key ends, in UTC, or None where none is named."""
    try:
        return datetime.combine(date.fromisoformat(text), time(tzinfo=UTC)) if text else None
    except ValueError:
        raise InvalidInputError("write the day as year, month and day: 2027-01-31") from None


PAGES: Final = (
    Page(path=PATH, handler=index, roles=OVERSEERS),
    Page(path=PATH, handler=issue, roles=ADMINISTRATORS, method="POST", confirmed=True),
    Page(
        path=f"{PATH}/{{key_id}}/rotate",
        handler=rotate,
        roles=ADMINISTRATORS,
        method="POST",
        confirmed=True,
    ),
    Page(path=f"{PATH}/{{key_id}}/revoke", handler=revoke, roles=ADMINISTRATORS, method="POST"),
)
