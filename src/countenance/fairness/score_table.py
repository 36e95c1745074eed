"""Scores that were made elsewhere, as a table: any system can be judged from them."""

from __future__ import annotations

import csv
import math
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from countenance.errors import InvalidInputError
from countenance.fairness.model import BySubject, Direction, Floats, GroupTrials, Numbers, Tally

MOST_ROWS = 50_000_000
MOST_GROUPS = 1000
BETWEEN = " & "
"""Stands between the values of an intersection."""

_TRUTH = {"1": True, "true": True, "yes": True, "mated": True, "genuine": True}
_TRUTH |= {"0": False, "false": False, "no": False, "nonmated": False, "non-mated": False, "impostor": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Which column of a table says what.

    `groups` are one or more columns; several give their intersections. `subjects` are none,
    the subject of both images or of the one compared, or the subjects of either image.
    """

    score: str
    mated: str
    groups: tuple[str, ...]
    subjects: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.groups:
            raise InvalidInputError("a table is compared by at least one group column")
        if len(set(self.groups)) < len(self.groups):
            raise InvalidInputError("a group column is named twice")
        if len(self.subjects) > len("ab"):
            raise InvalidInputError("a comparison has at most two subjects")


@dataclass(frozen=True, slots=True, eq=False)
class ScoreTable:
    """The rows of a table, n each; a score is NaN where the comparison could not be made.

    `values` holds for each group column the values that occur, `codes` (columns x n) which of
    them a row has, -1 for none. `subjects` (0 to 2 x n) are numbers of subjects.
    """

    scores: Floats
    mated: npt.NDArray[np.bool_]
    columns: tuple[str, ...]
    values: tuple[tuple[str, ...], ...]
    codes: Numbers
    subjects: Numbers


@dataclass(slots=True)
class _Gathered:
    scores: array[float] = field(default_factory=lambda: array("d"))
    mated: array[int] = field(default_factory=lambda: array("b"))
    codes: list[array[int]] = field(default_factory=list)
    names: list[dict[str, int]] = field(default_factory=list)
    subjects: list[array[int]] = field(default_factory=list)
    subject_names: dict[str, int] = field(default_factory=dict)


def truth_of(text: str) -> bool | None:
    """Return whether a word says that both images show one subject; None for a word that says neither."""
    return _TRUTH.get(text.strip().lower())


def read_scores(lines: Iterable[str], columns: Columns) -> ScoreTable:
    """Return the table in a CSV text with its header.

    A score is a finite number, or empty or NaN where the comparison could not be made. Truth is 1 or
    0, true or false, yes or no, mated or nonmated. A row with an empty group is left out of
    that column's groups. Raises `InvalidInputError`, with the line, for anything else.
    """
    try:
        return read_rows(csv.reader(lines, strict=True), columns)
    except csv.Error as error:
        raise InvalidInputError(f"the table is not CSV: {error}") from error


def read_rows(rows: Iterable[Sequence[str]], columns: Columns) -> ScoreTable:
    """Return the table of `rows`, the first of which names the columns; errors as in `read_scores`."""
    iterator = iter(rows)
    places = _places([name.strip() for name in next(iterator, [])], columns)
    width = max(max(place) for place in places.values() if place)
    gathered = _Gathered(
        codes=[array("q") for _ in columns.groups],
        names=[{} for _ in columns.groups],
        subjects=[array("q") for _ in columns.subjects],
    )
    for number, row in enumerate(iterator, start=2):
        if not row:
            continue
        if len(row) <= width:
            raise InvalidInputError(f"line {number}: there are {len(row)} values, fewer than columns")
        if len(gathered.scores) == MOST_ROWS:
            raise InvalidInputError(f"the table has more than `{MOST_ROWS}` rows")
        _gather(row, places, gathered, number)
    if not gathered.scores:
        raise InvalidInputError("the table has no rows")
    return _table(gathered, columns)


def _places(head: Sequence[str], columns: Columns) -> Mapping[str, tuple[int, ...]]:
    wanted = {
        "score": (columns.score,),
        "mated": (columns.mated,),
        "groups": columns.groups,
        "subjects": columns.subjects,
    }
    missing = [name for names in wanted.values() for name in names if head.count(name) != 1]
    if missing:
        shown = ", ".join(f"`{name}`" for name in head[:20])
        raise InvalidInputError(f"the table has not exactly one column `{missing[0]}`, but {shown or 'none'}")
    return {what: tuple(head.index(name) for name in names) for what, names in wanted.items()}


def _gather(row: Sequence[str], places: Mapping[str, tuple[int, ...]], into: _Gathered, line: int) -> None:
    into.scores.append(_score(row[places["score"][0]], line))
    truth = truth_of(row[places["mated"][0]])
    if truth is None:
        raise InvalidInputError(f"line {line}: `{row[places['mated'][0]][:40]}` is neither 1 nor 0")
    into.mated.append(truth)
    for place, codes, names in zip(places["groups"], into.codes, into.names, strict=True):
        value = row[place].strip()
        codes.append(names.setdefault(value, len(names)) if value else -1)
        if len(names) > MOST_GROUPS:
            raise InvalidInputError(f"line {line}: a group column has more than `{MOST_GROUPS}` values")
    for place, subjects in zip(places["subjects"], into.subjects, strict=True):
        if not (name := row[place].strip()):
            raise InvalidInputError(f"line {line}: a subject is missing")
        subjects.append(into.subject_names.setdefault(name, len(into.subject_names)))


def _score(text: str, line: int) -> float:
    if not text.strip():
        return math.nan
    try:
        score = float(text)
    except ValueError:
        raise InvalidInputError(f"line {line}: `{text[:40]}` is no score") from None
    if math.isinf(score):
        raise InvalidInputError(f"line {line}: `{text[:40]}` is no score; leave it empty where none was made")
    return score


def _table(gathered: _Gathered, columns: Columns) -> ScoreTable:
    rows = len(gathered.scores)
    mated = np.frombuffer(gathered.mated, dtype=np.int8).astype(np.bool_)
    subjects = np.array(gathered.subjects, dtype=np.int64).reshape(len(columns.subjects), rows)
    if len(subjects) > 1 and len(wrong := np.flatnonzero((subjects[0] == subjects[1]) != mated)):
        raise InvalidInputError(f"row {wrong[0] + 1}: the subjects contradict whether it is mated")
    return ScoreTable(
        scores=np.frombuffer(gathered.scores, dtype=np.float64),
        mated=mated,
        columns=columns.groups,
        values=tuple(tuple(names) for names in gathered.names),
        codes=np.array(gathered.codes, dtype=np.int64).reshape(len(columns.groups), rows),
        subjects=subjects,
    )


def trials_by_group(
    table: ScoreTable, columns: Sequence[int], *, threshold: float, direction: Direction
) -> dict[str, GroupTrials]:
    """Return the trials of each group of the partition that `columns` (numbers) intersect to.

    Rows without a value in one of them take no part. Raises `InvalidInputError` for more than
    1,000 groups.
    """
    codes = np.zeros(len(table.scores), dtype=np.int64)
    placed = np.ones(len(table.scores), dtype=np.bool_)
    for column in columns:
        codes = codes * len(table.values[column]) + table.codes[column]
        placed &= table.codes[column] >= 0
    rows = np.flatnonzero(placed)
    rows = rows[np.argsort(codes[rows], kind="stable")]
    found, starts = np.unique(codes[rows], return_index=True)
    if len(found) > MOST_GROUPS:
        raise InvalidInputError(f"there are more than `{MOST_GROUPS}` groups")
    accepted = direction.accepts(table.scores, threshold)
    parts = np.split(rows, starts[1:]) if len(found) else []
    return {
        _name(table, columns, int(rows_of[0])): GroupTrials(
            mated=_tally(table, rows_of[table.mated[rows_of]], ~accepted, sides=1),
            non_mated=_tally(table, rows_of[~table.mated[rows_of]], accepted, sides=len(table.subjects)),
        )
        for rows_of in parts
    }


def unplaced(table: ScoreTable) -> int:
    """Return how many rows lack a value in one of the group columns."""
    return int(np.count_nonzero((table.codes < 0).any(axis=0)))


def _name(table: ScoreTable, columns: Sequence[int], row: int) -> str:
    return BETWEEN.join(table.values[column][table.codes[column, row]] for column in columns)


def _tally(table: ScoreTable, rows: Numbers, wrong: npt.NDArray[np.bool_], *, sides: int) -> Tally:
    compared = rows[~np.isnan(table.scores[rows])]
    errors = wrong[compared]
    failures = len(rows) - len(compared)
    if not len(table.subjects):
        return Tally(int(errors.sum()), len(compared), failures)
    by_subject = _by_subject(table.subjects[:sides, compared], errors)
    return Tally(int(errors.sum()), len(compared), failures, by_subject)


def _by_subject(subjects: Numbers, errors: npt.NDArray[np.bool_]) -> BySubject:
    """Return errors and trials by subject; with two sides also what pairs of subjects share."""
    taking_part, numbers = np.unique(subjects, return_inverse=True)
    numbers = numbers.reshape(subjects.shape)
    weights = errors.astype(np.float64)
    trials, wrong = np.zeros(len(taking_part)), np.zeros(len(taking_part))
    for side in numbers:
        trials += np.bincount(side, minlength=len(trials))
        wrong += np.bincount(side, weights, minlength=len(wrong))
    shared = _shared(numbers, weights, len(trials)) if len(numbers) > 1 and len(weights) else 0.0
    return BySubject(wrong, trials, shared)


def _shared(numbers: Numbers, errors: Floats, count: int) -> float:
    low, high = numbers.min(axis=0), numbers.max(axis=0)
    _, pairs = np.unique(low * count + high, return_inverse=True)
    residuals = np.bincount(pairs, errors) - errors.mean() * np.bincount(pairs)
    return float(residuals @ residuals)
