"""`countenance policy`, as a script and as people meet it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from countenance.entrypoints.cli.policy import app
from countenance.entrypoints.cli.policy_words import checked_words
from countenance.errors import InvalidInputError, NaiveDateTimeError
from countenance.policy.instruments import Instrument
from countenance.policy.model import Act, Camera, CustomerKind, ObligationKind, Purpose, Space
from countenance.policy.register import shipped_register

POLICE = ("--customer-kind", "police", "--country", "US", "--act", "identify")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments), env={"COLUMNS": "200"})


def answer(*arguments: str) -> dict[str, Any]:
    result = run("explain", *arguments, "--json")
    assert result.exit_code == 0, result.output
    document: dict[str, Any] = json.loads(result.stdout)
    return document


def ids(document: dict[str, Any]) -> set[str]:
    return {reason["id"] for reason in document["reasons"]}


def test_the_answer_has_the_documented_shape() -> None:
    document = answer(*POLICE, "--on", "2020-06-11")
    assert set(document) == {"decision", "reasons", "conditions", "obligations", "digests"}
    assert document["decision"] == "deny"
    assert document["obligations"] == []
    microsoft = next(reason for reason in document["reasons"] if reason["id"] == "vendor.microsoft.2020")
    assert microsoft["pack"] == "microsoft-2020@announced"
    assert microsoft["from"] == "2020-06-11"
    assert microsoft["until"] is None
    assert microsoft["reopens"]
    assert microsoft["source"]
    assert {"id", "text", "met"} == set(document["conditions"][0])


def test_without_a_pack_the_house_microsoft_amazon_and_the_laws_are_asked() -> None:
    document = answer(*POLICE, "--on", "2020-06-11")
    asked = {"house", "microsoft-2020", "amazon-2020", "laws", "gate", "schema"}
    assert set(document["digests"]) == asked
    assert {"house.us-police", "vendor.microsoft.2020", "vendor.amazon.2020"} <= ids(document)


@pytest.mark.parametrize(
    ("arguments", "asked"),
    [
        (("--pack", "amazon-2020"), {"amazon-2020"}),
        (("--pack", "amazon-2020@announced", "--pack", "ibm-2020"), {"amazon-2020@announced", "ibm-2020"}),
        (("--laws", "on"), {"laws"}),
        (("--pack", "house", "--laws", "on"), {"house", "laws"}),
        (("--laws", "off"), {"house", "microsoft-2020", "amazon-2020"}),
        (("--pack", "house", "--laws", "off"), {"house"}),
    ],
)
def test_each_source_can_be_asked_by_itself(arguments: tuple[str, ...], asked: set[str]) -> None:
    document = answer(*POLICE, "--on", "2021-01-01", *arguments)
    assert set(document["digests"]) - {"gate", "schema"} == asked


def test_the_day_decides_and_both_answers_end_with_status_0() -> None:
    vendors = ("--pack", "microsoft-2020", "--pack", "amazon-2020")
    before = answer(*POLICE, "--on", "2020-06-09", *vendors)
    assert before["decision"] == "permit"
    assert {"id": "lease", "text": "an approved lease must cover this act", "met": False} in before[
        "conditions"
    ]
    assert ids(answer(*POLICE, "--on", "2020-06-10", *vendors)) == {"vendor.amazon.2020"}


def test_a_moment_carries_its_zone_and_the_local_day_decides() -> None:
    laws = ("--customer-kind", "police", "--jurisdiction", "US-CA", "--camera", "body_worn", "--laws", "on")
    identify = (*laws, "--act", "identify")
    assert answer(*identify, "--on", "2019-12-31T23:59:00-08:00")["decision"] == "permit"
    assert ids(answer(*identify, "--on", "2020-01-01T00:00:00-08:00")) == {"us-ca-ab1215"}


def test_a_moment_without_zone_is_refused() -> None:
    result = run("explain", *POLICE, "--on", "2020-06-11T12:00:00", "--json")
    assert isinstance(result.exception, NaiveDateTimeError)


@pytest.mark.parametrize(
    "arguments",
    [
        ("--on", "2020-02-30"),
        ("--on", "yesterday"),
        ("--jurisdiction", "California"),
        ("--country", "USA"),
        ("--pack", "nobody-2020"),
        ("--pack", "amazon-2020@draft"),
        ("--instrument", "federal_law_in_force"),
    ],
)
def test_a_value_that_means_nothing_is_said_to_mean_nothing(arguments: tuple[str, ...]) -> None:
    result = run("explain", *POLICE, *arguments)
    assert isinstance(result.exception, InvalidInputError)


@pytest.mark.parametrize(
    "arguments", [("--act", "kill"), ("--consent", "perhaps"), ("--laws", "some"), ("--purpose", "general")]
)
def test_a_word_outside_the_closed_lists_is_no_word(arguments: tuple[str, ...]) -> None:
    assert run("explain", *POLICE, *arguments).exit_code == 2


def test_an_act_is_the_one_thing_that_must_be_said() -> None:
    assert run("explain", "--json").exit_code == 2
    assert answer("--act", "identify")["decision"] == "deny"


def test_consent_instruments_minors_and_scraping_can_be_told() -> None:
    employer = ("--customer-kind", "employer", "--jurisdiction", "US-IL", "--act", "enrol", "--laws", "on")
    assert ids(answer(*employer, "--consent", "no")) == {"us-il-bipa"}
    assert answer(*employer, "--consent", "yes")["decision"] == "permit"
    papers = ("written_notice_of_collection", "written_notice_of_purpose_and_term", "written_release")
    assert (
        answer(*employer, *(part for name in papers for part in ("--instrument", name)))["decision"]
        == "permit"
    )
    union = ("--country", "DE", "--act", "enrol", "--consent", "yes", "--laws", "on", "--on", "2025-02-02")
    assert answer(*union)["decision"] == "permit"
    assert ids(answer(*union, "--scraped")) == {"eu-aia-5-1-e"}
    minor = ("--country", "DE", "--act", "enrol", "--purpose", "access_control", "--space", "controlled")
    complete = (
        *minor,
        "--camera",
        "fixed",
        "--customer-kind",
        "private",
        "--consent",
        "yes",
        "--pack",
        "house",
    )
    assert answer(*complete)["decision"] == "permit"
    assert ids(answer(*complete, "--minor")) == {"house.minors"}


def test_acting_for_the_police_is_asked_like_the_police() -> None:
    vendor = ("--customer-kind", "vendor", "--country", "US", "--act", "identify", "--pack", "microsoft-2020")
    assert answer(*vendor, "--on", "2021-01-01")["decision"] == "permit"
    assert "vendor.microsoft.2020" in ids(answer(*vendor, "--on", "2021-01-01", "--acts-for", "police"))


def test_people_read_the_refusal_its_dates_and_its_re_opening() -> None:
    result = run("explain", *POLICE, "--on", "2020-06-11", "--pack", "microsoft-2020@announced")
    assert result.exit_code == 0
    text = " ".join(result.stdout.split())
    assert text.startswith("Refused. Asked for 11 June 2020.")
    assert "governs it (since 11 June 2020)." in text
    assert "to re-open A national law grounded in human rights must be in place" in text
    assert "[ ] an approved lease must cover this act" in text


def test_people_read_what_a_permit_asks_of_them() -> None:
    result = run("explain", *POLICE, "--on", "2020-06-09", "--pack", "amazon-2020")
    text = " ".join(result.stdout.split())
    assert text.startswith("Permitted, if the conditions below are met.")
    assert "held until 2 examiners have judged it" in text
    assert "None" not in text


def test_the_vocabulary_is_made_from_the_closed_lists() -> None:
    document = json.loads(run("vocabulary", "--json").stdout)
    lists = {
        "kinds": CustomerKind,
        "acts": Act,
        "purposes": Purpose,
        "spaces": Space,
        "cameras": Camera,
        "obligations": ObligationKind,
        "instruments": Instrument,
    }
    assert document == {name: [word.value for word in words] for name, words in lists.items()}
    assert "public_accommodation" in run("vocabulary").stdout


def test_the_packs_are_listed_with_their_versions_and_rules() -> None:
    packs = {pack["name"]: pack for pack in json.loads(run("packs", "--json").stdout)["packs"]}
    assert {"house", "microsoft-2020", "amazon-2020", "ibm-2020"} <= packs.keys()
    assert packs["amazon-2020"]["versions"] == ["announced", "binding"]
    assert "vendor.ibm.2020" in {rule["id"] for rule in packs["ibm-2020"]["rules"]}
    assert "amazon-2020@binding" in run("packs").stdout


def test_the_laws_are_listed_by_place_and_day_and_as_cedar() -> None:
    everything = json.loads(run("laws", "--json").stdout)
    assert len(everything["laws"]) == 34
    california = run("laws", "--jurisdiction", "US-CA-SF", "--on", "2022-01-01", "--json")
    assert {law["id"] for law in json.loads(california.stdout)["laws"]} == {"us-ca-sf", "us-ca-ab1215"}
    later = run("laws", "--jurisdiction", "US-CA", "--on", "2023-01-01")
    assert "No law of the register" in later.stdout
    cedar = run("laws", "--jurisdiction", "US-CA", "--cedar").stdout
    assert '@id("us-ca-ab1215/1")' in cedar
    assert "us-s4084" not in run("laws", "--cedar").stdout
    assert "Portland City Code" in run("laws").stdout


def test_a_pack_of_ones_own_is_checked_line_by_line(tmp_path: Path) -> None:
    good = tmp_path / "own.cedar"
    good.write_text(
        '@id("own") @text("t") @source("s") @reopens("r")\nforbid (principal, action, resource);\n',
        encoding="utf-8",
    )
    result = run("check", str(good), "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["ok"] is True
    assert "1 rules, all valid" in run("check", str(good)).stdout
    assert ids(answer(*POLICE, "--pack", str(good))) == {"own"}
    bad = tmp_path / "bad.cedar"
    bad.write_text(
        f"// first\n{good.read_text(encoding='utf-8').replace('forbid', 'permit')}", encoding="utf-8"
    )
    result = run("check", str(bad), "--json")
    assert result.exit_code == 6
    fault = json.loads(result.stdout)["faults"][0]
    assert fault == {
        "code": "wrong_effect",
        "line": 2,
        "rule": "own",
        "detail": "a prohibition must be a forbid",
    }
    assert "line 2: a prohibition must be a forbid [wrong_effect]" in run("check", str(bad)).stdout


@pytest.mark.parametrize(
    ("verified", "said"),
    [
        (None, "no check against the source on record"),
        (date(2025, 11, 21), "not since 21 November 2025"),
        (date(2025, 11, 22), "22 November 2025"),
    ],
)
def test_a_law_says_when_it_was_checked_and_warns_where_that_is_long_ago(
    verified: date | None, said: str
) -> None:
    law = replace(shipped_register().laws[0], verified_on=verified)
    assert checked_words(law, date(2026, 11, 22)).startswith(said)
    assert ("stricter reading" in checked_words(law, date(2026, 11, 22))) is (said != "22 November 2025")
