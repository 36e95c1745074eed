"""The OpenAPI document: what FastAPI cannot see, since bodies are read and answers written here.

Names of problems, request bodies in their two forms, and answers that are no JSON.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from countenance.entrypoints.api.problems import MEDIA_TYPE as PROBLEM
from countenance.entrypoints.api.schemas.problem import Problem

Document = dict[str, Any]
Responses = dict[int | str, Document]

_REFERENCE: Final = "#/components/schemas/{model}"
_JSON: Final = "application/json"

EVERY: Final = (401, 403, 500, 503, 507)
"""What any authenticated request can meet."""

PATH: Final = (404, 422)
"""What a request can meet that names something in its path or query."""

BODY: Final = (408, 413, 415, 422, 429)
"""What a request with a body can meet."""

WRITE: Final = (409, 422)
"""What a request can meet that changes something."""

_MEANING: Final[Mapping[int, str]] = {
    401: "The key is missing, unknown, expired or revoked.",
    403: "Not permitted. A refusal of the gate names rules, unmet conditions and its ledger entry.",
    404: "No such thing, or not yours: the two are the same answer.",
    408: "The body did not arrive in time.",
    409: "The request contradicts what is stored, or another one was first.",
    413: "The body or the image is too large.",
    415: "The body or the image is of a kind that is not read here.",
    422: "A field, an image or a face cannot be used; `errors` and `reasons` say what is wrong.",
    429: "The queue is full. Nothing was asked or looked at; try again after `Retry-After` seconds.",
    500: "A fault of the program, with an incident's id for the operator.",
    503: "The database or a model cannot be used now.",
    507: "The disk is full; what was asked for was not done.",
}
_HEADERS: Final[Mapping[str, Document]] = {
    "Countenance-Decision": {
        "description": "Id of the decision that permitted or refused the act.",
        "schema": {"type": "string"},
    },
    "Countenance-Entry": {
        "description": "Index of the ledger entry that closed or refused it.",
        "schema": {"type": "integer", "minimum": 0},
    },
    "Retry-After": {"description": "Whole seconds.", "schema": {"type": "integer", "minimum": 1}},
    "WWW-Authenticate": {"description": "`Bearer`.", "schema": {"type": "string"}},
    "Idempotency-Replayed": {
        "description": "`true` where this answer was given before.",
        "schema": {"type": "string", "const": "true"},
    },
}
_PROBLEM_HEADERS: Final[Mapping[int, tuple[str, ...]]] = {
    401: ("WWW-Authenticate",),
    403: ("Countenance-Decision", "Countenance-Entry"),
    429: ("Retry-After",),
    503: ("Retry-After",),
    507: ("Retry-After",),
}


def problems(*groups: tuple[int, ...]) -> Responses:
    """Return the problems that a route can answer with, each documented."""
    statuses = sorted({status for group in groups for status in group})
    return {
        status: {
            "description": _MEANING[status],
            "content": {PROBLEM: {"schema": {"$ref": _REFERENCE.format(model="Problem")}}},
            **_headed(_PROBLEM_HEADERS.get(status, ())),
        }
        for status in statuses
    }


def act(description: str) -> Document:
    """Return the documentation of an act's answer, with its headers."""
    return {"description": description, **_headed(("Countenance-Decision", "Countenance-Entry"))}


def _headed(names: tuple[str, ...]) -> Document:
    return {"headers": {name: _HEADERS[name] for name in names}} if names else {}


def json_body(model: type[BaseModel]) -> Document:
    """Return the documentation of a JSON body."""
    _BODIES[model.__name__] = model
    schema = {"$ref": _REFERENCE.format(model=model.__name__)}
    return {"requestBody": {"required": True, "content": {_JSON: {"schema": schema}}}}


def image_body(model: type[BaseModel]) -> Document:
    """Return the documentation of a body that is JSON, or an image with the other fields in the query."""
    body = json_body(model)
    for media_type in ("application/octet-stream", "image/*"):
        body["requestBody"]["content"][media_type] = {"schema": {"type": "string", "format": "binary"}}
    return body | {"parameters": _query(model)}


def _query(model: type[BaseModel]) -> list[Document]:
    properties = model.model_json_schema(ref_template=_REFERENCE)["properties"]
    return [
        {
            "name": name,
            "in": "query",
            "required": False,
            "description": f"Only beside a raw image: {schema.get('description', name)}",
            "schema": _present(schema),
        }
        for name, schema in properties.items()
        if name != "image"
    ]


def _present(schema: Document) -> Document:
    """Return the schema of a field that is left out or is there, without its default."""
    return {name: part for name, part in _not_null(schema).items() if name != "default"}


_BODIES: dict[str, type[BaseModel]] = {}
"""Models of request bodies, by the name under which the document shows them."""


def describe(app: FastAPI) -> Document:
    """Return the OpenAPI document of `app`, made once."""
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title,
            version=app.version,
            summary=app.summary,
            description=app.description,
            routes=app.routes,
            tags=app.openapi_tags,
            license_info=app.license_info,
            separate_input_output_schemas=False,
        )
        models = [(model, "validation") for model in _BODIES.values()]
        problem = [(Problem, "serialization")]
        _, definitions = models_json_schema([*models, *problem], ref_template=_REFERENCE)  # type: ignore[list-item]  # the modes are literals
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        schemas.update({name: _closed(schema) for name, schema in definitions["$defs"].items()})
        for name in ("HTTPValidationError", "ValidationError"):
            schemas.pop(name, None)
        for path in document["paths"].values():
            for operation in path.values():
                _refine(operation)
        app.openapi_schema = document
    return app.openapi_schema


def _closed(schema: Document) -> Document:
    """Say that an object takes no other fields, which pydantic does not know of the domain's own."""
    return {"additionalProperties": False, **schema} if "properties" in schema else schema


def _refine(operation: Document) -> None:
    """Say that parameters cannot be null, and show the header of a repeated answer where there can be one."""
    parameters = operation.get("parameters", [])
    for parameter in parameters:
        parameter["schema"] = _not_null(parameter["schema"])
    if "Idempotency-Key" in {parameter["name"] for parameter in parameters}:
        for status, response in operation["responses"].items():
            if status.startswith("2"):
                name = "Idempotency-Replayed"
                response.setdefault("headers", {})[name] = _HEADERS[name]


def _not_null(schema: Document) -> Document:
    options = [option for option in schema.get("anyOf", []) if option.get("type") != "null"]
    rest = {name: part for name, part in schema.items() if name not in {"anyOf", "title", "description"}}
    return {**options[0], **rest} if options else rest
