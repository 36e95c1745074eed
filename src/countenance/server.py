"""The server: an installation and the ways in over HTTP, put together and made ready.

Stands above the ways in, so that the command line can start the API without either knowing
the other: `countenance serve` looks this module up by name when it is run.
"""

from __future__ import annotations

import logging
import threading

from fastapi import FastAPI
from starlette.middleware import Middleware

from countenance.app import Countenance
from countenance.entrypoints.api import create_api
from countenance.entrypoints.azure_face import AzureFace
from countenance.entrypoints.console.application import Console
from countenance.entrypoints.public.application import Public
from countenance.entrypoints.rekognition import Rekognition
from countenance.entrypoints.subject.application import Subject
from countenance.errors import CountenanceError, InvalidInputError
from countenance.vetting.authority import LOCAL_ADMINISTRATOR
from countenance.vetting.seed import parse_seed

_log = logging.getLogger("countenance.server")


def prepare(countenance: Countenance) -> FastAPI:
    """Return the application of `countenance`, after granting its own lease and those of the seed file.

    Opening the installation has brought the database up to date and checked the keys and the
    ledger's head. Where witnesses are configured, they are asked from now on until `finish`, and so
    long are references destroyed whose time is over, and webhooks delivered. Raises what stands in
    the way, before anything listens. Holders of leases are told of rules to come.
    """
    countenance.ensure_evaluation_lease()
    _grant_seed(countenance)
    if countenance.erasure.journal is not None:
        countenance.erasure.journal.reapply()  # whoever a backup brought back is erased before anybody asks
    countenance.consent.schedule.start()
    countenance.gate.monitor.start()
    countenance.oversight.clock.start()
    countenance.webhooks.thread.start()
    countenance.erasure.caretaking.start()
    countenance.policy.forewarning.start()
    if countenance.log.rounds is not None:
        countenance.log.rounds.start()
    return all_ways_in(countenance)


def all_ways_in(countenance: Countenance) -> FastAPI:
    """Return the API with the protocols that other clients speak on the same port.

    They stand inside what surrounds every request, so that the access log and the counts know them.
    """
    application = create_api(countenance)
    application.user_middleware.append(Middleware(Rekognition, service=countenance))
    application.user_middleware.append(Middleware(AzureFace, service=countenance))
    application.add_middleware(Console, service=countenance)
    application.add_middleware(Public, service=countenance)
    application.add_middleware(Subject, service=countenance)
    return application


def warm_up(countenance: Countenance) -> threading.Thread:
    """Begin to load the networks, so that the first caller need not wait; return the thread, to be joined."""
    thread = threading.Thread(target=_load, args=(countenance,), name="warm-up")
    thread.start()
    return thread


def finish(countenance: Countenance) -> None:
    """Let the witnesses be, and write snapshots of the galleries in memory, for a fast start."""
    countenance.consent.schedule.stop()
    countenance.gate.monitor.stop()
    countenance.oversight.clock.stop()
    countenance.webhooks.thread.stop()
    countenance.erasure.caretaking.stop()
    countenance.policy.forewarning.stop()
    if countenance.log.rounds is not None:
        countenance.log.rounds.stop()
    try:
        saved = countenance.save_snapshots()
    except CountenanceError as error:
        _log.error("no snapshots were written: %s [%s]", error.message, error.code)
    else:
        _log.info("snapshots written: %d", saved)


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


def _load(countenance: Countenance) -> None:
    """Load the networks. What keeps them from loading is told here, and again to whoever asks for an act."""
    try:
        pipeline = countenance.parts.engine.pipeline
    except CountenanceError as error:
        _log.error("the networks do not load: %s [%s]", error.message, error.code)
    else:
        _log.info("the networks are loaded: %s, pipeline %s", pipeline.model_digest[:12], pipeline.version)
