"""The server: an installation and the ways in over HTTP, put together and made ready.

Stands above the ways in, so that the command line can start the API without either knowing
the other. `uvicorn --factory countenance.server:create` serves the same application.
"""

from __future__ import annotations

import logging
import threading

from fastapi import FastAPI

from countenance.app import Countenance, open_countenance
from countenance.entrypoints.api import create_api
from countenance.errors import CountenanceError, InvalidInputError
from countenance.vetting.authority import LOCAL_ADMINISTRATOR
from countenance.vetting.seed import parse_seed

_log = logging.getLogger("countenance.server")


def create(countenance: Countenance | None = None) -> FastAPI:
    """Return the application of `countenance`, ready to serve; of the settings' installation if None.

    Opening the installation has brought the database up to date and checked the keys and the
    ledger's head. Here the evaluation lease and those of the seed file are granted, and the
    networks begin to load in a thread, so that the first caller need not wait for them. Raises
    what stands in the way, before anything listens.
    """
    ready = countenance or open_countenance()
    ready.ensure_evaluation_lease()
    _grant_seed(ready)
    threading.Thread(target=_warm, args=(ready,), name="warm-up", daemon=True).start()
    return create_api(ready)


def _grant_seed(countenance: Countenance) -> None:
    path = countenance.parts.leases_file
    if path is None:
        return
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInputError(f"the lease file `{path}` cannot be read as text") from error
    for lease in countenance.grant_leases(LOCAL_ADMINISTRATOR, parse_seed(text)):
        _log.info("granted lease %s to %s", lease.id, lease.customer_id)


def _warm(countenance: Countenance) -> None:
    """Load the networks. What keeps them from loading is told here, and again to whoever asks for an act."""
    try:
        pipeline = countenance.parts.engine.pipeline
    except CountenanceError as error:
        _log.error("the networks do not load: %s [%s]", error.message, error.code)
    else:
        _log.info("the networks are loaded: %s, pipeline %s", pipeline.model_digest[:12], pipeline.version)
