"""Requests made from the table of operations: right ones, and ones with a single thing wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from countenance.entrypoints.azure_face.fields import URL
from countenance.entrypoints.azure_face.parameters import (
    Data,
    Field,
    Fields,
    Flag,
    Id,
    Ids,
    Rectangle,
    Share,
    Text,
    Whole,
    Words,
)
from countenance.entrypoints.azure_face.routes import ROUTES, Route
from integration.azure_face.stage import picture

NOTHING = "00112233-4455-4677-8899-aabbccddeeff"
RAW = "application/octet-stream"
JSON = "application/json"
PATHS: Mapping[str, str] = {
    "faceListId": "nothing",
    "largeFaceListId": "nothing",
    "personGroupId": "nothing",
    "largePersonGroupId": "nothing",
    "dynamicPersonGroupId": "nothing",
    "personId": NOTHING,
    "persistedFaceId": NOTHING,
    "operationId": NOTHING,
    "sessionId": NOTHING,
    "sessionImageId": NOTHING,
    "recognitionModel": "recognition_04",
}
"""A name for every variable of a path that stands for nothing."""

PERFORMED = tuple(route for route in ROUTES if not route.refused)
SCOPES: Mapping[str, tuple[str, ...]] = {
    "/verify": ("faceId", "personId", "personGroupId"),
    "/identify": ("faceIds", "personGroupId", "maxNumOfCandidatesReturned", "confidenceThreshold"),
    "/findsimilars": ("faceId", "faceListId", "maxNumOfCandidatesReturned", "mode"),
}
"""Members of a body that go together, where not all do."""


@dataclass(frozen=True)
class Sent:
    """One request; `body` is None, JSON, or bytes of an image."""

    route: Route
    names: Mapping[str, str] = field(default_factory=lambda: PATHS)
    query: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    media_type: str | None = None

    @property
    def path(self) -> str:
        return self.route.path.format_map(self.names)

    def arguments(self) -> dict[str, Any]:
        """What httpx takes."""
        headers = {"Content-Type": self.media_type} if self.media_type is not None else {}
        if isinstance(self.body, bytes):
            return {"params": self.query, "content": self.body, "headers": headers}
        if self.body is None:
            return {"params": self.query}
        text = json.dumps(self.body)  # in ASCII: a lone surrogate has no UTF-8
        return {"params": self.query, "content": text, "headers": {**headers, "Content-Type": JSON}}


def right(one: Field) -> Any:  # noqa: ANN401, PLR0911  whatever a field holds; one case a kind of field
    """A value that a body may have."""
    match one:
        case Text():
            return one.words[0] if one.words else "nothing"
        case Data():
            return "data"
        case Whole():
            return one.least
        case Share():
            return 0.5
        case Flag():
            return True
        case Id():
            return NOTHING
        case Ids():
            return [f"{at:08x}{NOTHING[8:]}" for at in range(max(1, one.least))]
        case _:
            raise AssertionError(one)


def right_text(one: Field) -> str:
    """A value that a query may have."""
    match one:
        case Words():
            return "headPose"
        case Rectangle():
            return "10,20,110,140"
        case Flag():
            return "true"
        case _:
            return str(right(one))


def wrong(one: Field) -> Iterator[Any]:  # noqa: C901  one case a kind of field
    """Values that a body may not have."""
    yield {}
    match one:
        case Text():
            yield 1
            yield "a\x00b"
            if one.words:
                yield "no-such-word"
            if one.most is not None:
                yield "a" * (one.most + 1)
        case Data():
            yield 1
            yield "é" * (one.most // 2 + 1)
            yield "\ud800"
        case Whole():
            yield from (one.least - 1, one.most + 1, "1", 1.5, True)
        case Share():
            yield from (-0.1, 1.1, "1", True)
        case Flag():
            yield from ("true", 1)
        case Id():
            yield from ("nothing", 1, f"{{{NOTHING}}}", NOTHING.replace("-", ""))
        case Ids():
            yield from ("nothing", ["nothing"], [1], [NOTHING] * (one.most + 1))
            if one.least:
                yield []


def wrong_texts(one: Field) -> Iterator[str]:
    """Values that a query may not have."""
    match one:
        case Text():
            if one.words:
                yield from ("no-such-word", "")
            if one.most is not None:
                yield "a" * (one.most + 1)
        case Data():
            yield "a" * (one.most + 1)
        case Whole():
            yield from (str(one.least - 1), str(one.most + 1), "x", "1.5", "", "9" * 30, "+1", "\u0661")
        case Flag():
            yield from ("yes", "1", "")
        case Words():
            yield from ("noSuchAttribute", "a\x00b", ",".join(f"w{number}" for number in range(40)))
        case Rectangle():
            yield from ("1,2,3", "a,b,c,d", "-1,0,5,5", "0,0,0,5", "1,2,3,4,5", "9" * 30 + ",1,1,1", "")
        case _:
            raise AssertionError(one)


def request_of(route: Route, names: Mapping[str, str] = PATHS) -> Sent:
    """A right request of an operation, with all of its members that go together."""
    query = {name: right_text(one) for name, one in route.query.members.items() if name != "start"}
    if route.path == "/detect":
        query["recognitionModel"] = "recognition_04"
    if "userData" in query:
        query["userData"] = "dave"
    sent = Sent(route, names, query)
    if route.image:
        return replace(sent, body=picture("dave"), media_type=RAW)
    if route.body is None:
        return sent
    wanted = SCOPES.get(route.path, tuple(route.body.members))
    return replace(sent, body={name: right(route.body.members[name]) for name in wanted})


def breaches(route: Route) -> Iterator[tuple[str, Sent]]:
    """The right request with one thing wrong at a time, and what it is."""
    good = request_of(route)
    for name, one in route.query.members.items():
        for text in wrong_texts(one):
            yield f"query {name}={text[:20]!r}", replace(good, query={**good.query, name: text})
    fields: Fields | None = URL if route.image else route.body
    if fields is None:
        return
    whole = {"url": "https://photos.example/dave.png"} if route.image else dict(good.body)
    plain = replace(good, body=whole, media_type=JSON)
    for name, one in fields.members.items():
        for value in wrong(one):
            yield f"body {name}={str(value)[:20]!r}", replace(plain, body={**whole, name: value})
    for name in fields.required:
        yield f"body without {name}", replace(plain, body={k: v for k, v in whole.items() if k != name})
    for broken in (b"{", b"[]", b"null", b"\xff\xfe", b'"text"', b"[" * 100_000, b""):
        yield f"body {broken[:9]!r}", replace(plain, body=broken)
    yield "a body too large", replace(plain, body=b'{"name": "' + b"a" * 140_000 + b'"}')
