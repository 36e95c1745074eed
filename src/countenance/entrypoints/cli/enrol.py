"""`countenance enrol`: an image becomes a reference of a subject who agreed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from countenance.entrypoints.cli.batches import each_image, error_document, status_of_rows
from countenance.entrypoints.cli.context import CommandLine
from countenance.entrypoints.cli.documents import of_face
from countenance.entrypoints.cli.options import (
    CameraOption,
    FaceOption,
    Gallery,
    Images,
    JsonFlag,
    KeyFile,
    SpaceOption,
    Subject,
)
from countenance.errors import CountenanceError

if TYPE_CHECKING:
    from countenance.recognition.acts.enrolment import EnrolmentResult


def enrol(  # noqa: PLR0913  one parameter an option
    context: typer.Context,
    *,
    gallery: Gallery,
    subject: Subject,
    images: Images,
    key_file: KeyFile = None,
    face: FaceOption = "only",
    space: SpaceOption = None,
    camera: CameraOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Store a reference of a subject whose consent is on record, from each image.

    The images are not kept. With several, one that cannot be used has its error in its place
    and the others are still done; the exit status is then 4.
    """
    from countenance.biometrics.faces import FaceChoice  # noqa: PLC0415  start-up stays quick
    from countenance.biometrics.model import GalleryId, SubjectId  # noqa: PLC0415  start-up stays quick
    from countenance.recognition.acts.enrolment import Enrolment  # noqa: PLC0415  start-up stays quick

    line = CommandLine.of(context)
    actor = line.holder(key_file)

    def store(sample: bytes) -> EnrolmentResult:
        enrolment = Enrolment(
            gallery_id=GalleryId(gallery),
            subject_id=SubjectId(subject),
            sample=sample,
            choice=FaceChoice(face),
            space=space,
            camera=camera,
        )
        return line.countenance.enrol(actor, enrolment)

    rows = list(each_image(line, images, store, what="enrolling"))
    if as_json:
        documents = [_document(path, outcome) for path, outcome in rows]
        line.output.document(documents[0] if len(images) == 1 else documents)
    else:
        for path, outcome in rows:
            _say(line, path, outcome)
    raise typer.Exit(status_of_rows([one for _, one in rows if isinstance(one, CountenanceError)]))


def _document(path: Path, outcome: EnrolmentResult | CountenanceError) -> dict[str, Any]:
    if isinstance(outcome, CountenanceError):
        return error_document(path, outcome)
    return {
        "file": str(path),
        "outcome": "enrolled",
        "reference_id": outcome.reference_id,
        "duplicate": outcome.duplicate,
        "face": of_face(outcome.face),
        "decision_id": outcome.decision_id,
        "permitted_by": outcome.permitted_by,
        "entry": outcome.entry,
    }


def _say(line: CommandLine, path: Path, outcome: EnrolmentResult | CountenanceError) -> None:
    if isinstance(outcome, CountenanceError):
        line.output.error(outcome.code, f"`{path}`: {outcome.message}")
        return
    known = " (the same photograph was enrolled before)" if outcome.duplicate else ""
    line.output.say(f"{path}: enrolled{known}", style="bold")
    line.output.facts(
        [
            ("reference", outcome.reference_id),
            ("decision", f"{outcome.decision_id}, ledger entry {outcome.entry}"),
        ],
        indent=2,
    )
