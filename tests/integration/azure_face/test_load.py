"""What happens when many ask at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from azure.ai.vision.face import FaceClient
from azure.core.credentials import AzureKeyCredential
from azure.core.exceptions import HttpResponseError

from integration.azure_face.stage import Stage, picture


def test_a_full_queue_is_told_so_that_clients_try_again(stage: Stage) -> None:
    places = [stage.engine.admission() for _ in range(32)]
    for place in places:
        place.__enter__()
    with stage.faces() as hasty, pytest.raises(HttpResponseError) as caught:
        hasty.detect(
            picture("dave"),
            detection_model="detection_03",
            recognition_model="recognition_04",
            return_face_id=False,
        )
    assert caught.value.status_code == 429
    assert caught.value.response is not None
    assert caught.value.response.headers["retry-after"] == "2"
    credential = AzureKeyCredential(stage.keys["tester"])
    with (
        FaceClient(stage.url, credential, retry_total=5, retry_backoff_factor=0.1) as patient,
        ThreadPoolExecutor(1) as pool,
    ):
        waiting = pool.submit(
            patient.detect,
            picture("dave"),
            detection_model="detection_03",
            recognition_model="recognition_04",
            return_face_id=False,
        )
        for place in places:
            place.__exit__(None, None, None)
        assert len(waiting.result(timeout=60)) == 1


def test_of_many_who_make_the_same_group_one_makes_it(stage: Stage) -> None:
    def make(number: int) -> int:
        body = {"name": f"group {number}"}
        return stage.send("archivist", "PUT", "/persongroups/portraits", json=body).status_code

    with ThreadPoolExecutor(6) as pool:
        statuses = sorted(pool.map(make, range(12)))
    assert statuses == [200, *[409] * 11]
    assert len(stage.send("archivist", "GET", "/persongroups").json()) == 1


def test_many_at_once_add_faces_of_the_same_person(stage: Stage) -> None:
    assert stage.send("archivist", "PUT", "/persongroups/portraits", json={"name": "x"}).status_code == 200
    stage.agree("archivist", "portraits", "dave")
    persons = "/persongroups/portraits/persons"
    person = stage.send("archivist", "POST", persons, json={"name": "dave"}).json()["personId"]

    def add(number: int) -> str:
        answer = stage.image("archivist", f"{persons}/{person}/persistedfaces", picture("dave", number % 3))
        assert answer.status_code == 200, answer.text
        face: str = answer.json()["persistedFaceId"]
        return face

    with ThreadPoolExecutor(6) as pool:
        faces = set(pool.map(add, range(9)))
    assert len(faces) == 3
    assert set(stage.send("archivist", "GET", f"{persons}/{person}").json()["persistedFaceIds"]) == faces


def test_many_at_once_keep_faces_and_compare_them(stage: Stage) -> None:
    def both(number: int) -> bool:
        first, second = (stage.keep("tester", picture(f"s{number}", at))[0] for at in (1, 2))
        asked = {"faceId1": first, "faceId2": second}
        answer = stage.send("tester", "POST", "/verify", json=asked)
        assert answer.status_code == 200, answer.text
        identical: bool = answer.json()["isIdentical"]
        return identical

    with ThreadPoolExecutor(6) as pool:
        assert all(pool.map(both, range(12)))


def test_many_searches_at_once_make_one_person_of_a_subject_enrolled_another_way(stage: Stage) -> None:
    assert stage.send("archivist", "PUT", "/persongroups/portraits", json={"name": "x"}).status_code == 200
    assert stage.send("archivist", "POST", "/persongroups/portraits/train").status_code == 202
    stage.agree("archivist", "portraits", "dave")
    stage.enrol("archivist", "portraits", "dave", picture("dave"))
    face = stage.keep("archivist", picture("dave", 9))[0]

    def identify(_: int) -> str:
        asked = {"faceIds": [face], "personGroupId": "portraits"}
        answer = stage.send("archivist", "POST", "/identify", json=asked)
        assert answer.status_code == 200, answer.text
        person: str = answer.json()[0]["candidates"][0]["personId"]
        return person

    with ThreadPoolExecutor(6) as pool:
        assert len(set(pool.map(identify, range(12)))) == 1
