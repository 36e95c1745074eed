"""Examiners at the console: the queue, the list in hand, the comparison. Blind, whatever one looks at."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from console_stage import ConsoleStage
from countenance.entrypoints.console.examining import FEATURES, OBSERVATIONS, RETURNS, UNFIT
from countenance.oversight.assignments import ReturnReason
from countenance.oversight.checklist import Feature, Observation
from countenance.oversight.model import CaseId, CaseState
from countenance.oversight.qualification import Unfit
from examining_stage import (
    EXAMINE as PATH,
)
from examining_stage import (
    OTHER,
    SAME,
    drawn,
    examining_stage,
    held_case,
    judged,
    places,
    state_of,
    taken,
)
from fakes_engine import photograph


@pytest.fixture
def office(tmp_path: Path) -> Iterator[ConsoleStage]:
    console = examining_stage(tmp_path)
    yield console
    console.stage.check_ledger()
    console.stage.parts.close()


def test_every_word_of_the_closed_lists_is_told() -> None:
    assert set(FEATURES) == set(Feature)
    assert set(OBSERVATIONS) == set(Observation)
    assert set(RETURNS) == set(ReturnReason)
    assert set(UNFIT) == set(Unfit)


def test_two_examiners_judge_alone_and_agree(office: ConsoleStage) -> None:
    case_id = held_case(office)
    like = drawn(photograph("lena"))
    assert "1 list waits" in office.get("bob", PATH).text
    first, second = taken(office, "bob"), taken(office, "fay")
    assert first != second
    judged(office, "bob", first, like)
    assert state_of(office, case_id) is CaseState.IN_REVIEW
    assert "Nothing waits for you now" in office.get("bob", PATH).text
    judged(office, "fay", second, like)
    assert state_of(office, case_id) is CaseState.AGREED
    assert "This list is over" in office.get("bob", first).text
    assert office.get("bob", f"{first}/probe").status_code == 409
    assert office.get("bob", f"{first}/1").status_code == 404


def test_nothing_on_an_examiners_pages_tells_whom_it_is_about(office: ConsoleStage) -> None:
    case_id = held_case(office)
    place = taken(office, "bob")
    with office.stage.parts.unit_of_work() as work:
        case = work.cases.get(CaseId(case_id))
    assert case is not None
    hidden = {
        "lena",
        "mia",
        case_id,
        case.decision_id,
        "ngo",
        'missing"',
        "Known",
        "known_",
        "filler",
        "score",
    }
    hidden |= {one.reference_id for one in case.candidates} | {case.lease_id, "rank"}
    for path in (PATH, place, *(f"{place}/{slot}" for slot in places(office, "bob", place))):
        text = office.get("bob", path).text
        for word in hidden:
            assert word not in text.replace("without score, rank or name", ""), (path, word)
        assert not re.search(r"0\.\d{3}", text)
    images = [office.get("bob", f"{place}/{slot}/image") for slot in places(office, "bob", place)]
    assert {image.headers["content-type"] for image in images} == {"image/jpeg"}
    assert {image.headers["cache-control"] for image in images} == {"no-store"}


def test_a_list_belongs_to_one_examiner(office: ConsoleStage) -> None:
    held_case(office)
    place = taken(office, "bob")
    for path in (place, f"{place}/1", f"{place}/probe", f"{place}/1/image"):
        assert office.get("fay", path).status_code == 404
        assert office.get("rita", path).status_code == 404
    for act in ("1", "conclusion", "return"):
        assert office.post("fay", f"{place}/{act}", **SAME, reason="unwell").status_code == 404
    for wrong in ("99", "0", "x", "1" * 9):
        assert office.get("bob", f"{place}/{wrong}").status_code == 404
        assert office.get("bob", f"{place}/{wrong}/image").status_code == 404


def test_a_sheet_without_its_checklist_is_shown_again_as_it_was_filled_in(office: ConsoleStage) -> None:
    held_case(office)
    place = taken(office, "bob")
    sent = {**SAME, "feature.nose": "", "feature.ears": "large"}
    again = office.post("bob", f"{place}/1", **sent)
    assert again.status_code == 400
    assert "Nose: say what the pictures show." in again.text
    assert "Ears: say what the pictures show." in again.text
    assert len(re.findall(r" checked[ >]", again.text)) == len(Feature) - 2 + 1
    assert "Choose a verdict" in office.post("bob", f"{place}/1", **{**SAME, "verdict": "7"}).text
    blind = {f"feature.{one}": "not_visible" for one in Feature}
    refused = office.post("bob", f"{place}/1", **blind, verdict="2")
    assert "nothing can be determined" in refused.text
    assert (
        office.post("bob", f"{place}/1", **blind, verdict="none").headers["location"].endswith("done=sheet")
    )
    assert "Cannot be determined" in office.get("bob", place).text


def test_a_list_is_not_handed_in_unjudged_or_faster_than_one_can_look(office: ConsoleStage) -> None:
    held_case(office)
    place = taken(office, "bob")
    assert "disabled" in office.get("bob", place).text
    early = office.post("bob", f"{place}/conclusion")
    assert early.status_code == 409
    assert "Not judged yet: place 1" in early.text
    for slot in places(office, "bob", place):
        office.post("bob", f"{place}/{slot}", **OTHER)
    soon = office.post("bob", f"{place}/conclusion")
    assert "Nobody can have looked at all of it yet" in soon.text
    assert "data-countdown=" in soon.text


def test_a_list_is_given_back_with_a_reason_and_not_given_out_again(office: ConsoleStage) -> None:
    held_case(office)
    place = taken(office, "bob")
    assert "Choose why you give it back." in office.post("bob", f"{place}/return", reason="").text
    back = office.post("bob", f"{place}/return", reason="knows_a_person")
    assert back.headers["location"].endswith("list-returned")
    assert taken(office, "bob").endswith("?empty=1")
    assert "1 list waits" in office.get("fay", PATH).text


def test_who_is_not_authorised_is_told_what_is_missing(office: ConsoleStage) -> None:
    held_case(office)
    assert "Nobody has authorised you to judge yet" in office.get("gus", PATH).text
    assert office.post("gus", PATH).headers["location"] == PATH
    assert office.stage.events()[-1]["what"] == "examiner:not_authorised"
