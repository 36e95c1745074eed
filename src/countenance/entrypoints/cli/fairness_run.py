"""`countenance fairness run`: measure error rates by group on images, and report on it."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from countenance.entrypoints.cli.context import CommandLine
from countenance.entrypoints.cli.fairness_options import (
    Alpha,
    FmrCap,
    FnmrCap,
    FpirCap,
    FtaCap,
    FteCap,
    GallerySize,
    MinSubjects,
    RatioCap,
)
from countenance.entrypoints.cli.options import FaceOption, JsonFlag
from countenance.entrypoints.cli.tables import read_table
from countenance.errors import InvalidInputError

if TYPE_CHECKING:
    from countenance.biometrics.model import Threshold
    from countenance.fairness.manifest import Manifest
    from countenance.recognition.measuring.fairness_run import FairnessPlan, FairnessReport
    from countenance.vetting.model import Actor

_LONGEST_MANIFEST = 1 << 30
_BILLION = 1_000_000_000


def run(  # noqa: PLR0913  each is an option of the command
    context: typer.Context,
    *,
    manifest: Annotated[
        Path,
        typer.Argument(
            metavar="MANIFEST",
            exists=True,
            dir_okay=False,
            readable=True,
            help="CSV or Parquet with the columns image and subject; `part` says what is enrolled and what"
            " searched with; every other column is a group, as recorded.",
        ),
    ],
    report: Annotated[
        Path | None,
        typer.Option(
            "--report", file_okay=False, help="Write HTML, PDF and JSON into this folder; it must not exist."
        ),
    ] = None,
    root: Annotated[
        Path | None,
        typer.Option(
            "--root",
            exists=True,
            file_okay=False,
            help="Folder that the paths in image start from; without it the manifest's own.",
        ),
    ] = None,
    group: Annotated[
        list[str] | None,
        typer.Option("--group", help="Compare by this column only; may be repeated."),
    ] = None,
    band: Annotated[
        list[str] | None,
        typer.Option(
            "--band",
            metavar="COLUMN=EDGE,EDGE",
            help="Put the numbers of a column into bands, such as age=30,50; may be repeated.",
        ),
    ] = None,
    source: Annotated[
        list[str] | None,
        typer.Option(
            "--source",
            metavar="COLUMN=WORDS",
            help="Where the labels of a column come from, such as sex=self-reported; a column sex_source"
            " says it too.",
        ),
    ] = None,
    fmr: Annotated[
        float | None,
        typer.Option(
            "--fmr", help="Take the threshold that the calibration gives for this false match rate."
        ),
    ] = None,
    score: Annotated[
        float | None, typer.Option("--threshold", help="Take this score for the threshold instead.")
    ] = None,
    work: Annotated[
        Path | None,
        typer.Option(
            "--work",
            file_okay=False,
            help="Keep templates and counts, encrypted, in this folder until it is done: a run that was"
            " interrupted goes on there.",
        ),
    ] = None,
    fmr_cap: FmrCap = None,
    fnmr_cap: FnmrCap = None,
    ratio_cap: RatioCap = None,
    fta_cap: FtaCap = None,
    fte_cap: FteCap = None,
    fpir_cap: FpirCap = None,
    gallery_size: GallerySize = None,
    min_subjects: MinSubjects = 0,
    alpha: Alpha = 0.5,
    face: FaceOption = "central",
    remark: Annotated[
        list[str] | None,
        typer.Option(
            "--remark", help="A sentence for the report on what its figures must not be used to claim."
        ),
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Measure how error rates differ between groups of people.

    All pairs of images of one subject, and all pairs of different subjects within each group and
    between groups, at one threshold: the one that the command line itself decides by, unless
    another is asked for. Groups are what the manifest records, and are never found out from an
    image. What is measured is on the ledger before the first image is read. Images are read,
    compared and forgotten; none is shown in the report.
    """
    from countenance.biometrics.faces import FaceChoice  # noqa: PLC0415  start-up stays quick
    from countenance.fairness.model import Caps  # noqa: PLC0415  as above
    from countenance.recognition.measuring.fairness_run import FairnessPlan  # noqa: PLC0415  as above

    line = CommandLine.of(context)
    _check(report, fmr, score)
    read = manifest_at(manifest, group, band or [], source or [])
    caps = Caps(
        fmr=fmr_cap,
        fnmr=fnmr_cap,
        ratio=ratio_cap,
        fta=fta_cap,
        fte=fte_cap,
        fpir=fpir_cap,
        gallery_size=gallery_size,
        min_subjects=min_subjects,
    )
    operator = line.operator()
    plan = FairnessPlan(
        name=manifest.resolve().parent.name if manifest.stem == "manifest" else manifest.stem,
        manifest=read,
        face=FaceChoice(face),
        caps=caps,
        alpha=alpha,
        threshold=_threshold(line, fmr) if score is None else None,
        score=score,
        remarks=tuple(remark or ()),
    )
    made = _measured(line, operator, plan, root or manifest.parent, work)
    _tell(line, made, report, as_json=as_json)


def _check(report: Path | None, fmr: float | None, score: float | None) -> None:
    if report is not None and report.exists():
        raise InvalidInputError(f"`{report}` exists already")
    if fmr is not None and score is not None:
        raise InvalidInputError("a threshold is given by `--fmr` or as `--threshold`, not by both")
    if fmr is not None and not 0.0 < fmr < 1.0:
        raise InvalidInputError(f"`{fmr}` is not a false match rate between 0 and 1")


def _measured(
    line: CommandLine, operator: Actor, plan: FairnessPlan, root: Path, work: Path | None
) -> FairnessReport:
    from countenance.entrypoints.cli.calibrate_run import image_reader, progress_bars  # noqa: PLC0415  start-up

    parts = line.countenance.parts
    work_in = None if work is None else (lambda name: parts.measuring_work(work, name))
    reader = image_reader(root, parts.max_image_bytes)
    with progress_bars(line.output) as progress:
        return line.countenance.fairness.measure(
            operator, plan, read=reader, progress=progress, work_in=work_in
        )


def _tell(line: CommandLine, made: FairnessReport, folder: Path | None, *, as_json: bool) -> None:
    document = _document(made)
    files: dict[str, bytes] = {}
    if folder is not None:
        from countenance.entrypoints.cli.fairness_report import rendered  # noqa: PLC0415  start-up stays quick

        files = rendered(document)
    document = line.countenance.fairness.seal(document, files)
    from countenance.entrypoints.cli.fairness_report import as_text, write_report  # noqa: PLC0415  as above

    if folder is not None:
        write_report(document, files, folder)
    line.countenance.gate.keep_report(as_text(document), files)
    if as_json:
        failures = [{"image": name, "code": code, "message": text} for name, code, text in made.failures]
        line.output.document({**document, "failures": failures})
        return
    from countenance.entrypoints.cli.fairness_words import say_assessment  # noqa: PLC0415  as above

    say_assessment(line.output, document)
    if document["one_to_many"] is not None:
        from countenance.entrypoints.pages.fairness_searches import searches  # noqa: PLC0415  as above

        told = searches(document)
        line.output.say(told["gallery"])
        line.output.table(
            ("group", "strangers named (FPIR)", "searches", "mates missed or not first (FNIR)", "searches"),
            (
                (row["name"], row["fpir"], row["strangers"], row["fnir"], row["mated"])
                for row in told["measured"]
            ),
        )
    line.output.facts(
        [
            ("digest", made.digest),
            ("ledger", f"settled in entry {made.registered}, measured in entry {made.entry}"),
            ("report", "not written: --report names no folder" if folder is None else str(folder)),
        ]
    )


def _document(made: FairnessReport) -> dict[str, Any]:
    """Return the measurement and, under `record`, where its digest stands."""
    return {
        **made.document,
        "record": {
            "digest": made.digest,
            "decision_id": made.decision_id,
            "permitted_by": made.permitted_by,
            "registered": made.registered,
            "entry": made.entry,
            "command": shlex.join(["countenance", *sys.argv[1:]]),
        },
    }


def _threshold(line: CommandLine, fmr: float | None) -> Threshold:
    if fmr is None:
        return line.countenance.fairness.threshold_as_deployed()
    return line.countenance.parts.threshold_for(round(fmr * _BILLION))


def manifest_at(path: Path, groups: list[str] | None, bands: list[str], sources: list[str]) -> Manifest:
    """Return the manifest at `path`, read as the options say; raises `InvalidInputError`."""
    from countenance.fairness.manifest import Labels, read_manifest_rows  # noqa: PLC0415  start-up stays quick

    labels = Labels(
        columns=tuple(groups) if groups else None,
        bands={name: _edges(text) for name, text in map(_assigned, bands)},
        sources=dict(map(_assigned, sources)),
    )
    return read_table(path, lambda rows: read_manifest_rows(rows, labels), longest=_LONGEST_MANIFEST)


def _assigned(text: str) -> tuple[str, str]:
    name, mark, value = text.partition("=")
    if not (mark and name.strip() and value.strip()):
        raise InvalidInputError(f"`{text}` does not have the form COLUMN=VALUE")
    return name.strip(), value.strip()


def _edges(text: str) -> tuple[float, ...]:
    try:
        return tuple(float(edge) for edge in text.split(","))
    except ValueError:
        raise InvalidInputError(f"`{text}` is no list of numbers") from None
