from __future__ import annotations

import pytest

from countenance.ledger import EventType
from fakes_engine import BLURRED, FAULTS, MANY_FACES, NO_FACE, photograph
from integration.api.stage import Stage, encoded

DAVE = ("dave", photograph("dave", 1))


@pytest.fixture
def bank(stage: Stage) -> Stage:
    stage.furnish("alice", "staff", "identity_verification", DAVE)
    return stage


@pytest.fixture
def museum(stage: Stage) -> Stage:
    names = ("ada", "ben", "cleo", "dora")
    stage.furnish("archivist", "portraits", "media_archive", *((name, photograph(name)) for name in names))
    return stage


@pytest.fixture
def search(stage: Stage) -> Stage:
    stage.furnish("nina", "missing", "missing_children", ("kim", photograph("kim", 1)))
    return stage


def test_a_consenting_subject_is_verified_with_score_threshold_and_error_rate(bank: Stage) -> None:
    answer = bank.verify("alice", "staff", "dave", photograph("dave", 2))
    told = answer.json()
    assert answer.status_code == 200
    assert told["outcome"] == "match"
    assert told["threshold"] <= told["score"] <= 1
    assert told["fmr"] == {"rate": 0.0001, "lower": 0.00005, "upper": 0.0002, "trials": 100_000}
    assert told["calibration_id"] == "cal_fake"


def test_somebody_else_is_no_match(bank: Stage) -> None:
    told = bank.verify("alice", "staff", "dave", photograph("erin")).json()
    assert told["outcome"] == "no_match"
    assert told["score"] < told["threshold"]


def test_an_answer_says_where_it_is_recorded_in_body_and_headers(bank: Stage) -> None:
    answer = bank.verify("alice", "staff", "dave", photograph("dave", 2))
    told = answer.json()
    assert answer.headers["Countenance-Decision"] == told["decision_id"]
    assert answer.headers["Countenance-Entry"] == str(told["entry"])
    events = bank.events()
    assert events[told["permitted_by"]]["type"] == EventType.VERIFICATION_PERMITTED
    assert events[told["entry"]]["type"] == EventType.VERIFICATION_COMPLETED
    assert events[told["entry"]]["decision"] == told["decision_id"]


def test_enrolling_the_same_photograph_again_adds_nothing(bank: Stage) -> None:
    first = bank.enrol("alice", "staff", "dave", photograph("dave", 2))
    again = bank.enrol("alice", "staff", "dave", photograph("dave", 2))
    assert (first.status_code, first.json()["duplicate"]) == (201, False)
    assert (again.status_code, again.json()["duplicate"]) == (200, True)
    assert again.json()["reference_id"] == first.json()["reference_id"]


def test_an_enrolment_tells_how_good_the_face_is_and_nothing_of_its_template(bank: Stage) -> None:
    told = bank.enrol("alice", "staff", "dave", photograph("dave", 3)).json()
    assert told["face"]["quality"] == [{"code": 65, "name": "Sharpness", "native": 12.5, "score": 90}]
    assert told["face"]["reasons"] == []
    assert "template" not in str(told)


def test_identification_names_candidates_in_rank_order(museum: Stage) -> None:
    told = museum.identify("archivist", "portraits", photograph("ben", 2)).json()
    assert told["outcome"] == "match"
    assert [(one["rank"], one["subject_id"]) for one in told["candidates"]] == [(1, "ben")]
    assert told["candidates"][0]["score"] >= told["threshold"]
    assert (told["case_id"], told["examiners"]) == (None, 0)


def test_nobody_alike_is_no_match_with_an_empty_list(museum: Stage) -> None:
    told = museum.identify("archivist", "portraits", photograph("zoe")).json()
    assert (told["outcome"], told["candidates"]) == ("no_match", [])


def test_a_held_identification_shows_its_candidates_to_nobody_here(search: Stage) -> None:
    answer = search.identify("nina", "missing", photograph("kim", 2))
    told = answer.json()
    assert (told["outcome"], told["candidates"], told["examiners"]) == ("held", None, 2)
    assert told["lead_only"] is True
    case = search.call("nina", "GET", f"/v1/cases/{told['case_id']}")
    assert case.status_code == 200
    assert case.json() == {
        "case_id": told["case_id"],
        "gallery_id": "missing",
        "decision_id": told["decision_id"],
        "state": "held",
        "examiners": 2,
        "opened": case.json()["opened"],
        "due": "2026-07-15T12:00:00Z",
        "examinable": True,
        "authorise_by": None,
        "reason": None,
        "lead": False,
        "appealed": False,
    }
    decision = search.call("nina", "GET", f"/v1/decisions/{told['decision_id']}")
    entry = search.call("carol", "GET", f"/v1/ledger/entries/{told['entry']}")
    assert "kim" not in answer.text + case.text + decision.text + entry.text


def test_faces_are_found_the_largest_first(stage: Stage) -> None:
    content = {"image": encoded(MANY_FACES), "limit": 2}
    told = stage.post("alice", "/v1/detections", content).json()
    assert (told["width"], told["height"], len(told["faces"])) == (640, 480, 2)
    assert told["faces"][0]["landmarks"]["nose"] == {"x": 62.0, "y": 95.0}
    assert told["faces"][0]["pose"] == {"yaw": 1.5, "pitch": -2.0, "roll": 0.5}


def test_an_image_without_a_face_is_an_answer_to_detection(stage: Stage) -> None:
    answer = stage.post("alice", "/v1/detections", {"image": encoded(NO_FACE)})
    assert (answer.status_code, answer.json()["faces"]) == (200, [])


def test_two_loose_images_are_compared_under_a_lease_with_a_legal_basis(stage: Stage) -> None:
    content = {
        "reference": encoded(photograph("dave", 1)),
        "probe": encoded(photograph("dave", 2)),
    }
    answer = stage.post("tester", "/v1/comparisons", content)
    told = answer.json()
    assert answer.status_code == 200, answer.text
    assert (told["outcome"], len(told["faces"])) == ("match", 2)
    assert answer.headers["Countenance-Decision"] == told["decision_id"]


@pytest.mark.parametrize("media_type", ["image/jpeg", "image/png", "application/octet-stream"])
def test_an_image_may_travel_raw_with_the_other_fields_in_the_query(bank: Stage, media_type: str) -> None:
    path = "/v1/galleries/staff/verifications?subject_id=dave&choice=largest&camera=fixed"
    answer = bank.call(
        "alice", "POST", path, content=photograph("dave", 2), headers={"Content-Type": media_type}
    )
    assert answer.status_code == 200, answer.text
    assert answer.json()["outcome"] == "match"


def test_raw_and_json_get_the_same_score(bank: Stage) -> None:
    path = "/v1/galleries/staff/verifications"
    image = photograph("dave", 2)
    raw = bank.call(
        "alice", "POST", f"{path}?subject_id=dave", content=image, headers={"Content-Type": "image/jpeg"}
    )
    assert raw.json()["score"] == bank.verify("alice", "staff", "dave", image).json()["score"]


FACE_FAULTS = sorted(FAULTS)


@pytest.mark.parametrize("image", FACE_FAULTS, ids=[image.decode() or "empty" for image in FACE_FAULTS])
def test_an_unusable_image_is_a_problem_with_a_code_and_a_failure_on_the_ledger(
    bank: Stage, image: bytes
) -> None:
    answer = bank.verify("alice", "staff", "dave", image)
    assert answer.status_code in {415, 422}
    assert answer.json()["code"] == FAULTS[image].code
    last = bank.events()[-1]
    assert (last["type"], last["code"]) == (EventType.VERIFICATION_FAILED, FAULTS[image].code)


def test_a_face_that_is_not_good_enough_says_by_which_measures(bank: Stage) -> None:
    problem = bank.enrol("alice", "staff", "dave", BLURRED).json()
    assert (problem["code"], problem["reasons"]) == ("face_quality_low", ["blurred"])


def test_no_answer_speaks_in_bare_percentages_or_of_matches_found(bank: Stage) -> None:
    answer = bank.verify("alice", "staff", "dave", photograph("dave", 2))
    assert "%" not in answer.text
    assert "match found" not in answer.text.lower()


def test_a_verification_after_the_withdrawal_is_refused_and_the_references_are_gone(bank: Stage) -> None:
    path = "/v1/galleries/staff/subjects/dave/consent"
    erasure = bank.call("alice", "DELETE", path)
    assert (erasure.status_code, erasure.json()["references"]) == (200, 1)
    assert bank.events()[erasure.json()["entry"]]["type"] == EventType.SUBJECT_ERASED
    refused = bank.verify("alice", "staff", "dave", photograph("dave", 2))
    assert (refused.status_code, refused.json()["outcome"]) == (403, "refused")
    assert bank.call("alice", "GET", "/v1/galleries/staff").json()["subjects"] == 0
    assert bank.call("alice", "GET", path).json()["withdrawn"] is not None
    assert bank.call("alice", "DELETE", path).json()["references"] == 0
