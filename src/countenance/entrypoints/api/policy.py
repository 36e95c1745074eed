"""Packs installed and rolled back, recorded questions asked again, and what comes."""

from __future__ import annotations

import json
from datetime import timedelta
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from countenance.entrypoints.api import documents
from countenance.entrypoints.api.answers import Answer
from countenance.entrypoints.api.bodies import Plain
from countenance.entrypoints.api.calls import ReadingCall, WritingCall
from countenance.entrypoints.api.schemas.policy import (
    ComingTold,
    LawTold,
    PackAsked,
    PackPath,
    PacksTold,
    RollbackAsked,
    SimulationAsked,
    SimulationTold,
)
from countenance.entrypoints.api.told import told
from countenance.entrypoints.pages.simulated import tally_document
from countenance.errors import InvalidInputError
from countenance.policy.pack_history import PackStep
from countenance.policy.packs import HeldPack, PackSource
from countenance.recognition.log.pack_administration import NewPack
from countenance.recognition.log.simulation import Proposal

router = APIRouter(tags=["decisions"])

MOST: int = 200_000
"""Questions that one call asks again at most; the command line asks any number."""

_WRITES = documents.problems(documents.EVERY, documents.PATH, documents.BODY, documents.WRITE)
Days = Annotated[int, Query(ge=1, le=3660, description="How far to look ahead.", examples=[180])]


@router.get(
    "/v1/policy/packs",
    response_model=PacksTold,
    summary="List packs",
    description="The packs that settings name, the installed editions in force, and every step that was "
    "taken with installed packs, by whom and why. Roles: administrator, reviewer, auditor.",
    responses=documents.problems(documents.EVERY),
)
def packs(call: ReadingCall) -> Response:
    """List packs."""
    shelf = call.service.policy.packs.shelf(call.actor)
    return told(PacksTold(shelf.configured, shelf.in_force, shelf.steps)).response()


@router.post(
    "/v1/policy/packs",
    status_code=HTTPStatus.CREATED,
    response_model=PackStep,
    summary="Install a pack",
    description="Put an edition of a pack in force, in every process within seconds. It has to be right "
    "by its own cases, signed by a key that the operator trusts or asked for unsigned by its "
    "name, and must not be called like a pack that comes with the program. Role: "
    "administrator.",
    responses=_WRITES,
    openapi_extra=documents.json_body(PackAsked),
)
def install(received: Plain, call: WritingCall) -> Response:
    """Install a pack."""
    asked = received.parse(PackAsked)
    new = NewPack(
        name=asked.name,
        files={str(file): text for file, text in asked.files.items()},
        reason=asked.reason,
        signature=asked.signature,
        unsigned=asked.unsigned,
    )
    act = call.service.policy.packs.install
    return call.once(received.digest(), lambda: told(act(call.actor, new), status=HTTPStatus.CREATED))


@router.post(
    "/v1/policy/packs/{pack_name}/rollback",
    response_model=PackStep,
    summary="Roll a pack back",
    description="Put the edition before, or an earlier one, in force again; where there is none, the pack "
    "is in force no more. Role: administrator.",
    responses=_WRITES,
    openapi_extra=documents.json_body(RollbackAsked),
)
def roll_back(pack_name: PackPath, received: Plain, call: WritingCall) -> Response:
    """Roll a pack back."""
    asked = received.parse(RollbackAsked)
    act = call.service.policy.packs.roll_back
    return call.once(
        received.digest(), lambda: told(act(call.actor, pack_name, to=asked.to, reason=asked.reason))
    )


@router.post(
    "/v1/policy/simulations",
    response_model=SimulationTold,
    summary="Ask recorded questions again",
    description="Under another pack, on a coming day, or both: which answers would change, for whom, and "
    "because of which rules. Nothing is recorded and no act happens; at most 200,000 "
    "questions a call. Roles: administrator, reviewer, auditor.",
    responses=documents.problems(documents.EVERY, documents.PATH, documents.BODY),
    openapi_extra=documents.json_body(SimulationAsked),
)
def simulate(received: Plain, call: ReadingCall) -> Response:
    """Ask recorded questions again."""
    asked = received.parse(SimulationAsked)
    service, actor = call.service, call.actor
    if asked.pack is not None and asked.proposed is not None:
        raise InvalidInputError("`pack` and `proposed` exclude one another")
    source: PackSource | None = None
    if asked.proposed is not None:
        source = HeldPack(
            asked.proposed.name,
            tuple(sorted((str(file), text) for file, text in asked.proposed.files.items())),
        )
    elif asked.pack is not None:
        source = service.policy.packs.source(actor, asked.pack)
    proposal = Proposal(
        pack=source,
        since=asked.since,
        until=asked.until or service.parts.clock() + timedelta(days=1),
        on=asked.on.date() if asked.on is not None else None,
        renewed=asked.renewed,
    )
    count = service.policy.simulate.count(actor, proposal)
    if count > MOST:
        raise InvalidInputError(f"there are {count} questions in that time, and a call asks at most {MOST}")
    tally = service.policy.simulate(actor, proposal, lambda *_: None)
    return Answer(HTTPStatus.OK, json.dumps(tally_document(tally), ensure_ascii=False)).response()


@router.get(
    "/v1/policy/coming",
    response_model=ComingTold,
    summary="Look ahead",
    description="Rules that take effect, lapse or spring back, laws that nobody checked within a year, "
    "and what holders of leases were told: staff see every notice, a key those of its lease. "
    "Roles: administrator, reviewer, auditor, applicant, operator.",
    responses=documents.problems(documents.EVERY, documents.PATH),
)
def coming(call: ReadingCall, days: Days = 180) -> Response:
    """Look ahead."""
    notices = call.service.policy.forewarnings(call.actor)
    calendar = call.service.policy.foresee.without_leases(days)
    laws = tuple(
        LawTold(law.id, law.citation, law.confidence, str(law.verified_on) if law.verified_on else None)
        for law in calendar.unchecked
    )
    return told(ComingTold(days, calendar.events, notices, laws)).response()
