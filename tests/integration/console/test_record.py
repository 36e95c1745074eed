"""The pages of the record: decisions and questions."""

from __future__ import annotations

import csv
import io
import re

import pytest

from console_stage import ConsoleStage


def decision_id(lived: ConsoleStage, query: str) -> str:
    found = re.search(r"/console/decisions/(dec_\w+)", lived.get("carol", f"/console/decisions?{query}").text)
    assert found is not None
    return found[1]


def test_the_overview_says_what_waits_and_what_was_refused_last(lived: ConsoleStage) -> None:
    for who in ("olivia", "carol"):
        text = lived.get(who, "/console").text
        assert "The key “expired” ends in" in text
        assert "Latest refusals" in text
    text = lived.get("bob", "/console").text
    assert "Nothing waits for you" in text
    assert "Latest refusals" not in text


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("", 7),
        ("outcome=deny", 2),
        ("outcome=permit&act=enrol", 3),
        ("customer=ngo", 3),
        ("q=house.us-police", 1),
        ("q=nothing", 0),
        ("since=2026-07-01&until=2026-07-01", 7),
        ("since=2026-07-02", 0),
        ("since=never&act=nothing&outcome=x&page=x", 7),
    ],
)
def test_decisions_are_found_by_what_stands_in_the_address(
    lived: ConsoleStage, query: str, rows: int
) -> None:
    text = lived.get("rita", f"/console/decisions?{query}").text
    assert len(set(re.findall(r"/console/decisions/(dec_\w+)", text))) == rows
    if not rows:
        assert "Nothing matches" in text
    exported = lived.get("rita", f"/console/decisions?{query}&format=csv").text
    assert len(list(csv.reader(io.StringIO(exported)))) == rows + 1


def test_a_refusal_is_told_in_plain_words_with_rules_sources_and_what_would_change_it(
    lived: ConsoleStage,
) -> None:
    text = lived.get("carol", f"/console/decisions/{decision_id(lived, 'q=house.us-police')}").text
    for said in (
        "Searching for faces by or for police in the United States is refused until a national law",
        "A police department asked to search a gallery for a face for criminal investigation",
        "To re-open",
        "What would change it",
        "Two or more named officers have decided on record",
        "RCW 43.386",
        "identification:refused",
        "Check the proof in this browser",
        "Ask the same question with something changed",
    ):
        assert said in text


def test_a_permit_is_told_with_its_obligations_and_what_came_of_it(lived: ConsoleStage) -> None:
    text = lived.get("carol", f"/console/decisions/{decision_id(lived, 'act=identify&outcome=permit')}").text
    for said in (
        "Permitted: search a gallery",
        "until 2 trained examiners",
        "identification:held",
        "Conditions that were met",
    ):
        assert said in text


def test_a_decision_is_decided_again_to_the_byte(lived: ConsoleStage) -> None:
    answer = lived.post("carol", f"/console/decisions/{decision_id(lived, 'outcome=deny')}")
    assert "Decided again: every byte is the same" in answer.text


def test_the_question_of_the_first_meeting_is_answered_with_its_history(lived: ConsoleStage) -> None:
    text = lived.get("bob", "/console/ask").text
    for said in (
        "Refused",
        "Searching for faces by or for police in the United States is refused",
        "The same question from 2008 to 2028",
        "Microsoft does not sell facial recognition to police departments",
        "11 June 2020",
    ):
        assert said in text


QUESTIONS = [
    ("act=identify&kind=police&place=US&purpose=criminal_investigation&day=2019-01-01", "1 January 2019"),
    ("act=erase&kind=private&place=CH&purpose=media_archive&space=home&camera=file&consent=yes", "Permitted"),
    ("act=nothing&day=2020-13-01&kind=<b>", "Choose one of the list."),
    ("day=2020-13-01", "Write the day as year, month and day"),
    ("day=0001-01-01", "Choose a day after"),
    ("minor=yes&instrument=warrant&instrument=none&act=detect", "Documents on record (1)"),
    ("act=identify&kind=ngo&place=DE&purpose=media_archive&space=home&camera=file&consent=yes", "to come"),
]


@pytest.mark.parametrize(("query", "said"), QUESTIONS)
def test_a_question_is_read_from_the_address_and_what_is_no_word_of_a_list_is_named(
    lived: ConsoleStage, query: str, said: str
) -> None:
    answer = lived.get("bob", f"/console/ask?{query}")
    assert answer.status_code == 200
    assert said in answer.text
    assert "<b>" not in answer.text


def test_asking_puts_nothing_on_the_ledger(lived: ConsoleStage) -> None:
    before = len(lived.stage.events())
    lived.get("bob", "/console/ask?act=identify")
    assert len(lived.stage.events()) == before
