"""Every operation: method, path, what its request may hold, and what its answer does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from countenance.entrypoints.azure_face import detection, fields, liveness, recognition
from countenance.entrypoints.azure_face.calls import Answer, Asked, Call
from countenance.entrypoints.azure_face.parameters import Fields

Operation = Callable[[Call, Asked], Answer]

VERSIONS: Final = ("v1.0", "v1.1-preview.1", "v1.2-preview.1", "v1.2", "v1.3-preview.1")
"""Versions of the protocol; each operation is answered under every one of them."""


@dataclass(frozen=True, slots=True)
class Route:
    """An operation. `image` says that the body is an image, or JSON with its address.

    `refused` marks what is never performed, whoever asks.
    """

    method: str
    path: str
    operation: Operation
    members: tuple[str, ...] = ()
    query: Fields = field(default_factory=Fields)
    body: Fields | None = None
    image: bool = False
    refused: bool = False

    def match(self, parts: tuple[str, ...]) -> dict[str, str] | None:
        """Return the path's variables, or None where the path is another."""
        pattern = tuple(self.path.strip("/").split("/"))
        if len(pattern) != len(parts):
            return None
        found = {}
        for expected, given in zip(pattern, parts, strict=True):
            if expected.startswith("{"):
                found[expected[1:-1]] = given
            elif expected != given.lower():
                return None
        return found


def _detection() -> Iterator[Route]:
    members = ("faceId", "recognitionModel", "faceRectangle", "faceLandmarks", "faceAttributes")
    yield Route("POST", "/detect", detection.detect, members, fields.DETECT, image=True)


def _recognition() -> Iterator[Route]:
    yield Route("POST", "/verify", recognition.verify, ("isIdentical", "confidence"), body=recognition.VERIFY)
    yield Route("POST", "/group", recognition.group, ("groups", "messyGroup"), body=recognition.GROUP)


def _liveness() -> Iterator[Route]:
    for kind in ("detectliveness", "detectlivenesswithverify"):
        for sessions in (f"/{kind}/singlemodal/sessions", f"/{kind}-sessions"):
            yield Route("POST", sessions, liveness.refuse_liveness, refused=True)
            yield Route("GET", sessions, liveness.refuse_liveness, refused=True)
            yield Route("GET", f"{sessions}/{{sessionId}}", liveness.refuse_liveness, refused=True)
            yield Route("DELETE", f"{sessions}/{{sessionId}}", liveness.refuse_liveness, refused=True)
            yield Route("GET", f"{sessions}/{{sessionId}}/audit", liveness.refuse_liveness, refused=True)
    yield Route("GET", "/sessionimages/{sessionImageId}", liveness.refuse_liveness, refused=True)


ROUTES: Final[tuple[Route, ...]] = (*_detection(), *_recognition(), *_liveness())
"""All of them, in the order in which they are documented."""


def _by_method() -> Mapping[str, tuple[Route, ...]]:
    methods = {route.method for route in ROUTES}
    return {name: tuple(route for route in ROUTES if route.method == name) for name in sorted(methods)}


_BY_METHOD: Final = _by_method()


def route_of(method: str, parts: tuple[str, ...]) -> tuple[Route, dict[str, str]] | None:
    """Return the operation of a path without its version and the path's variables, or None."""
    for route in _BY_METHOD.get(method, ()):
        found = route.match(parts)
        if found is not None:
            return route, found
    return None
