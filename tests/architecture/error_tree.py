"""The error tree, as a list."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from countenance.errors import CountenanceError


def tree(root: type[CountenanceError] = CountenanceError) -> Iterator[type[CountenanceError]]:
    """The root and everything below it that the package itself defines, depth first."""
    yield root
    for child in root.__subclasses__():
        if child.__module__.startswith("countenance"):
            yield from tree(child)


def codeless(errors: Iterable[type[CountenanceError]]) -> list[str]:
    """Classes that inherit a code, or have one that is not `lower_snake_case`."""
    return [
        error.__name__
        for error in errors
        if "code" not in vars(error) or not re.fullmatch(r"[a-z][a-z0-9_]*", error.code)
    ]


def ambiguous(errors: Iterable[type[CountenanceError]]) -> list[str]:
    """Codes that more than one class answers with."""
    counts = Counter(error.code for error in errors)
    return [code for code, count in counts.items() if count > 1]


def outside(errors: Iterable[type[CountenanceError]]) -> list[str]:
    """Classes that do not stand in errors.py."""
    return [error.__name__ for error in errors if error.__module__ != "countenance.errors"]
