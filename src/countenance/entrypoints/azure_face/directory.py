"""The person directory: persons of no group, dynamic groups of them, and operations that are done at once."""

from __future__ import annotations

import hashlib
import hmac
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Final

from countenance.entrypoints.azure_face import persons
from countenance.entrypoints.azure_face.calls import Answer, Asked, Call
from countenance.entrypoints.azure_face.faults import AzureError, bad_argument, not_found
from countenance.entrypoints.azure_face.fields import PAGE, RECOGNISERS
from countenance.entrypoints.azure_face.lists import make, said_of
from countenance.entrypoints.azure_face.naming import (
    DYNAMIC,
    PERSON,
    face_id,
    list_id,
    moment,
    person_id,
    start_of_persons,
    there,
)
from countenance.entrypoints.azure_face.parameters import canonical_id
from countenance.errors import AlreadyExistsError
from countenance.recognition.rosters.dynamic_groups import Members
from countenance.recognition.rosters.lifecycle import DIRECTORY, Said
from countenance.recognition.rosters.model import DynamicGroup, PersonId, RosterKind

LIFETIME: Final = timedelta(hours=48)
"""How long the address of an operation is good, as the service has it."""

_TIME: Final = 6
_MAC: Final = 10
_DIRECTORY: Final = RosterKind.DIRECTORY


def create_person(call: Call, asked: Asked) -> Answer:
    """Make a person."""
    _open(call)
    person = persons.make(call, DIRECTORY, Said(name=asked["name"], user_data=asked.get("userData")))
    call.headers["location"] = f"{call.root}/persons/{person.id}"
    return _accepted(call, {"personId": person.id})


def _open(call: Call) -> None:
    """Make the directory with the first that is put into it; raises `AzureError` where no lease covers it."""
    if not _is_open(call):
        make(call, DIRECTORY, Said(name="Person directory", user_data=None), RECOGNISERS[-1])


def _is_open(call: Call) -> bool:
    return bool(call.cases.rosters.all(call.actor, _DIRECTORY))


def show_persons(call: Call, asked: Asked) -> Answer:
    """List persons; a directory that nobody was put into has none."""
    return persons.show_all(_DIRECTORY, call, asked) if _is_open(call) else Answer([])


def delete_person(call: Call, asked: Asked) -> Answer:
    """Remove a person with every face, and from every group."""
    persons.delete(_DIRECTORY, call, asked)
    return _accepted(call)


def add_face(call: Call, asked: Asked) -> Answer:
    """Enrol a face as a reference of the person's subject."""
    _model(asked)
    answer = persons.add_face(_DIRECTORY, call, asked)
    added: object = answer.content
    if isinstance(added, dict):
        place = f"persons/{asked['personId']}/recognitionModels/{asked['recognitionModel']}/persistedfaces"
        call.headers["location"] = f"{call.root}/{place}/{added['persistedFaceId']}"
    return _accepted(call, added)


def show_faces(call: Call, asked: Asked) -> Answer:
    """Tell which faces a person has."""
    _model(asked)
    person = person_id(asked["personId"])
    with there(PERSON):
        found, faces = call.cases.persons.one(call.actor, DIRECTORY, person)
    return Answer({"personId": found.id, "persistedFaceIds": [face_id(one.reference_id) for one in faces]})


def show_face(call: Call, asked: Asked) -> Answer:
    """Show a face of a person."""
    _model(asked)
    return persons.show_face(_DIRECTORY, call, asked)


def change_face(call: Call, asked: Asked) -> Answer:
    """Note something else of a person's face."""
    _model(asked)
    return persons.change_face(_DIRECTORY, call, asked)


def delete_face(call: Call, asked: Asked) -> Answer:
    """Remove a face of a person."""
    _model(asked)
    persons.delete_face(_DIRECTORY, call, asked)
    return _accepted(call)


def groups_of_person(call: Call, asked: Asked) -> Answer:
    """Tell which dynamic groups a person is in."""
    person = person_id(asked["personId"])
    with there(PERSON):
        found = call.cases.groups.of_person(call.actor, person, after=asked.get("start"), limit=asked["top"])
    return Answer({"dynamicPersonGroupIds": list(found)})


def create_group(call: Call, asked: Asked) -> Answer:
    """Make a dynamic group; with members it is an operation, which is done when this is answered."""
    name = list_id(DYNAMIC, asked[DYNAMIC.member], status=HTTPStatus.BAD_REQUEST)
    said = Said(name=asked["name"], user_data=asked.get("userData"))
    members = _members(asked)
    _open(call)
    try:
        with there(PERSON):
            call.cases.groups.create(call.actor, name, said, members)
    except AlreadyExistsError as error:
        message = f"Dynamic person group ID {name} already exists."
        raise AzureError("DynamicPersonGroupExists", message, status=HTTPStatus.CONFLICT) from error
    return _accepted(call) if members.join else Answer()


def show_group(call: Call, asked: Asked) -> Answer:
    """Show a dynamic group."""
    with there(DYNAMIC):
        return Answer(_shown(call.cases.groups.one(call.actor, list_id(DYNAMIC, asked[DYNAMIC.member]))))


def show_groups(call: Call, asked: Asked) -> Answer:
    """List dynamic groups, ordered by id, a page at a time; without a directory there is none."""
    if not _is_open(call):
        return Answer([])
    found = call.cases.groups.page(call.actor, after=asked.get("start"), limit=asked["top"])
    return Answer([_shown(one) for one in found])


def change_group(call: Call, asked: Asked) -> Answer:
    """Change what a dynamic group is called, and who is in it."""
    name, members = list_id(DYNAMIC, asked[DYNAMIC.member]), _members(asked)
    moved = bool(members.join or members.leave)
    said = Said(name=asked.get("name"), user_data=asked.get("userData")) if moved else said_of(asked)
    with there(DYNAMIC):
        call.cases.groups.one(call.actor, name)
    with there(PERSON):
        call.cases.groups.change(call.actor, name, said, members)
    return _accepted(call) if moved else Answer()


def delete_group(call: Call, asked: Asked) -> Answer:
    """Remove a dynamic group; its persons stay."""
    with there(DYNAMIC):
        call.cases.groups.delete(call.actor, list_id(DYNAMIC, asked[DYNAMIC.member]))
    return _accepted(call)


def show_members(call: Call, asked: Asked) -> Answer:
    """Tell who is in a dynamic group, a page at a time."""
    after = start_of_persons(asked.get("start"))
    with there(DYNAMIC):
        name = list_id(DYNAMIC, asked[DYNAMIC.member])
        found = call.cases.groups.members(call.actor, name, after=after, limit=asked["top"])
    return Answer({"personIds": list(found)})


def operation(call: Call, asked: Asked) -> Answer:
    """Tell how an operation ended: each was done when its address was given."""
    given = asked["operationId"]
    done = done_at(given, _scope(call), call.service.parts.clock(), call.service.parts.commit_to)
    if done is None:
        raise not_found("OperationNotFound", "Operation is not found.")
    at = moment(done)
    return Answer(
        {
            "operationId": canonical_id(given, "Operation ID is invalid."),
            "status": "succeeded",
            "createdTime": at,
            "lastActionTime": at,
            "finishedTime": at,
            "message": None,
        }
    )


def operation_id(scope: str, now: datetime, commit_to: Callable[[bytes], str]) -> str:
    """Return the id of an operation that is done: when, and a code that only this installation can make."""
    at = int(now.timestamp() * 1000).to_bytes(_TIME, "big")
    return str(uuid.UUID(bytes=at + _code(scope, at, commit_to)))


def done_at(given: str, scope: str, now: datetime, commit_to: Callable[[bytes], str]) -> datetime | None:
    """Return when an operation was done; None for an id not given out here, to this lease, in 48 hours."""
    try:
        data = uuid.UUID(canonical_id(given, "Operation ID is invalid.")).bytes
    except ValueError:
        return None
    if not hmac.compare_digest(data[_TIME:], _code(scope, data[:_TIME], commit_to)):
        return None
    done = datetime.fromtimestamp(int.from_bytes(data[:_TIME], "big") / 1000, UTC)
    return done if now < done + LIFETIME else None


def _code(scope: str, at: bytes, commit_to: Callable[[bytes], str]) -> bytes:
    made = commit_to(b"azure-operation\0" + at + scope.encode())
    return hashlib.sha256(made.encode()).digest()[:_MAC]


def _accepted(call: Call, content: object = None) -> Answer:
    parts = call.service.parts
    name = operation_id(_scope(call), parts.clock(), parts.commit_to)
    call.headers["operation-location"] = f"{call.root}/operations/{name}"
    return Answer(content, HTTPStatus.ACCEPTED)


def _scope(call: Call) -> str:
    return str(call.actor.lease_id)


def _members(asked: Asked) -> Members:
    join, leave = asked.get("addPersonIds", ()), asked.get("removePersonIds", ())
    if len(join) + len(leave) > PAGE:
        raise bad_argument("The length of personIds is not in a valid range.")
    return Members(join=tuple(PersonId(one) for one in join), leave=tuple(PersonId(one) for one in leave))


def _model(asked: Asked) -> None:
    if asked["recognitionModel"] not in RECOGNISERS:
        raise bad_argument("Recognition model is not supported for this feature.")


def _shown(group: DynamicGroup) -> dict[str, str]:
    noted = {"userData": group.user_data} if group.user_data is not None else {}
    return {"dynamicPersonGroupId": group.id, "name": group.name, **noted}
