"""Systems side by side as a report: verdicts first, paired differences with intervals, signed and kept."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from applying import AUDITOR
from countenance.entrypoints.cli.context import CommandLine
from countenance.entrypoints.cli.main import app
from fakes_engine import LARGEST
from measured import write_manifest
from world import World


def test_a_comparison_of_systems_is_written_signed_and_kept(tmp_path: Path) -> None:
    world = World()
    world.max_image_bytes = LARGEST
    manifest = write_manifest(tmp_path)
    folder = tmp_path / "out"
    line = CommandLine(opener=lambda: world.acts)
    systems = ["--system", "ours=engine", "--system", "lax=engine", "--threshold", "lax=-1"]
    arguments = ["fairness", "systems", str(manifest), *systems, "--group", "sex", "--fmr-cap", "0.2"]
    told = CliRunner().invoke(app, [*arguments, "--report", str(folder), "--json"], obj=line)
    assert told.exit_code == 0, told.output
    document = json.loads(told.stdout)
    assert document["systems"]["lax"]["verdict"] == "fail"
    assert sorted(one.name for one in folder.iterdir()) == ["report.html", "report.json", "report.pdf"]
    page = (folder / "report.html").read_text(encoding="utf-8")
    verdict = page.index("lax: over a cap")
    assert verdict < page.index("Where they differ, pair by pair") < page.index("Rates of each system")
    assert "Against ours a difference is shown for lax, everybody: two people taken for one (FMR)" in page
    assert "<script" not in page
    assert (folder / "report.pdf").read_bytes().startswith(b"%PDF")
    key = str(world.unit_of_work().ledger.key)
    checked = CliRunner().invoke(app, ["fairness", "verify", str(folder), "--vkey", key], obj=line)
    assert checked.exit_code == 0, checked.output
    (kept,) = world.acts.gate.read_reports(AUDITOR)
    assert (kept.kind, kept.verdict, kept.files) == (
        "systems", "fail", ("report.html", "report.json", "report.pdf"),
    )  # fmt: skip
    assert not world.acts.gate.read_incidents(AUDITOR)
