"""Withdrawing, receipts, rehearsals and their verification at the command line."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from fakes_engine import photograph
from integration.cli.shell import Shell

DAVE, ERIN = photograph("dave", 1), photograph("erin", 1)
CHECKER = Path(__file__).resolve().parents[2] / "receipt_checker.py"


@pytest.fixture
def erased(shell: Shell) -> str:
    """Dave has withdrawn; the id of his erasure."""
    shell.furnish(("dave", DAVE), ("erin", ERIN))
    ended = shell.json("erasure", "withdraw", "staff", "dave", "--yes", who="alice")
    assert (ended["references"], ended["completed"]) == (1, True)
    return str(ended["erasure_id"])


def test_a_receipt_is_written_and_checked_by_two_programs_without_an_installation(
    shell: Shell, erased: str, tmp_path: Path
) -> None:
    path = tmp_path / "receipt.json"
    assert shell.run("erasure", "receipt", erased, "--to", str(path), who="alice").exit_code == 0
    vkey = json.loads(path.read_text())["receipt"]["signer"]
    found = shell.json("erasure", "verify", str(path), "--vkey", vkey)
    assert (found["ok"], found["erasure"], found["references"]) == (True, erased, 1)
    said = shell.run("erasure", "verify", str(path))
    assert "took 1 reference out" in said.stdout
    assert "--vkey" in said.stderr
    command = [sys.executable, str(CHECKER), str(path), vkey]
    alone = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)  # noqa: S603  spelled out
    assert (alone.returncode, alone.stdout) == (0, "holds\n")
    forged = path.read_text().replace('"count": null', '"count": 7', 1)
    path.write_text(forged)
    told = shell.json("erasure", "verify", str(path), status=1)
    assert [fault["fault"] for fault in told["faults"]] == ["another_text"]
    assert "another_text" in shell.run("erasure", "verify", str(path)).stderr
    alone = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)  # noqa: S603  as above
    assert alone.returncode == 1


def test_a_receipt_can_be_printed_and_is_never_written_over(
    shell: Shell, erased: str, tmp_path: Path
) -> None:
    path = tmp_path / "receipt.pdf"
    assert shell.run("erasure", "receipt", erased, "--to", str(path), who="alice").exit_code == 0
    content = path.read_bytes()
    assert content.startswith(b"%PDF-")
    assert b"dave" not in content
    again = shell.run("erasure", "receipt", erased, "--to", str(path), who="alice")
    assert again.exit_code == 5, "there is a file already"
    shown = json.loads(shell.run("erasure", "receipt", erased, who="alice").stdout)
    assert shown["receipt"]["erasure"] == erased


def test_erasures_and_manifests_are_shown_to_whom_they_concern(shell: Shell, erased: str) -> None:
    (listed,) = shell.json("erasure", "list", "staff", who="alice")
    assert (listed["erasure_id"], listed["cause"]) == (erased, "consent_withdrawn")
    assert erased in shell.run("erasure", "list", "staff").stdout, "who sits at the machine sees all"
    shown = shell.json("erasure", "manifest", "staff", "--check", who="alice")
    assert (shown["references"], shown["checked"]) == (1, True)
    assert "the same" in shell.run("erasure", "manifest", "staff", "--check").stdout
    for command in (("list", "staff"), ("manifest", "staff"), ("receipt", erased)):
        assert shell.run("erasure", *command, who="mallory").exit_code == 5


def test_a_manifest_that_is_not_that_of_the_references_is_told(shell: Shell, erased: str) -> None:
    assert erased
    with shell.stage.parts.database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE manifest_tiles SET content = x''")
    shown = shell.json("erasure", "manifest", "staff", "--check", status=1, who="alice")
    assert (shown["references"], shown["checked"]) == (0, False)


def test_an_erasure_is_rehearsed_in_every_gallery_or_in_those_named(shell: Shell) -> None:
    assert shell.json("erasure", "drill") == []
    assert "no gallery" in shell.run("erasure", "drill").stdout
    shell.furnish(("dave", DAVE))
    (result,) = shell.json("erasure", "drill")
    assert (result["gallery_id"], result["result"], result["faults"]) == ("staff", "passed", [])
    assert "passed" in shell.run("erasure", "drill", "staff").stdout
    assert shell.json("erasure", "drill", "nowhere", status=5)["error"]["code"] == "not_found"
    assert shell.types()[-2:] == ["erasure:completed", "erasure_drill:passed"]


def test_a_rehearsal_that_fails_ends_with_1(shell: Shell) -> None:
    shell.furnish(("dave", DAVE))
    with shell.stage.parts.database.engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER stay AFTER DELETE ON reference_templates BEGIN"
            " SELECT RAISE(ABORT, 'a broken disk'); END"
        )
    (result,) = shell.json("erasure", "drill", "staff", status=1)
    assert (result["result"], result["faults"]) == ("failed", ["ended_with_an_error"])
    assert result["incident_id"].startswith("inc_")
    enrolled = shell.run("enrol", "staff", "dave", shell.image(photograph("dave", 2)), who="alice")
    assert enrolled.exit_code == 3


def test_what_a_backup_has_undone_is_done_again_from_a_journal_kept_elsewhere(
    shell: Shell, erased: str, tmp_path: Path
) -> None:
    assert erased
    assert shell.json("erasure", "reapply", status=6)["error"]["code"] == "configuration"
    shell.erasure_journal = tmp_path / "own.journal"
    assert "knows everything" in shell.run("erasure", "reapply").stdout
    leaf = json.dumps(
        {"type": "subject:erased", "gallery": "staff", "subject": "ab" * 32, "cause": "operator"}
    )
    (tmp_path / "kept.journal").write_text(json.dumps({"entry": 9_999, "leaf": leaf}) + "\n")
    done = shell.json("erasure", "reapply", "--journal", str(tmp_path / "kept.journal"))
    assert done == {"undone": 1, "withdrawn": 0, "erased": 0, "held": 0}
    assert shell.types()[-2:] == ["erasures:reapplied", "incident:opened"]
    said = shell.run("erasure", "reapply", "--journal", str(tmp_path / "kept.journal")).stdout
    assert "entries that the database had lost" in said
