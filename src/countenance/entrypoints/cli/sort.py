"""`countenance sort`: which of a few known people may be in each of some images."""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TextIO

import typer

from countenance.entrypoints.cli.context import CommandLine
from countenance.entrypoints.cli.documents import of_candidates, of_threshold
from countenance.entrypoints.cli.folders import images_of, people_of
from countenance.entrypoints.cli.images import read_image
from countenance.entrypoints.cli.options import JsonFlag
from countenance.entrypoints.cli.wording import remarks
from countenance.errors import InvalidInputError

if TYPE_CHECKING:
    from countenance.biometrics.model import SubjectId
    from countenance.recognition.acts.sorting import Folders, SortedImage

COLUMNS = ("image", "known", "rank", "candidate", "reference", "score", "threshold", "fmr", "error")


def sort(
    context: typer.Context,
    *,
    known: Annotated[
        Path,
        typer.Argument(
            metavar="KNOWN",
            exists=True,
            file_okay=False,
            readable=True,
            help="Folder of known people: an image or a folder of images for each, named after them.",
        ),
    ],
    unknown: Annotated[
        Path,
        typer.Argument(
            metavar="UNKNOWN",
            exists=True,
            file_okay=False,
            readable=True,
            help="Folder of images to be sorted.",
        ),
    ],
    out: Annotated[
        Path | None, typer.Option("--out", dir_okay=False, help="Write the table to this file instead.")
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """List for each image of a folder which known people it may show. Nothing is kept.

    Prints CSV, one row a candidate, best first; an image without a candidate has one row with
    none, and one that cannot be used has its error. Candidates are for people to judge.
    """
    line = CommandLine.of(context)
    operator = line.operator()
    people, images = people_of(known), images_of(unknown)
    total = sum(len(photographs) for photographs in people.values()) + len(images)
    with line.output.progress("sorting", total) as advance:
        folders = _folders(line, people, images, advance)
        rows = line.countenance.sort(operator, folders)
        if as_json:
            line.output.document([_document(row) for row in rows])
            return
        _write(out, _cautioning(line, rows))


def _folders(
    line: CommandLine,
    people: dict[str, dict[str, Path]],
    images: dict[str, Path],
    advance: Callable[[], None],
) -> Folders:
    """Return what is to be sorted; each image is read, and the bar moves on, when its turn comes."""
    from countenance.biometrics.model import SubjectId  # noqa: PLC0415  start-up stays quick
    from countenance.recognition.acts.sorting import Folders  # noqa: PLC0415  start-up stays quick

    limit = line.countenance.parts.max_image_bytes

    def read(path: Path) -> bytes:
        advance()
        return read_image(path, limit=limit)

    def readers(paths: dict[str, Path]) -> dict[str, Callable[[], bytes]]:
        return {name: partial(read, path) for name, path in paths.items()}

    known: dict[SubjectId, dict[str, Callable[[], bytes]]] = {
        SubjectId(person): readers(photographs) for person, photographs in people.items()
    }
    return Folders(known=known, unknown=readers(images))


def _cautioning(line: CommandLine, rows: Iterable[SortedImage]) -> Iterator[SortedImage]:
    """Yield the rows, and say once, beside the table, what its threshold must not be used to claim."""
    said = False
    for row in rows:
        if not said and row.candidates is not None:
            told = remarks(row.candidates.threshold.calibration_id)
            said = True
            if told:
                line.output.note(f"The threshold was measured on: {' '.join(told)}")
        yield row


def _write(out: Path | None, rows: Iterable[SortedImage]) -> None:
    """Write the table as its rows come, to a file that others can read along or to standard output."""
    if out is None:
        _write_csv(sys.stdout, rows)
        return
    try:
        with out.open("w", encoding="utf-8", newline="") as file:
            _write_csv(file, rows)
    except OSError as error:
        raise InvalidInputError(f"`{out}` cannot be written: {error.strerror}") from error


def _write_csv(file: TextIO, rows: Iterable[SortedImage]) -> None:
    table = csv.DictWriter(file, COLUMNS, restval="", lineterminator="\n")
    table.writeheader()
    for row in rows:
        table.writerows(_cells(row))
        file.flush()


def _cells(row: SortedImage) -> Iterator[dict[str, str]]:
    image = {"image": _harmless(row.name), "known": _harmless(row.subject_id or "")}
    if row.error is not None:
        yield image | {"error": row.error.code}
    if row.candidates is None:
        return
    threshold = row.candidates.threshold
    image |= {"threshold": f"{threshold.score:.6f}", "fmr": f"{threshold.fmr.rate:.3g}"}
    if not row.candidates.candidates:
        yield image
    for one in row.candidates.candidates:
        yield image | {
            "rank": str(one.rank),
            "candidate": _harmless(one.subject_id),
            "reference": _harmless(one.reference_id),
            "score": f"{one.score:.6f}",
        }


def _harmless(text: str) -> str:
    """Return a file's name so that no spreadsheet takes it for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def _document(row: SortedImage) -> dict[str, Any]:
    document: dict[str, Any] = {"image": row.name, "known": row.subject_id}
    if row.error is not None:
        reasons = list(row.error.reasons)
        return document | {
            "error": {"code": row.error.code, "message": row.error.message, "reasons": reasons}
        }
    if row.candidates is None:
        return document
    return document | {
        "candidates": of_candidates(row.candidates, show_scores=True),
        **of_threshold(row.candidates.threshold),
    }
