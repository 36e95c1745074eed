"""`countenance fairness systems`: several systems on the same pairs, side by side."""

from __future__ import annotations

import csv
import shlex
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from countenance.entrypoints.cli.context import CommandLine
from countenance.entrypoints.cli.fairness_options import Alpha, FmrCap, FnmrCap, MinSubjects
from countenance.entrypoints.cli.options import FaceOption, JsonFlag
from countenance.entrypoints.cli.tables import read_table
from countenance.errors import InvalidInputError

if TYPE_CHECKING:
    from countenance.entrypoints.cli.output import Output
    from countenance.fairness.paired_trials import PairedTrials
    from countenance.recognition.measuring.system_comparison import ComparisonPlan, System, SystemComparison

_REMOTE = ("rekognition", "azure")


def systems(  # noqa: PLR0913  each is an option of the command
    context: typer.Context,
    *,
    manifest: Annotated[
        Path,
        typer.Argument(
            metavar="TABLE",
            exists=True,
            dir_okay=False,
            readable=True,
            help="CSV or Parquet with the columns image and subject, or of pairs: a, b, mated, subject_a and"
            " subject_b. Every other column is a group.",
        ),
    ],
    system: Annotated[
        list[str],
        typer.Option(
            "--system",
            metavar="NAME=SYSTEM",
            help="A system under a name of yours: `engine` (the models that run here), `model:ID` (another"
            " recognition model), `rekognition:URL` or `azure:URL`. Others are compared with the first.",
        ),
    ],
    judged_at: Annotated[
        list[str] | None,
        typer.Option(
            "--threshold",
            metavar="NAME=SCORE",
            help="The threshold of a system, on its own scale. Without one, `engine` has that which the"
            " command line decides by.",
        ),
    ] = None,
    root: Annotated[
        Path | None,
        typer.Option(
            "--root", exists=True, file_okay=False, help="Folder that the paths in image start from."
        ),
    ] = None,
    group: Annotated[
        list[str] | None, typer.Option("--group", help="Compare by this column only; may be repeated.")
    ] = None,
    band: Annotated[
        list[str] | None,
        typer.Option("--band", metavar="COLUMN=EDGE,EDGE", help="Put the numbers of a column into bands."),
    ] = None,
    pairs: Annotated[
        int, typer.Option("--pairs", min=1, help="Most mated, and most non-mated, pairs of each group.")
    ] = 500,
    send_images: Annotated[
        bool,
        typer.Option("--send-images", help="Send the photographs to the services that are named."),
    ] = False,
    fmr_cap: FmrCap = None,
    fnmr_cap: FnmrCap = None,
    min_subjects: MinSubjects = 0,
    alpha: Alpha = 0.5,
    face: FaceOption = "central",
    scores: Annotated[
        Path | None,
        typer.Option(
            "--scores",
            file_okay=False,
            help="Write each system's scores as a table into this folder; it must not exist.",
        ),
    ] = None,
    report: Annotated[
        Path | None,
        typer.Option(
            "--report", file_okay=False, help="Write HTML, PDF and JSON into this folder; it must not exist."
        ),
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Let one or more systems compare the same pairs, and tell where they differ.

    The pairs of a list, or of a manifest: all mated pairs and the non-mated pairs within each
    smallest group, or as many as --pairs says, drawn from a fixed seed. Each system has one
    threshold for everybody. Differences are paired: pair by pair, with intervals over subjects.
    Systems, thresholds and pairs are on the ledger before an image is read or sent. Services get
    photographs only with --send-images.
    """
    from countenance.fairness.model import Caps  # noqa: PLC0415  start-up stays quick
    from countenance.recognition.measuring.system_comparison import ComparisonPlan  # noqa: PLC0415  as above

    line = CommandLine.of(context)
    for folder in (scores, report):
        if folder is not None and folder.exists():
            raise InvalidInputError(f"`{folder}` exists already")
    named = _named(system, "--system NAME=SYSTEM")
    _check_sending(named, send_images=send_images)
    trials = _trials(manifest, group, band or [], pairs)
    caps = Caps(fmr=fmr_cap, fnmr=fnmr_cap, min_subjects=min_subjects)
    operator = line.operator()
    with ExitStack() as held:
        built = _systems(line, held, named, _named(judged_at or [], "--threshold NAME=SCORE"), face)
        plan = ComparisonPlan(name=manifest.stem, trials=trials, systems=built, caps=caps, alpha=alpha)
        made = _compared(line, operator, plan, root or manifest.parent)
    document = _kept(line, _document(made), report)
    if scores is not None:
        _write_scores(scores, plan, made)
    if as_json:
        line.output.document(document)
    else:
        _say(line.output, document)


def _kept(line: CommandLine, document: dict[str, Any], folder: Path | None) -> dict[str, Any]:
    """Sign the comparison, with its pages if a folder is named for them, and keep it; return it signed."""
    from countenance.entrypoints.cli.fairness_report import as_text, rendered, write_report  # noqa: PLC0415  slow

    files = rendered(document) if folder is not None else {}
    signed = line.countenance.fairness.seal(document, files)
    if folder is not None:
        write_report(signed, files, folder)
    line.countenance.gate.keep_report(as_text(signed), files)
    return signed


def _named(texts: list[str], form: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in texts:
        name, mark, value = text.partition("=")
        if not (mark and value and name.isidentifier()) or name in found:
            raise InvalidInputError(f"`{text}` does not have the form {form}, each name once")
        found[name] = value
    return found


def _check_sending(named: Mapping[str, str], *, send_images: bool) -> None:
    remote = [value for value in named.values() if value.partition(":")[0] in _REMOTE]
    if remote and not send_images:
        raise InvalidInputError(
            f"`{remote[0]}` would get photographs of people: give --send-images if that is permitted"
        )


def _trials(path: Path, groups: list[str] | None, bands: list[str], most: int) -> PairedTrials:
    """Return the pairs that a table lists, or those of a manifest."""
    from countenance.entrypoints.cli.fairness_run import manifest_at  # noqa: PLC0415  start-up stays quick
    from countenance.fairness.paired_trials import is_pairs, pairs_of_manifest, pairs_of_rows  # noqa: PLC0415  as above

    if not read_table(path, lambda rows: is_pairs(next(iter(rows), []))):
        return pairs_of_manifest(manifest_at(path, groups, bands, []), most=most)
    if bands:
        raise InvalidInputError("`--band` is for a manifest: a list of pairs has the groups of its pairs")
    return read_table(path, lambda rows: pairs_of_rows(rows, groups))


def _systems(
    line: CommandLine,
    held: ExitStack,
    named: Mapping[str, str],
    thresholds: Mapping[str, str],
    face: str,
) -> dict[str, System]:
    from countenance.recognition.measuring.system_comparison import System  # noqa: PLC0415  start-up stays quick

    if strangers := sorted(thresholds.keys() - named.keys()):
        raise InvalidInputError(f"`{strangers[0]}` has a threshold and is no system")
    cases = line.countenance.fairness
    built = {}
    for name, value in named.items():
        scorer = cases.scorer(value, face)
        held.callback(scorer.close)
        if name in thresholds:
            built[name] = System(scorer=scorer, threshold=_score(thresholds[name]))
        elif value == "engine":
            built[name] = System(scorer=scorer, threshold=float(cases.threshold_as_deployed().score))
        else:
            raise InvalidInputError(f"the system `{name}` needs a threshold: `--threshold {name}=SCORE`")
    return built


def _score(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise InvalidInputError(f"`{text}` is no score") from None


def _compared(line: CommandLine, operator: Any, plan: ComparisonPlan, root: Path) -> SystemComparison:  # noqa: ANN401  an `Actor`
    from countenance.entrypoints.cli.calibrate_run import image_reader, progress_bars  # noqa: PLC0415  start-up

    reader = image_reader(root, line.countenance.parts.max_image_bytes)
    with progress_bars(line.output) as progress:
        return line.countenance.fairness.compare_systems(operator, plan, read=reader, progress=progress)


def _document(made: SystemComparison) -> dict[str, Any]:
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


def _write_scores(folder: Path, plan: ComparisonPlan, made: SystemComparison) -> None:
    """Write tables that `fairness scores` and `calibrate choose` read; no image is named in them."""
    try:
        folder.mkdir(parents=True)
        for name, values in made.scores.items():
            with (folder / f"{name}.csv").open("x", encoding="utf-8", newline="") as file:
                csv.writer(file).writerows(_rows(plan, values))
    except OSError as error:
        raise InvalidInputError(f"`{folder}` cannot be written: {error.strerror}") from error


def _rows(plan: ComparisonPlan, values: Any) -> Iterator[list[object]]:  # noqa: ANN401  an array of scores
    trials = plan.trials
    yield ["score", "mated", "subject_a", "subject_b", *trials.columns]
    for at, score in enumerate(values.tolist()):
        subjects = (int(trials.subjects[side[at]]) for side in (trials.first, trials.second))
        codes = enumerate(trials.codes[:, at])
        groups = (trials.values[column][code] if code >= 0 else "" for column, code in codes)
        yield ["" if score != score else score, int(trials.mated[at]), *subjects, *groups]  # noqa: PLR0124  NaN alone differs from itself


def _say(output: Output, document: Mapping[str, Any]) -> None:
    from countenance.entrypoints.cli.fairness_words import rate  # noqa: PLC0415  beside its use

    output.table(
        ("system", "group", "false matches", "false non-matches", "verdict"),
        (
            (
                name,
                group,
                rate(one["fmr"], one["fmr_interval"], one["nonmated"]),
                rate(one["fnmr"], one["fnmr_interval"], one["mated"]),
                told["verdict"],
            )
            for name, told in document["systems"].items()
            for group, one in told["groups"].items()
        ),
    )
    for name, apart in document["differences"].items():
        output.say(
            f"{name} against {document['reference']}, on {apart['compared_by_both']:,} pairs", style="bold"
        )
        output.table(
            ("group", "rate", "difference", "95 % interval", "a difference is shown"),
            (
                (
                    group,
                    kind.upper(),
                    "no trials" if one["difference"] is None else f"{one['difference']:+.3g}",
                    "-"
                    if one["interval"] is None
                    else f"{one['interval'][0]:+.3g} to {one['interval'][1]:+.3g}",
                    "yes" if one["shown"] else "no",
                )
                for group, kinds in (("everybody", apart["everybody"]), *apart["groups"].items())
                for kind, one in kinds.items()
            ),
        )
    output.say("Each system is judged at the threshold that it was given; scales differ between systems.")
