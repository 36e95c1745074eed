"""Files that people write for a review: what is applied for, what is proposed, as TOML or JSON."""

from __future__ import annotations

import json
import tomllib
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from countenance.errors import AlreadyExistsError, InvalidInputError
from countenance.vetting.documents import value_from

Value = TypeVar("Value")

_LONGEST = 1_000_000

ReasonOption = Annotated[
    str, typer.Option("--reason", help="Why, in writing: at least 20 characters that somebody can answer.")
]
ApplicationArgument = Annotated[str, typer.Argument(metavar="APPLICATION", help="Id of the application.")]
WrittenFile = Annotated[
    Path,
    typer.Argument(
        metavar="FILE", exists=True, dir_okay=False, readable=True, help="What is written, as TOML or JSON."
    ),
]

CapsFile = Annotated[
    Path | None,
    typer.Option(
        "--caps",
        exists=True,
        dir_okay=False,
        readable=True,
        help="Caps of fairness evidence, as TOML or JSON: `max_age_days`, `min_subjects` and at least one "
        "of `fmr_ppb`, `fnmr_ppb`, `fte_ppb`, `ratio_ppb`, `fpir_ppb`.",
    ),
]


def read_written(kind: type[Value], file: Path) -> Value:
    """Return the `kind` that a file describes, or raise `InvalidInputError` naming the place in it."""
    text = content_of(file, _LONGEST).decode("utf-8", "replace")
    try:
        if file.suffix == ".toml":
            document: Any = _plain(tomllib.loads(text))
        else:
            document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidInputError(f"`{file}` cannot be read: {error}") from error
    return value_from(kind, document)


def content_of(file: Path, most: int) -> bytes:
    """Return a file's bytes, or raise `InvalidInputError`: it cannot be read, or is longer than `most`."""
    try:
        with file.open("rb") as reader:
            content = reader.read(most + 1)
    except OSError as error:
        raise InvalidInputError(f"`{file}` cannot be read: {error.strerror}") from error
    if len(content) > most:
        raise InvalidInputError(f"`{file}` has more than {most} bytes")
    return content


def write_new(file: Path, data: bytes) -> None:
    """Write bytes to a new file; raises `AlreadyExistsError` or `InvalidInputError`."""
    try:
        with file.open("xb") as writer:
            writer.write(data)
    except FileExistsError as error:
        raise AlreadyExistsError(f"`{file}` is there already") from error
    except OSError as error:
        raise InvalidInputError(f"`{file}` cannot be written: {error.strerror}") from error


def _plain(value: object) -> object:
    """Return TOML's values as JSON has them: moments as text."""
    match value:
        case datetime() | date():
            return value.isoformat()
        case dict():
            return {name: _plain(part) for name, part in value.items()}
        case list():
            return [_plain(part) for part in value]
        case _:
            return value
