"""The transparency note of the models that run: made from the catalogue and a calibration record alone."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from starlette.responses import Response

from countenance.biometrics.calibration_file import record_to_json
from countenance.biometrics.model import ErrorRate
from countenance.entrypoints.public.answering import Page, Reading, as_json
from countenance.recognition.measuring.published_fairness import PublishedColumn, PublishedFairness
from countenance.recognition.measuring.transparency import ModelNote

PATH: Final = "/model"
_LEFT: Final = -7.0
"""Where the scale of the plot begins, in powers of ten: one in ten million."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A rate with its interval on a logarithmic scale, in percent of its width; the edges are cut off."""

    label: str
    rate: ErrorRate
    at: float
    left: float
    right: float


def note(reading: Reading) -> Response:
    """Show the note, or the calibration record behind it as JSON."""
    told = reading.service.public.model
    if reading.query.get("format") == "json" and told.record is not None:
        return as_json(record_to_json(told.record), "calibration")
    rows = [row for _, row in told.rows]
    return reading.page(
        "model.html",
        note=told,
        calibration=told.record.calibration if told.record is not None else None,
        rows=told.rows,
        acquired_failures=_not_acquired(told),
        matches=[_bar(f"{row.score:.4f}", row.fmr) for row in rows],
        misses=[_bar(f"{row.score:.4f}", row.fnmr) for row in rows],
        by_group=_by_group(told.fairness) if told.fairness is not None else [],
        ticks=[(power, _place(10.0**power)) for power in range(int(_LEFT), 1)],
    )


def _not_acquired(told: ModelNote) -> int:
    """Return how many photographs of the record showed no face that could be used."""
    return sum(count for _, count in told.record.calibration.trials.not_acquired) if told.record else 0


def _by_group(fairness: PublishedFairness) -> list[tuple[PublishedColumn, list[Bar], list[Bar]]]:
    """Return each column of the report with the bars of its groups, where something can be said."""
    return [
        (
            column,
            [_bar(group.name, group.fmr) for group in column.groups if group.fmr is not None],
            [_bar(group.name, group.fnmr) for group in column.groups if group.fnmr is not None],
        )
        for column in fairness.columns
    ]


def _bar(label: str, rate: ErrorRate) -> Bar:
    return Bar(label, rate, _place(rate.rate), _place(rate.lower), _place(rate.upper))


def _place(rate: float) -> float:
    """Return where a rate stands, from 0 (one in ten million, or less) to 100 (every time)."""
    power = math.log10(rate) if rate > 0 else _LEFT
    return round(min(100.0, max(0.0, (power - _LEFT) / -_LEFT * 100)), 2)


PAGES: Final[Sequence[Page]] = (
    Page(path=PATH, handler=note, label="How well it works", listed=True, seconds=300),
)
