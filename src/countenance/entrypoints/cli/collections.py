"""`countenance collections`: which gallery a collection's name stands for, for clients of other services."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from countenance.entrypoints.cli.context import CommandLine
from countenance.entrypoints.cli.options import JsonFlag
from countenance.errors import InvalidInputError
from countenance.policy.model import Purpose
from countenance.vetting.model import LeaseId

if TYPE_CHECKING:
    from countenance.recognition.collections.model import Binding

app = typer.Typer(
    no_args_is_help=True,
    help="Bind names of collections, as other services' clients use them, to galleries.",
)

_NAME = re.compile(r"[a-zA-Z0-9_.\-]{1,255}")
_KEYS = frozenset({"collection", "gallery", "purpose", "scraped"})

Lease = Annotated[str, typer.Option("--lease", help="Id of the lease whose keys will use the names.")]


@app.command("bind")
def bind(  # noqa: PLR0913  one parameter an option
    context: typer.Context,
    *,
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            exists=True,
            dir_okay=False,
            help="What `aws rekognition list-collections` prints, a list of names, one a line, or an array "
            "of JSON objects with `collection`, `gallery`, `purpose` and `scraped`.",
        ),
    ],
    lease: Lease,
    scraped: Annotated[
        bool,
        typer.Option(
            "--scraped/--not-scraped",
            help="Whether the images were gathered without targeting; where the file does not say.",
        ),
    ],
    purpose: Annotated[
        Purpose | None,
        typer.Option(help="What the galleries are for, where the lease has several purposes."),
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Read a list of collections and bind each to a gallery: the one of its own name unless the file says.

    The lease must name every gallery. All bindings are made, or none.
    """
    from countenance.biometrics.model import GalleryId  # noqa: PLC0415  start-up stays quick
    from countenance.recognition.collections.model import Binding  # noqa: PLC0415  as above

    line = CommandLine.of(context)
    bindings = [
        Binding(
            lease_id=LeaseId(lease),
            collection_id=row["collection"],
            gallery_id=GalleryId(row.get("gallery", row["collection"])),
            purpose=_purpose(row.get("purpose")) or purpose,
            scraped=row.get("scraped", scraped),
        )
        for row in _rows(_text_of(file))
    ]
    if not bindings:
        raise InvalidInputError(f"`{file}` names no collection")
    line.countenance.bind_collections(line.administrator, LeaseId(lease), bindings)
    _show(line, bindings, as_json=as_json)


@app.command("list")
def list_all(context: typer.Context, *, lease: Lease, as_json: JsonFlag = False) -> None:
    """Show a lease's bindings."""
    line = CommandLine.of(context)
    found = line.countenance.bind_collections.of_lease(line.administrator, LeaseId(lease))
    _show(line, list(found), as_json=as_json)


def _show(line: CommandLine, bindings: list[Binding], *, as_json: bool) -> None:
    rows = [
        {
            "collection": one.collection_id,
            "gallery": str(one.gallery_id),
            "purpose": one.purpose.value if one.purpose is not None else None,
            "scraped": one.scraped,
        }
        for one in bindings
    ]
    if as_json:
        line.output.document({"collections": rows})
    elif not rows:
        line.output.say("No binding: a collection's name is its gallery's own.")
    else:
        shown = [
            (str(row["collection"]), str(row["gallery"]), str(row["purpose"] or "the lease's"), _word(row))
            for row in rows
        ]
        line.output.table(("collection", "gallery", "purpose", "scraped"), shown)


def _word(row: dict[str, Any]) -> str:
    return "yes" if row["scraped"] else "no"


def _text_of(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInputError(f"`{file}` cannot be read as text") from error


def _rows(text: str) -> Iterator[dict[str, Any]]:
    """Yield one row a collection; raises `InvalidInputError` where the text is none of the three forms."""
    if text.lstrip()[:1] not in {"{", "["}:
        for name in text.split():
            yield _checked({"collection": name})
        return
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidInputError("the list of collections is not JSON") from error
    listed = content.get("CollectionIds") if isinstance(content, dict) else content
    if not isinstance(listed, list):
        raise InvalidInputError("the list of collections holds no `CollectionIds`")
    for one in listed:
        yield _checked({"collection": one} if isinstance(one, str) else one)


def _checked(row: object) -> dict[str, Any]:
    if not isinstance(row, dict) or not set(row) <= _KEYS:
        raise InvalidInputError(
            "a collection has `collection`, `gallery`, `purpose` and `scraped`, nothing else"
        )
    names = [row.get("collection"), row.get("gallery", "g")]
    if not all(isinstance(name, str) and _NAME.fullmatch(name) for name in names):
        raise InvalidInputError(f"`{names[0]}` is not the name of a collection, or of its gallery")
    if not isinstance(row.get("scraped", False), bool):
        raise InvalidInputError(f"`scraped` of `{names[0]}` is neither true nor false")
    return row


def _purpose(word: object) -> Purpose | None:
    if word is None:
        return None
    try:
        return Purpose(str(word))
    except ValueError as error:
        raise InvalidInputError(f"`{word}` is not a purpose") from error
