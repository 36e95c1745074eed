"""One authenticated request: who asks, what answers, and whether it was answered before."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Header, Request
from fastapi.responses import Response
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer

from countenance.app import Countenance
from countenance.entrypoints.api.answers import Answer
from countenance.entrypoints.api.metrics import Metrics
from countenance.entrypoints.identity import actor_of
from countenance.recognition.idempotency import Performed
from countenance.vetting.model import Actor

_BEARER = HTTPBearer(
    auto_error=False, scheme_name="bearer", bearerFormat="ck_...", description="An API key as bearer token."
)
_HEADER = APIKeyHeader(
    auto_error=False, scheme_name="header", name="X-Api-Key", description="An API key in a header of its own."
)
IDEMPOTENCY_KEY = r"^[!-~]{1,200}$"


def _caller(
    request: Request,
    bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)],
    header: Annotated[str | None, Depends(_HEADER)],
) -> Actor:
    actor = actor_of(
        request.app.state.countenance, [bearer.credentials if bearer is not None else None, header]
    )
    request.state.actor = actor
    return actor


Caller = Annotated[Actor, Depends(_caller)]
"""The actor behind the key; without one the request ends here with 401."""


@dataclass(frozen=True, slots=True)
class Call:
    """An authenticated request on its way to a use case."""

    service: Countenance
    actor: Actor
    metrics: Metrics
    line: str
    key: str | None = None

    def once(
        self,
        body: bytes,
        act: Callable[[], Answer],
        *,
        keep: Callable[[Answer], bool] = lambda _: True,
    ) -> Response:
        """Answer what `act` answers, or again what it answered when this request came before.

        `body` is the digest of the body, empty where there is none. What `keep` does not
        want kept is not stored, so that it is asked for anew.
        """
        if self.key is None:
            return act().response()

        def perform() -> Performed:
            answer = act()
            return Performed(answer.to_bytes(), keep=keep(answer))

        answered = self.service.once(self.actor, self.key, self.identity(body), perform)
        return Answer.from_bytes(answered.answer).response(repeated=answered.repeated)

    def identity(self, body: bytes) -> bytes:
        """Return 32 bytes that identify the request: method, path and the digest of its body."""
        return hashlib.sha256(self.line.encode() + b"\0" + body).digest()


def _call(request: Request, caller: Caller) -> Call:
    state = request.app.state
    return Call(state.countenance, caller, state.metrics, f"{request.method} {request.url.path}")


def _writing_call(
    request: Request,
    caller: Caller,
    idempotency_key: Annotated[
        str | None,
        Header(
            alias="Idempotency-Key",
            pattern=IDEMPOTENCY_KEY,
            description="A name of your choice for this request. Sent again with the same name, the "
            "request is not performed again and gets the same answer.",
            examples=["5f0c1b6e-enrol-s-4711"],
        ),
    ] = None,
) -> Call:
    call = _call(request, caller)
    return Call(call.service, call.actor, call.metrics, call.line, idempotency_key)


ReadingCall = Annotated[Call, Depends(_call)]
"""A request that changes nothing but the record."""

WritingCall = Annotated[Call, Depends(_writing_call)]
"""A request that can be sent twice and happens once."""
