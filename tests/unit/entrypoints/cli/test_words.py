"""Numbers in words, and text that fits a terminal."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from countenance.biometrics.model import ErrorRate
from countenance.entrypoints.cli.folders import images_of, people_of
from countenance.entrypoints.cli.moments import read_moment
from countenance.entrypoints.cli.output import Output
from countenance.entrypoints.cli.wording import counted, error_rate
from countenance.entrypoints.pages.rates import one_in
from countenance.errors import InvalidInputError, NaiveDateTimeError


@pytest.mark.parametrize(
    ("rate", "words"),
    [
        (0.0, "none"),
        (1.0, "1 in 1"),
        (0.4, "1 in 2.5"),
        (0.1, "1 in 10"),
        (0.0178, "1 in 56"),
        (0.000101, "1 in 9,900"),
        (1e-6, "1 in 1,000,000"),
        (7.3e-9, "1 in 140,000,000"),
    ],
)
def test_a_rate_is_said_as_people_compare_them(rate: float, words: str) -> None:
    assert one_in(rate) == words


def test_a_rate_never_stands_without_its_interval_and_trials() -> None:
    told = error_rate(ErrorRate(rate=0.001, lower=0.0, upper=0.002, trials=12_345))
    assert told == "1 in 1,000 (95 % interval none to 1 in 500; 12,345 trials)"


def test_things_are_counted() -> None:
    assert [counted(number, "face") for number in (0, 1, 2)] == ["no faces", "1 face", "2 faces"]


def test_a_moment_carries_its_zone() -> None:
    assert read_moment("2027-01-31T12:00:00Z") == datetime(2027, 1, 31, 12, tzinfo=UTC)
    assert read_moment("2027-01-31T12:00:00+02:00").utcoffset() == timedelta(hours=2)
    with pytest.raises(NaiveDateTimeError):
        read_moment("2027-01-31")
    with pytest.raises(InvalidInputError):
        read_moment("soon")


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal of forty columns."""
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("TERM", "dumb")


@pytest.mark.usefixtures("narrow")
def test_values_are_wrapped_beside_their_labels(capsys: pytest.CaptureFixture[str]) -> None:
    Output().facts([("rule", "house.us-police"), ("to re-open", "a law must be in place, and two officers")])
    assert capsys.readouterr().out.splitlines() == [
        "rule        house.us-police",
        "to re-open  a law must be in place, and",
        "            two officers",
    ]


@pytest.mark.usefixtures("narrow")
def test_sentences_are_wrapped_and_addresses_stay_whole(capsys: pytest.CaptureFixture[str]) -> None:
    address = "https://example.org/a/long/way/that/does/not/fit/here"
    Output().say(f"The server is up on {address} now, until somebody ends it.\n\nSo.", indent=2)
    lines = capsys.readouterr().out.splitlines()
    assert lines == [
        "  The server is up on",
        f"  {address}",
        "  now, until somebody ends it.",
        "",
        "  So.",
    ]


def test_what_looks_like_markup_is_printed_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    Output().say("[bold]not bold[/bold] :smile: {x}")
    Output().table(("id",), [("[red]x[/red]",)])
    shown = capsys.readouterr().out
    assert "[bold]not bold[/bold] :smile: {x}" in shown
    assert "[red]x[/red]" in shown


def test_numbers_that_json_does_not_have_are_a_fault() -> None:
    with pytest.raises(ValueError, match="JSON"):
        Output().document({"score": float("nan")})


def test_a_document_keeps_letters_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    Output().document({"name": "Zoë"})
    text = capsys.readouterr().out
    assert "Zoë" in text
    assert json.loads(text) == {"name": "Zoë"}


def test_nothing_but_the_block_happens_where_nobody_watches(capsys: pytest.CaptureFixture[str]) -> None:
    with Output().progress("looking", 3) as advance, Output().waiting("a moment"):
        advance()
    assert capsys.readouterr() == ("", "")


def test_people_are_folders_or_files(tmp_path: Path) -> None:
    for name in ("ann.jpg", "ben/1.JPEG", "ben/more/2.png", "readme.txt", ".hidden"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    assert list(images_of(tmp_path)) == ["ann.jpg", "ben/1.JPEG", "ben/more/2.png"]
    assert {name: list(images) for name, images in people_of(tmp_path).items()} == {
        "ann": ["ann.jpg"],
        "ben": ["ben/1.JPEG", "ben/more/2.png"],
    }


def test_a_folder_without_images_is_told(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").touch()
    with pytest.raises(InvalidInputError, match="no image"):
        images_of(tmp_path)
    with pytest.raises(InvalidInputError):
        images_of(tmp_path / "nowhere")
