"""Lists and groups of every kind: made, shown, changed, trained and deleted."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final

from countenance.biometrics.faces import BoundingBox
from countenance.biometrics.model import GalleryId, SubjectId
from countenance.entrypoints.azure_face.calls import Answer, Asked, Call
from countenance.entrypoints.azure_face.faults import AzureError, bad_argument, not_found, unsupported
from countenance.entrypoints.azure_face.naming import (
    FACE,
    KINDS,
    face_id,
    moment,
    reference_id,
    roster_name,
    start_of_faces,
    there,
)
from countenance.entrypoints.azure_face.pictures import picture
from countenance.errors import AlreadyExistsError, NotFoundError
from countenance.policy.model import Act
from countenance.recognition.collections.indexing import NOBODY
from countenance.recognition.rosters.faces import Photograph
from countenance.recognition.rosters.lifecycle import RosterName, Said
from countenance.recognition.rosters.model import Roster, RosterFace, RosterKind
from countenance.recognition.rosters.persons import SUBJECT

_PAGE: Final = 1000
_BOTH_EMPTY: Final = "Both 'name' and 'userData' are empty."


def create(kind: RosterKind, call: Call, asked: Asked) -> Answer:
    """Make a list or group, and the gallery that it stands for."""
    name = roster_name(kind, asked, status=HTTPStatus.BAD_REQUEST)
    make(call, name, Said(name=asked["name"], user_data=asked.get("userData")), asked["recognitionModel"])
    return Answer()


def make(call: Call, name: RosterName, said: Said, label: str) -> Roster:
    """Make a roster, or raise `AzureError` where no lease names its gallery or it is there."""
    words = KINDS[name.kind]
    try:
        return call.cases.rosters.create(call.actor, name, said, label)
    except NotFoundError as error:
        raise unsupported(
            f"Feature is not supported, missing approval: no lease covers `{name.id}`. A lease names the "
            "galleries that may be made under it; apply for one that names it, or have it bound to a gallery "
            "that the lease names."
        ) from error
    except AlreadyExistsError as error:
        message = f"{words.sentence} already exists."
        raise AzureError(f"{words.code}Exists", message, status=HTTPStatus.CONFLICT) from error


def show(kind: RosterKind, call: Call, asked: Asked) -> Answer:
    """Show a list or group; a face list with its faces."""
    name = roster_name(kind, asked)
    with there(KINDS[kind]):
        content = shown(call.cases.rosters.one(call.actor, name), with_model=asked["returnRecognitionModel"])
        if kind is RosterKind.FACE_LIST:
            faces = call.cases.faces.page(call.actor, name, after=None, limit=_PAGE)
            content["persistedFaces"] = [shown_face(one) for one in faces]
    return Answer(content)


def show_all(kind: RosterKind, call: Call, asked: Asked) -> Answer:
    """List what the lease covers of a kind, ordered by id, a page at a time."""
    start, top = asked.get("start") or "", asked["top"]
    found = [one for one in call.cases.rosters.all(call.actor, kind) if one.id > start][:top]
    return Answer([shown(one, with_model=asked["returnRecognitionModel"]) for one in found])


def change(kind: RosterKind, call: Call, asked: Asked) -> Answer:
    """Change name, user data or both."""
    with there(KINDS[kind]):
        call.cases.rosters.change(call.actor, roster_name(kind, asked), said_of(asked))
    return Answer()


def delete(kind: RosterKind, call: Call, asked: Asked) -> Answer:
    """Delete a list or group with all that is in it."""
    with there(KINDS[kind]):
        call.cases.rosters.delete(call.actor, roster_name(kind, asked))
    return Answer()


def train(kind: RosterKind, call: Call, asked: Asked) -> Answer:
    """Make a list or group ready for searching, which is done when this is answered."""
    name = roster_name(kind, asked)
    with there(KINDS[kind]):
        call.cases.rosters.train(call.actor, name)
    call.headers["operation-location"] = f"{call.root}/{kind.value}/{name.id}/training"
    return Answer(status=HTTPStatus.ACCEPTED)


def training(kind: RosterKind, call: Call, asked: Asked) -> Answer:
    """Tell how the last training ended."""
    words = KINDS[kind]
    with there(words):
        last = call.cases.rosters.one(call.actor, roster_name(kind, asked)).training
    if last is None:
        raise not_found(f"{words.code}NotTrained", f"{words.sentence} not trained.")
    return Answer(
        {
            "status": last.status.value,
            "createdDateTime": moment(last.asked),
            "lastActionDateTime": moment(last.ended),
            "lastSuccessfulTrainingDateTime": moment(last.succeeded),
            "message": last.message,
        }
    )


def add_face(kind: RosterKind, call: Call, asked: Asked) -> Answer:
    """Enrol a face as a reference of the subject that `userData` names."""
    name = roster_name(kind, asked)
    with there(KINDS[kind]):
        roster = call.cases.rosters.one(call.actor, name)
    given = asked.get("userData")
    if given is not None and not SUBJECT.fullmatch(given):
        raise bad_argument(
            "'userData' of a list's face names its subject, under whose id consent is on record: 1 to 128 "
            "letters, digits and `._:~-`."
        )
    subject_id = SubjectId(given) if given is not None else NOBODY
    return enrol(call, asked, roster.gallery_id, subject_id)


def enrol(call: Call, asked: Asked, gallery_id: GalleryId, subject_id: SubjectId) -> Answer:
    """Enrol the face of a request's image."""
    target = asked.get("targetFace")
    photograph = Photograph(
        image=picture(call, asked),
        target=BoundingBox(*(float(side) for side in target)) if target is not None else None,
        user_data=asked.get("userData"),
    )
    with call.counted(Act.ENROL) as came_to:
        added = call.cases.add_face(call.actor, gallery_id, subject_id, photograph)
        came_to(None)
    call.told(added.decision_id, added.entry)
    return Answer({"persistedFaceId": face_id(added.reference_id)})


def show_face(kind: RosterKind, call: Call, asked: Asked) -> Answer:
    """Show a face of a list."""
    name, face = roster_name(kind, asked), reference_id(asked["persistedFaceId"])
    _require(kind, call, name)
    with there(FACE):
        return Answer(shown_face(call.cases.faces.one(call.actor, name, face)))


def show_faces(kind: RosterKind, call: Call, asked: Asked) -> Answer:
    """List the faces of a list, ordered by id, a page at a time."""
    after = start_of_faces(asked.get("start"))
    with there(KINDS[kind]):
        found = call.cases.faces.page(call.actor, roster_name(kind, asked), after=after, limit=asked["top"])
    return Answer([shown_face(one) for one in found])


def change_face(kind: RosterKind, call: Call, asked: Asked) -> Answer:
    """Note something else of a list's face; its subject stays who it is."""
    name, face = roster_name(kind, asked), reference_id(asked["persistedFaceId"])
    _require(kind, call, name)
    with there(FACE):
        call.cases.faces.note(call.actor, name, (face, None), asked.get("userData", ""))
    return Answer()


def delete_face(kind: RosterKind, call: Call, asked: Asked) -> Answer:
    """Remove a face of a list."""
    name, face = roster_name(kind, asked), reference_id(asked["persistedFaceId"])
    _require(kind, call, name)
    with there(FACE):
        call.cases.faces.delete(call.actor, name, face)
    return Answer()


def _require(kind: RosterKind, call: Call, name: RosterName) -> None:
    """Raise the answer to a list that is not there, ahead of that to a face."""
    with there(KINDS[kind]):
        call.cases.rosters.one(call.actor, name)


def said_of(asked: Asked) -> Said:
    """Return what a request changes, or raise `AzureError` where that is nothing."""
    said = Said(name=asked.get("name"), user_data=asked.get("userData"))
    if said.name is None and said.user_data is None:
        raise bad_argument(_BOTH_EMPTY)
    return said


def shown(roster: Roster, *, with_model: bool) -> dict[str, Any]:
    """Return a list or group as it is shown."""
    content: dict[str, Any] = {KINDS[roster.kind].member: roster.id, "name": roster.name}
    if roster.user_data is not None:
        content["userData"] = roster.user_data
    if with_model:
        content["recognitionModel"] = roster.label
    return content


def shown_face(face: RosterFace) -> dict[str, Any]:
    """Return a face of a list or person as it is shown."""
    noted = {"userData": face.user_data} if face.user_data is not None else {}
    return {"persistedFaceId": face_id(face.reference_id), **noted}
