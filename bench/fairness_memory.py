"""How much memory a fairness run over many images takes: the whole act, with made-up templates.

`python bench/fairness_memory.py 1000000` prints the greatest resident memory and the times. Every
part is the product's own but the networks: a template is made from the image's number.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from countenance.app import Countenance
from countenance.app.installation import Installation
from countenance.biometrics.faces import (
    BoundingBox,
    DetectedFace,
    Extraction,
    FaceChoice,
    Landmarks,
    Point,
    Pose,
)
from countenance.biometrics.model import Pipeline, Template
from countenance.fairness.manifest import Labels, read_manifest
from countenance.fairness.model import Caps
from countenance.recognition.measuring.calibration_run import Phase
from countenance.recognition.measuring.fairness_run import FairnessPlan
from countenance.settings import Settings
from countenance.vetting.evaluation import LOCAL

DIMENSIONS = 128
GROUPS = 12
PHOTOGRAPHS = 2
SPREAD = 0.6
THRESHOLD = 0.42
MEBIBYTE = 1024

_POINT = Point(1.0, 1.0)
_FACE = DetectedFace(
    box=BoundingBox(left=0.0, top=0.0, width=1.0, height=1.0),
    confidence=1.0,
    landmarks=Landmarks(
        right_eye=_POINT, left_eye=_POINT, nose=_POINT, right_mouth=_POINT, left_mouth=_POINT
    ),
    pose=Pose(yaw=0.0, pitch=0.0, roll=0.0),
    quality=(),
    reasons=(),
)


class Synthetic:
    """An engine without networks: the number in an image's bytes decides its template."""

    pipeline = Pipeline(model_digest="00" * 32, version="synthetic")

    @contextmanager
    def admission(self) -> Iterator[None]:
        """Let everybody in."""
        yield

    def extract(self, images: Sequence[bytes], *, choice: FaceChoice) -> tuple[Extraction, ...]:
        """Return a template for each image: the subject's own, moved a little for the photograph."""
        del choice
        return tuple(self._extraction(int(image)) for image in images)

    def _extraction(self, number: int) -> Extraction:
        own = np.random.default_rng(number // PHOTOGRAPHS).standard_normal(DIMENSIONS)
        moved = own + SPREAD * np.random.default_rng(number + (1 << 40)).standard_normal(DIMENSIONS)
        template = Template(moved / np.linalg.norm(moved), self.pipeline)
        return Extraction(_FACE, template, faces_found=1, width=1, height=1)

    def close(self) -> None:
        """There is nothing to let go of."""


def rows(images: int) -> Iterator[str]:
    """Yield the lines of a manifest, two photographs of each subject, in twelve groups."""
    yield "image,subject,sex,age"
    for number in range(images):
        subject = number // PHOTOGRAPHS
        yield f"people/{subject:07}/{number}.jpg,s{subject:07},{'fm'[subject % 2]},{subject % GROUPS // 2}"


def resident() -> float:
    """Return the greatest resident memory so far, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEBIBYTE


def main(images: int) -> None:
    """Run the whole act over so many images, and tell what it took."""
    begun = time.monotonic()
    reached: dict[Phase, float] = {}

    def progress(phase: Phase, done: int, total: int) -> None:
        if done == total:
            reached[phase] = time.monotonic() - begun
            print(f"{phase.value}: {reached[phase]:.0f} s, {resident():.0f} MiB", flush=True)

    with tempfile.TemporaryDirectory() as folder:
        parts = Installation(Settings(home=Path(folder) / "home"))
        parts.__dict__["engine"] = Synthetic()
        acts = Countenance(parts)
        acts.ensure_evaluation_lease()
        plan = FairnessPlan(
            name="synthetic",
            manifest=read_manifest(rows(images), Labels()),
            face=FaceChoice.CENTRAL,
            caps=Caps(),
            alpha=0.5,
            threshold=None,
            score=THRESHOLD,
        )
        print(f"manifest: {time.monotonic() - begun:.0f} s, {resident():.0f} MiB", flush=True)
        report = acts.fairness.measure(
            LOCAL,
            plan,
            read=lambda name: Path(name).stem.encode(),
            progress=progress,
            work_in=lambda name: parts.measuring_work(Path(folder) / "work", name),
        )
        random = report.document["kinds"]["random"]
        parts.close()
    print(
        f"{images:,} images, {random['nonmated']:,} non-mated comparisons, {random['false_matches']:,} of"
        f" them matches: {time.monotonic() - begun:.0f} s, at most {resident():.0f} MiB resident"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]))
