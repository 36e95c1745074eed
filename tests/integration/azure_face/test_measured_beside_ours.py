"""The engine beside a service that speaks Azure Face, on the same pairs, over loopback."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from countenance.engine.remote_scoring import AZURE_KEY
from countenance.entrypoints.cli.context import CommandLine
from countenance.entrypoints.cli.exit_codes import ExitCode
from countenance.entrypoints.cli.main import app
from integration.azure_face.stage import PictureEngine, Stage, picture
from world import World


def test_detection_and_verification_give_confidences_for_the_same_pairs(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World()
    world.engine = PictureEngine()
    world.max_image_bytes = 6_000_000
    lines = ["image,subject,sex"]
    for subject in range(6):
        for number in (1, 2):
            (tmp_path / f"{subject}-{number}.png").write_bytes(picture(f"subject {subject}", number))
            lines.append(f"{subject}-{number}.png,s{subject},{'fm'[subject % 2]}")
    (tmp_path / "0-1.png").write_bytes(picture("x").split(b"photograph")[0] + b"no face")
    manifest = tmp_path / "manifest.csv"
    manifest.write_text("\n".join(lines), encoding="utf-8")
    arguments = [
        "fairness", "systems", str(manifest), "--system", "ours=engine", "--system",
        f"theirs=azure:{stage.url}", "--threshold", "theirs=0.5", "--send-images", "--json",
    ]  # fmt: skip
    line = CommandLine(opener=lambda: world.acts)
    monkeypatch.delenv(AZURE_KEY, raising=False)
    told = CliRunner().invoke(app, arguments, obj=line)
    assert told.exit_code == ExitCode.SET_UP
    assert AZURE_KEY in json.loads(told.stdout)["error"]["message"]
    monkeypatch.setenv(AZURE_KEY, stage.keys["tester"])
    told = CliRunner().invoke(app, arguments, obj=CommandLine(opener=lambda: world.acts))
    assert told.exit_code == 0, told.output
    document = json.loads(told.stdout)
    for group in ("f", "m"):
        theirs = document["systems"]["theirs"]["groups"][group]
        assert (theirs["fmr"], theirs["fnmr"]) == (0.0, 0.0)
    assert document["systems"]["theirs"]["not_compared"] == document["systems"]["ours"]["not_compared"] == 5
    assert document["systems"]["theirs"]["groups"]["m"]["mated"] == 3
