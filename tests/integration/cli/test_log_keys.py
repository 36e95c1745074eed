"""Changing the key of the log, and being a witness, at the command line; on a real installation."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from countenance.app import open_countenance
from countenance.entrypoints.cli.context import CommandLine
from countenance.entrypoints.cli.main import app
from countenance.ledger.note import Signer
from countenance.settings import Settings
from countenance.storage import log_rotation
from integration.cli.shell import WIDE


def run(home: Path, *arguments: str) -> Result:
    def opened() -> object:
        return open_countenance(Settings(home=home))

    return CliRunner().invoke(app, arguments, env=WIDE, obj=CommandLine(opened))  # type: ignore[arg-type]  # a test's settings


def told(home: Path, *arguments: str, status: int = 0) -> Any:  # noqa: ANN401  whatever the document is
    result = run(home, *arguments, "--json")
    assert result.exit_code == status, result.output
    return json.loads(result.stdout)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    place = tmp_path / "home"
    assert run(place, "keys", "issue", "--role", "auditor", "--label", "carol").exit_code == 0
    return place


def test_the_key_of_the_log_changes_with_a_time_in_which_both_sign(home: Path, tmp_path: Path) -> None:
    log = tmp_path / "log"
    before = told(home, "ledger", "export", str(log))["vkey"]
    (kept := tmp_path / "kept").write_text((log / "checkpoint").read_text(encoding="utf-8"), encoding="utf-8")

    new, old = told(home, "ledger", "rotate-key", "--yes")["vkeys"]

    assert old == before
    assert (home / "ledger.key").stat().st_mode & 0o777 == 0o600
    assert told(home, "ledger", "rotate-key", "--yes", status=5)["error"]["code"] == "wrong_state"
    told(home, "ledger", "export", str(log))
    for key in (new, old):
        assert told(
            home,
            "ledger",
            "verify",
            str(log),
            "--vkey",
            key,
            "--seen",
            str(kept),
            status=0 if key == old else 1,
        )
    both = ("--vkey", new, "--vkey", old, "--seen", str(kept))
    assert told(home, "ledger", "verify", str(log), *both)["ok"]

    assert told(home, "ledger", "rotate-key", "--finish", "--yes")["vkeys"] == [new]

    assert told(home, "ledger", "rotate-key", "--finish", "--yes", status=5)["error"]["code"] == "wrong_state"
    assert run(home, "keys", "issue", "--role", "auditor", "--label", "dora").exit_code == 0
    told(home, "ledger", "export", str(log))
    assert told(home, "ledger", "verify", str(log), *both)["ok"]
    assert told(home, "ledger", "verify", str(log), "--vkey", old, status=1)["faults"]
    kinds = [told(home, "ledger", "show", str(n))["entry"]["type"] for n in range(4)]
    assert kinds == ["key:issued", "ledger_key:rotated", "ledger_key:retired", "key:issued"]


def test_a_change_that_was_cut_off_is_completed_by_the_next_run(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The new key is in the file, and the ledger has not been told yet."""

    def cut_off(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(log_rotation, "_record", cut_off)
        run(home, "ledger", "rotate-key", "--yes")
    lines = (home / "ledger.key").read_text().splitlines()
    assert len(lines) == 2
    assert run(home, "keys", "issue", "--role", "auditor", "--label", "dora").exit_code == 0
    keys = told(home, "ledger", "rotate-key", "--yes")["vkeys"]
    assert keys == [str(Signer.parse(line).vkey) for line in lines]
    assert (home / "ledger.key").read_text().splitlines() == lines
    assert told(home, "ledger", "rotate-key", "--finish", "--yes")["vkeys"] == keys[:1]


def test_a_witness_is_made_told_of_a_log_and_shown(home: Path, tmp_path: Path) -> None:
    vkey = told(home, "ledger", "checkpoint")["vkey"]
    folder = str(tmp_path / "witness")
    made = told(home, "witness", "init", folder, "--name", "council.example/w", "--post-quantum")
    assert [key.partition("+")[0] for key in made["vkeys"]] == ["council.example/w"] * 2
    assert told(home, "witness", "watch", folder, vkey)["origin"] == "localhost/countenance"
    shown = told(home, "witness", "show", folder)
    assert shown["vkeys"] == made["vkeys"]
    assert [(log["size"], log["cosigned"], log["contradictions"]) for log in shown["logs"]] == [(0, None, 0)]
    assert "never cosigned" in run(home, "witness", "show", folder).stdout
    assert run(home, "witness", "init", folder, "--name", "x").exit_code != 0
    assert run(home, "witness", "watch", folder, made["vkeys"][0]).exit_code != 0
    assert run(home, "witness", "init", str(tmp_path / "other"), "--name", "two words").exit_code != 0
    assert run(home, "witness", "serve", str(tmp_path / "nowhere")).exit_code != 0
    plain = run(home, "witness", "init", str(tmp_path / "plain"), "--name", "ngo.example/w")
    assert plain.stdout.count("ngo.example/w+") == 1
    assert (
        "localhost/countenance is watched"
        in run(home, "witness", "watch", str(tmp_path / "plain"), vkey).stdout
    )


def test_a_log_is_watched_and_told_in_words(home: Path, tmp_path: Path) -> None:
    log, state = tmp_path / "log", tmp_path / "kept"
    vkey = told(home, "ledger", "export", str(log))["vkey"]
    look = ("ledger", "monitor", str(log), "--state", str(state), "--vkey", vkey)
    assert told(home, *look)["grown"] == 1
    assert "all is well" in run(home, *look).stdout
    assert run(home, "keys", "issue", "--role", "auditor", "--label", "dora").exit_code == 0
    told(home, "ledger", "export", str(log))
    seen = run(home, *look, "--entries")
    assert "entry 1: A key for the API was issued." in seen.stdout
    assert run(home, "ledger", "monitor", str(log), "--state", str(state)).exit_code != 0
    elsewhere = tmp_path / "elsewhere"
    told(elsewhere, "ledger", "export", str(tmp_path / "other-log"))
    other = ("ledger", "monitor", str(tmp_path / "other-log"), "--state", str(state), "--vkey", vkey)
    assert "ALARM" in run(home, *other).stdout
    assert run(home, *other).exit_code == 1

    words = told(home, "ledger", "explain", "0")
    assert words["type"] == "key:issued"
    assert words["text"]
    raw = tmp_path / "entry"
    raw.write_text(run(home, "ledger", "show", "0", "--raw").stdout, encoding="utf-8")
    assert told(home, "ledger", "explain", "--file", str(raw)) == words
    assert words["text"] in run(home, "ledger", "explain", "0").stdout
    assert run(home, "ledger", "explain").exit_code != 0
    assert run(home, "ledger", "explain", "0", "--file", str(raw)).exit_code != 0
