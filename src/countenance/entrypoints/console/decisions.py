"""Decisions: find one, and read in plain words why."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from http import HTTPStatus
from typing import Final

from starlette.responses import Response

from countenance.entrypoints.console.navigation import READERS
from countenance.entrypoints.console.proofs import Proof, proof_of
from countenance.entrypoints.console.visits import Page, Visit
from countenance.entrypoints.pages.tables import EXPORTS, LONGEST_EXPORT, PAGE, Column, Table, number_of
from countenance.entrypoints.pages.words import capital, plain
from countenance.policy.model import Act, Permit
from countenance.policy.register import shipped_register
from countenance.recognition.log.browsing import LoggedEntry
from countenance.recognition.model import DecisionRecord, DecisionSearch
from countenance.vetting.model import CustomerId

PATH: Final = "/console/decisions"
_LONGEST: Final = 200
_OUTCOMES: Final[Mapping[str, bool]] = {"permit": True, "deny": False}

COLUMNS: Final[tuple[Column[DecisionRecord], ...]] = (
    Column("asked", "When", lambda record: record.asked.isoformat(), key=lambda record: record.entry),
    Column("outcome", "Answer", lambda record: "permit" if isinstance(record.decision, Permit) else "deny"),
    Column("act", "What", lambda record: record.question.act.value),
    Column("customer", "Customer", lambda record: record.customer_id),
    Column(
        "reason", "First reason", lambda record: next((reason.id for reason in record.decision.reasons), "")
    ),
    Column("entry", "Entry", lambda record: record.entry, number=True),
    Column("id", "Decision", lambda record: record.id),
)


def index(visit: Visit) -> Response:
    """Show decisions, found and filtered by what the address says."""
    query = {name: value[:_LONGEST] for name, value in visit.query.items()}
    exporting = query.get("format") in EXPORTS
    sought, size = _sought(query), LONGEST_EXPORT if exporting else PAGE
    page = number_of(query)
    found = visit.service.console.browse.decisions(visit.actor, sought, skip=(page - 1) * size, limit=size)
    table = Table(
        path=PATH,
        query=query,
        columns=COLUMNS,
        rows=found.records,
        total=found.total,
        page=page,
        sort="asked" if sought.oldest_first else "-asked",
        size=size,
        name="decisions",
    )
    if (file := table.file()) is not None:
        return file
    return visit.page(
        "decisions.html",
        table=table,
        query=query,
        acts=[(act.value, capital(plain(act))) for act in Act],
        filtered=any(query.get(name) for name in ("q", "outcome", "act", "customer", "since", "until")),
    )


def one(visit: Visit) -> Response:
    """Show a decision whole."""
    return _shown(visit, again=None)


def replay(visit: Visit) -> Response:
    """Decide the recorded question again, and show whether every byte is as it was."""
    again = visit.service.read_decisions.replay(visit.actor, visit.part("decision_id"))
    return _shown(visit, again=again)


def _shown(visit: Visit, *, again: object) -> Response:
    record = visit.service.read_decisions(visit.actor, visit.part("decision_id"))
    related = visit.service.console.browse.related(visit.actor, record)
    proof: Proof = proof_of(visit.service.read_ledger.entry(visit.actor, record.entry))
    laws = {law.id: law for law in shipped_register().laws}
    return visit.page(
        "decision.html",
        status=HTTPStatus.OK,
        record=record,
        permitted=isinstance(record.decision, Permit),
        related=related,
        completed=any(_ends(entry, ":completed") for entry in related),
        closed=any(_ends(entry, ":completed", ":held") for entry in related),
        proof=proof,
        laws=laws,
        again=again,
    )


def _ends(entry: LoggedEntry, *ends: str) -> bool:
    return str(entry.document["type"]).endswith(ends)


def _sought(query: Mapping[str, str]) -> DecisionSearch:
    until = _moment(query.get("until", ""))
    return DecisionSearch(
        text=query.get("q", "").strip(),
        act=next((act for act in Act if act.value == query.get("act")), None),
        permitted=_OUTCOMES.get(query.get("outcome", "")),
        customer_id=CustomerId(query["customer"].strip()) if query.get("customer", "").strip() else None,
        since=_moment(query.get("since", "")),
        until=until + timedelta(days=1) if until is not None else None,
        oldest_first=query.get("sort") == "asked",
    )


def _moment(text: str) -> datetime | None:
    """Return the beginning of a day, in UTC; what is no day filters nothing."""
    try:
        return datetime.combine(date.fromisoformat(text), time(tzinfo=UTC))
    except ValueError:
        return None


PAGES: Final = (
    Page(path=PATH, handler=index, roles=READERS),
    Page(path=f"{PATH}/{{decision_id}}", handler=one, roles=READERS),
    Page(path=f"{PATH}/{{decision_id}}", handler=replay, roles=READERS, method="POST"),
)
