"""The ledger: checkpoint, entries with their proofs, consistency."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Query
from fastapi.responses import PlainTextResponse, Response

from countenance.entrypoints.api import documents
from countenance.entrypoints.api.answers import Answer
from countenance.entrypoints.api.calls import ReadingCall
from countenance.entrypoints.api.schemas.identifiers import LAST_INDEX, EntryPath
from countenance.entrypoints.api.schemas.ledger import ConsistencyTold, EntryTold, PseudonymTold
from countenance.entrypoints.api.schemas.vetting import PersonPath
from countenance.ledger.proof import InclusionProof

_TEXT = "text/plain"

router = APIRouter(tags=["ledger"])


@router.get(
    "/v1/ledger/checkpoint",
    response_class=PlainTextResponse,
    summary="Show the checkpoint",
    description="The signed note of the log's head (c2sp.org/tlog-checkpoint). Any key.",
    responses=documents.problems(documents.EVERY),
)
def checkpoint(call: ReadingCall) -> Response:
    """Show the head's signed note."""
    return PlainTextResponse(call.service.read_ledger.checkpoint(call.actor))


@router.get(
    "/v1/ledger/entries/{index}",
    response_model=EntryTold,
    summary="Show an entry",
    description="A ledger entry, the proof that it is in the log, and the checkpoint that the proof leads "
    "to. Entries hold commitments, digests and words of closed lists, nothing personal. With "
    "`Accept: text/plain` the proof alone, as a file (c2sp.org/tlog-proof) to check offline. Any key.",
    responses={
        200: {"description": "The entry with its proof.", "content": {_TEXT: {"schema": {"type": "string"}}}},
        **documents.problems(documents.EVERY, documents.PATH),
    },
)
def entry(
    index: EntryPath,
    call: ReadingCall,
    accept: Annotated[str, Header(include_in_schema=False)] = "*/*",
) -> Response:
    """Show an entry with its inclusion proof, as JSON or as a proof file."""
    view = call.service.read_ledger.entry(call.actor, index)
    if _wants_text(accept):
        return PlainTextResponse(InclusionProof(view.index, view.proof, view.checkpoint).text)
    return Answer.of(EntryTold.of(view)).response()


def _wants_text(accept: str) -> bool:
    """Tell whether plain text is asked for by name, and JSON is not asked for before it."""
    wanted = [part.split(";")[0].strip().lower() for part in accept.split(",")]
    return _TEXT in wanted and "application/json" not in wanted[: wanted.index(_TEXT)]


@router.get(
    "/v1/ledger/persons/{person}",
    response_model=PseudonymTold,
    summary="Find a person on the ledger",
    description="What stands in entries for a person who reviewed, judged or decided: the ledger holds no "
    "id of anybody. It is computed, so it says nothing of whether there is such a person. Roles: "
    "auditor, administrator; everybody about themselves.",
    responses=documents.problems(documents.EVERY, documents.PATH),
)
def pseudonym(person: PersonPath, call: ReadingCall) -> Response:
    """Tell what stands for a person."""
    found = call.service.read_pseudonyms(call.actor, person)
    return Answer.of(PseudonymTold(person=person, pseudonym=found)).response()


@router.get(
    "/v1/ledger/consistency",
    response_model=ConsistencyTold,
    summary="Prove that the log only grew",
    description="The proof that the log of size `new` begins with the log of size `old`. Any key.",
    responses=documents.problems(documents.EVERY, documents.PATH),
)
def consistency(
    call: ReadingCall,
    old: Annotated[int, Query(ge=1, le=LAST_INDEX, description="The smaller size.")],
    new: Annotated[int, Query(ge=1, le=LAST_INDEX, description="The larger size.")],
) -> Response:
    """Prove that one size of the log extends another."""
    proof = call.service.read_ledger.consistency(call.actor, old, new)
    return Answer.of(ConsistencyTold.of(old, new, proof)).response()
