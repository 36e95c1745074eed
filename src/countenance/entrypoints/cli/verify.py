"""`countenance verify`: whether an image shows the subject that it is said to show."""

from __future__ import annotations

from pathlib import Path

import typer

from countenance.entrypoints.cli.context import CommandLine
from countenance.entrypoints.cli.documents import of_threshold
from countenance.entrypoints.cli.images import read_image
from countenance.entrypoints.cli.options import (
    CameraOption,
    FaceOption,
    Gallery,
    Image,
    JsonFlag,
    KeyFile,
    SpaceOption,
    Subject,
)
from countenance.entrypoints.cli.wording import COMPARED, evidence, score


def verify(  # noqa: PLR0913  one parameter an option
    context: typer.Context,
    *,
    gallery: Gallery,
    subject: Subject,
    image: Image,
    key_file: KeyFile = None,
    face: FaceOption = "only",
    space: SpaceOption = None,
    camera: CameraOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Compare an image with one enrolled subject. The image is not kept.

    `match` and `no_match` both exit with 0.
    """
    from countenance.biometrics.faces import FaceChoice  # noqa: PLC0415  start-up stays quick
    from countenance.biometrics.model import GalleryId, SubjectId  # noqa: PLC0415  start-up stays quick
    from countenance.recognition.acts.verification import Claim  # noqa: PLC0415  start-up stays quick

    line = CommandLine.of(context)
    actor = line.holder(key_file)
    claim = Claim(
        gallery_id=GalleryId(gallery),
        subject_id=SubjectId(subject),
        probe=read_image(Path(image), limit=line.countenance.parts.max_image_bytes),
        choice=FaceChoice(face),
        space=space,
        camera=camera,
    )
    result = line.countenance.verify(actor, claim)
    if as_json:
        line.output.document(
            {
                "outcome": result.outcome.value,
                "score": float(result.score) if result.score is not None else None,
                **of_threshold(result.threshold),
                "decision_id": result.decision_id,
                "permitted_by": result.permitted_by,
                "entry": result.entry,
            }
        )
        return
    line.output.say(COMPARED[result.outcome.value], style="bold")
    decision = ("decision", f"{result.decision_id}, ledger entry {result.entry}")
    line.output.facts([("score", score(result.score)), *evidence(result.threshold), decision])
