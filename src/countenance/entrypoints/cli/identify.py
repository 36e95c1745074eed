"""`countenance identify`: which subjects of a gallery an image may show."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from countenance.entrypoints.cli.context import CommandLine
from countenance.entrypoints.cli.documents import of_candidates, of_threshold
from countenance.entrypoints.cli.images import read_image
from countenance.entrypoints.cli.options import (
    CameraOption,
    FaceOption,
    Gallery,
    Image,
    JsonFlag,
    KeyFile,
    PurposeOption,
    SpaceOption,
)
from countenance.entrypoints.cli.wording import counted, evidence, score

if TYPE_CHECKING:
    from countenance.recognition.acts.identification import IdentificationResult


def identify(  # noqa: PLR0913  one parameter an option
    context: typer.Context,
    *,
    gallery: Gallery,
    image: Image,
    key_file: KeyFile = None,
    purpose: PurposeOption = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help="Candidates at most; the lease may allow fewer.")
    ] = None,
    face: FaceOption = "only",
    space: SpaceOption = None,
    camera: CameraOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Search a gallery for the subjects whom an image may show. The image is not kept.

    Candidates are for people to judge. Where the permit demands examiners, the candidates are
    held and only the case's id is shown. `match`, `no_match` and `held` all exit with 0.
    """
    from countenance.biometrics.faces import FaceChoice  # noqa: PLC0415  start-up stays quick
    from countenance.biometrics.model import GalleryId  # noqa: PLC0415  start-up stays quick
    from countenance.recognition.acts.identification import Search  # noqa: PLC0415  start-up stays quick

    line = CommandLine.of(context)
    actor = line.holder(key_file)
    search = Search(
        gallery_id=GalleryId(gallery),
        probe=read_image(Path(image), limit=line.countenance.parts.max_image_bytes),
        purpose=purpose,
        choice=FaceChoice(face),
        limit=limit,
        space=space,
        camera=camera,
    )
    result = line.countenance.identify(actor, search)
    if as_json:
        line.output.document(_document(result))
    else:
        _say(line, result)


def _document(result: IdentificationResult) -> dict[str, Any]:
    found = result.candidates
    listed = of_candidates(found, show_scores=result.show_scores) if found is not None else None
    return {
        "outcome": result.outcome.value,
        "candidates": listed,
        **of_threshold(result.threshold),
        "case_id": result.case_id,
        "examiners": result.examiners,
        "lead_only": result.lead_only,
        "decision_id": result.decision_id,
        "permitted_by": result.permitted_by,
        "entry": result.entry,
    }


def _say(line: CommandLine, result: IdentificationResult) -> None:
    found = result.candidates
    if found is None:
        people = counted(result.examiners, "examiner")
        line.output.say(f"held: the candidates wait for {people}, each to judge apart", style="bold")
        line.output.facts([("case", result.case_id or "-")])
    elif not found.candidates:
        line.output.say("no candidate: no subject's score reaches the threshold", style="bold")
    else:
        line.output.say(f"{counted(len(found.candidates), 'candidate')} for people to judge", style="bold")
        line.output.table(
            ("rank", "candidate", "score"),
            [
                (str(one.rank), one.subject_id, score(one.score if result.show_scores else None))
                for one in found.candidates
            ],
        )
    if result.lead_only:
        line.output.say("A candidate is a lead and nothing more: it needs independent evidence.")
    decision = ("decision", f"{result.decision_id}, ledger entry {result.entry}")
    line.output.facts([*evidence(result.threshold), decision])
