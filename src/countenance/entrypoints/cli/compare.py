"""`countenance compare`: whether two images show the same person, by a calibrated threshold."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from countenance.entrypoints.cli.context import CommandLine
from countenance.entrypoints.cli.documents import of_face, of_threshold
from countenance.entrypoints.cli.images import read_image
from countenance.entrypoints.cli.options import FaceOption, JsonFlag, image_argument
from countenance.entrypoints.cli.wording import COMPARED, against, evidence, score

if TYPE_CHECKING:
    from countenance.recognition.acts.comparison import ComparisonResult


def compare(
    context: typer.Context,
    *,
    a: Annotated[str, image_argument("A", "Image file")],
    b: Annotated[str, image_argument("B", "Image file to compare it with")],
    face: FaceOption = "central",
    as_json: JsonFlag = False,
) -> None:
    """Compare the faces of two images. Neither is kept.

    The threshold is the one that the evaluation lease's false match rate needs; it comes
    with the measurement behind it. `match` and `no_match` both exit with 0.
    """
    from countenance.biometrics.faces import FaceChoice  # noqa: PLC0415  start-up stays quick
    from countenance.recognition.acts.comparison import Pair  # noqa: PLC0415  start-up stays quick

    if a == b == "-":
        raise typer.BadParameter("only one of the two images can be standard input")
    line = CommandLine.of(context)
    operator = line.operator()
    limit = line.countenance.parts.max_image_bytes
    reference, probe = (read_image(Path(one), limit=limit) for one in (a, b))
    pair = Pair(reference=reference, probe=probe, choice=FaceChoice(face))
    result = line.countenance.compare(operator, pair)
    if as_json:
        line.output.document(
            {
                "outcome": result.outcome.value,
                "score": float(result.score) if result.score is not None else None,
                **of_threshold(result.threshold),
                "decision_id": result.decision_id,
                "permitted_by": result.permitted_by,
                "entry": result.entry,
                "faces": [of_face(one) for one in result.faces],
            }
        )
        return
    _say(line, result, (a, b))


def _say(line: CommandLine, result: ComparisonResult, paths: tuple[str, str]) -> None:
    line.output.say(COMPARED[result.outcome.value], style="bold")
    rows = [("score", score(result.score)), *evidence(result.threshold)]
    for path, one in zip(paths, result.faces, strict=True):
        rows.append(("face", f"{path}: {one.box.width:.0f} x {one.box.height:.0f} px; {against(one)}"))
    line.output.facts([*rows, ("decision", f"{result.decision_id}, ledger entry {result.entry}")])
