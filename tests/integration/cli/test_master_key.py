"""`countenance keys rotate-master`, on a real installation in a folder of its own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from countenance.app import open_countenance
from countenance.biometrics.model import GalleryId, SubjectId
from countenance.entrypoints.cli.context import CommandLine
from countenance.entrypoints.cli.main import app
from countenance.errors import ConfigurationError
from countenance.settings import Settings
from integration.cli.shell import WIDE


def run(home: Path, *arguments: str, **settings: object) -> Result:
    def opened() -> object:
        return open_countenance(Settings(home=home, **settings))  # type: ignore[arg-type]  # a test's settings

    return CliRunner().invoke(app, arguments, env=WIDE, obj=CommandLine(opened))  # type: ignore[arg-type]  # as above


def opened_with(home: Path, key: Path) -> None:
    countenance = open_countenance(Settings(home=home, master_key_file=key))
    with countenance.parts.unit_of_work() as work:
        work.references.subject_count(GalleryId("g"))
        work.references.of_subject(GalleryId("g"), SubjectId("s"))
    countenance.close()


def test_a_new_master_key_opens_what_the_old_one_no_longer_does(tmp_path: Path) -> None:
    home, new = tmp_path / "home", tmp_path / "new.key"
    assert run(home, "keys", "issue", "--role", "auditor", "--label", "carol").exit_code == 0

    told = run(home, "keys", "rotate-master", "--to", str(new), "--yes", "--json")

    assert told.exit_code == 0, told.output
    assert json.loads(told.stdout) == {"file": str(new), "subjects": 0}
    assert new.stat().st_mode & 0o777 == 0o600
    opened_with(home, new)
    with pytest.raises(ConfigurationError, match="not the one that this database was made with"):
        opened_with(home, home / "master.key")
    listed = run(home, "keys", "list", "--json", master_key_file=new)
    assert [key["label"] for key in json.loads(listed.stdout)["keys"]] == ["carol"]


def test_the_ledger_tells_of_a_new_master_key_and_holds_nothing_of_it(tmp_path: Path) -> None:
    home, new = tmp_path / "home", tmp_path / "new.key"
    assert run(home, "keys", "rotate-master", "--to", str(new), "--yes").exit_code == 0

    countenance = open_countenance(Settings(home=home, master_key_file=new))
    with countenance.parts.unit_of_work() as work:
        leaf = work.ledger.leaf(work.ledger.size() - 1).decode()
    countenance.close()

    assert json.loads(leaf)["type"] == "master_key:rotated"
    assert new.read_text().strip() not in leaf


def test_a_file_that_is_there_is_not_taken_for_the_new_key(tmp_path: Path) -> None:
    home, new = tmp_path / "home", tmp_path / "new.key"
    new.write_text("mine")

    told = run(home, "keys", "rotate-master", "--to", str(new), "--yes")

    assert told.exit_code != 0
    assert "already" in told.output
    assert new.read_text() == "mine"


def test_nothing_happens_where_nobody_can_be_asked(tmp_path: Path) -> None:
    told = run(tmp_path / "home", "keys", "rotate-master", "--to", str(tmp_path / "new.key"))

    assert told.exit_code != 0
    assert not (tmp_path / "new.key").exists()
