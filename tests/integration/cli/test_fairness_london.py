"""A whole measurement on photographs of people who said themselves which groups they are of.

The set is far too small and too easy for a claim: that is what the verdicts must say of it.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any

import pytest

from architecture.source import ROOT
from countenance.biometrics.calibration import record_for
from countenance.biometrics.calibration_file import shipped_records
from countenance.biometrics.faces import FaceChoice
from countenance.engine.networks import EngineOptions
from countenance.engine.pipeline import Limits, LocalFaceEngine, open_engine
from countenance.fairness.manifest import Labels, read_manifest
from countenance.fairness.model import Caps
from countenance.recognition.measuring.fairness_run import FairnessPlan
from countenance.vetting.evaluation import LOCAL
from world import World

LONDON = ROOT.parent / "shared" / "data" / "london"

pytestmark = pytest.mark.skipif(not LONDON.is_dir(), reason="the photographs are not part of the project")


@pytest.fixture(scope="module")
def engine() -> Iterator[LocalFaceEngine]:
    made = open_engine(
        EngineOptions(),
        Limits(image_bytes=20_000_000, image_pixels=100_000_000, decode_seconds=30, queue=4),
    )
    yield made
    made.close()


def manifest_lines() -> list[str]:
    """One photograph with a neutral face and one with a smile of each subject."""
    lines = ["image,subject,gender,gender_source,age"]
    with (LONDON / "london_info.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            for name in ("neutral_front/{}_03.jpg", "smiling_front/{}_08.jpg"):
                path, subject = name.format(row["face_id"]), row["face_id"]
                lines.append(f"{path},{subject},{row['face_gender']},self-reported,{row['face_age']}")
    return lines


@pytest.fixture(scope="module")
def document(engine: LocalFaceEngine) -> dict[str, Any]:
    world = World()
    world.engine = engine  # type: ignore[assignment]  # the world knows the engine of sentences
    world.acts.ensure_evaluation_lease()
    plan = FairnessPlan(
        name="london",
        manifest=read_manifest(manifest_lines(), Labels(bands={"age": (30.0, 40.0)})),
        face=FaceChoice.CENTRAL,
        caps=Caps(fmr=0.001, fnmr=0.02),
        alpha=0.5,
        threshold=record_for(shipped_records(), engine.pipeline).threshold_for(0.001),
    )
    read = {image.image: (LONDON / image.image).read_bytes() for image in plan.manifest.images}
    report = world.acts.fairness.measure(LOCAL, plan, read=read.__getitem__, progress=lambda *_: None)
    world.check_ledger()
    return report.document


def test_every_photograph_is_acquired_and_every_pair_counted_once(document: dict[str, Any]) -> None:
    assert (document["images"], document["subjects"], document["not_acquired"]) == (204, 102, {})
    random = document["kinds"]["random"]
    assert (random["mated"], random["nonmated"]) == (102, 204 * 203 // 2 - 102)
    assert random["false_non_matches"] == 0


def test_pairs_of_one_group_match_more_often_than_pairs_as_chance_brings_them(
    document: dict[str, Any],
) -> None:
    random, yoked = document["kinds"]["random"]["fmr"], document["kinds"]["yoked"]["fmr"]
    assert 1.5 < yoked / random < 2.5


def test_groups_of_few_people_are_not_said_to_be_within_a_cap(document: dict[str, Any]) -> None:
    for name, verdict in document["verdicts"]["fnmr"]["groups"].items():
        assert verdict["verdict"] == "insufficient evidence", name
    assert document["verdict"] != "pass"
    assert document["without_group"] == 4
    assert {column["name"]: column["source"] for column in document["columns"]} == {
        "gender": "self-reported",
        "age": "not stated",
    }
