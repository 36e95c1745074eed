"""Questions and answers about an application at the console: by two sides, for two sides."""

from __future__ import annotations

import re

import pytest

from console_stage import ConsoleStage
from countenance.vetting.conversation import LONGEST


def anchor(text: str, field: str) -> bool:
    """Tell whether the summary of a page's problems leads to a field, which says so itself."""
    return (
        f'href="#{field}"' in text and re.search(rf'id="{field}"[^>]*aria-invalid="true"', text) is not None
    )


def test_a_reviewer_asks_the_customer_answers_and_the_overview_tells_both(console: ConsoleStage) -> None:
    place = f"/console/applications/{console.applied()}"
    assert "Nothing was asked yet" in console.get("ada", place).text
    asked = console.post("rita", f"{place}/messages", question="Who holds the <b>list</b> at night?")
    assert asked.headers["location"] == f"{place}?done=said"
    assert "1 question to answer" in console.get("ada", "/console").text
    assert "question to answer" not in console.get("rita", "/console").text
    page = console.get("ada", place).text
    assert "waits for you" in page
    assert "Who holds the &lt;b&gt;list&lt;/b&gt; at night?" in page
    assert "Rita" not in page
    assert console.people["rita"].member.id not in page
    console.post("ada", f"{place}/messages", answers="1", answer_1="The porter.")
    assert "question to answer" not in console.get("ada", "/console").text
    told = console.get("ruben", place).text
    assert "answered" in told
    assert "Rita" in told
    assert "Ada" in told
    console.post("ada", f"{place}/messages", question="When will you decide?")
    assert "1 question to answer" in console.get("ruben", "/console").text


def test_nobody_else_reads_or_writes_there(console: ConsoleStage) -> None:
    place = f"/console/applications/{console.applied()}"
    console.post("rita", f"{place}/messages", question="Who holds the list at night?")
    for who in ("carol", "olivia"):
        page = console.get(who, place).text
        assert "read by these two alone" in page
        assert "at night" not in page
        assert console.post(who, f"{place}/messages", question="And me?").status_code == 404
    assert console.post("bob", f"{place}/messages", question="And me?").status_code == 404
    assert (
        console.post(None, f"{place}/messages", question="And me?")
        .headers["location"]
        .startswith("/console/login")
    )
    assert len(console.service.vetting.converse.read(console.actor("rita"), place.rpartition("/")[2])) == 1  # type: ignore[arg-type]  # the text of an id


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"question": "   "}, "question"),
        ({"question": "a" * (LONGEST + 1)}, "question"),
        ({"answers": "1", "answer_1": ""}, "answer_1"),
    ],
)
def test_what_cannot_be_said_is_told_at_its_field(
    console: ConsoleStage, fields: dict[str, str], field: str
) -> None:
    place = f"/console/applications/{console.applied()}"
    console.post("rita", f"{place}/messages", question="Who looks?")
    answer = console.post("ada", f"{place}/messages", **fields)
    assert answer.status_code == 409
    assert anchor(answer.text, field)


@pytest.mark.parametrize("number", ["2", "0", "x", "99999", "-1"])
def test_an_answer_to_nothing_finds_nothing(console: ConsoleStage, number: str) -> None:
    place = f"/console/applications/{console.applied()}"
    console.post("rita", f"{place}/messages", question="Who looks?")
    fields = {"answers": number, f"answer_{number}": "Me."}
    assert console.post("ada", f"{place}/messages", **fields).status_code == 404


def test_before_it_was_sent_there_is_nobody_to_ask(console: ConsoleStage) -> None:
    begun = console.post("ada", "/console/applications", title="Staff door")
    place = begun.headers["location"].removesuffix("/edit")
    page = console.get("ada", place).text
    assert "as soon as you have sent the application" in page
    assert 'name="question"' not in page
    assert console.post("ada", f"{place}/messages", question="Hello?").status_code == 409
