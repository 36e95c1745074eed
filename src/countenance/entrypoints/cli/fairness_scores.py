"""`countenance fairness scores`: error rates by group from a table of scores made by any system."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from countenance.entrypoints.cli.context import CommandLine
from countenance.entrypoints.cli.fairness_options import (
    Alpha,
    DirectionOption,
    FmrCap,
    FnmrCap,
    FpirCap,
    GallerySize,
    MinSubjects,
    RatioCap,
)
from countenance.entrypoints.cli.options import JsonFlag
from countenance.entrypoints.cli.tables import read_table

if TYPE_CHECKING:
    from countenance.fairness.assessment import Criteria
    from countenance.fairness.model import Assessment
    from countenance.fairness.score_table import Columns, ScoreTable

_INDEPENDENT = (
    "Subjects are not known, so trials are taken as independent: the intervals are too narrow where"
    " subjects occur more than once."
)
_ONE_SIDED = (
    "One subject column is known, so non-mated trials are resampled on one side only: their intervals"
    " are too narrow where the other images' subjects occur more than once."
)


def scores(  # noqa: PLR0913  each is an option of the command
    context: typer.Context,
    *,
    table: Annotated[
        Path,
        typer.Argument(
            metavar="TABLE",
            exists=True,
            dir_okay=False,
            readable=True,
            help="CSV in UTF-8 with a header, or Parquet; one comparison a row.",
        ),
    ],
    score: Annotated[
        str, typer.Option("--score", help="Column of scores; empty where no comparison was possible.")
    ],
    mated: Annotated[
        str, typer.Option("--mated", help="Column that says whether both images show one subject: 1 or 0.")
    ],
    group: Annotated[
        list[str],
        typer.Option("--group", help="Column of groups, as recorded; several give their intersections."),
    ],
    threshold: Annotated[float, typer.Option("--threshold", help="The one threshold for every group.")],
    higher_is: DirectionOption = "same",
    subject: Annotated[
        list[str] | None,
        typer.Option(
            "--subject",
            help="Column of subjects; give it twice for the subjects of both images. Comparisons that share"
            " one are not independent, and without it intervals are too narrow.",
        ),
    ] = None,
    fmr_cap: FmrCap = None,
    fnmr_cap: FnmrCap = None,
    ratio_cap: RatioCap = None,
    fpir_cap: FpirCap = None,
    gallery_size: GallerySize = None,
    min_subjects: MinSubjects = 0,
    alpha: Alpha = 0.5,
    as_json: JsonFlag = False,
) -> None:
    """Tell error rates by group from scores that any system made.

    One threshold for all groups; a score equal to it is a match. Rates come with 95 % intervals
    that resample subjects where these are known, and each cap and group with a verdict: pass,
    fail, or insufficient evidence. Several group columns are judged at their intersections, and
    each column by itself beside them. Nothing is kept, and no image is looked at.
    """
    from countenance.fairness.assessment import Criteria  # noqa: PLC0415  start-up stays quick
    from countenance.fairness.model import Caps, Direction  # noqa: PLC0415  as above
    from countenance.fairness.score_table import Columns, read_rows  # noqa: PLC0415  as above

    line = CommandLine.of(context)
    columns = Columns(score=score, mated=mated, groups=tuple(group), subjects=tuple(subject or ()))
    criteria = Criteria(
        threshold=threshold,
        direction=Direction(higher_is),
        caps=Caps(
            fmr=fmr_cap,
            fnmr=fnmr_cap,
            ratio=ratio_cap,
            fpir=fpir_cap,
            gallery_size=gallery_size,
            min_subjects=min_subjects,
        ),
        alpha=alpha,
    )
    named = [score, mated, *columns.groups, *columns.subjects]
    rows = read_table(table, lambda lines: read_rows(lines, columns), columns=named)
    document = _judged(rows, columns, criteria)
    if as_json:
        line.output.document(document)
        return
    from countenance.entrypoints.cli.fairness_words import say_assessment  # noqa: PLC0415  as above

    say_assessment(line.output, document)


def _judged(table: ScoreTable, columns: Columns, criteria: Criteria) -> dict[str, Any]:
    """Return the document: of the intersections, and of each column by itself where there are several."""
    from countenance.fairness.assessment import assess  # noqa: PLC0415  start-up stays quick
    from countenance.fairness.documents import assessment_document  # noqa: PLC0415  as above
    from countenance.fairness.score_table import trials_by_group, unplaced  # noqa: PLC0415  as above
    from countenance.fairness.search_document import projection_document  # noqa: PLC0415  as above

    def judged(chosen: tuple[int, ...]) -> Assessment:
        trials = trials_by_group(table, chosen, threshold=criteria.threshold, direction=criteria.direction)
        return assess(trials, criteria)

    every = tuple(range(len(columns.groups)))
    finest = judged(every)
    return {
        **assessment_document(finest),
        "projection": projection_document(finest, criteria.caps),
        "rows": len(table.scores),
        "rows_without_group": unplaced(table),
        "by_column": {columns.groups[at]: assessment_document(judged((at,))) for at in every}
        if len(every) > 1
        else {},
        "subjects_known": bool(columns.subjects),
        "remarks": _remarks(len(columns.subjects)),
    }


def _remarks(subject_columns: int) -> list[str]:
    """Return what must be said of the intervals."""
    if not subject_columns:
        return [_INDEPENDENT]
    return [_ONE_SIDED] if subject_columns == 1 else []
