"""Measured rates in words and figures that people can compare."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

_ONE: Final = 1.5
_MILLION: Final = 1_000_000


def rate_words(rate: float) -> str:
    """Return how often something happens: `about 2 of 100`, `about 1 of 10,000`."""
    if rate <= 0:
        return "none of the"
    of = 100
    while rate * of < 1 / _ONE and of < _MILLION:
        of *= 10
    if rate * of < 1 / _ONE:
        return f"fewer than 1 of {of:,}"
    return f"about {round(rate * of):,} of {of:,}"


def percent(rate: float) -> str:
    """Return a rate in percent with two figures that count, never rounded to nothing."""
    if rate <= 0:
        return "0 %"
    share = rate * 100
    places = 2
    while share < 10 ** -(places - 1) and places < 9:  # noqa: PLR2004  nine places are one in a hundred billion
        places += 1
    return f"{share:.{places}f} %"


FILTERS: Final[Mapping[str, Callable[..., Any]]] = {"rate_words": rate_words, "percent": percent}
"""What the public templates call by name, beside those of all pages."""
