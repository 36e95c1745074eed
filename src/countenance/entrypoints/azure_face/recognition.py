"""Verifying, identifying, finding similar faces, grouping."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any, Final

from countenance.biometrics.model import ComparisonScore, GalleryId, SubjectId, Threshold
from countenance.entrypoints.azure_face.calls import Answer, Asked, Call
from countenance.entrypoints.azure_face.faults import AzureError, bad_argument, not_found
from countenance.entrypoints.azure_face.fields import FACE_ID, PERSON_ID
from countenance.entrypoints.azure_face.naming import DYNAMIC, KINDS, PERSON, face_id, list_id, there
from countenance.entrypoints.azure_face.parameters import Fields, Id, Ids, Share, Text, Whole
from countenance.entrypoints.azure_face.persons import subject_behind
from countenance.entrypoints.azure_face.told_cases import Searched, require_answers, tell
from countenance.errors import FaceGoneError, NotFoundError
from countenance.policy.model import Act
from countenance.recognition.acts.identification import Search
from countenance.recognition.acts.repeated_search import ToldCase
from countenance.recognition.acts.stored_probes import Listing
from countenance.recognition.acts.verification import VerificationResult
from countenance.recognition.loose_faces.model import LooseFaceId
from countenance.recognition.loose_faces.search import LooseSearchResult
from countenance.recognition.outcome import Outcome
from countenance.recognition.rosters.lifecycle import DIRECTORY, RosterName
from countenance.recognition.rosters.model import PersonId, Roster, RosterKind, TrainingStatus

_BAD: Final = HTTPStatus.BAD_REQUEST
_LENGTH: Final = "The length of faceIds is not in a valid range."
_LIMIT: Final = "The argument maxNumOfCandidatesReturned is not valid."
_LONG: Final = 128
_EVERYBODY: Final = ("*",)


def _id_of(kind: RosterKind) -> Text:
    return Text(f"{KINDS[kind].sentence} ID is invalid.", least=1, most=_LONG)


class _Persons(Ids):
    """Ids of persons, or a star for everybody in the directory."""

    def of_json(self, value: Any) -> tuple[str, ...]:  # noqa: ANN401  whatever JSON holds
        """Return the ids."""
        return _EVERYBODY if value == list(_EVERYBODY) else super().of_json(value)


_GROUP: Final = _id_of(RosterKind.PERSON_GROUP)
_LARGE_GROUP: Final = _id_of(RosterKind.LARGE_PERSON_GROUP)
VERIFY: Final = Fields(
    {
        "faceId1": FACE_ID,
        "faceId2": FACE_ID,
        "faceId": FACE_ID,
        "personId": PERSON_ID,
        "personGroupId": _GROUP,
        "largePersonGroupId": _LARGE_GROUP,
    }
)
IDENTIFY: Final = Fields(
    {
        "faceIds": Ids("Face ID is invalid.", _LENGTH, 1, 10),
        "personGroupId": _GROUP,
        "largePersonGroupId": _LARGE_GROUP,
        "dynamicPersonGroupId": Text("Dynamic person group ID is invalid.", least=1, most=_LONG),
        "personIds": _Persons(
            "Person ID is invalid.", "The length of personIds is not in a valid range.", 1, 30
        ),
        "maxNumOfCandidatesReturned": Whole(_LIMIT, 1, 100),
        "confidenceThreshold": Share("The argument confidenceThreshold is not valid."),
    },
    required=frozenset({"faceIds"}),
    defaults={"maxNumOfCandidatesReturned": 10},
)
FIND_SIMILAR: Final = Fields(
    {
        "faceId": Id("Face ID is invalid."),
        "faceIds": Ids("Face ID is invalid.", _LENGTH, 1, 1000),
        "faceListId": _id_of(RosterKind.FACE_LIST),
        "largeFaceListId": _id_of(RosterKind.LARGE_FACE_LIST),
        "maxNumOfCandidatesReturned": Whole(_LIMIT, 1, 1000),
        "mode": Text("Mode is invalid.", words=("matchPerson", "matchFace")),
    },
    required=frozenset({"faceId"}),
    defaults={"maxNumOfCandidatesReturned": 20, "mode": "matchPerson"},
)
GROUP: Final = Fields(
    {"faceIds": Ids("Face ID is invalid.", _LENGTH, 2, 1000)}, required=frozenset({"faceIds"})
)


def verify(call: Call, asked: Asked) -> Answer:
    """Compare two faces, or a face with a person of a group or of the directory."""
    pair, claim = {"faceId1", "faceId2"} & set(asked), {"faceId", "personId"} & set(asked)
    if bool(pair) == bool(claim) or 1 in {len(pair), len(claim)}:
        raise bad_argument("Request body is invalid.")
    if pair:
        first, second = LooseFaceId(asked["faceId1"]), LooseFaceId(asked["faceId2"])
        with _face_to_verify():
            return _verified(call, lambda: call.cases.compare_loose(call.actor, first, second))
    gallery_id, subject_id = _claimed(call, asked)
    try:
        with _face_to_verify():
            face = LooseFaceId(asked["faceId"])
            return _verified(call, lambda: call.cases.verify_loose(call.actor, face, gallery_id, subject_id))
    except NotFoundError as error:
        raise not_found("PersistedFaceNotFound", "No persisted face of the person is found.") from error


def _claimed(call: Call, asked: Asked) -> tuple[GalleryId, SubjectId]:
    """Return gallery and subject of the person that a face is said to be."""
    kinds = [kind for kind in _GROUPS if KINDS[kind].member in asked]
    if len(kinds) > 1:
        both = "Large person group ID and person group ID are both not null."
        raise AzureError("PersonGroupIdAndLargePersonGroupIdBothNotNull", both)
    name = _roster(kinds[0], asked) if kinds else DIRECTORY
    if kinds:
        with there(KINDS[kinds[0]], status=_BAD):
            call.cases.rosters.one(call.actor, name)
    with there(PERSON):
        return subject_behind(call, name, PersonId(asked["personId"]))


def identify(call: Call, asked: Asked) -> Answer:
    """Search for the persons whom faces may show; where people must judge first, nobody is told of."""
    roster, name, only = _scope(call, asked)
    least = call.at_least(asked.get("confidenceThreshold"))
    results = []
    for face in dict.fromkeys(asked["faceIds"]):
        search = Search(
            gallery_id=roster.gallery_id,
            probe=LooseFaceId(face),
            limit=asked["maxNumOfCandidatesReturned"],
            at_least=least,
            only=only,
        )
        results.append((face, _searched(call, search)))
    require_answers(call, [one for _, one in results])
    return Answer([{"faceId": face, "candidates": _candidates(call, name, one)} for face, one in results])


def _candidates(call: Call, name: RosterName, result: Searched) -> list[dict[str, Any]]:
    if isinstance(result, ToldCase):
        those = call.cases.persons.of_subjects(call.actor, name, result.subjects)
        return [{"personId": those[one]} for one in result.subjects if one in those]
    listed = result.candidates.candidates if result.candidates is not None else ()
    persons = call.cases.persons.of_subjects(call.actor, name, [one.subject_id for one in listed])
    return [
        {
            "personId": persons[one.subject_id],
            **_confidence(call, result.threshold, one.score, shown=result.show_scores),
        }
        for one in listed
        if one.subject_id in persons  # whoever was erased meanwhile is not told of
    ]


_GROUPS: Final = (RosterKind.PERSON_GROUP, RosterKind.LARGE_PERSON_GROUP)
_SCOPES: Final = ("personGroupId", "largePersonGroupId", "dynamicPersonGroupId", "personIds")


def _scope(call: Call, asked: Asked) -> tuple[Roster, RosterName, frozenset[SubjectId] | None]:
    """Return where to search, and among whom; None for everybody there."""
    given = [member for member in _SCOPES if member in asked]
    if not given:
        message = "No identification scope parameter is present in the request."
        raise AzureError("MissingIdentificationScopeParameters", message)
    if len(given) > 1:
        message = "Incompatible identification scope parameters are present in the request."
        raise AzureError("IncompatibleIdentificationScopeParametersCombination", message)
    for kind in _GROUPS:
        if KINDS[kind].member in asked:
            name = _roster(kind, asked)
            return _trained(call, name), name, None
    if "dynamicPersonGroupId" in asked:
        with there(DYNAMIC, status=_BAD):
            group = list_id(DYNAMIC, asked["dynamicPersonGroupId"], status=_BAD)
            directory = call.cases.rosters.one(call.actor, DIRECTORY)
            return directory, DIRECTORY, call.cases.groups.subjects(call.actor, group)
    with there(PERSON, status=_BAD):
        directory = call.cases.rosters.one(call.actor, DIRECTORY)
        if asked["personIds"] == _EVERYBODY:
            return directory, DIRECTORY, None
        wanted = [PersonId(one) for one in asked["personIds"]]
        return directory, DIRECTORY, call.cases.persons.subjects(call.actor, DIRECTORY, wanted)


def find_similar(call: Call, asked: Asked) -> Answer:
    """Find faces that are like another, among kept ones or in a list."""
    given = [member for member in ("faceIds", "faceListId", "largeFaceListId") if member in asked]
    if not given:
        raise bad_argument("LargeFaceListId, faceListId and faceIds are all null.")
    if len(given) > 1:
        raise bad_argument("2 or more of largeFaceListId, faceListId and faceIds are not null.")
    if asked["mode"] == "matchFace":
        # the service tells of faces that are hardly alike; a permit tells of none below its threshold
        call.headers["x-countenance-threshold-raised"] = "0.5"
    probe, limit = LooseFaceId(asked["faceId"]), asked["maxNumOfCandidatesReturned"]
    if "faceIds" in asked:
        among = [LooseFaceId(one) for one in asked["faceIds"]]
        with call.counted(Act.SEARCH_STORED) as came_to:
            found = call.cases.search_loose(call.actor, probe, among, limit=limit)
            came_to(Outcome.MATCH if found.found else Outcome.NO_MATCH)
        return _similar(call, found)
    large = "largeFaceListId" in asked
    roster = _ready_list(call, RosterKind.LARGE_FACE_LIST if large else RosterKind.FACE_LIST, asked)
    search = Search(gallery_id=roster.gallery_id, probe=probe, limit=limit, listing=Listing.REFERENCES)
    result = _searched(call, search)
    require_answers(call, [result])
    return Answer(
        [
            {
                **_listed_confidence(call, result, one.comparison.score),
                "persistedFaceId": face_id(one.face.reference_id),
            }
            for one in result.faces[:limit]
        ]
    )


def _ready_list(call: Call, kind: RosterKind, asked: Asked) -> Roster:
    name = _roster(kind, asked)
    if kind is RosterKind.LARGE_FACE_LIST:
        return _trained(call, name)
    with there(KINDS[kind], status=_BAD):
        roster = call.cases.rosters.one(call.actor, name)
        if call.cases.rosters.is_empty(call.actor, name):
            raise AzureError("FaceListNotReady", "Face list is empty.")
    return roster


def _similar(call: Call, result: LooseSearchResult) -> Answer:
    call.told(result.decision_id, result.entry)
    return Answer(
        [
            {**_confidence(call, result.threshold, score, shown=result.show_scores), "faceId": face}
            for face, score in result.found
        ]
    )


def group(call: Call, asked: Asked) -> Answer:
    """Group faces by whom they show."""
    with call.counted(Act.SEARCH_STORED) as came_to:
        result = call.cases.group_loose(call.actor, [LooseFaceId(name) for name in asked["faceIds"]])
        came_to(None)
    call.told(result.decision_id, result.entry)
    return Answer({"groups": [list(one) for one in result.groups], "messyGroup": list(result.messy)})


def _searched(call: Call, search: Search) -> Searched:
    """Search, or be told what became of the case that the same search has opened."""
    with call.counted(Act.IDENTIFY) as came_to:
        told = call.service.oversight.repeat_search(call.actor, search)
        if told is not None:
            came_to(told.outcome)
            tell(call, told)
            return told
        result = call.service.identify(call.actor, search)
        came_to(result.outcome)
    call.told(result.decision_id, result.entry)
    if result.lead_only:
        call.headers["x-countenance-lead-only"] = "true"
    if not result.show_scores:
        call.withheld()
    return result


def _trained(call: Call, name: RosterName) -> Roster:
    """Return a group or list that was trained, or raise the answer to one that was not."""
    words = KINDS[name.kind]
    with there(words, status=_BAD):
        roster = call.cases.rosters.one(call.actor, name)
    if roster.training is None or (
        roster.training.status is not TrainingStatus.SUCCEEDED and roster.training.succeeded is None
    ):
        raise AzureError(f"{words.code}NotTrained", f"{words.sentence} not trained.")
    return roster


def _roster(kind: RosterKind, asked: Asked) -> RosterName:
    words = KINDS[kind]
    return RosterName(kind=kind, id=list_id(words, asked[words.member], status=_BAD))


def _verified(call: Call, act: Callable[[], VerificationResult]) -> Answer:
    with call.counted(Act.VERIFY) as came_to:
        result = act()
        came_to(result.outcome)
    call.told(result.decision_id, result.entry)
    content: dict[str, Any] = {"isIdentical": result.outcome.value == "match"}
    if result.score is None:
        call.withheld()
    else:
        content |= _confidence(call, result.threshold, result.score, shown=True)
    return Answer(content)


def _listed_confidence(call: Call, result: Searched, score: ComparisonScore) -> dict[str, float]:
    if isinstance(result, ToldCase):
        return {}
    return _confidence(call, result.threshold, score, shown=result.show_scores)


def _confidence(call: Call, threshold: Threshold, score: ComparisonScore, *, shown: bool) -> dict[str, float]:
    return {"confidence": call.confidence(threshold, score)} if shown else {}


@contextmanager
def _face_to_verify() -> Iterator[None]:
    """Tell of a missing face as verifying does: elsewhere the service answers 400."""
    try:
        yield
    except FaceGoneError as error:
        raise not_found("FaceNotFound", "Face is not found.") from error
