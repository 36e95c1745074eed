"""Packs of one's own at the command line: checked, signed, installed, compared, rolled back."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from countenance.app import Countenance
from countenance.app.installation import Installation
from countenance.entrypoints.cli.context import CommandLine
from countenance.entrypoints.cli.main import app
from countenance.errors import ConfigurationError
from countenance.settings import Settings
from integration.cli.shell import WIDE, Shell
from own_pack import pack_files
from policy_cases import VERIFY, refused_by

LONGEST_WAIT = 5.0
"""Seconds after which a pack that was installed elsewhere must refuse here."""


def pack(folder: Path, edition: str, act: str = "verify") -> Path:
    """Write an edition of the pack `own` and return its folder."""
    own = folder / f"edition-{edition}" / "own"
    own.mkdir(parents=True)
    for name, text in pack_files(edition, act).items():
        (own / name).write_text(text, "utf-8")
    return own


def settings(folder: Path, **more: object) -> Settings:
    return Settings(home=folder / "home", **more)


def run(installed: Settings, *arguments: str) -> Result:
    """Run a command on an installation, as its own process would."""
    line = CommandLine(lambda: Countenance(Installation(installed)))
    result = CliRunner().invoke(
        app, ["policy", "pack", *arguments], env={**WIDE, "COUNTENANCE_KEY": None}, obj=line
    )
    line.close()
    return result


def test_a_pack_is_checked_signed_and_installed_and_other_processes_follow_within_seconds(
    tmp_path: Path,
) -> None:
    signers, secret, own = tmp_path / "signers", tmp_path / "signing.key", pack(tmp_path, "1")
    installed = settings(tmp_path, pack_signers=signers)
    signers.write_text(run(installed, "key", "packs.example", "--out", str(secret)).stdout, "ascii")
    assert secret.stat().st_mode & 0o777 == 0o600
    assert "all well" in run(installed, "check", str(own)).stdout
    assert "not signed" in run(installed, "install", str(own), "--reason", "as decided").stderr
    assert run(installed, "sign", str(own), "--signing-key", str(secret)).exit_code == 0
    running = Installation(installed)
    try:
        assert "own.verify" not in refused_by(running.decide(VERIFY))
        result = run(installed, "install", str(own), "--reason", "as decided", "--json")
        assert result.exit_code == 0, result.output
        assert json.loads(result.stdout)["signer"] == signers.read_text("ascii").strip()
        begun = time.monotonic()
        while "own.verify" not in refused_by(running.decide(VERIFY)):
            assert time.monotonic() - begun < LONGEST_WAIT
            time.sleep(0.05)
        again = Installation(installed)
        assert "own.verify" in refused_by(again.decide(replace(VERIFY, on=VERIFY.on)))
        again.close()
        assert run(installed, "rollback", "own", "--reason", "a mistake").exit_code == 0
        begun = time.monotonic()
        while "own.verify" in refused_by(running.decide(VERIFY)):
            assert time.monotonic() - begun < LONGEST_WAIT
            time.sleep(0.05)
    finally:
        running.close()


def test_a_file_of_signers_that_is_none_is_told_at_the_use(tmp_path: Path) -> None:
    file = tmp_path / "signers"
    file.write_text("nobody", "ascii")
    with pytest.raises(ConfigurationError, match="verifier key"):
        Installation(settings(tmp_path, pack_signers=file)).pack_signers()
    assert Installation(settings(tmp_path)).pack_signers() == ()


def test_editions_are_compared_listed_and_rolled_back(shell: Shell) -> None:
    first, second = pack(shell.folder, "1"), pack(shell.folder, "2", act="watch")
    for folder in (first, second):
        step = shell.json(
            "policy", "pack", "install", str(folder), "--reason", "a trial", "--unsigned", "own"
        )
        assert step["signer"] is None
    shelf = shell.json("policy", "pack", "list")
    assert shelf["configured"] == ["house"]
    assert [one["edition"] for one in shelf["installed"]] == ["2"]
    assert [one["act"] for one in shelf["steps"]] == ["installed", "installed"]
    digest = shelf["steps"][0]["digest"]
    found = shell.json("policy", "pack", "diff", "own", digest[:12])
    assert [rule["id"] for rule in found["added"]] == ["own.verify"]
    told = shell.run("policy", "pack", "diff", "own", str(first)).stdout
    assert "own.verify" in told
    assert "own.watch" in told
    back = shell.json("policy", "pack", "rollback", "own", "--reason", "worse")
    assert (back["edition"], back["act"]) == ("1", "rolled_back")
    assert "worse" in shell.run("policy", "pack", "list").stdout
    assert shell.types()[-3:] == ["pack:installed", "pack:installed", "pack:rolled_back"]


def test_what_is_wrong_is_said_with_its_line(shell: Shell) -> None:
    own = pack(shell.folder, "1")
    (own / "cases.toml").write_text(pack_files()["cases.toml"].replace('"redact"', '"verify"'), "utf-8")
    found = shell.json("policy", "pack", "check", str(own), status=6)
    assert [fault["code"] for fault in found["faults"]] == ["case_fails"]
    assert "line 8" in shell.run("policy", "pack", "check", str(own)).stdout
    assert shell.run("policy", "check", str(own)).exit_code == 6
    key = shell.folder / "signing.key"
    assert shell.run("policy", "pack", "key", "me", "--out", str(key)).exit_code == 0
    result = shell.run("policy", "pack", "sign", str(own), "--signing-key", str(key))
    assert result.exit_code == 2
    assert not (own / "pack.sig").exists()
    assert shell.run("policy", "pack", "key", "me", "--out", str(key)).exit_code != 0


def test_a_rule_in_words_becomes_cedar_and_words_of_another_language_do_not(shell: Shell) -> None:
    words = "Refuses `watch`. When the asker is, or acts for, `police` or `sheriff`."
    told = shell.run("policy", "read", words).stdout
    assert 'action in [Action::"watch"]' in told
    assert shell.json("policy", "read", words)["cedar"] == told
    assert shell.run("policy", "read", "Please refuse it.").exit_code == 2
