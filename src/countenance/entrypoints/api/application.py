"""The application: routers, what surrounds them, and its OpenAPI document."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

from anyio.to_thread import current_default_thread_limiter
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

import countenance
from countenance.app import Countenance
from countenance.entrypoints.api import (
    applications,
    audits,
    cases,
    comparisons,
    conditions,
    consents,
    conversations,
    customers,
    decisions,
    detections,
    documents,
    enrolments,
    erasures,
    evidence,
    examinations,
    examiners,
    exposition,
    galleries,
    health,
    identifications,
    incidents,
    keys,
    leases,
    ledger,
    notices,
    policy,
    problems,
    retention,
    reviews,
    subjects,
    verifications,
    vocabulary,
    webhooks,
)
from countenance.entrypoints.api.bodies import Bounds
from countenance.entrypoints.api.metrics import Metrics
from countenance.entrypoints.api.middleware import Surroundings
from countenance.errors import CountenanceError

_TAGS: Final = [
    {"name": "acts", "description": "Acts on faces. Each is asked and recorded before a face is looked at."},
    {"name": "galleries", "description": "Reference databases, each for one purpose."},
    {"name": "consent", "description": "What subjects agreed to, and the end of it."},
    {"name": "erasure", "description": "What was erased, with receipts that are checked offline."},
    {"name": "decisions", "description": "Why something was permitted or refused; what would be."},
    {"name": "oversight", "description": "Identifications that wait for people."},
    {"name": "ledger", "description": "The transparency log, for anybody who wants to check it."},
    {"name": "vetting", "description": "Who may use it, and why: customers, applications, reviews, appeals."},
    {"name": "webhooks", "description": "Addresses that customers are told at what has happened."},
    {"name": "administration", "description": "Keys and leases."},
    {"name": "operation", "description": "Health and metrics."},
]
_DESCRIPTION: Final = (
    "Face recognition that runs only where it is permitted. Every act is asked of the gate and put on a "
    "transparency log before a face is looked at; a refusal names its rules, what would have to hold, and "
    "how the question can be re-opened. Answers carry score, threshold and the false match rate that the "
    "threshold stands for, and are `match`, `no_match` or `held` until people have judged."
)
_ROUTERS: Final = (
    notices, retention,
    galleries, consents, erasures, enrolments, verifications, identifications, detections, comparisons,
    decisions,
    vocabulary, policy, subjects, webhooks,
    cases, examinations, examiners, ledger, keys, leases, customers, applications, reviews, conditions,
    conversations,
    health, exposition,
    incidents, evidence, audits,
)  # fmt: skip


SPARE_THREADS: Final = 16
"""Threads beyond those that acts can take, so that a full queue is told at once and never waited for."""


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Have as many threads as acts may be admitted, and some for everything else."""
    limiter = current_default_thread_limiter()
    limiter.total_tokens = max(limiter.total_tokens, app.state.countenance.parts.queue + SPARE_THREADS)
    yield


def _operation_id(route: APIRoute) -> str:
    """Return `identifications_identify`: the resource and what is done with it."""
    return f"{route.endpoint.__module__.rsplit('.', 1)[-1]}_{route.endpoint.__name__}"


def create_api(service: Countenance) -> FastAPI:
    """Return the application that answers with the use cases of `service`.

    It holds no state but its counts and the bytes of the bodies that are being read, so any
    number of processes can serve one installation. Nothing of it phones anywhere: FastAPI's
    telemetry is off, and no page loads a script from elsewhere. `service` is not closed.
    """
    metrics = Metrics(countenance.__version__)
    app = FastAPI(
        title="Countenance",
        summary="Face recognition that asks first",
        description=_DESCRIPTION,
        version=countenance.__version__,
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        openapi_tags=_TAGS,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=_operation_id,
        lifespan=_lifespan,
        telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},
    )
    app.state.countenance = service
    app.state.metrics = metrics
    app.state.bounds = Bounds.of(service.parts.max_image_bytes)
    for module in _ROUTERS:
        app.include_router(module.router)
    app.add_exception_handler(CountenanceError, problems.answer_error)
    app.add_exception_handler(RequestValidationError, problems.answer_fields)
    app.add_exception_handler(HTTPException, problems.answer_wire)
    app.add_middleware(problems.LastResort)
    app.add_middleware(Surroundings, metrics=metrics)

    def openapi() -> dict[str, Any]:
        return documents.describe(app)

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's own way to replace the document
    return app
