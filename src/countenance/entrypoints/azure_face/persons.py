"""Persons of groups and of the directory, and their faces."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from countenance.biometrics.model import GalleryId, SubjectId
from countenance.entrypoints.azure_face.calls import Answer, Asked, Call
from countenance.entrypoints.azure_face.faults import AzureError
from countenance.entrypoints.azure_face.lists import enrol, said_of, shown_face
from countenance.entrypoints.azure_face.naming import (
    FACE,
    KINDS,
    PERSON,
    face_id,
    person_id,
    reference_id,
    roster_name,
    start_of_persons,
    there,
)
from countenance.errors import AlreadyExistsError
from countenance.recognition.rosters.lifecycle import DIRECTORY, RosterName, Said
from countenance.recognition.rosters.model import Person, PersonId, RosterFace, RosterKind


def named(kind: RosterKind, asked: Asked) -> RosterName:
    """Return the group, or the directory, that a request is about."""
    return DIRECTORY if kind is RosterKind.DIRECTORY else roster_name(kind, asked)


def require_roster(kind: RosterKind, call: Call, asked: Asked) -> RosterName:
    """Return the name of the group that a request is about, or raise the answer to one that is not there."""
    name = named(kind, asked)
    with there(KINDS[kind]):
        call.cases.rosters.one(call.actor, name)
    return name


def create(kind: RosterKind, call: Call, asked: Asked) -> Answer:
    """Make a person of the subject that `userData`, or else `name`, names."""
    name = named(kind, asked)
    with there(KINDS[kind]):
        person = make(call, name, Said(name=asked["name"], user_data=asked.get("userData")))
    return Answer({"personId": person.id})


def make(call: Call, name: RosterName, said: Said) -> Person:
    """Make a person, or raise `AzureError` where the subject is one already."""
    try:
        return call.cases.persons.create(call.actor, name, said)
    except AlreadyExistsError as error:
        message = f"{error.message[:1].upper()}{error.message[1:]}: one name is one subject."
        raise AzureError("PersonExists", message, status=HTTPStatus.CONFLICT) from error


def show(kind: RosterKind, call: Call, asked: Asked) -> Answer:
    """Show a person."""
    name, person = require_roster(kind, call, asked), person_id(asked["personId"])
    with there(PERSON):
        return Answer(shown(*call.cases.persons.one(call.actor, name, person), kind))


def show_all(kind: RosterKind, call: Call, asked: Asked) -> Answer:
    """List persons, ordered by id, a page at a time."""
    after = start_of_persons(asked.get("start"))
    with there(KINDS[kind]):
        found = call.cases.persons.page(call.actor, named(kind, asked), after=after, limit=asked["top"])
    return Answer([shown(*one, kind) for one in found])


def change(kind: RosterKind, call: Call, asked: Asked) -> Answer:
    """Change what a person is called, but never who it is."""
    name, person = require_roster(kind, call, asked), person_id(asked["personId"])
    with there(PERSON):
        call.cases.persons.change(call.actor, name, person, said_of(asked))
    return Answer()


def delete(kind: RosterKind, call: Call, asked: Asked) -> Answer:
    """Remove a person with every face it has."""
    name, person = require_roster(kind, call, asked), person_id(asked["personId"])
    with there(PERSON):
        call.cases.persons.delete(call.actor, name, person)
    return Answer()


def add_face(kind: RosterKind, call: Call, asked: Asked) -> Answer:
    """Enrol a face as a reference of the person's subject."""
    _, _, found = place_of(kind, call, asked)
    return enrol(call, asked, found.gallery_id, found.subject_id)


def show_face(kind: RosterKind, call: Call, asked: Asked) -> Answer:
    """Show a face of a person."""
    face = reference_id(asked["persistedFaceId"])
    name, _, found = place_of(kind, call, asked)
    with there(FACE):
        return Answer(shown_face(call.cases.faces.one(call.actor, name, face, found.subject_id)))


def change_face(kind: RosterKind, call: Call, asked: Asked) -> Answer:
    """Note something else of a person's face."""
    face = reference_id(asked["persistedFaceId"])
    name, _, found = place_of(kind, call, asked)
    with there(FACE):
        call.cases.faces.note(call.actor, name, (face, found.subject_id), asked.get("userData", ""))
    return Answer()


def delete_face(kind: RosterKind, call: Call, asked: Asked) -> Answer:
    """Remove a face of a person."""
    face = reference_id(asked["persistedFaceId"])
    name, _, found = place_of(kind, call, asked)
    with there(FACE):
        call.cases.faces.delete(call.actor, name, face, found.subject_id)
    return Answer()


def place_of(kind: RosterKind, call: Call, asked: Asked) -> tuple[RosterName, PersonId, Person]:
    """Return group, id and person of a request, or raise the answer to whichever is not there first."""
    name, person = require_roster(kind, call, asked), person_id(asked["personId"])
    with there(PERSON):
        found, _ = call.cases.persons.one(call.actor, name, person)
    return name, person, found


def subject_behind(call: Call, name: RosterName, person: PersonId) -> tuple[GalleryId, SubjectId]:
    """Return the gallery and the subject that a person stands for; raises `NotFoundError`."""
    found, _ = call.cases.persons.one(call.actor, name, person)
    return found.gallery_id, found.subject_id


def shown(person: Person, faces: Sequence[RosterFace], kind: RosterKind) -> dict[str, Any]:
    """Return a person as it is shown; the directory tells of faces by their model only."""
    content: dict[str, Any] = {"personId": person.id, "name": person.name}
    if person.user_data is not None:
        content["userData"] = person.user_data
    if kind is not RosterKind.DIRECTORY:
        content["persistedFaceIds"] = [face_id(one.reference_id) for one in faces]
    return content
