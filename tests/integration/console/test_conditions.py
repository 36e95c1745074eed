"""Officers decide at the console that a vendor's condition is met, and that it is met no more."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from applying import WHY
from console_stage import ConsoleStage, another
from countenance.entrypoints.console.conditions import QUESTIONS
from countenance.policy.reopening import HumanRightsPoint

RULE = "vendor.microsoft.2020"
POINTS = {
    f"answers.{point}": f"Section 4 provides for it: {title}." for point, (title, _) in QUESTIONS.items()
}
PROPOSAL = {
    "rule": RULE,
    "citation": "An Act to govern face recognition, Pub. L. 120-1",
    "expires": "2027-01-01",
    "name": "Rita Levi",
    "reasons": WHY,
    **POINTS,
}
WORD = {"name": "Ruben Dario", "reasons": WHY}
PATH = "/console/conditions"


@pytest.fixture
def office(template: ConsoleStage, tmp_path: Path) -> Iterator[ConsoleStage]:
    """A console of its own, with Microsoft's position of 2020 among its packs."""
    console = another(template, tmp_path)
    console.stage.parts.packs = ("microsoft-2020",)
    yield console
    console.stage.check_ledger()
    console.stage.parts.close()


def proposed(office: ConsoleStage) -> str:
    """Where the proposal of rita stands."""
    done = office.post("rita", PATH, **PROPOSAL)
    assert done.headers["location"].endswith("?done=condition-proposed")
    return str(done.headers["location"]).partition("?")[0]


def test_every_point_of_the_checklist_is_a_question() -> None:
    assert set(QUESTIONS) == set(HumanRightsPoint)


def test_two_officers_meet_a_condition_and_two_un_meet_it(office: ConsoleStage) -> None:
    empty = office.get("carol", PATH).text
    assert "No officer has decided anything" in empty
    assert RULE in empty
    assert "Propose that a condition is met" not in empty
    place = proposed(office)
    assert "Nothing changes until a second one has confirmed it" in office.get("ruben", place).text
    assert "another officer confirms it" in office.get("rita", place).text
    assert "A condition waits for a second officer" in office.get("ruben", "/console").text
    assert "A condition waits" not in office.get("rita", "/console").text
    own = office.post("rita", f"{place}/confirm", **WORD)
    assert own.status_code == 409
    assert "another one has to look" in own.text
    met = office.post("ruben", f"{place}/confirm", **WORD)
    assert met.headers["location"].endswith("condition-met")
    told = office.get("carol", place).text
    assert "The rule does not refuse" in told
    assert "Ruben Dario" in told
    assert "Section 4 provides for it: Redress." in told
    assert " re-opened</span>" in office.get("carol", PATH).text
    office.post("ruben", f"{place}/unmeet", **WORD)
    assert "One officer says that the condition is not met any more" in office.get("rita", place).text
    assert "another one has to look" in office.post("ruben", f"{place}/unmeet", **WORD).text
    office.post("rita", f"{place}/unmeet", name="Rita Levi", reasons=WHY)
    assert "not met any more" in office.get("olivia", place).text
    assert " re-opened</span>" not in office.get("carol", PATH).text
    kinds = [event["type"] for event in office.stage.events() if "condition" in event]
    assert kinds == ["condition:proposed", "condition:met", "condition:proposed", "condition:unmet"]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"rule": "house.nothing"}, "is no rule in force that officers can re-open"),
        ({"citation": ""}, "Name the law that is relied on"),
        ({"expires": "soon"}, "Choose a day to come"),
        ({"expires": "2040-01-01"}, "at most 731 days away"),
        ({"reasons": "because"}, "Write the reasons in one or two"),
        ({"name": ""}, "Write the officer&#39;s name"),
        ({"answers.redress": ""}, "Redress: answer in one or two sentences"),
        ({"answers.notice": "yes"}, "Notice: answer in one or two sentences"),
    ],
)
def test_a_proposal_that_lacks_something_is_shown_again_with_what_was_written(
    office: ConsoleStage, changed: dict[str, str], said: str
) -> None:
    answer = office.post("rita", PATH, **{**PROPOSAL, **changed})
    assert answer.status_code == 400
    assert said in answer.text
    assert "Section 4 provides for it: A warrant." in answer.text
    assert "No officer has decided anything" in office.get("rita", PATH).text


def test_one_officer_takes_back_what_nobody_confirmed(office: ConsoleStage) -> None:
    place = proposed(office)
    office.post("rita", f"{place}/unmeet", **WORD)
    assert "it was taken back before anybody confirmed it" in office.get("rita", place).text
    assert "is `unmet`, nothing waits" in office.post("ruben", f"{place}/confirm", **WORD).text


def test_a_confirmation_asks_again_who_it_is_and_what_is_not_there_is_not_found(
    office: ConsoleStage,
) -> None:
    place = proposed(office)
    assert office.get("rita", f"{PATH}/cond_nothing").status_code == 404
    assert office.post("rita", f"{PATH}/cond_nothing/confirm", **WORD).status_code == 404
    assert RULE in office.get("carol", f"{PATH}?format=csv").text
    office.stage.parts.clock.advance(timedelta(minutes=6))  # type: ignore[attr-defined]  # the fake clock
    asked = office.post("ruben", f"{place}/confirm", back=place, **WORD)
    assert asked.status_code == 403
    assert "What you typed is kept" in asked.text
    assert "Nothing changes until" in office.get("ruben", place).text
