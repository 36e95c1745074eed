"""Answers: what leaves, and what is kept of it to be given again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Self

from fastapi.responses import Response
from pydantic import BaseModel

JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Answer:
    """A status, the headers that belong to the content, and JSON; None where there is no content."""

    status: HTTPStatus
    content: str | None
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        content: BaseModel | None,
        *,
        status: HTTPStatus = HTTPStatus.OK,
        headers: Mapping[str, str] | None = None,
    ) -> Self:
        """Return the answer that carries `content`."""
        text = content.model_dump_json(by_alias=True) if content is not None else None
        return cls(status, text, headers or {})

    @classmethod
    def of_act(
        cls, content: BaseModel, *, decision_id: str, entry: int, status: HTTPStatus = HTTPStatus.OK
    ) -> Self:
        """Return the answer of an act, with its decision and its ledger entry as headers."""
        return cls.of(
            content,
            status=status,
            headers={"Countenance-Decision": decision_id, "Countenance-Entry": str(entry)},
        )

    def response(self, *, repeated: bool = False) -> Response:
        """Return what is sent; `repeated` says that it was sent before."""
        headers = dict(self.headers)
        if repeated:
            headers["Idempotency-Replayed"] = "true"
        media_type = JSON if self.content is not None else None
        return Response(self.content, self.status, headers=headers, media_type=media_type)

    def to_bytes(self) -> bytes:
        """Return what is stored."""
        return json.dumps([self.status.value, dict(self.headers), self.content]).encode()

    @classmethod
    def from_bytes(cls, stored: bytes) -> Self:
        """Return what `to_bytes` was made from."""
        status, headers, content = json.loads(stored)
        return cls(HTTPStatus(status), content, headers)
