"""Answers made of domain values, by the one writer that also keeps them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus

from countenance.entrypoints.api.answers import Answer
from countenance.vetting.documents import document_of


def told(
    value: object, *, status: HTTPStatus = HTTPStatus.OK, headers: Mapping[str, str] | None = None
) -> Answer:
    """Return the answer that carries a value made of dataclasses, enums, moments, tuples and sets."""
    return Answer(status, json.dumps(document_of(value), ensure_ascii=False), headers or {})
