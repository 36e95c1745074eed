"""Lists, groups and persons with Azure's administration client, unchanged but for the address."""

from __future__ import annotations

import json
import time

import pytest
from azure.ai.vision.face import FaceAdministrationClient, FaceClient
from azure.ai.vision.face.models import FaceOperationStatus, FindSimilarMatchMode
from azure.core.exceptions import HttpResponseError, ResourceExistsError, ResourceNotFoundError

from countenance.entrypoints.cli.collections import _rows
from fakes_engine import BLURRED
from integration.azure_face.stage import Stage, crowd, padded, picture

V4 = "recognition_04"


def furnish(
    client: FaceAdministrationClient, stage: Stage, group: str, *subjects: str, who: str = "archivist"
) -> dict[str, str]:
    """Make a trained group of subjects who agreed, one photograph each; return the persons' ids."""
    groups = client.large_person_group
    groups.create(group, name="Group", recognition_model=V4)
    stage.agree(who, group, *subjects)
    persons = {}
    for name in subjects:
        person = groups.create_person(group, name=name)
        groups.add_face(group, person.person_id, picture(name), detection_model="detection_03")
        persons[name] = person.person_id
    groups.begin_train(group).result()
    return persons


def kept(client: FaceClient, image: bytes) -> str:
    (face,) = client.detect(image, detection_model="detection_03", recognition_model=V4, return_face_id=True)
    assert face.face_id is not None
    return face.face_id


def test_a_group_from_beginning_to_end(stage: Stage) -> None:
    with stage.administration() as client:
        groups = client.large_person_group
        groups.create("portraits", name="Portraits", user_data="of the archive", recognition_model=V4)
        with pytest.raises(ResourceExistsError, match="LargePersonGroupExists"):
            groups.create("portraits", name="Again", recognition_model=V4)
        with pytest.raises(ResourceNotFoundError, match="LargePersonGroupNotTrained"):
            groups.get_training_status("portraits")
        stage.agree("archivist", "portraits", "dave", "s-4711")
        dave = groups.create_person("portraits", name="dave").person_id
        erin = groups.create_person("portraits", name="Erin É. Miller", user_data="s-4711").person_id
        face = groups.add_face("portraits", dave, picture("dave"), user_data="from 1998").persisted_face_id
        groups.add_face("portraits", erin, picture("erin"))
        again = groups.add_face("portraits", dave, picture("dave", 2)).persisted_face_id
        groups.update_face("portraits", dave, face, user_data="from 1999")
        assert groups.get_face("portraits", dave, face).user_data == "from 1999"
        with pytest.raises(ResourceNotFoundError, match="PersistedFaceNotFound"):
            groups.get_face("portraits", erin, face)
        told = groups.get_person("portraits", dave)
        assert (told.name, told.user_data, set(told.persisted_face_ids or ())) == (
            "dave",
            None,
            {face, again},
        )
        groups.update_person("portraits", erin, name="Erin")
        assert groups.get_person("portraits", erin).user_data == "s-4711"
        assert {one.person_id for one in groups.get_persons("portraits")} == {dave, erin}
        first, second = sorted((dave, erin))
        assert [one.person_id for one in groups.get_persons("portraits", top=1)] == [first]
        assert [one.person_id for one in groups.get_persons("portraits", start=first)] == [second]
        groups.begin_train("portraits").result()
        status = groups.get_training_status("portraits")
        assert status.status == FaceOperationStatus.SUCCEEDED
        assert status.last_successful_training_date_time is not None
        groups.update("portraits", name="Old portraits")
        shown = groups.get("portraits", return_recognition_model=True)
        assert (shown.name, shown.user_data, shown.recognition_model) == (
            "Old portraits",
            "of the archive",
            V4,
        )
        groups.delete_face("portraits", dave, again)
        groups.delete_person("portraits", erin)
        assert [one.large_person_group_id for one in groups.get_large_person_groups()] == ["portraits"]
        groups.delete("portraits")
        with pytest.raises(ResourceNotFoundError, match="LargePersonGroupNotFound"):
            groups.get("portraits")


def test_identifying_finds_the_person_and_nobody_else(stage: Stage) -> None:
    with stage.administration() as client, stage.faces("archivist") as faces:
        persons = furnish(client, stage, "portraits", "dave", "erin")
        dave, stranger = kept(faces, picture("dave", 9)), kept(faces, picture("mallory"))
        first, second = faces.identify_from_large_person_group(
            face_ids=[dave, stranger], large_person_group_id="portraits", confidence_threshold=0.3
        )
        assert (first.face_id, [one.person_id for one in first.candidates]) == (dave, [persons["dave"]])
        assert 0.5 <= first.candidates[0].confidence <= 1.0
        assert (second.face_id, second.candidates) == (stranger, [])
        high = faces.identify_from_large_person_group(
            face_ids=[dave], large_person_group_id="portraits", confidence_threshold=0.9999
        )
        assert high[0].candidates == []
        raised = stage.send(
            "archivist", "POST", "/identify",
            json={"faceIds": [dave], "largePersonGroupId": "portraits", "confidenceThreshold": 0.1},
        )  # fmt: skip
        assert raised.headers["x-countenance-threshold-raised"] == "0.5"
        assert raised.headers["x-countenance-fmr-ppb"] == "100000"
        client.large_person_group.delete_person("portraits", persons["dave"])
        with pytest.raises(HttpResponseError, match="Face is not found"):  # erased with the person it shows
            faces.identify_from_large_person_group(face_ids=[dave], large_person_group_id="portraits")
        again = kept(faces, picture("dave", 9))
        gone = faces.identify_from_large_person_group(face_ids=[again], large_person_group_id="portraits")
        assert gone[0].candidates == []


def test_whoever_withdraws_is_gone_from_group_search_and_list_at_once(stage: Stage) -> None:
    with stage.administration() as client, stage.faces("archivist") as faces:
        furnish(client, stage, "portraits", "dave", "erin")
        before = kept(faces, picture("dave", 9))
        stage.withdraw("archivist", "portraits", "dave")
        with pytest.raises(HttpResponseError, match="Face is not found"):
            faces.identify_from_large_person_group(face_ids=[before], large_person_group_id="portraits")
        face = kept(faces, picture("dave", 9))
        found = faces.identify_from_large_person_group(face_ids=[face], large_person_group_id="portraits")
        assert found[0].candidates == []
        assert [one.name for one in client.large_person_group.get_persons("portraits")] == ["erin"]


def test_a_subject_enrolled_another_way_in_becomes_a_person_when_it_is_told_of(stage: Stage) -> None:
    with stage.administration() as client, stage.faces("archivist") as faces:
        furnish(client, stage, "portraits", "erin")
        stage.agree("archivist", "portraits", "dave")
        stage.enrol("archivist", "portraits", "dave", picture("dave"))
        face = kept(faces, picture("dave", 9))
        for _ in range(2):
            (found,) = faces.identify_from_large_person_group(
                face_ids=[face], large_person_group_id="portraits"
            )
            (candidate,) = found.candidates
            assert client.large_person_group.get_person("portraits", candidate.person_id).name == "dave"


def test_a_face_is_verified_against_a_person_at_the_leases_threshold(stage: Stage) -> None:
    with stage.administration("alice") as client, stage.faces("alice") as faces:
        persons = furnish(client, stage, "staff", "dave", "erin", who="alice")
        face = kept(faces, picture("dave", 9))
        same = faces.verify_from_large_person_group(
            face_id=face, large_person_group_id="staff", person_id=persons["dave"]
        )
        assert same.is_identical
        assert same.confidence >= 0.5
        other = faces.verify_from_large_person_group(
            face_id=face, large_person_group_id="staff", person_id=persons["erin"]
        )
        assert not other.is_identical
        assert other.confidence < 0.5
        stage.withdraw("alice", "staff", "dave")
        with pytest.raises(HttpResponseError, match="PersonNotFound"):
            faces.verify_from_large_person_group(
                face_id=face, large_person_group_id="staff", person_id=persons["dave"]
            )


def test_without_consent_no_face_is_added_and_nothing_is_looked_at(stage: Stage) -> None:
    with stage.administration() as client:
        groups = client.large_person_group
        groups.create("portraits", name="Portraits", recognition_model=V4)
        person = groups.create_person("portraits", name="dave").person_id
        with pytest.raises(HttpResponseError, match=r"consent\.missing") as caught:
            groups.add_face("portraits", person, picture("dave"))
    assert caught.value.error is not None
    assert caught.value.error.innererror["code"] == "UnsupportedFeature"
    assert stage.engine.seen == []
    assert stage.events()[-1]["type"] == "enrolment:refused"


def test_a_person_without_a_subjects_id_is_told_how_to_name_one(stage: Stage) -> None:
    with stage.administration() as client:
        groups = client.large_person_group
        groups.create("portraits", name="Portraits", recognition_model=V4)
        with pytest.raises(HttpResponseError, match="form of a subject's id"):
            groups.create_person("portraits", name="Erin É. Miller", user_data='{"id": 4711}')
        groups.create_person("portraits", name="Erin É. Miller", user_data="s-4711")
        with pytest.raises(ResourceExistsError, match="one name is one subject"):
            groups.create_person("portraits", name="s-4711")


def test_of_several_faces_the_wanted_one_is_enrolled_and_the_others_are_not(stage: Stage) -> None:
    with stage.administration() as client, stage.faces("archivist") as faces:
        groups = client.large_person_group
        groups.create("portraits", name="Portraits", recognition_model=V4)
        stage.agree("archivist", "portraits", "erin")
        person = groups.create_person("portraits", name="erin").person_id
        both = crowd("dave", "erin")
        groups.add_face("portraits", person, both, target_face=[210, 20, 110, 140])
        groups.begin_train("portraits").result()
        erin, dave = kept(faces, picture("erin", 3)), kept(faces, picture("dave", 3))
        found = faces.identify_from_large_person_group(
            face_ids=[erin, dave], large_person_group_id="portraits"
        )
        assert [len(one.candidates) for one in found] == [1, 0]
        with pytest.raises(HttpResponseError, match="No face detected"):
            groups.add_face("portraits", person, both, target_face=[500, 20, 50, 50])


def test_a_held_identification_is_a_refusal_with_its_case_and_never_an_empty_list(stage: Stage) -> None:
    with stage.administration("nina") as client, stage.faces("nina") as faces:
        furnish(client, stage, "children", "child-1", "child-2", who="nina")
        known, stranger = kept(faces, picture("child-1", 9)), kept(faces, picture("mallory"))
        assert (
            faces.identify_from_large_person_group(face_ids=[stranger], large_person_group_id="children")[
                0
            ].candidates
            == []
        )
        answer = stage.send(
            "nina", "POST", "/identify",
            json={"faceIds": [stranger, known], "largePersonGroupId": "children"},
        )  # fmt: skip
    assert answer.status_code == 403
    case = answer.headers["x-countenance-case"]
    error = answer.json()["error"]
    assert error["innererror"]["code"] == "UnsupportedFeature"
    assert case in error["message"]
    assert case.startswith("case_")
    assert 'candidates":[]' not in answer.text
    assert stage.events()[-1]["type"] == "identification:held"


def test_a_held_search_of_a_list_is_a_refusal_with_its_case_too(stage: Stage) -> None:
    with stage.administration("nina") as client, stage.faces("nina") as faces:
        client.large_face_list.create("children", name="Children", recognition_model=V4)
        stage.agree("nina", "children", "child-1")
        client.large_face_list.add_face("children", picture("child-1"), user_data="child-1")
        client.large_face_list.begin_train("children").result()
        known = kept(faces, picture("child-1", 9))
    answer = stage.send(
        "nina",
        "POST",
        "/findsimilars",
        json={"faceId": known, "largeFaceListId": "children", "mode": "matchFace"},
    )
    assert answer.status_code == 403
    assert answer.headers["x-countenance-case"] in answer.json()["error"]["message"]
    assert answer.headers["x-countenance-threshold-raised"] == "0.5"


def test_loose_faces_are_not_searched_where_examiners_must_judge(stage: Stage) -> None:
    with stage.administration("nina") as client, stage.faces("nina") as faces:
        furnish(client, stage, "children", "child-1", who="nina")
        first, second = kept(faces, picture("a")), kept(faces, picture("a", 2))
        for path, asked in (
            ("/findsimilars", {"faceId": first, "faceIds": [second]}),
            ("/group", {"faceIds": [first, second]}),
        ):
            answer = stage.send("nina", "POST", path, json=asked)
            assert answer.status_code == 403
            assert "examiners must judge" in answer.json()["error"]["message"]
            assert stage.events()[-1]["type"] == "search:failed"


def test_similar_faces_are_found_among_kept_ones(stage: Stage) -> None:
    with stage.faces() as faces:
        probe = kept(faces, picture("dave"))
        others = [kept(faces, picture(name, 2)) for name in ("dave", "erin", "dave")]
        for mode in FindSimilarMatchMode:
            found = faces.find_similar(face_id=probe, face_ids=others, mode=mode)
            assert {one.face_id for one in found} == {others[0], others[2]}
            assert all(one.confidence >= 0.5 for one in found)
        one = faces.find_similar(face_id=probe, face_ids=others, max_num_of_candidates_returned=1)
        assert len(one) == 1


def test_a_large_face_list_is_filled_trained_and_searched(stage: Stage) -> None:
    with stage.administration() as client, stage.faces("archivist") as faces:
        lists = client.large_face_list
        lists.create("sketches", name="Sketches", user_data="x", recognition_model=V4)
        stage.agree("archivist", "sketches", "dave", "erin")
        probe = kept(faces, picture("dave", 9))
        with pytest.raises(HttpResponseError, match="LargeFaceListNotTrained"):
            faces.find_similar_from_large_face_list(face_id=probe, large_face_list_id="sketches")
        mine = lists.add_face("sketches", picture("dave"), user_data="dave").persisted_face_id
        lists.add_face("sketches", picture("erin"), user_data="erin")
        lists.begin_train("sketches").result()
        assert lists.get_training_status("sketches").status == FaceOperationStatus.SUCCEEDED
        (found,) = faces.find_similar_from_large_face_list(face_id=probe, large_face_list_id="sketches")
        assert found.persisted_face_id == mine
        assert found.confidence >= 0.5
        assert lists.get_face("sketches", mine).user_data == "dave"
        lists.update_face("sketches", mine, user_data="a note")
        assert len(lists.get_faces("sketches")) == 2
        assert len(lists.get_faces("sketches", top=1)) == 1
        lists.delete_face("sketches", mine)
        assert faces.find_similar_from_large_face_list(face_id=probe, large_face_list_id="sketches") == []
        with pytest.raises(HttpResponseError, match=r"consent\.missing"):
            lists.add_face("sketches", picture("dave"))
        with pytest.raises(HttpResponseError, match="names its subject"):
            lists.add_face("sketches", picture("dave"), user_data="A Name")
        lists.update("sketches", name="Old sketches")
        assert [one.name for one in lists.get_large_face_lists()] == ["Old sketches"]
        assert lists.get("sketches").user_data == "x"
        lists.delete("sketches")
        assert lists.get_large_face_lists() == []


def test_a_plain_face_list_needs_no_training_but_a_face(stage: Stage) -> None:
    body = {"name": "Third", "recognitionModel": "recognition_02"}
    assert stage.send("archivist", "PUT", "/facelists/third", json=body).status_code == 200
    probe = stage.keep("archivist", picture("dave", 9))[0]
    search = {"faceId": probe, "faceListId": "third"}
    empty = stage.send("archivist", "POST", "/findsimilars", json=search)
    assert (empty.status_code, empty.json()["error"]["code"]) == (400, "FaceListNotReady")
    stage.agree("archivist", "third", "dave")
    added = stage.image("archivist", "/facelists/third/persistedfaces", picture("dave"), userData="dave")
    face = added.json()["persistedFaceId"]
    shown = stage.send("archivist", "GET", "/facelists/third?returnRecognitionModel=true").json()
    assert shown == {
        "faceListId": "third",
        "name": "Third",
        "recognitionModel": "recognition_02",
        "persistedFaces": [{"persistedFaceId": face, "userData": "dave"}],
    }
    (found,) = stage.send("archivist", "POST", "/findsimilars", json=search).json()
    assert found["persistedFaceId"] == face
    assert stage.send("archivist", "GET", "/facelists").json() == [{"faceListId": "third", "name": "Third"}]
    assert stage.send("archivist", "DELETE", f"/facelists/third/persistedfaces/{face}").status_code == 200
    assert stage.send("archivist", "DELETE", "/facelists/third").status_code == 200


def test_two_kinds_of_one_name_are_told_apart_by_a_binding(stage: Stage) -> None:
    stage.bind("archive", "persongroups.old-one", "portraits")
    stage.bind("archive", "facelists.old-one", "sketches")
    for kind in ("persongroups", "facelists"):
        assert stage.send("archivist", "PUT", f"/{kind}/old-one", json={"name": kind}).status_code == 200
    shown = [
        stage.send("archivist", "GET", f"/{kind}/old-one").json()["name"]
        for kind in ("persongroups", "facelists")
    ]
    assert shown == ["persongroups", "facelists"]
    assert stage.send("archivist", "GET", "/largefacelists/old-one").status_code == 404


def test_the_person_directory_and_its_groups(stage: Stage) -> None:
    preview = "v1.1-preview.1"

    def send(method: str, path: str, body: object = None) -> tuple[int, object, dict[str, str]]:
        answer = stage.send("archivist", method, path, version=preview, json=body)
        return answer.status_code, answer.json() if answer.content else None, dict(answer.headers)

    assert send("GET", "/persons")[:2] == (200, [])
    assert send("GET", "/dynamicpersongroups")[:2] == (200, [])
    persons = {}
    for name in ("dave", "erin"):
        status, made, headers = send("POST", "/persons", {"name": name, "userData": f"s-{name}"})
        assert status == 202
        assert isinstance(made, dict)
        persons[name] = made["personId"]
        assert headers["location"].endswith(f"/face/{preview}/persons/{made['personId']}")
        status, told, _ = send("GET", headers["operation-location"].split(preview)[1])
        assert isinstance(told, dict)
        assert (status, told["status"]) == (200, "succeeded")
        stage.agree("archivist", "persons", f"s-{name}")
        faces = f"/persons/{persons[name]}/recognitionModels/recognition_04/persistedfaces"
        added = stage.image("archivist", faces, picture(name))
        assert added.status_code == 202
        assert send("GET", faces)[1] == {
            "personId": persons[name],
            "persistedFaceIds": [added.json()["persistedFaceId"]],
        }
    assert (
        send("PUT", "/dynamicpersongroups/night", {"name": "Night", "addPersonIds": [persons["dave"]]})[0]
        == 202
    )
    assert send("PUT", "/dynamicpersongroups/day", {"name": "Day"})[0] == 200
    assert send("GET", "/dynamicpersongroups/night/persons")[1] == {"personIds": [persons["dave"]]}
    assert send("GET", f"/persons/{persons['dave']}/dynamicPersonGroupReferences")[1] == {
        "dynamicPersonGroupIds": ["night"]
    }
    dave = stage.keep("archivist", picture("dave", 9))[0]
    scopes: list[tuple[dict[str, object], int]] = [
        ({"personIds": ["*"]}, 1),
        ({"personIds": [persons["dave"]]}, 1),
        ({"personIds": [persons["erin"]]}, 0),
        ({"dynamicPersonGroupId": "night"}, 1),
        ({"dynamicPersonGroupId": "day"}, 0),
    ]
    for scope, count in scopes:
        status, found, _ = send("POST", "/identify", {"faceIds": [dave], **scope})
        assert status == 200, found
        assert isinstance(found, list)
        assert len(found[0]["candidates"]) == count, scope
    change = {"addPersonIds": [persons["erin"]], "removePersonIds": [persons["dave"]]}
    assert send("PATCH", "/dynamicpersongroups/night", change)[0] == 202
    assert send("GET", "/dynamicpersongroups/night/persons")[1] == {"personIds": [persons["erin"]]}
    assert send("PATCH", "/dynamicpersongroups/night", {"name": "Nights"})[0] == 200
    assert send("GET", "/dynamicpersongroups/night")[1] == {"dynamicPersonGroupId": "night", "name": "Nights"}
    assert send("DELETE", f"/persons/{persons['erin']}")[0] == 202
    assert send("GET", "/dynamicpersongroups/night/persons")[1] == {"personIds": []}
    assert send("DELETE", "/dynamicpersongroups/night")[0] == 202
    assert send("GET", "/dynamicpersongroups/night")[0] == 404


def test_opening_the_directory_leaves_no_refusal_on_the_record(stage: Stage) -> None:
    before = len(stage.events())
    assert stage.send("archivist", "GET", "/persons").json() == []
    assert stage.send("archivist", "GET", "/dynamicpersongroups").json() == []
    assert stage.send("archivist", "POST", "/persons", json={"name": "dave"}).status_code == 202
    assert [event["type"] for event in stage.events()[before:]] == ["gallery:created"]


def test_names_of_every_kind_are_bound_from_a_list(stage: Stage) -> None:
    """The guide's command reads names with the kind before them, one a line or as JSON."""
    names = [
        f"{kind}.old-one" for kind in ("facelists", "largefacelists", "persongroups", "largepersongroups")
    ]
    rows = [{"collection": name, "gallery": "portraits"} for name in names]
    assert [row["collection"] for row in _rows("\n".join([*names, "persons"]))] == [*names, "persons"]
    assert list(_rows(json.dumps(rows))) == rows
    stage.bind("archive", str(rows[3]["collection"]), str(rows[3]["gallery"]))
    made = stage.send("archivist", "PUT", "/largepersongroups/old-one", json={"name": "Old"})
    assert made.status_code == 200
    assert stage.send("archivist", "GET", "/largepersongroups").json()[0]["largePersonGroupId"] == "old-one"


def test_a_dynamic_group_opens_the_directory_where_the_lease_covers_one(stage: Stage) -> None:
    made = stage.send("archivist", "PUT", "/dynamicpersongroups/night", json={"name": "Night"})
    assert made.status_code == 200
    again = stage.send("archivist", "PUT", "/dynamicpersongroups/night", json={"name": "Night"})
    assert (again.status_code, again.json()["error"]["code"]) == (409, "DynamicPersonGroupExists")
    nobody = {"name": "Day", "addPersonIds": ["00112233-4455-4677-8899-aabbccddeeff"]}
    missing = stage.send("archivist", "PUT", "/dynamicpersongroups/day", json=nobody)
    assert (missing.status_code, missing.json()["error"]["code"]) == (404, "PersonNotFound")
    refused = stage.send("tester", "PUT", "/dynamicpersongroups/night", json={"name": "Night"})
    assert refused.json()["error"]["innererror"]["code"] == "UnsupportedFeature"


def test_a_face_is_verified_against_a_person_of_the_directory(stage: Stage) -> None:
    stage.bind("doors", "persons", "persons-bank")
    made = stage.send("alice", "POST", "/persons", json={"name": "dave"}).json()
    stage.agree("alice", "persons-bank", "dave")
    place = f"/persons/{made['personId']}/recognitionModels/recognition_01/persistedfaces"
    assert stage.image("alice", place, picture("dave")).status_code == 202
    face = stage.keep("alice", picture("dave", 2))[0]
    answer = stage.send("alice", "POST", "/verify", json={"faceId": face, "personId": made["personId"]})
    assert answer.json()["isIdentical"] is True


def test_an_operation_is_forgotten_after_two_days_and_is_no_other_leases(stage: Stage) -> None:
    answer = stage.send("archivist", "POST", "/persons", json={"name": "dave"})
    path = answer.headers["operation-location"].split("v1.0")[1]
    assert stage.send("archivist", "GET", path).status_code == 200
    assert stage.send("alice", "GET", path).status_code == 404
    stage.later(hours=48)
    assert stage.send("archivist", "GET", path).json()["error"]["code"] == "OperationNotFound"


def test_an_address_is_an_object_of_the_operators_and_is_never_opened(stage: Stage) -> None:
    body = {"url": "https://photos.example/deep/dave.png"}
    refused = stage.send("tester", "POST", "/detect", json=body)
    assert refused.json()["error"]["code"] == "InvalidURL"
    stage.put_object("photos.example", "deep/dave.png", picture("dave"))
    with stage.faces() as client:
        (face,) = client.detect_from_url(
            url=body["url"], detection_model="detection_03", recognition_model=V4, return_face_id=True
        )
        assert face.face_id is not None
    for address in (
        "https://photos.example/deep/../deep/dave.png/..",
        "https://photos.example:443/deep/dave.png",
        "https://user@photos.example/deep/dave.png",
        "https://photos.example/deep/dave.png?x=1",
        "file://photos.example/deep/dave.png",
        "https:///deep/dave.png",
        "https://[::1/deep",
        "http://169.254.169.254/latest/meta-data",
        "https://photos.example/deep/erin.png",
        "https://photos.example/%2e%2e/secret.png",
    ):
        answer = stage.send("tester", "POST", "/detect", json={"url": address})
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "InvalidURL"), address


def test_faces_of_low_quality_are_neither_enrolled_nor_searched_with(stage: Stage) -> None:
    with stage.administration() as client:
        furnish(client, stage, "portraits", "dave")
        blurred = stage.keep("archivist", padded(BLURRED))[0]
        answer = stage.send(
            "archivist", "POST", "/identify",
            json={"faceIds": [blurred], "largePersonGroupId": "portraits"},
        )  # fmt: skip
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "InvalidImage")
        assert answer.headers["x-countenance-quality"] == "blurred"


def test_training_brings_the_gallery_into_memory(stage: Stage) -> None:
    started = time.time()
    with stage.administration() as client:
        furnish(client, stage, "portraits", "dave")
        status = client.large_person_group.get_training_status("portraits")
        assert status.created_date_time.timestamp() >= started - 1
    assert stage.position("portraits") > 0


def test_numbers_of_the_ledger_hold_no_fraction(stage: Stage) -> None:
    stage.keep("tester", picture("dave"))
    assert "." not in json.dumps([event.get("kept_seconds") for event in stage.events()])
