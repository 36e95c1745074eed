"""Write the reference pages that are made from the code, or check that they are up to date.

`python scripts/reference.py` writes them; `--check` lists those that differ and exits with 1.
A page is a function that returns its whole text, so that a test can compare without writing.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from enum import StrEnum
from pathlib import Path

from countenance import errors
from countenance.ledger.model import EventType
from countenance.policy.model import Act, Camera, CustomerKind, ObligationKind, Purpose, Space
from countenance.settings import Settings

REFERENCE = Path(__file__).resolve().parents[1] / "docs" / "reference"
_MADE = "<!-- Made from the code by `make docs`; a test compares the two. -->\n"


def _table(*rows: tuple[str, ...]) -> str:
    head, *body = rows
    lines = [head, tuple("---" for _ in head), *body]
    escaped = [[cell.replace("|", r"\|") for cell in row] for row in lines]
    return "".join(f"| {' | '.join(row)} |\n" for row in escaped)


def _first_line(thing: object) -> str:
    return (thing.__doc__ or "").strip().split("\n\n")[0].replace("\n    ", " ")


def _errors(error: type[errors.CountenanceError], depth: int = 0) -> Iterator[tuple[str, ...]]:
    yield (f"`{error.code}`", "&emsp;" * depth + error.__name__, _first_line(error))
    for child in error.__subclasses__():
        if child.__module__ != errors.__name__:
            continue  # one that a test made
        yield from _errors(child, depth + 1)


def errors_page() -> str:
    """Return every error, indented below the one that also catches it."""
    return (
        f"# Errors\n\n{_MADE}\n"
        "Every error has a `code` that never changes once released: branch on it, not on the message.\n"
        "An error that stands indented is also caught as the one above it. Messages are for people;\n"
        "they may be reworded.\n\n"
        + _table(("code", "class in `countenance.errors`", "means"), *_errors(errors.CountenanceError))
    )


def _list(vocabulary: type[StrEnum]) -> str:
    words = " ".join(f"`{word.value}`" for word in vocabulary)
    return f"## {vocabulary.__name__}\n\n{_first_line(vocabulary)}\n\n{words}\n"


VOCABULARY: tuple[type[StrEnum], ...] = (CustomerKind, Act, Purpose, Space, Camera, ObligationKind)


def vocabulary_page() -> str:
    """Return the closed lists of the gate."""
    return (
        f"# Closed lists\n\n{_MADE}\n"
        "What a question to the gate can be made of. The lists grow with a reason, never with an\n"
        "adjective. What a question leaves out is answered for the strictest value.\n"
        "`countenance policy vocabulary --json` prints them.\n\n"
        + "\n".join(_list(words) for words in VOCABULARY)
    )


def events_page() -> str:
    """Return everything that the ledger can say."""
    return (
        f"# Ledger events\n\n{_MADE}\n"
        "The `type` of a ledger entry, always `subject:past-tense`. An act that was permitted and has\n"
        "neither a completion nor a failure was interrupted; the ledger check reports it.\n\n"
        + "".join(f"- `{event.value}`\n" for event in EventType)
    )


def _settings() -> Iterator[tuple[str, ...]]:
    for name, field in Settings.model_fields.items():
        made = "" if field.default_factory is None else "the platform's folder for application data"
        default = field.default if field.default is not None else ""
        text = ",".join(default) if isinstance(default, tuple) else str(default)
        yield (
            f"`COUNTENANCE_{name.upper()}`",
            made or (f"`{text}`" if text else ""),
            field.description or "",
        )


def settings_page() -> str:
    """Return every setting with its default and what it does."""
    return (
        f"# Settings\n\n{_MADE}\n"
        "Read from the environment once, at start, by `countenance.app` alone. Lists are separated by\n"
        "commas. A value that is not allowed is refused at start, never ignored.\n\n"
        + _table(("variable", "default", "what it does"), *_settings())
    )


PAGES: dict[str, Callable[[], str]] = {
    "errors.md": errors_page,
    "settings.md": settings_page,
    "vocabulary.md": vocabulary_page,
    "events.md": events_page,
}


def outdated() -> list[str]:
    """Return the names of pages that do not say what the code says."""
    return [
        name
        for name, page in PAGES.items()
        if not (REFERENCE / name).is_file() or (REFERENCE / name).read_text(encoding="utf-8") != page()
    ]


def main(arguments: list[str]) -> int:
    """Write the pages that differ, or only name them with `--check`."""
    stale = outdated()
    for name in stale:
        if "--check" not in arguments:
            REFERENCE.mkdir(parents=True, exist_ok=True)
            (REFERENCE / name).write_text(PAGES[name](), encoding="utf-8")
        print(f"docs/reference/{name}")
    return 1 if stale and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
