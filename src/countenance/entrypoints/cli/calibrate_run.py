"""`countenance calibrate measure`: measure how often the pipeline errs on a data set, as a record."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from countenance.entrypoints.cli.context import CommandLine
from countenance.entrypoints.cli.options import FaceOption, JsonFlag
from countenance.entrypoints.cli.tables import read_table
from countenance.entrypoints.cli.wording import counted, error_rate
from countenance.entrypoints.pages.rates import one_in
from countenance.errors import InvalidInputError, OversizedImageError

if TYPE_CHECKING:
    from countenance.biometrics.calibration import CalibrationRecord
    from countenance.entrypoints.cli.output import Output
    from countenance.recognition.measuring.calibration import CalibrationReport
    from countenance.recognition.measuring.calibration_plan import CalibrationPlan
    from countenance.recognition.measuring.calibration_run import Phase, Progress

_LONGEST_LIST = 1 << 30
_FAILURES_SHOWN = 20
_RATES_SHOWN = (1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6)


def measure(  # noqa: PLR0913  each is an option of the command
    context: typer.Context,
    *,
    pairs: Annotated[
        Path,
        typer.Argument(
            metavar="PAIRS",
            exists=True,
            dir_okay=False,
            readable=True,
            help="CSV or Parquet: columns a, b and mated (1 or 0); optional: fold, subject_a, subject_b.",
        ),
    ],
    root: Annotated[
        Path,
        typer.Option(
            "--root", exists=True, file_okay=False, help="Folder that the paths in a and b start from."
        ),
    ],
    cross: Annotated[
        bool,
        typer.Option(
            "--cross",
            help="Take all pairs of images of different subjects as non-mated trials, for lower rates.",
        ),
    ] = False,
    face: FaceOption = "central",
    remark: Annotated[
        list[str] | None,
        typer.Option(
            "--remark",
            help="A sentence for the record on what its figures must not be used to claim; may be repeated.",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", dir_okay=False, help="Write the record to this file; it must not exist."),
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Measure how often the pipeline errs on images whose truth is known.

    Makes a calibration record: false match and false non-match rates over thresholds, with
    95 % intervals resampled by subject. Thresholds come from such records alone. Set
    COUNTENANCE_CALIBRATION_RECORD to its path to use it. Images are read, compared and
    forgotten. An image without a usable face is counted and listed, and ends nothing.
    """
    line = CommandLine.of(context)
    if out is not None and out.exists():
        raise InvalidInputError(f"`{out}` exists already")
    plan = replace(_plan(pairs, face), cross=cross, remarks=tuple(remark or ()))
    operator = line.operator()
    with progress_bars(line.output) as progress:
        read = image_reader(root, line.countenance.parts.max_image_bytes)
        report = line.countenance.calibrate(operator, plan, read=read, progress=progress)
    if out is not None:
        write_record(report.record, out)
    if as_json:
        line.output.document(_document(report))
        return
    _say(line.output, report, out)


def _plan(pairs: Path, face: str) -> CalibrationPlan:
    """Return the plan of a list of pairs, named after its folder if the file is called `pairs`."""
    from countenance.biometrics.faces import FaceChoice  # noqa: PLC0415  start-up stays quick
    from countenance.recognition.measuring.calibration_plan import CalibrationPlan, read_pair_rows  # noqa: PLC0415  as above

    listed = read_table(pairs, read_pair_rows, longest=_LONGEST_LIST)
    name = pairs.resolve().parent.name if pairs.stem == "pairs" else pairs.stem
    return CalibrationPlan(name=name, pairs=listed, face=FaceChoice(face))


def image_reader(root: Path, limit: int) -> Callable[[str], bytes]:
    """Return what reads an image by its path below `root`."""

    def read(name: str) -> bytes:
        with (root / name).open("rb") as file:
            content = file.read(limit + 1)
        if len(content) > limit:
            raise OversizedImageError(f"the file has more than {limit} bytes")
        return content

    return read


@contextmanager
def progress_bars(output: Output) -> Iterator[Progress]:
    """Show one bar after the other, as one phase follows the other."""
    with ExitStack() as shown:
        phase_now: Phase | None = None
        behind = 0
        advance: Callable[[], None] = _nothing

        def progress(phase: Phase, done: int, total: int) -> None:
            nonlocal phase_now, behind, advance
            if phase is not phase_now:
                shown.close()
                advance = shown.enter_context(output.progress(phase.value, total))
                phase_now, behind = phase, 0
            for _ in range(done - behind):
                advance()
            behind = done

        yield progress


def _nothing() -> None:
    """Take a step before there is a bar."""


def write_record(record: CalibrationRecord, path: Path) -> None:
    """Write the record to a new file, or raise `InvalidInputError`."""
    import json  # noqa: PLC0415  start-up stays quick

    from countenance.biometrics.calibration_file import record_to_json  # noqa: PLC0415  as above

    text = json.dumps(record_to_json(record), indent=1, ensure_ascii=False, allow_nan=False)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(f"{text}\n")
    except OSError as error:
        raise InvalidInputError(f"`{path}` cannot be written: {error.strerror}") from error


def _document(report: CalibrationReport) -> dict[str, Any]:
    """Return the record's own keys, with what the run knows beyond its figures."""
    from countenance.biometrics.calibration_file import record_to_json  # noqa: PLC0415  start-up stays quick

    return {
        **record_to_json(report.record),
        "failures": [
            {"image": one.image, "code": one.code, "message": one.message} for one in report.failures
        ],
        "decision_id": report.decision_id,
        "permitted_by": report.permitted_by,
        "entry": report.entry,
    }


def _say(output: Output, report: CalibrationReport, out: Path | None) -> None:
    calibration = report.record.calibration
    trials, accuracy = calibration.trials, calibration.accuracy
    output.facts(
        [
            ("data set", f"{calibration.data_set.name}: {calibration.data_set.images:,} images"),
            ("trials", f"{trials.mated:,} mated, {trials.non_mated:,} non-mated"),
            ("not acquired", f"{counted(len(report.failures), 'image')}; {trials.lost:,} listed pairs lost"),
            ("accuracy", f"{accuracy.mean:.4f}, std {accuracy.std:.4f} over {accuracy.folds} folds"),
            (
                "equal error rate",
                "not among the scores kept" if calibration.eer is None else f"{calibration.eer:.4f}",
            ),
        ]
    )
    output.table(("false matches", "threshold", "measured", "false non-matches"), _rows(report.record))
    if report.failures:
        output.table(
            ("image", "code", "message"),
            ((one.image, one.code, one.message) for one in report.failures[:_FAILURES_SHOWN]),
        )
        if len(report.failures) > _FAILURES_SHOWN:
            output.note(f"... and {len(report.failures) - _FAILURES_SHOWN} more; --json lists all")
    output.facts(
        [
            ("record", report.record.id if out is None else f"{report.record.id}, in {out}"),
            ("decision", f"{report.decision_id}, ledger entry {report.entry}"),
        ]
    )


def _rows(record: CalibrationRecord) -> Iterator[tuple[str, str, str, str]]:
    from countenance.errors import CalibrationError  # noqa: PLC0415  beside its one use

    for rate in _RATES_SHOWN:
        try:
            at = record.threshold_for(rate)
        except CalibrationError:
            yield (one_in(rate), "-", "too few trials to say", "-")
            return
        yield (one_in(rate), f"{at.score:.4f}", error_rate(at.fmr), error_rate(at.fnmr))
