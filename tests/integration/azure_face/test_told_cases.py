"""What became of a held identification, told to a client that knows candidates and errors alone."""

from __future__ import annotations

from typing import Any

import pytest
from azure.ai.vision.face import FaceClient
from azure.core.exceptions import HttpResponseError

from countenance.biometrics.model import SubjectId
from countenance.oversight.model import CaseId
from integration.azure_face.stage import Stage, picture
from integration.azure_face.test_lists import furnish, kept
from judging import Judging

CHILDREN = "children"


class Asking:
    """A client that looks for one photograph, detected anew each time; keeps the last answer's headers."""

    def __init__(self, faces: FaceClient) -> None:
        self.faces = faces
        self.headers: dict[str, str] = {}

    def __call__(self, *others: str) -> list[list[str | None]]:
        face = kept(self.faces, picture("child-1", 9))
        found = self.faces.identify_from_large_person_group(
            face_ids=[*others, face], large_person_group_id=CHILDREN, raw_response_hook=self.heard
        )
        return [[one.person_id for one in each.candidates] for each in found]

    def heard(self, answer: Any) -> None:  # noqa: ANN401  the client's own
        told = answer.http_response.headers
        self.headers = {name.lower(): told[name] for name in told}

    def refused(self) -> str:
        """Be refused, and return the case."""
        with pytest.raises(HttpResponseError) as caught:
            self()
        assert caught.value.status_code == 403
        case = self.headers["x-countenance-case"]
        assert case in str(caught.value)
        return case


def test_the_same_photograph_is_told_of_its_case_from_held_to_released_to_overturned(stage: Stage) -> None:
    judging = Judging(stage.service)
    with stage.administration("nina") as client, stage.faces("nina") as faces:
        persons = furnish(client, stage, CHILDREN, "child-1", "child-2", who="nina")
        ask = Asking(faces)
        case = ask.refused()
        assert ask.refused() == case
        assert ask.headers["x-countenance-case-state"] == "held"
        judging.cases.answer_for_case.send_probe(stage.actor("nina"), CaseId(case), picture("child-1", 9))
        judging.judge()
        judging.release(case)
        stranger = kept(faces, picture("mallory"))
        assert ask(stranger) == [[], [persons["child-1"]]]
        assert ask.headers["x-countenance-case-state"] == "released"
        assert ask.headers["x-countenance-lead-only"] == "true"
        assert ask.headers["x-countenance-scores"] == "withheld"
        assert ask.headers["x-countenance-lead-expires"] > "2026"
        told = [event for event in stage.events() if event.get("told") == "released"]
        assert [event["type"] for event in told] == ["identification:completed"]
        judging.overturn(case)
        assert ask.refused() == case
        assert ask.headers["x-countenance-case-state"] == "overturned"


def test_a_list_tells_of_the_lead_and_of_a_subject_who_withdrew_no_more(stage: Stage) -> None:
    judging = Judging(stage.service)
    with stage.administration("nina") as client, stage.faces("nina") as faces:
        client.large_face_list.create(CHILDREN, name="Children", recognition_model="recognition_04")
        stage.agree("nina", CHILDREN, "child-1")
        client.large_face_list.add_face(CHILDREN, picture("child-1"), user_data="child-1")
        client.large_face_list.begin_train(CHILDREN).result()

        def similar() -> Any:  # noqa: ANN401  httpx's own
            asked = {"faceId": kept(faces, picture("child-1", 9)), "largeFaceListId": CHILDREN}
            return stage.send("nina", "POST", "/findsimilars", json=asked)

        case = similar().headers["x-countenance-case"]
        judging.cases.answer_for_case.send_probe(stage.actor("nina"), CaseId(case), picture("child-1", 9))
        judging.judge()
        judging.release(case)
        lead = similar()
        assert lead.status_code == 200, lead.text
        assert [set(one) for one in lead.json()] == [{"persistedFaceId"}]
        assert lead.headers["x-countenance-case"] == case
        stage.withdraw("nina", CHILDREN, SubjectId("child-1"))
        assert similar().json() == []
