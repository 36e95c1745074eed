from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from countenance.app.parts import Parts
from countenance.oversight.rules import OversightRules
from countenance.vetting.authority import LOCAL_ADMINISTRATOR
from countenance.vetting.keys import KeyRequest
from countenance.vetting.model import PersonId, Role
from fakes_engine import photograph
from integration.api.oversight_bodies import SHEET
from integration.cli.shell import Shell

WHY = ("--reasons", "Two examiners agree, each alone.")


@pytest.fixture
def bench(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """People with keys, two known faces, and a gallery of missing children."""
    quick = OversightRules(fillers=1, known_share=0, least_seconds=0)
    monkeypatch.setattr(Parts, "oversight_rules", quick)
    roles = {"eve": Role.EXAMINER, "bo": Role.EXAMINER, "rosa": Role.REVIEWER, "carl": Role.AUDITOR}
    held = dict(shell.stage.keys)
    for name, role in roles.items():
        request = KeyRequest(role=role, lease_id=None, label=name, person=PersonId(name))
        held[name] = shell.stage.countenance.issue_key(LOCAL_ADMINISTRATOR, request).text
    shell.stage.keys = held
    missing = [(name, photograph(name)) for name in ("lena", "mia")]
    shell.stage.furnish("nina", "missing", "missing_children", *missing)
    return shell


def authorise(shell: Shell, person: str) -> None:
    when = ("--trained", "2026-06-01T00:00:00Z", "--expires", "2027-01-01T00:00:00Z")
    shell.json("examine", "authorise", person, "--kind", "missing_children", "--training", "course 12", *when)


def judged(shell: Shell, who: str) -> None:
    """Take a list, look at the images, write the sheets, conclude."""
    folder = shell.folder / who
    taken = shell.json("examine", "next", "--to", str(folder), who=who)
    assert (folder / "probe.jpg").read_bytes().startswith(b"portrait: ")
    sheets = {}
    for place in taken["places"]:
        same = b"lena" in (folder / f"{place}.jpg").read_bytes()
        sheets[str(place)] = SHEET if same else {**SHEET, "verdict": "cannot_determine"}
    path = shell.image(json.dumps(sheets).encode(), f"{who}.json")
    told = shell.json("examine", "judge", taken["assignment_id"], "--sheets", path, who=who)
    assert told["judged"] == told["places"] == len(sheets)
    assert shell.json("examine", "conclude", taken["assignment_id"], who=who)["state"] == "concluded"


def test_two_examiners_at_the_terminal_make_a_lead(bench: Shell, tmp_path: Path) -> None:
    assert "kept as `known_" in bench.run("examine", "add-known", "v1", bench.image(photograph("v1"))).output
    assert [one["person"] for one in bench.json("examine", "known")["faces"]] == ["v1"]
    assert "Nobody may judge" in bench.run("examine", "examiners").output
    for name in ("eve", "bo"):
        authorise(bench, name)
    case = bench.json("identify", "missing", bench.image(photograph("lena", 2)), who="nina")["case_id"]
    assert "waiting" in bench.run("examine", "queue", who="eve").output
    judged(bench, "eve")
    judged(bench, "bo")
    assert (
        bench.run("examine", "next", "--to", str(tmp_path / "none"), who="eve").output == "Nothing waits.\n"
    )
    assert bench.json("cases", "list", "--state", "agreed")["cases"][0]["id"] == case
    assert bench.json("cases", "lead", case, who="nina", status=5)["error"]["code"] == "wrong_state"
    assert "is released" in bench.run("cases", "release", case, *WHY, who="rosa").output
    shown = bench.json("cases", "show", case, who="nina")
    assert (shown["state"], shown["lead"]) == ("released", True)
    paper = tmp_path / "lead.pdf"
    told = bench.run("cases", "lead", case, "--pdf", str(paper), who="nina")
    assert "Investigative lead only" in told.output
    assert paper.read_bytes().startswith(b"%PDF-")
    bundle = tmp_path / "bundle.zip"
    assert bench.run("cases", "disclose", case, "--to", str(bundle), who="carl").exit_code == 0
    with zipfile.ZipFile(bundle) as parts:
        assert "sheets.json" in parts.namelist()
    assert "missing" in bench.run("cases", "figures").output
    assert bench.json("cases", "appeal", case, *WHY, who="nina")["state"] == "released"
    told = bench.json("cases", "judge-appeal", case, "--dismiss", *WHY, who="ruth")
    assert told["state"] == "released"
    assert bench.json("cases", "tend") == {"ended": 0}


def test_sheets_are_read_strictly(bench: Shell) -> None:
    authorise(bench, "eve")
    bench.json("identify", "missing", bench.image(photograph("lena", 2)), who="nina")
    taken = bench.json("examine", "next", "--to", str(bench.folder / "eve"), who="eve")["assignment_id"]
    for content in (
        "[]",
        "{",
        '{"one": {}}',
        '{"1": {"verdict": 1}}',
        json.dumps({"1": {**SHEET, "verdict": True}}),
    ):
        path = bench.image(content.encode(), "sheets.json")
        assert bench.run("examine", "judge", taken, "--sheets", path, who="eve").exit_code == 2
    told = bench.run("examine", "return", taken, "--reason", "knows_a_person", who="eve")
    assert told.output == f"list `{taken}` is returned\n"


def test_a_case_can_be_taken_back_and_a_conflict_declared(bench: Shell) -> None:
    case = bench.json("identify", "missing", bench.image(photograph("lena", 2)), who="nina")["case_id"]
    assert "judges no case of `ngo`" in bench.run("examine", "conflict", "eve", "ngo").output
    assert bench.run("cases", "withdraw", case, "--yes", who="nina").output == f"case `{case}` is withdrawn\n"
    assert (
        bench.json("cases", "withdraw", case, "--yes", who="nina", status=5)["error"]["code"] == "wrong_state"
    )
