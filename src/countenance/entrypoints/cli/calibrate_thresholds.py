"""`countenance calibrate choose`, `meaning` and `merge`: what thresholds stand for, and which to take."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from countenance.entrypoints.cli.context import CommandLine
from countenance.entrypoints.cli.fairness_options import DirectionOption
from countenance.entrypoints.cli.fairness_words import rate
from countenance.entrypoints.cli.options import JsonFlag
from countenance.entrypoints.cli.tables import read_table
from countenance.entrypoints.pages.fairness_searches import share
from countenance.entrypoints.pages.rates import one_in
from countenance.errors import InvalidInputError

if TYPE_CHECKING:
    from countenance.biometrics.calibration import CalibrationRecord, CalibrationRow
    from countenance.entrypoints.cli.output import Output

_LONGEST_RECORD = 1 << 26
_NOT_USED = (
    "What a group would need by itself is told to show how far groups lie apart. One threshold is for"
    " everybody: one for each group would hide the harm."
)
_DEPENDENT = "Subjects are not known, so trials are taken as independent: the bounds are too low."

Record = Annotated[
    Path | None,
    typer.Argument(
        metavar="RECORD",
        exists=True,
        dir_okay=False,
        help="A calibration record; without it the one that this installation decides by.",
    ),
]


def choose(  # noqa: PLR0913  each is an option of the command
    context: typer.Context,
    *,
    table: Annotated[
        Path,
        typer.Argument(
            metavar="TABLE",
            exists=True,
            dir_okay=False,
            readable=True,
            help="Scores, one comparison a row: CSV in UTF-8 with a header, or Parquet.",
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
    worst_fmr: Annotated[
        float,
        typer.Option("--worst-fmr", help="The highest FMR that any group may have, at its upper bound."),
    ],
    higher_is: DirectionOption = "same",
    subject: Annotated[
        list[str] | None,
        typer.Option("--subject", help="Column of subjects; give it twice for those of both images."),
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Choose one threshold from the FMR that the worst group may have.

    The most lenient threshold at which every group's upper bound, at 95 % for all groups at once,
    keeps within the target. Beyond what the trials of each group support nothing is said: the
    status is then 6. Beside it stands the threshold that each group would need by itself, and
    what the chosen one means for galleries of 1,000 to 10,000,000.
    """
    from countenance.fairness.model import Direction  # noqa: PLC0415  start-up stays quick
    from countenance.fairness.score_table import Columns, read_rows  # noqa: PLC0415  as above
    from countenance.fairness.threshold_choice import choice_document, choose_threshold  # noqa: PLC0415  as above

    line = CommandLine.of(context)
    columns = Columns(score=score, mated=mated, groups=tuple(group), subjects=tuple(subject or ()))
    named = [score, mated, *columns.groups, *columns.subjects]
    rows = read_table(table, lambda lines: read_rows(lines, columns), columns=named)
    choice = choose_threshold(
        rows, range(len(columns.groups)), target=worst_fmr, direction=Direction(higher_is)
    )
    document = {**choice_document(choice), "remarks": [_NOT_USED, *([] if subject else [_DEPENDENT])]}
    if as_json:
        line.output.document(document)
    else:
        _say_choice(line.output, document)


def meaning(
    context: typer.Context,
    *,
    record: Record = None,
    fmr: Annotated[
        float | None,
        typer.Option("--fmr", help="The threshold for this false match rate, such as 0.0001."),
    ] = None,
    score: Annotated[
        float | None, typer.Option("--threshold", help="This score instead; the row at or below it.")
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Tell what a threshold means: its rates, and searches of galleries of 1,000 to 10,000,000.

    From a calibration record. A rate that fewer than 30 false matches stand behind is not told,
    and nothing is extrapolated beyond it: the status is then 6.
    """
    line = CommandLine.of(context)
    if (fmr is None) == (score is None):
        raise InvalidInputError("name either `--fmr` or `--threshold`")
    held = _record(line, record)
    document = _meaning(held, _row(held, fmr, score))
    if as_json:
        line.output.document(document)
    else:
        _say_meaning(line.output, document)


def _meaning(record: CalibrationRecord, row: CalibrationRow) -> dict[str, Any]:
    from countenance.biometrics.projection import GALLERY_SIZES, projected_fpir  # noqa: PLC0415  start-up

    bounds = {"fpir": row.fmr.rate, "lower": row.fmr.lower, "upper": row.fmr.upper}
    return {
        "record": record.id,
        "threshold": row.score,
        "fmr": row.fmr.rate,
        "fmr_interval": [row.fmr.lower, row.fmr.upper],
        "nonmated": row.fmr.trials,
        "false_matches": row.false_matches,
        "fnmr": row.fnmr.rate,
        "fnmr_interval": [row.fnmr.lower, row.fnmr.upper],
        "mated": row.fnmr.trials,
        "galleries": [
            {"size": size, **{name: projected_fpir(at, size) for name, at in bounds.items()}}
            for size in GALLERY_SIZES
        ],
        "remarks": list(record.calibration.data_set.remarks),
    }


def _say_meaning(output: Output, document: dict[str, Any]) -> None:
    output.facts(
        [
            ("threshold", f"{document['threshold']:.4f}"),
            ("false matches", rate(document["fmr"], document["fmr_interval"], document["nonmated"])),
            ("false non-matches", rate(document["fnmr"], document["fnmr_interval"], document["mated"])),
            ("record", document["record"]),
        ]
    )
    output.table(
        ("references", "strangers named", "at best", "at worst"),
        (
            (f"{one['size']:,}", *(share(one[name]) for name in ("fpir", "lower", "upper")))
            for one in document["galleries"]
        ),
    )
    output.say(
        "Projected as 1 - (1 - FMR)^N over everybody in the record: people of one group match each other more"
        " often. `calibrate choose` starts from the worst group."
    )


def merge(
    context: typer.Context,
    *,
    records: Annotated[
        list[Path],
        typer.Argument(metavar="RECORD...", exists=True, dir_okay=False, help="Two or more records."),
    ],
    out: Annotated[Path, typer.Option("--out", dir_okay=False, help="File to write; it must not exist.")],
    as_json: JsonFlag = False,
) -> None:
    """Make one calibration record of several, of one pipeline on different people.

    Errors and trials are added at the thresholds that all records have. Data sets are taken for
    sets of different people; one that comes twice is refused.
    """
    from countenance.biometrics.calibration_file import record_to_json  # noqa: PLC0415  start-up stays quick
    from countenance.biometrics.calibration_merging import merge_records  # noqa: PLC0415  as above
    from countenance.entrypoints.cli.calibrate_run import write_record  # noqa: PLC0415  as above

    line = CommandLine.of(context)
    if out.exists():
        raise InvalidInputError(f"`{out}` exists already")
    merged = merge_records([_record(line, path) for path in records])
    write_record(merged, out)
    if as_json:
        line.output.document(record_to_json(merged))
        return
    trials = merged.calibration.trials
    line.output.facts(
        [
            ("record", f"{merged.id}, in {out}"),
            ("trials", f"{trials.mated:,} mated, {trials.non_mated:,} non-mated"),
            ("thresholds", f"{len(merged.calibration.rows)}"),
        ]
    )


def _row(record: CalibrationRecord, fmr: float | None, threshold: float | None) -> CalibrationRow:
    """Return the row for a rate, or at or below a score; raises `CalibrationError` without support."""
    from countenance.errors import CalibrationError  # noqa: PLC0415  beside its one use

    rows = record.calibration.rows
    if fmr is not None:
        at = record.threshold_for(fmr).score
        return next(row for row in rows if row.score == at)
    reached = [row for row in rows if threshold is not None and row.score <= threshold]
    if not reached:
        raise CalibrationError(f"the score `{threshold}` lies below what the calibration record has kept")
    if not reached[-1].supported or (threshold or 0.0) > max(row.score for row in rows):
        raise CalibrationError(
            f"fewer than 30 false matches stand behind the score `{threshold}`: the calibration record"
            f" `{record.id[:12]}` does not say how rare they are there"
        )
    return reached[-1]


def _record(line: CommandLine, path: Path | None) -> CalibrationRecord:
    if path is None:
        return line.countenance.parts.calibration
    from countenance.biometrics.calibration_file import read_record  # noqa: PLC0415  start-up stays quick

    try:
        if path.stat().st_size > _LONGEST_RECORD:
            raise InvalidInputError(f"`{path}` is too long for a calibration record")
        return read_record(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInputError(f"`{path}` cannot be read as text") from error


def _say_choice(output: Output, document: dict[str, Any]) -> None:
    output.say(f"threshold {document['threshold']:g}, for everybody", style="bold")
    output.say(
        f"The worst group is {document['worst_group']}: {one_in(document['worst_fmr'] or 0)} of pairs of two"
        f" people taken for one, and it may be as many as {one_in(document['worst_fmr_upper'])}."
    )
    output.table(
        ("group", "false matches", "false non-matches", "30 errors", "by itself"),
        (
            (
                name,
                rate(one["fmr"], one["fmr_interval"], one["nonmated"]),
                rate(one["fnmr"], one["fnmr_interval"], one["mated"]),
                "yes" if one["rule_of_30"] else "no",
                "none" if one["own_threshold"] is None else f"{one['own_threshold']:g}",
            )
            for name, one in document["groups"].items()
        ),
    )
    projection = document["projection"]
    output.table(
        ("references", "strangers named, at most"),
        zip(
            (f"{size:,}" for size in projection["sizes"]),
            map(share, projection["worst_fpir_upper"]),
            strict=True,
        ),
    )
    for remark in document["remarks"]:
        output.say(remark)
