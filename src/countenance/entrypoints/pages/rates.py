"""Rates and measures as people compare them, wherever they are told."""

from __future__ import annotations

_FIGURES = 2
_TEN = 10


def one_in(rate: float) -> str:
    """Return a proportion as people compare them: `1 in 9,800`; `none` for 0."""
    if rate <= 0:
        return "none"
    each = 1 / rate
    if each < _TEN:
        return f"1 in {round(each, 1):g}"
    return f"1 in {round(each, _FIGURES - len(str(int(each)))):,.0f}"


def figure(value: float | None) -> str:
    """Return a measure with three significant figures."""
    return "undefined" if value is None else f"{value:.3g}"
