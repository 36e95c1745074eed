"""Notices, consent, receipts and retention at the command line."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

import receipt_verifier
from countenance.app import Countenance
from fakes_engine import photograph
from integration.api.stage import SIGNER, START, Stage
from integration.cli.shell import Shell

PARTS = ("title", "who", "what", "purpose", "term", "retention", "withdrawal", "alternative", "contacts")
TEXT = "".join(f'{part} = "The {part} of it."\n' for part in PARTS)
NOTICE = f"""
id = "doors"
gallery_id = "staff"
purposes = ["identity_verification"]
jurisdictions = ["CH"]
storage = ["Zürich"]
withdraw_at = "the desk"
retention_days = 100
retention_from = "capture"
consent_days = 50

[controller]
name = "A bank"
address = "Street 1"
contact = "privacy desk"

[[texts]]
language = "en"
{TEXT}
"""


class Terminal(Shell):
    """A terminal on whose machine the time is the stage's."""

    def open(self) -> Countenance:
        opened = super().open()
        opened.parts.clock = self.stage.parts.clock
        return opened


@pytest.fixture
def bank(stage: Stage, tmp_path: Path) -> Shell:
    """alice's gallery, and a notice that was published a minute ago."""
    shell = Terminal(stage, tmp_path)
    shell.furnish()
    told = shell.json("notice", "publish", notice_file(shell), who="alice")
    assert (told["name"], told["version"], told["entry"]) == ("doors/1", 1, len(shell.types()) - 1)
    shell.stage.parts.clock.advance(timedelta(minutes=1))
    return shell


def notice_file(shell: Shell, text: str = NOTICE, name: str = "notice.toml") -> str:
    path = shell.folder / name
    path.write_text(text, "utf-8")
    return str(path)


def agreed(shell: Shell, *more: str, status: int = 0) -> dict[str, object]:
    shown = shell.stage.parts.clock().isoformat()
    told: dict[str, object] = shell.json(
        "consent", "give", "staff", "dave", "--notice", "doors/1", "--method", "screen_form",
        "--language", "en", "--purpose", "identity_verification", "--shown", shown, *more,
        who="alice", status=status,
    )  # fmt: skip
    return told


def test_what_a_notice_lacks_is_told_before_it_is_published(shell: Shell) -> None:
    file = notice_file(shell, NOTICE.replace('who = "The who of it."', 'who = ""'))
    told = shell.json("notice", "check", file, status=2)
    assert told == {"complete": False, "faults": ["en.who:missing"]}
    assert "en.who:missing" in shell.run("notice", "check", file).stdout
    assert shell.json("notice", "check", notice_file(shell))["complete"]
    least = NOTICE.replace('gallery_id = "staff"\n', "").replace("consent_days = 50\n", "")
    assert shell.json("notice", "check", notice_file(shell, least))["complete"]


def test_notices_are_listed_shown_and_written_to_new_files(bank: Shell) -> None:
    (listed,) = bank.json("notice", "list", who="alice")["notices"]
    assert bank.json("notice", "show", "doors", who="alice") == listed
    assert bank.json("notice", "show", "doors/1", who="alice") == listed
    out = bank.folder / "notice.pdf"
    bank.json("notice", "render", "doors", "--out", str(out), who="alice")
    assert out.read_bytes()[:5] == b"%PDF-"
    again = bank.run("notice", "render", "doors", "--out", str(out), who="alice")
    assert again.exit_code == 5
    code = bank.run("notice", "render", "doors", "--form", "svg", "--out", str(out) + ".svg", who="alice")
    assert "no public origin" in code.stderr
    assert bank.run("notice", "show", "nothing", who="mallory").exit_code == 5


def test_consent_is_captured_checked_and_given_a_receipt_that_another_program_checks(bank: Shell) -> None:
    missing = bank.json("consent", "check", "staff", "dave", who="alice", status=3)
    assert (missing["permitted"], missing["missing"]) == (False, ["consent"])
    given = agreed(bank)
    assert given["expires"] == (bank.stage.parts.clock() + timedelta(days=50)).isoformat()
    assert bank.json("consent", "check", "staff", "dave", who="alice")["permitted"]
    paper, proof = bank.folder / "receipt.pdf", bank.folder / "consent.tlog-proof"
    told = bank.json(
        "consent", "receipt", "staff", "dave", "--pdf", str(paper), "--proof", str(proof), who="alice"
    )
    assert receipt_verifier.verify(told, str(SIGNER.vkey)) == given["record_id"]
    assert paper.read_bytes()[:5] == b"%PDF-"
    assert proof.read_text() == told["countenance:proof"]["tlog_proof"]


def test_everything_that_an_agreement_lacks_is_told_at_once(bank: Shell) -> None:
    told = agreed(
        bank, "--minor", "--release-by", "Dave", "--release-signed", "2020-01-01T00:00:00Z", status=2
    )
    reasons = told["error"]["reasons"]  # type: ignore[index]  # an error's document
    assert set(reasons) == {
        "guardian_consent",
        "signature",
        "statements_before_signature",
        "release_in_notice",
    }
    half = bank.run(
        "consent", "give", "staff", "dave", "--notice", "x", "--method", "y", "--language", "en", who="alice"
    )
    assert "given together" in half.stderr


def test_deadlines_are_shown_and_what_is_due_is_destroyed_but_for_what_is_held(bank: Shell) -> None:
    agreed(bank)
    bank.json("enrol", "staff", "dave", bank.image(photograph("dave")), who="alice")
    bank.json("retention", "contact", "staff", "dave", who="alice")
    (due,) = bank.json("retention", "due", "staff", who="alice")["subjects"]
    assert (due["deadline"]["source"], due["deadline"]["rule"]) == ("consent", "doors/1")
    soon = (START + timedelta(days=1)).isoformat()
    assert bank.json("retention", "due", "staff", "--before", soon)["subjects"] == []
    until = (START + timedelta(days=300)).isoformat()
    held = bank.json(
        "retention",
        "hold",
        "staff",
        "--reason",
        "regulator",
        "--matter",
        "Case 7",
        "--until",
        until,
        who="alice",
    )
    bank.stage.parts.clock.set(START + timedelta(days=60))
    assert bank.json("retention", "run", "--yes") == {"destroyed": 0, "held": 1, "busy": 0}
    assert bank.json("retention", "release", "staff", held["hold_id"], who="alice", status=3)["error"][
        "code"
    ] == ("separation_of_duties")
    assert bank.json("retention", "release", "staff", held["hold_id"])["released_by"] == "local"
    (listed,) = bank.json("retention", "holds", "staff", who="alice")["holds"]
    assert listed["released"] is not None
    assert bank.json("retention", "run", "--yes") == {"destroyed": 1, "held": 0, "busy": 0}
    assert "Case 7" not in json.dumps(bank.stage.events())


def test_the_end_of_a_purpose_is_recorded(bank: Shell) -> None:
    agreed(bank)
    bank.json("enrol", "staff", "dave", bank.image(photograph("dave")), who="alice")
    told = bank.json("retention", "satisfied", "staff", "dave", who="alice")
    assert told["purpose_satisfied"] == bank.stage.parts.clock().isoformat()
    assert "last contact" in bank.run("retention", "contact", "staff", "dave", who="alice").stdout


def test_nothing_is_destroyed_where_nobody_can_be_asked(bank: Shell) -> None:
    assert bank.run("retention", "run").exit_code == 2


def test_the_words_for_people_name_what_happened(bank: Shell, tmp_path: Path) -> None:
    agreed(bank)
    bank.json("enrol", "staff", "dave", bank.image(photograph("dave")), who="alice")
    assert "consent: doors/1" in bank.run("retention", "due", "staff", who="alice").stdout
    assert "nothing is missing" in bank.run("consent", "check", "staff", "dave", who="alice").stdout
    assert (
        "written"
        in bank.run(
            "consent", "receipt", "staff", "dave", "--pdf", str(tmp_path / "r.pdf"), who="alice"
        ).stdout
    )
    assert "50 days" in bank.run("notice", "show", "doors", who="alice").stdout
