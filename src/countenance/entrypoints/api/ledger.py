"""The ledger: checkpoint, entries with their proofs, consistency."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import PlainTextResponse, Response

from countenance.entrypoints.api import documents
from countenance.entrypoints.api.answers import Answer
from countenance.entrypoints.api.calls import ReadingCall
from countenance.entrypoints.api.schemas.identifiers import LAST_INDEX, EntryPath
from countenance.entrypoints.api.schemas.ledger import ConsistencyTold, EntryTold

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
    "to. Entries hold commitments, digests and words of closed lists, nothing personal. Any key.",
    responses=documents.problems(documents.EVERY, documents.PATH),
)
def entry(index: EntryPath, call: ReadingCall) -> Response:
    """Show an entry with its inclusion proof."""
    return Answer.of(EntryTold.of(call.service.read_ledger.entry(call.actor, index))).response()


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
