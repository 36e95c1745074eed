"""Answers of a service that analyses faces, as a table: how often it is wrong, by group.

The protocol of Gender Shades (Buolamwini and Gebru 2018): classification error at the intersections
of groups that were labelled without the service.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from countenance.errors import InvalidInputError
from countenance.fairness.intervals import rate_of
from countenance.fairness.measures import gini, max_min
from countenance.fairness.model import Direction, Rate, Tally, Verdict
from countenance.fairness.score_table import Columns, ScoreTable, read_rows, trials_by_group
from countenance.fairness.verdicts import rate_verdict, worst

_RIGHT, _WRONG, _NONE = "1", "0", ""
_BETWEEN = 0.5
_FEWEST = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictionColumns:
    """Which column says the truth, which the answer, which the groups, and which the subject if known."""

    truth: str
    prediction: str
    groups: tuple[str, ...]
    subject: str | None = None


def read_predictions(lines: Iterable[str], columns: PredictionColumns) -> ScoreTable:
    """Return the answers in a CSV text with its header; see `read_prediction_rows`."""
    try:
        return read_prediction_rows(csv.reader(lines, strict=True), columns)
    except csv.Error as error:
        raise InvalidInputError(f"the table is not CSV: {error}") from error


def read_prediction_rows(rows: Iterable[Sequence[str]], columns: PredictionColumns) -> ScoreTable:
    """Return the answers in `rows`, the first of which names the columns, as 1 where right and 0 where wrong.

    Words are compared as they stand, without blanks around them and without regard to case. An
    empty answer is none, and is counted beside the errors. Raises `InvalidInputError`.
    """
    iterator = iter(rows)
    head = [name.strip() for name in next(iterator, [])]
    right, asked = (_unused(name, head) for name in ("right", "asked"))
    subjects = () if columns.subject is None else (columns.subject,)
    chosen = Columns(score=right, mated=asked, groups=columns.groups, subjects=subjects)
    return read_rows(chain([[right, asked, *head]], _compared(iterator, head, columns)), chosen)


def _unused(name: str, head: Sequence[str]) -> str:
    """Return `name`, or what it becomes with marks behind it, whichever no column is called."""
    while name in head:
        name += "'"
    return name


def _compared(
    rows: Iterator[Sequence[str]], head: Sequence[str], columns: PredictionColumns
) -> Iterator[list[str]]:
    """Yield rows with two values in front: whether the answer is right, and that it was asked."""
    if missing := [name for name in (columns.truth, columns.prediction) if head.count(name) != 1]:
        raise InvalidInputError(f"the table has not exactly one column `{missing[0]}`")
    truth, prediction = head.index(columns.truth), head.index(columns.prediction)
    for number, row in enumerate(rows, start=2):
        if not row:
            continue
        if len(row) != len(head):
            raise InvalidInputError(f"line {number}: there are not as many values as columns")
        known, answer = (row[at].strip().casefold() for at in (truth, prediction))
        if not known:
            raise InvalidInputError(f"line {number}: the truth is missing")
        yield [_NONE if not answer else _RIGHT if answer == known else _WRONG, "1", *row]


def error_document(table: ScoreTable, columns: Iterable[int], cap: float | None) -> dict[str, Any]:
    """Return error rates of the groups that `columns` (numbers) intersect to, with measures and verdicts."""
    if cap is not None and not 0.0 < cap < 1.0:
        raise InvalidInputError(f"`{cap}` is no cap between 0 and 1")
    trials = trials_by_group(table, list(columns), threshold=_BETWEEN, direction=Direction.SAME)
    if not trials:
        raise InvalidInputError("there is no group")
    tallies = {name: trials[name].mated for name in sorted(trials)}
    rates = {name: rate_of(tally, groups=len(tallies)) for name, tally in tallies.items()}
    verdicts = {name: rate_verdict(rate, cap) for name, rate in rates.items()}
    known = [rate.rate for rate in rates.values() if rate.rate is not None]
    return {
        "groups": {name: _group(tallies[name], rate) for name, rate in rates.items()},
        "error_max_min": max_min(known),
        "error_gap": max(known) - min(known) if len(known) >= _FEWEST else None,
        "gini_error": gini(known),
        "verdicts": {
            "error": {
                "cap": cap,
                "verdict": worst([one.verdict for one in verdicts.values()]).value,
                "groups": {
                    name: {
                        "verdict": one.verdict.value,
                        "lower": one.lower,
                        "upper": one.upper,
                        "why": one.why,
                    }
                    for name, one in verdicts.items()
                },
            }
        },
        "verdict": (
            Verdict.NO_CAP if cap is None else worst([one.verdict for one in verdicts.values()])
        ).value,
    }


def _group(tally: Tally, rate: Rate) -> dict[str, Any]:
    return {
        "trials": rate.trials,
        "errors": rate.errors,
        "no_answer": tally.failures,
        "subjects": rate.subjects,
        "error": rate.rate,
        "error_interval": None if rate.rate is None else [rate.lower, rate.upper],
        "error_worst_upper": rate.worst_upper,
    }
