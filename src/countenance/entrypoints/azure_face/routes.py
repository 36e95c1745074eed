"""Every operation: method, path, what its request may hold, and what its answer does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from countenance.entrypoints.azure_face import (
    detection,
    directory,
    fields,
    lists,
    liveness,
    persons,
    recognition,
)
from countenance.entrypoints.azure_face.calls import Answer, Asked, Call
from countenance.entrypoints.azure_face.naming import KINDS
from countenance.entrypoints.azure_face.parameters import Fields
from countenance.recognition.rosters.model import RosterKind

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
    r = recognition
    yield Route("POST", "/verify", r.verify, ("isIdentical", "confidence"), body=r.VERIFY)
    yield Route("POST", "/identify", r.identify, ("faceId", "candidates"), body=r.IDENTIFY)
    similar = ("confidence", "faceId", "persistedFaceId")
    yield Route("POST", "/findsimilars", r.find_similar, similar, body=r.FIND_SIMILAR)
    yield Route("POST", "/group", r.group, ("groups", "messyGroup"), body=r.GROUP)


def _of(operation: Callable[[RosterKind, Call, Asked], Answer], kind: RosterKind) -> Operation:
    return partial(operation, kind)


def _lists(kind: RosterKind) -> Iterator[Route]:
    """Yield what all kinds of lists and groups have."""
    member, f = KINDS[kind].member, fields
    every, one = f"/{kind.value}", f"/{kind.value}/{{{member}}}"
    shown = (member, "name", "userData", "recognitionModel")
    yield Route("PUT", one, _of(lists.create, kind), body=f.NEW_ROSTER)
    faces = ("persistedFaces",) if kind is RosterKind.FACE_LIST else ()
    yield Route("GET", one, _of(lists.show, kind), shown + faces, f.MODEL_QUERY)
    yield Route("GET", every, _of(lists.show_all, kind), shown, f.LISTING)
    yield Route("PATCH", one, _of(lists.change, kind), body=f.CHANGE)
    yield Route("DELETE", one, _of(lists.delete, kind))
    if kind is not RosterKind.FACE_LIST:
        yield Route("POST", f"{one}/train", _of(lists.train, kind))
        yield Route("GET", f"{one}/training", _of(lists.training, kind), _TRAINING)


def _faces_of_lists(kind: RosterKind) -> Iterator[Route]:
    f = fields
    faces = f"/{kind.value}/{{{KINDS[kind].member}}}/persistedfaces"
    face = f"{faces}/{{persistedFaceId}}"
    yield Route("POST", faces, _of(lists.add_face, kind), ("persistedFaceId",), f.ADD_FACE, image=True)
    yield Route("DELETE", face, _of(lists.delete_face, kind))
    if kind is RosterKind.LARGE_FACE_LIST:
        yield Route("GET", faces, _of(lists.show_faces, kind), _FACE, f.PAGING)
        yield Route("GET", face, _of(lists.show_face, kind), _FACE)
        yield Route("PATCH", face, _of(lists.change_face, kind), body=f.NOTE)


def _persons_of_groups(kind: RosterKind) -> Iterator[Route]:
    f = fields
    every = f"/{kind.value}/{{{KINDS[kind].member}}}/persons"
    one = f"{every}/{{personId}}"
    shown = ("personId", "name", "userData", "persistedFaceIds")
    yield Route("POST", every, _of(persons.create, kind), ("personId",), body=f.NEW_PERSON)
    yield Route("GET", every, _of(persons.show_all, kind), shown, f.PAGING)
    yield Route("GET", one, _of(persons.show, kind), shown)
    yield Route("PATCH", one, _of(persons.change, kind), body=f.CHANGE)
    yield Route("DELETE", one, _of(persons.delete, kind))
    faces, face = f"{one}/persistedfaces", f"{one}/persistedfaces/{{persistedFaceId}}"
    yield Route("POST", faces, _of(persons.add_face, kind), ("persistedFaceId",), f.ADD_FACE, image=True)
    yield Route("GET", face, _of(persons.show_face, kind), _FACE)
    yield Route("PATCH", face, _of(persons.change_face, kind), body=f.NOTE)
    yield Route("DELETE", face, _of(persons.delete_face, kind))


def _directory() -> Iterator[Route]:
    f, d = fields, directory
    one = "/persons/{personId}"
    shown = ("personId", "name", "userData")
    yield Route("POST", "/persons", d.create_person, ("personId",), body=f.NEW_PERSON)
    yield Route("GET", "/persons", d.show_persons, shown, f.PAGING)
    yield Route("GET", one, _of(persons.show, RosterKind.DIRECTORY), shown)
    yield Route("PATCH", one, _of(persons.change, RosterKind.DIRECTORY), body=f.CHANGE)
    yield Route("DELETE", one, d.delete_person)
    references = ("dynamicPersonGroupIds",)
    yield Route("GET", f"{one}/dynamicpersongroupreferences", d.groups_of_person, references, f.PAGING)
    faces = f"{one}/recognitionmodels/{{recognitionModel}}/persistedfaces"
    face = f"{faces}/{{persistedFaceId}}"
    yield Route("POST", faces, d.add_face, ("persistedFaceId",), f.ADD_FACE, image=True)
    yield Route("GET", faces, d.show_faces, ("personId", "persistedFaceIds"))
    yield Route("GET", face, d.show_face, _FACE)
    yield Route("PATCH", face, d.change_face, body=f.NOTE)
    yield Route("DELETE", face, d.delete_face)


def _dynamic_groups() -> Iterator[Route]:
    f, d = fields, directory
    every, one = "/dynamicpersongroups", "/dynamicpersongroups/{dynamicPersonGroupId}"
    shown = ("dynamicPersonGroupId", "name", "userData")
    yield Route("PUT", one, d.create_group, body=f.NEW_GROUP)
    yield Route("GET", one, d.show_group, shown)
    yield Route("GET", every, d.show_groups, shown, f.PAGING)
    yield Route("PATCH", one, d.change_group, body=f.GROUP_CHANGE)
    yield Route("DELETE", one, d.delete_group)
    yield Route("GET", f"{one}/persons", d.show_members, ("personIds",), f.PAGING)
    ended = ("operationId", "status", "createdTime", "lastActionTime", "finishedTime", "message")
    yield Route("GET", "/operations/{operationId}", d.operation, ended)


def _liveness() -> Iterator[Route]:
    for kind in ("detectliveness", "detectlivenesswithverify"):
        for sessions in (f"/{kind}/singlemodal/sessions", f"/{kind}-sessions"):
            yield Route("POST", sessions, liveness.refuse_liveness, refused=True)
            yield Route("GET", sessions, liveness.refuse_liveness, refused=True)
            yield Route("GET", f"{sessions}/{{sessionId}}", liveness.refuse_liveness, refused=True)
            yield Route("DELETE", f"{sessions}/{{sessionId}}", liveness.refuse_liveness, refused=True)
            yield Route("GET", f"{sessions}/{{sessionId}}/audit", liveness.refuse_liveness, refused=True)
    yield Route("GET", "/sessionimages/{sessionImageId}", liveness.refuse_liveness, refused=True)


def _all() -> Iterator[Route]:
    yield from _detection()
    yield from _recognition()
    for kind in (RosterKind.FACE_LIST, RosterKind.LARGE_FACE_LIST):
        yield from _lists(kind)
        yield from _faces_of_lists(kind)
    for kind in (RosterKind.PERSON_GROUP, RosterKind.LARGE_PERSON_GROUP):
        yield from _lists(kind)
        yield from _persons_of_groups(kind)
    yield from _directory()
    yield from _dynamic_groups()
    yield from _liveness()


_FACE: Final = ("persistedFaceId", "userData")
_TRAINING: Final = (
    "status", "createdDateTime", "lastActionDateTime", "lastSuccessfulTrainingDateTime", "message",
)  # fmt: skip
ROUTES: Final[tuple[Route, ...]] = tuple(_all())
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
