"""The closed lists that a question can be made of."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import Field

from countenance.entrypoints.api import documents
from countenance.entrypoints.api.answers import Answer
from countenance.entrypoints.api.calls import ReadingCall
from countenance.entrypoints.api.schemas.model import Told
from countenance.policy.instruments import Instrument
from countenance.policy.model import Act, Camera, CustomerKind, ObligationKind, Purpose, Space
from countenance.policy.packs import shipped_packs

router = APIRouter(tags=["decisions"])


class VocabularyTold(Told):
    """Every word that a question or an answer of the gate can hold."""

    kinds: list[CustomerKind]
    acts: list[Act]
    purposes: list[Purpose]
    spaces: list[Space]
    cameras: list[Camera]
    obligations: list[ObligationKind]
    instruments: list[Instrument] = Field(description="Documents that can be on record.")
    packs: list[str] = Field(description="Policy packs that come with the program.")


@router.get(
    "/v1/policy/vocabulary",
    response_model=VocabularyTold,
    summary="Show the closed lists",
    description="Kinds of customers, acts, purposes, spaces, cameras, obligations, instruments and packs. "
    "They grow with a reason, never with an adjective. Any key.",
    responses=documents.problems(documents.EVERY),
)
def words(call: ReadingCall) -> Response:
    """Show every closed list."""
    del call
    told = VocabularyTold(
        kinds=list(CustomerKind),
        acts=list(Act),
        purposes=list(Purpose),
        spaces=list(Space),
        cameras=list(Camera),
        obligations=list(ObligationKind),
        instruments=list(Instrument),
        packs=list(shipped_packs()),
    )
    return Answer.of(told).response()
