from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from countenance.ledger.note import Signer
from fakes_engine import photograph
from integration.cli.shell import Shell


@pytest.fixture
def exported(shell: Shell) -> Path:
    """The log of an installation where something has happened, as a folder."""
    shell.furnish(("dave", photograph("dave")))
    folder = shell.folder / "log"
    assert shell.run("ledger", "export", str(folder)).exit_code == 0
    return folder


def key_of(folder: Path) -> str:
    return (folder / "key.pub").read_text().strip()


def harmed(folder: Path) -> Path:
    """A copy with one byte of its first entry changed."""
    copy = shutil.copytree(folder, folder.with_name("harmed"))
    (bundle,) = [path for path in (copy / "tile" / "entries").rglob("*") if path.is_file()]
    content = bytearray(bundle.read_bytes())
    content[10] ^= 1
    bundle.write_bytes(content)
    return copy


def test_an_export_verifies_on_a_machine_that_knows_nothing(shell: Shell, exported: Path) -> None:
    shell.stage.parts.close()
    shell.open = None  # type: ignore[assignment, method-assign]  # whoever verifies has no installation
    found = shell.json("ledger", "verify", str(exported))
    assert (found["ok"], found["faults"], found["incomplete"]) == (True, [], [])
    assert found == shell.json("ledger", "verify", str(exported), "--vkey", key_of(exported))
    text = shell.run("ledger", "verify", str(exported))
    assert text.exit_code == 0
    assert f"verified: {found['size']} entries" in text.stdout
    assert found["root"] in text.stdout
    assert "--vkey" in text.stderr


def test_the_export_tells_what_it_wrote_and_can_be_brought_up_to_date(shell: Shell, exported: Path) -> None:
    before = shell.json("ledger", "verify", str(exported))
    shell.run("galleries", "show", "nowhere", who="alice")
    told = shell.json("ledger", "export", str(exported))
    assert told["size"] > before["size"]
    assert told["vkey"] == key_of(exported)
    after = shell.json("ledger", "verify", str(exported), "--vkey", told["vkey"])
    assert (after["ok"], after["size"], after["root"]) == (True, told["size"], told["root"])


def test_one_changed_byte_fails_with_status_1_and_says_where(shell: Shell, exported: Path) -> None:
    found = shell.json("ledger", "verify", str(harmed(exported)), status=1)
    assert found["ok"] is False
    (fault,) = found["faults"]
    assert fault["code"] == "entry_hash"
    assert fault["where"].startswith("tile/entries/000")
    assert fault["index"] == 0
    text = shell.run("ledger", "verify", str(exported.with_name("harmed")))
    assert text.exit_code == 1
    assert "NOT verified: 1 fault" in text.stdout
    assert f"{fault['where']}, entry 0: " in text.stdout


def test_a_log_of_another_key_is_not_verified(shell: Shell, exported: Path) -> None:
    other = str(Signer("localhost/stage", bytes(32)).vkey)
    found = shell.json("ledger", "verify", str(exported), "--vkey", other, status=1)
    assert {fault["code"] for fault in found["faults"]} == {"key_differs", "checkpoint_signature"}


def test_a_log_cut_shorter_than_it_was_seen_is_not_verified(shell: Shell, exported: Path) -> None:
    shell.run("galleries", "show", "nowhere", who="alice")
    kept = shell.folder / "kept"
    kept.write_text(shell.run("ledger", "checkpoint").stdout)
    found = shell.json("ledger", "verify", str(exported), "--seen", str(kept), status=1)
    assert [fault["code"] for fault in found["faults"]] == ["rolled_back"]
    shell.run("ledger", "export", str(exported))
    assert shell.json("ledger", "verify", str(exported), "--seen", str(kept))["ok"] is True


@pytest.mark.parametrize("name", ["nowhere", "a-file", "an-empty-folder"])
def test_what_is_no_export_fails_with_status_1(shell: Shell, name: str) -> None:
    (shell.folder / "a-file").write_text("x")
    (shell.folder / "an-empty-folder").mkdir()
    found = shell.json("ledger", "verify", str(shell.folder / name), status=1)
    assert found["ok"] is False
    assert found["faults"]


def test_a_key_that_cannot_be_read_is_a_matter_of_usage(shell: Shell, exported: Path) -> None:
    found = shell.json("ledger", "verify", str(exported), "--vkey", "nonsense", status=2)
    assert found["error"]["code"] == "invalid_input"


def test_a_checkpoint_is_printed_as_it_was_signed(shell: Shell, exported: Path) -> None:
    note = shell.run("ledger", "checkpoint").stdout
    assert note == (exported / "checkpoint").read_text()
    told = shell.json("ledger", "checkpoint")
    assert told["note"] == note
    assert f"{told['origin']}\n{told['size']}\n" in note


def test_an_entry_is_shown_in_words_in_json_and_in_its_exact_bytes(shell: Shell, exported: Path) -> None:
    assert exported.is_dir()
    raw = shell.run("ledger", "show", "1", "--raw").stdout
    document = json.loads(raw)
    assert shell.json("ledger", "show", "1") == {"index": 1, "entry": document}
    text = shell.run("ledger", "show", "1").stdout
    assert f"entry 1: {document['type']}" in text
    assert document["t"] in text
    assert shell.json("ledger", "show", "9999", status=5)["error"]["code"] == "not_found"
    assert shell.json("ledger", "show", "1" + "0" * 30, status=5)["error"]["code"] == "not_found"


def test_an_entry_is_proved_offline_to_whoever_it_is_about(shell: Shell, exported: Path) -> None:
    proof, entry = shell.folder / "entry.tlog-proof", shell.folder / "entry.json"
    key = key_of(exported)
    assert shell.run("ledger", "proof", "2", "--output", str(proof)).exit_code == 0
    assert shell.run("ledger", "proof", "2").stdout == proof.read_text()
    entry.write_text(shell.run("ledger", "show", "2", "--raw").stdout)
    checked = ("ledger", "check", str(proof), str(entry), "--vkey", key)
    assert shell.json(*checked)["index"] == 2
    assert "proved: this is entry 2" in shell.run(*checked).stdout
    assert shell.json("ledger", "proof", "2")["leaf"] == entry.read_text()
    entry.write_text(entry.read_text().replace('"v":1', '"v":2'))
    assert shell.json(*checked, status=1)["error"]["code"] == "ledger_fault"
    proof.write_bytes(b"\xff")
    assert shell.json(*checked, status=2)["error"]["code"] == "invalid_input"


def test_an_export_leaves_a_folder_of_somebody_else_alone(shell: Shell, exported: Path) -> None:
    assert exported.is_dir()
    mine = shell.folder / "mine"
    mine.mkdir()
    (mine / "letter").write_text("dear")
    assert shell.json("ledger", "export", str(mine), status=2)["error"]["code"] == "invalid_input"
    assert [path.name for path in mine.iterdir()] == ["letter"]


def test_the_holder_of_a_key_may_read_the_log(shell: Shell, exported: Path) -> None:
    assert exported.is_dir()
    for who in shell.stage.keys:
        assert shell.run("ledger", "checkpoint", who=who).exit_code == 0


def test_whom_an_entry_means_is_told_to_whoever_has_the_master_key(shell: Shell) -> None:
    made = ("keys", "issue", "--role", "reviewer", "--label", "review", "--person", "anna@hospital.example")
    assert shell.run(*made).exit_code == 0
    found = shell.json("ledger", "person", "anna@hospital.example")
    assert found["person"] == "anna@hospital.example"
    (issued,) = [event for event in shell.stage.events() if event.get("person") == found["pseudonym"]]
    assert issued["type"] == "key:issued"
    assert shell.run("ledger", "person", "anna@hospital.example").stdout == f"{found['pseudonym']}\n"
    wrong = shell.run("ledger", "person", "Anna Müller")
    assert wrong.exit_code != 0
    assert "small letters" in wrong.output
