"""`countenance detect`: where the faces of images are, and how good they are."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from countenance.entrypoints.cli.batches import each_image, error_document, status_of_rows
from countenance.entrypoints.cli.context import CommandLine
from countenance.entrypoints.cli.documents import of_face
from countenance.entrypoints.cli.options import Images, JsonFlag
from countenance.entrypoints.cli.wording import against, counted
from countenance.errors import CountenanceError

if TYPE_CHECKING:
    from countenance.recognition.acts.detection import DetectionResult


def detect(
    context: typer.Context,
    *,
    images: Images,
    limit: Annotated[
        int,
        typer.Option(min=1, max=100, help="Faces of one image that are listed at most, the largest first."),
    ] = 100,
    as_json: JsonFlag = False,
    as_lines: Annotated[
        bool, typer.Option("--jsonl", help="Print one JSON document on a line for each image, as it is done.")
    ] = False,
) -> None:
    """Find the faces of images, with their quality and what speaks against using them.

    Nothing is compared and nothing is kept. With several images, one that cannot be used has
    its error in its place and the others are still done; the exit status is then 4.
    """
    from countenance.recognition.acts.detection import Look  # noqa: PLC0415  start-up stays quick

    line = CommandLine.of(context)
    operator = line.operator()
    documents: list[dict[str, Any]] = []
    errors: list[CountenanceError] = []

    def look(image: bytes) -> DetectionResult:
        return line.countenance.detect(operator, Look(image=image, limit=limit))

    for path, outcome in each_image(line, images, look, what="looking"):
        if isinstance(outcome, CountenanceError):
            errors.append(outcome)
        document = _document(path, outcome)
        if as_lines:
            line.output.line_of_json(document)
        elif as_json:
            documents.append(document)
        else:
            _say(line, path, outcome)
    if as_json and not as_lines:
        line.output.document(documents[0] if len(images) == 1 else documents)
    raise typer.Exit(status_of_rows(errors))


def _document(path: Path, outcome: DetectionResult | CountenanceError) -> dict[str, Any]:
    if isinstance(outcome, CountenanceError):
        return error_document(path, outcome)
    return {
        "file": str(path),
        "width": outcome.detection.width,
        "height": outcome.detection.height,
        "faces": [of_face(face) for face in outcome.detection.faces],
        "decision_id": outcome.decision_id,
        "permitted_by": outcome.permitted_by,
        "entry": outcome.entry,
    }


def _say(line: CommandLine, path: Path, outcome: DetectionResult | CountenanceError) -> None:
    if isinstance(outcome, CountenanceError):
        line.output.error(outcome.code, f"`{path}`: {outcome.message}")
        return
    found = outcome.detection
    line.output.say(f"{path}: {counted(len(found.faces), 'face')}", style="bold")
    rows = [("image", f"{found.width} x {found.height} px, upright")]
    for number, face in enumerate(found.faces, start=1):
        box, pose = face.box, face.pose
        place = f"{box.width:.0f} x {box.height:.0f} px at {box.left:.0f}, {box.top:.0f}"
        turned = f"yaw {pose.yaw:.0f}, pitch {pose.pitch:.0f}, roll {pose.roll:.0f} degrees"
        rows.append((f"face {number}", f"{place}; {turned}; {against(face)}"))
    rows.append(("decision", f"{outcome.decision_id}, ledger entry {outcome.entry}"))
    line.output.facts(rows, indent=2)
