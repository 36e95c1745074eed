"""System health: what runs, from what, and whether the record can be written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from starlette.responses import Response

import countenance
from countenance.entrypoints.console.navigation import OVERSEERS
from countenance.entrypoints.console.visits import Page, Visit
from countenance.errors import CountenanceError
from countenance.policy.register import shipped_register

PATH: Final = "/console/health"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at: `good` or `bad`, what, and what was seen."""

    kind: str
    what: str
    seen: str


def health(visit: Visit) -> Response:
    """Look at each part, and show what was seen."""
    register = shipped_register()
    return visit.page(
        "health.html",
        checks=[_database(visit), _networks(visit), _packs(visit)],
        version=countenance.__version__,
        register=register,
        packs=visit.service.parts.packs,
    )


def _database(visit: Visit) -> Check:
    size = visit.service.console.browse.ledger_size(visit.actor)
    return Check("good", "The record", f"The database answers; the ledger has {size:,} entries.")


def _networks(visit: Visit) -> Check:
    try:
        pipeline = visit.service.parts.engine.pipeline
    except CountenanceError as error:
        return Check("bad", "The networks", f"They do not load: {error.message}. Run `countenance doctor`.")
    seen = f"Loaded: model {pipeline.model_digest[:16]}, pipeline {pipeline.version}."
    return Check("good", "The networks", seen)


def _packs(visit: Visit) -> Check:
    try:
        _ = visit.service.parts.decide
    except CountenanceError as error:
        return Check("bad", "Packs and laws", f"They do not load: {error.message}.")
    return Check("good", "Packs and laws", "Loaded and valid; every decision names their digests.")


PAGES: Final = (Page(path=PATH, handler=health, roles=OVERSEERS),)
