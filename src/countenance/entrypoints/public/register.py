"""The register of leases in force: who may use it, for what, until when."""

from __future__ import annotations

from typing import Final

from starlette.responses import Response

from countenance.entrypoints.pages.asking import OPTIONS
from countenance.entrypoints.pages.places import PLACES
from countenance.entrypoints.pages.tables import Column, arranged, as_csv
from countenance.entrypoints.pages.words import one_in, plain
from countenance.entrypoints.public.answering import Page, Reading, as_json
from countenance.vetting.publication import PublicLease

PATH: Final = "/register"
_FIELDS: Final = ("q", "kind", "purpose", "act", "sort", "page", "format")
_LONGEST: Final = 200
_NAMES: Final = {**dict(PLACES), "CH": "Switzerland"}


def _name(row: PublicLease) -> str:
    return row.customer.name if row.customer is not None else row.lease.customer_id


def _words(values: frozenset[str]) -> str:
    return "; ".join(plain(value) for value in sorted(values))


def _state(row: PublicLease) -> str:
    return "waits for re-verification" if row.waits else "in force"


COLUMNS: Final[tuple[Column[PublicLease], ...]] = (
    Column("customer", "Customer", _name, key=lambda row: (_name(row).casefold(), row.lease.id)),
    Column("kind", "Kind", lambda row: plain(row.customer.kind) if row.customer is not None else ""),
    Column("acts_for", "Acts for", lambda row: _words(row.lease.acts_for | _others(row))),
    Column("places", "Where", lambda row: "; ".join(_places(row))),
    Column(
        "purpose",
        "Purpose",
        lambda row: _words(row.lease.terms.purposes),
        key=lambda row: (_words(row.lease.terms.purposes), row.lease.id),
    ),
    Column("acts", "Operations", lambda row: _words(row.lease.terms.acts)),
    Column("spaces", "Spaces", lambda row: _words(row.lease.terms.spaces)),
    Column("cameras", "Cameras", lambda row: _words(row.lease.terms.cameras)),
    Column("examiners", "Examiners", lambda row: row.lease.terms.examiners, number=True),
    Column("fmr", "Highest false match rate", lambda row: one_in(row.lease.terms.fmr_ppb)),
    Column("since", "Since", lambda row: row.lease.terms.not_before.date().isoformat()),
    Column(
        "expires",
        "Ends",
        lambda row: row.lease.terms.expires.date().isoformat(),
        key=lambda row: (row.lease.terms.expires, row.lease.id),
    ),
    Column("state", "State", _state),
    Column("lease", "Lease", lambda row: row.lease.id),
)


def register(reading: Reading) -> Response:
    """Show the register, or a page of it, as HTML, CSV or JSON."""
    held = reading.sources.register()
    query = {name: value[:_LONGEST] for name, value in reading.query.items() if name in _FIELDS and value}
    rows = [row for row in held.leases if _sought(row, query)]
    if query.get("format") == "json":
        return as_json(_document(reading, rows), "leases")
    table = arranged(PATH, query, COLUMNS, rows, order="expires")
    if query.get("format") == "csv":
        return as_csv(table, "leases")
    return reading.page(
        "register.html",
        table=table,
        secret=held.secret,
        complete=held.complete,
        query=query,
        options=OPTIONS,
        places=_NAMES,
        filtered=any(query.get(name) for name in ("q", "kind", "purpose", "act")),
        nobody=not held.leases,
    )


def _sought(row: PublicLease, query: dict[str, str]) -> bool:
    terms = row.lease.terms
    text = query.get("q", "").strip().casefold()
    kinds = _others(row) | row.lease.acts_for | ({row.customer.kind} if row.customer is not None else set())
    return (
        (not text or text in _name(row).casefold() or text == terms.id.casefold())
        and query.get("kind", "") in {"", *kinds}
        and query.get("purpose", "") in {"", *terms.purposes}
        and query.get("act", "") in {"", *terms.acts}
    )


def _others(row: PublicLease) -> frozenset[str]:
    return frozenset(row.customer.acts_for) if row.customer is not None else frozenset()


def _places(row: PublicLease) -> list[str]:
    return sorted(row.customer.jurisdictions) if row.customer is not None else []


def _document(reading: Reading, rows: list[PublicLease]) -> dict[str, object]:
    held = reading.sources.register()
    return {
        "leases": [
            {
                "lease": row.lease.id,
                "customer": _name(row),
                "kind": row.customer.kind if row.customer is not None else None,
                "acts_for": sorted(row.lease.acts_for | _others(row)),
                "jurisdictions": _places(row),
                "purposes": sorted(row.lease.terms.purposes),
                "operations": sorted(row.lease.terms.acts),
                "spaces": sorted(row.lease.terms.spaces),
                "cameras": sorted(row.lease.terms.cameras),
                "examiners": row.lease.terms.examiners,
                "highest_false_match_rate_ppb": row.lease.terms.fmr_ppb,
                "not_before": row.lease.terms.not_before.isoformat(),
                "expires": row.lease.terms.expires.isoformat(),
                "reverify": row.lease.reverify.isoformat() if row.lease.reverify is not None else None,
                "state": _state(row),
            }
            for row in rows
        ],
        "secret": [{"because": reason} for reason in held.secret],
        "complete": held.complete,
    }


PAGES: Final = (Page(path=PATH, handler=register, label="Who may use it", listed=True),)
