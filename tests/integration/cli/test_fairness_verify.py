"""A signed report, checked from its files and a public key alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from countenance.entrypoints.cli.context import CommandLine
from countenance.entrypoints.cli.exit_codes import ExitCode
from countenance.entrypoints.cli.main import app
from countenance.errors import InvalidInputError
from countenance.fairness.sealing import content_digest, verify_report
from countenance.ledger.note import Signer
from fakes_engine import LARGEST, photograph
from world import World


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, World]:
    """The folder of a report of twelve people in two groups, and the world that made it."""
    folder = tmp_path_factory.mktemp("people")
    lines = ["image,subject,sex"]
    for i in range(12):
        for number in (1, 2):
            (folder / f"{i}-{number}.jpg").write_bytes(photograph(f"subject {i}", number))
            lines.append(f"{i}-{number}.jpg,s{i},{'ab'[i % 2]}")
    (folder / "manifest.csv").write_text("\n".join(lines), encoding="utf-8")
    world = World()
    world.max_image_bytes = LARGEST
    line = CommandLine(opener=lambda: world.acts)
    arguments = ["fairness", "run", str(folder / "manifest.csv"), "--report", str(folder / "out")]
    told = CliRunner().invoke(app, [*arguments, "--fmr-cap", "0.01", "--fte-cap", "0.4"], obj=line)
    assert told.exit_code == 0, told.output
    return folder / "out", world


def verified(report: Path, *more: str) -> tuple[int, dict[str, Any]]:
    told = CliRunner().invoke(app, ["fairness", "verify", str(report), *more, "--json"])
    return told.exit_code, json.loads(told.stdout)


def copied(measured: Path, folder: Path) -> Path:
    for file in measured.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    return folder


def test_a_report_is_verified_with_the_logs_public_key_and_nothing_else(
    measured: tuple[Path, World],
) -> None:
    folder, world = measured
    code, told = verified(folder, "--vkey", str(world.store.signer.vkey))
    assert (code, told["ok"], told["findings"]) == (0, True, [])
    assert told["files"] == {"report.html": True, "report.pdf": True}
    assert told["digest"] == world.events()[-1]["fairness"]
    assert told["signed_by"] == world.store.signer.vkey.name


def test_without_a_key_that_of_the_installation_is_used(measured: tuple[Path, World]) -> None:
    folder, world = measured
    line = CommandLine(opener=lambda: world.acts)
    told = CliRunner().invoke(app, ["fairness", "verify", str(folder / "report.json")], obj=line)
    assert told.exit_code == 0, told.output
    assert told.stdout.startswith("verified: signed by")


def test_a_changed_figure_a_changed_page_and_a_strangers_key_are_found(
    measured: tuple[Path, World], tmp_path: Path
) -> None:
    folder, world = measured
    vkey = str(world.store.signer.vkey)
    report = copied(folder, tmp_path) / "report.json"
    document = json.loads(report.read_text(encoding="utf-8"))
    document["groups"]["a"]["fmr"] = 0.0001
    report.write_text(json.dumps(document), encoding="utf-8")
    (tmp_path / "report.html").write_text("all is well", encoding="utf-8")
    code, told = verified(report, "--vkey", vkey)
    assert code == ExitCode.NOT_VERIFIED
    assert "the figures are not those that the report's digest was made of" in told["findings"]
    assert "`report.html` is not the file that was signed" in told["findings"]
    code, told = verified(folder, "--vkey", str(Signer.generate("log.example/other").vkey))
    assert code == ExitCode.NOT_VERIFIED
    assert told["signed_by"] is None


def test_who_changes_figures_and_digest_alike_is_found_by_signature_and_ledger(
    measured: tuple[Path, World],
) -> None:
    folder, world = measured
    document = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    document["verdict"] = "pass"
    document["record"]["digest"] = content_digest(document)
    keys = [world.store.signer.vkey]
    findings = verify_report(json.dumps(document), keys, {}).findings
    assert findings == (
        "the note was signed for another report",
        "the ledger entry speaks of another report",
    )
    for gone in ("signature", "leaf", "proof"):
        less = json.loads((folder / "report.json").read_text(encoding="utf-8"))
        del less["record"][gone]
        assert not verify_report(json.dumps(less), keys, {}).ok


def test_the_key_signs_only_what_the_ledger_says_was_measured(measured: tuple[Path, World]) -> None:
    folder, world = measured
    document = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    document["verdict"] = "pass"
    for entry in (document["record"]["entry"], 0, 10_000):
        document["record"]["entry"] = entry
        with pytest.raises(InvalidInputError, match="does not know"):
            world.acts.fairness.seal(document, {})


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"record": 1}', "\N{PILE OF POO}"])
def test_what_is_no_report_is_a_usage_error(text: str, tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_text(text, encoding="utf-8")
    code, told = verified(path, "--vkey", str(Signer.generate("log.example/x").vkey))
    assert code == ExitCode.USAGE
    assert "not a fairness report" in told["error"]["message"]


def test_the_ledger_holds_what_caps_are_held_against_as_integers(measured: tuple[Path, World]) -> None:
    folder, world = measured
    document = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    entry = world.events()[-1]
    figures = document["figures"]
    assert {name: entry[name] for name in figures} == figures
    assert entry["model"] == document["model_digest"]
    assert entry["threshold_ppb"] == 500_000_000
    uppers = [group["fmr_worst_upper"] for group in document["groups"].values()]
    assert 0 <= figures["fmr_worst_upper_ppb"] / 1e9 - max(uppers) < 2e-9
    assert (figures["groups"], figures["least_subjects"]) == (2, 6)
    assert entry["caps"]["fmr"]["cap_ppb"] == 10_000_000
    assert entry["caps"]["fmr"]["upper_ppb"] == figures["fmr_worst_upper_ppb"]
    assert entry["caps"]["fte"]["verdict"] == "insufficient evidence"
    world.check_ledger()
