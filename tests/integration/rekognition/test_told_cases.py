"""What became of a held search, told to a client that knows matches and errors alone."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from countenance.biometrics.model import GalleryId, SubjectId
from countenance.oversight.incidents import IncidentKind
from countenance.oversight.model import CaseId
from countenance.policy.model import Stop
from countenance.recognition.incidents import Found
from integration.rekognition.stage import Stage, picture
from judging import Judging

CHILDREN = "children"


def headers(answer: dict[str, Any]) -> dict[str, str]:
    told: dict[str, str] = answer["ResponseMetadata"]["HTTPHeaders"]
    return told


def search(client: Any, image: bytes | None = None, **more: object) -> dict[str, Any]:  # noqa: ANN401  made at run time
    asked = {"CollectionId": CHILDREN, "Image": {"Bytes": image or picture("dave", 3)}, **more}
    answer: dict[str, Any] = client.search_faces_by_image(**asked)
    return answer


def refused(client: Any, **more: object) -> dict[str, Any]:  # noqa: ANN401  as above
    with pytest.raises(client.exceptions.AccessDeniedException) as caught:
        search(client, **more)
    answer: dict[str, Any] = caught.value.response
    return answer


def types(stage: Stage) -> list[str]:
    with stage.parts.unit_of_work() as work:
        return [json.loads(leaf)["type"] for leaf in work.ledger.leaves(0, work.ledger.size())]


def test_the_same_search_is_told_of_its_case_from_held_to_released_to_overturned(stage: Stage) -> None:
    judging = Judging(stage.service)
    with stage.client("nina") as ngo:
        (dave, _) = stage.furnish(ngo, CHILDREN, "dave", "erin", who="nina")
        case = headers(refused(ngo))["x-countenance-case"]
        again = refused(ngo)
        assert headers(again)["x-countenance-case"] == case
        assert headers(again)["x-countenance-case-state"] == "held"
        assert types(stage)[-2:] == ["identification:permitted", "identification:held"]
        judging.judge()
        agreed = headers(refused(ngo))
        assert (agreed["x-countenance-case"], agreed["x-countenance-case-state"]) == (case, "held")
        judging.release(case)
        lead = search(ngo)
        assert [one["Face"]["FaceId"] for one in lead["FaceMatches"]] == [dave]
        assert all("Similarity" not in one for one in lead["FaceMatches"])
        said = headers(lead)
        assert (said["x-countenance-case"], said["x-countenance-case-state"]) == (case, "released")
        assert (said["x-countenance-lead-only"], said["x-countenance-scores"]) == ("true", "withheld")
        assert said["x-countenance-lead-expires"] > "2026"
        assert said["x-countenance-decision"]
        assert types(stage)[-3:] == [
            "identification:permitted",
            "case:received",
            "identification:completed",
        ]
        judging.overturn(case)
        over = refused(ngo)
        assert headers(over)["x-countenance-case-state"] == "overturned"
        assert headers(over)["x-countenance-case-reason"] == "appeal_upheld"
        assert "overturned on appeal" in over["Error"]["Message"]
        assert "FaceMatches" not in over
    with stage.parts.unit_of_work() as work:
        told = work.notices.after(0, limit=100)[-1].notice
    assert told.recipients == (stage.credentials["nina"].key_id,)


def test_where_examiners_found_nobody_the_same_search_is_told_of_nobody(stage: Stage) -> None:
    judging = Judging(stage.service)
    with stage.client("nina") as ngo:
        stage.furnish(ngo, CHILDREN, "dave", who="nina")
        case = headers(refused(ngo))["x-countenance-case"]
        judging.judge(support=False)
        answer = search(ngo)
        assert answer["FaceMatches"] == []
        said = headers(answer)
        assert (said["x-countenance-case"], said["x-countenance-case-state"]) == (case, "no_lead")
        assert said["x-countenance-case-reason"] == "no_agreement"
        assert "x-countenance-lead-only" not in said


def test_a_case_taken_back_is_not_told_of_and_the_search_is_made_anew(stage: Stage) -> None:
    judging = Judging(stage.service)
    with stage.client("nina") as ngo:
        stage.furnish(ngo, CHILDREN, "dave", who="nina")
        first = headers(refused(ngo))["x-countenance-case"]
        judging.cases.answer_for_case.take_back(stage.actor("nina"), CaseId(first))
        assert headers(refused(ngo))["x-countenance-case"] != first


def test_another_photograph_and_other_settings_are_another_search(stage: Stage) -> None:
    judging = Judging(stage.service)
    with stage.client("nina") as ngo:
        stage.furnish(ngo, CHILDREN, "dave", who="nina")
        case = headers(refused(ngo))["x-countenance-case"]
        judging.judge()
        judging.release(case)
        others = [refused(ngo, image=picture("dave", 4)), refused(ngo, MaxFaces=2)]
        assert case not in {headers(one)["x-countenance-case"] for one in others}


def test_a_lead_names_nobody_who_withdrew_since_and_a_refusal_comes_before_it(stage: Stage) -> None:
    judging = Judging(stage.service)
    with stage.client("nina") as ngo, stage.client("archivist") as museum:
        stage.furnish(ngo, CHILDREN, "dave", who="nina")
        case = headers(refused(ngo))["x-countenance-case"]
        judging.judge()
        judging.release(case)
        with pytest.raises(ClientError, match="does not exist"):
            search(museum)
        stage.service.withdraw(stage.actor("nina"), GalleryId(CHILDREN), SubjectId("dave"))
        empty = search(ngo)
        assert empty["FaceMatches"] == []
        assert headers(empty)["x-countenance-case-state"] == "released"
        found = Found(
            kind=IncidentKind.OTHER,
            reason="Somebody has to look at this first.",
            stops=Stop.CONSEQUENTIAL_ACTS,
        )
        stage.service.gate.open_incident.by_machine(found, by="check")
        stopped = refused(ngo)
        assert "x-countenance-case" not in headers(stopped)
        assert "rules:" in stopped["Error"]["Message"]
        assert types(stage)[-1] == "identification:refused"
