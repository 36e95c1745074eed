"""What a calibration compares: pairs of images whose truth is known."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from countenance.biometrics.faces import FaceChoice
from countenance.errors import InvalidInputError

_NEEDED = ("a", "b", "mated")
_TRUTH = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
_MOST_PAIRS = 10_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialPair:
    """Two images by name, whether they show one subject, and which subjects they show.

    `fold` is the part of a cross-validation that the pair belongs to, None where the list
    has none.
    """

    a: str
    b: str
    mated: bool
    subject_a: str
    subject_b: str
    fold: str | None = None


@dataclass(frozen=True, slots=True)
class PairList:
    """The pairs of a data set; `subjects_known` is False where subjects are guessed from mated pairs."""

    pairs: tuple[TrialPair, ...]
    subjects_known: bool

    def subjects(self) -> dict[str, str]:
        """Return the subject of each image, in the order in which the list names images."""
        named: dict[str, str] = {}
        for pair in self.pairs:
            named.setdefault(pair.a, pair.subject_a)
            named.setdefault(pair.b, pair.subject_b)
        return named


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationPlan:
    """A data set's pairs, and how they are compared.

    `name` names the data set. `cross` takes every pair of images of different subjects as
    non-mated trials, the listed ones among them. `remarks` go into the record as they are.
    Raises `InvalidInputError` for a list without mated or without non-mated pairs, and for
    `cross` over subjects that are only guessed.
    """

    name: str
    pairs: PairList
    face: FaceChoice
    cross: bool = False
    remarks: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        truths = {pair.mated for pair in self.pairs.pairs}
        if truths != {True, False}:
            raise InvalidInputError("a calibration needs mated and non-mated pairs")
        if self.cross and not self.pairs.subjects_known:
            raise InvalidInputError(
                "all pairs of different subjects cannot be made without knowing the subjects:"
                " give the columns `subject_a` and `subject_b`"
            )


def read_pairs(lines: Iterable[str]) -> PairList:
    """Return the pairs of a CSV text with its header; see `read_pair_rows`."""
    try:
        return read_pair_rows(csv.reader(lines, strict=True))
    except csv.Error as error:
        raise InvalidInputError(f"the list of pairs is not CSV: {error}") from error


def read_pair_rows(rows: Iterable[Sequence[str]]) -> PairList:
    """Return the pairs of `rows`, the first of which names the columns.

    Columns: `a` and `b` (image paths), `mated` (1 or 0), optional `fold`, and optional
    `subject_a` and `subject_b`. Without the last two an image shows the subject that its
    folder is named after. If folders contradict the list (mated images in different folders,
    or non-mated ones in one), images linked by mated pairs show one subject and every other
    image one of its own. Raises `InvalidInputError`, with the line where there is one, for
    what cannot be read or contradicts itself.
    """
    pairs, explicit = _listed(rows)
    if not pairs:
        raise InvalidInputError("the list of pairs is empty")
    fault = _contradiction(pairs)
    if fault is not None and explicit:
        raise InvalidInputError(fault)
    return PairList(tuple(pairs) if fault is None else _linked(pairs), fault is None)


def _listed(rows: Iterable[Sequence[str]]) -> tuple[list[TrialPair], bool]:
    """Return the pairs, and whether subjects stand beside them."""
    iterator = iter(rows)
    columns = {name.strip(): place for place, name in enumerate(next(iterator, []))}
    if missing := [name for name in _NEEDED if name not in columns]:
        raise InvalidInputError(f"the list of pairs has no column {_quoted(missing)}")
    explicit = "subject_a" in columns and "subject_b" in columns
    pairs: list[TrialPair] = []
    for line, row in enumerate(iterator, start=2):
        if not row:
            continue
        if len(pairs) == _MOST_PAIRS:
            raise InvalidInputError(f"the list has more than `{_MOST_PAIRS}` pairs")
        named = {name: row[place] if place < len(row) else "" for name, place in columns.items()}
        pairs.append(_pair(named, line, explicit=explicit))
    return pairs, explicit


def _pair(row: Mapping[str, str], line: int, *, explicit: bool) -> TrialPair:
    values = {name: value.strip() for name, value in row.items()}
    mated = _TRUTH.get(values["mated"].lower())
    if mated is None:
        raise InvalidInputError(f"line {line}: `{values['mated']}` is neither 1 nor 0")
    for name in (values["a"], values["b"]):
        if not name or PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
            raise InvalidInputError(f"line {line}: `{name}` is not a path below the root")
    if values["a"] == values["b"]:
        raise InvalidInputError(f"line {line}: `{values['a']}` is paired with itself")
    subjects = [
        values[f"subject_{side}"] if explicit else str(PurePosixPath(values[side]).parent) for side in "ab"
    ]
    if not all(subjects):
        raise InvalidInputError(f"line {line}: a subject is missing")
    return TrialPair(
        a=values["a"],
        b=values["b"],
        mated=mated,
        subject_a=subjects[0],
        subject_b=subjects[1],
        fold=values.get("fold") or None,
    )


def _contradiction(pairs: Sequence[TrialPair]) -> str | None:
    """Return where subjects and truth contradict, or where one image shows two subjects."""
    shown: dict[str, str] = {}
    for pair in pairs:
        if (pair.subject_a == pair.subject_b) != pair.mated:
            truth = "mated" if pair.mated else "non-mated"
            return f"`{pair.a}` and `{pair.b}` are {truth} but their subjects say otherwise"
        for image, subject in ((pair.a, pair.subject_a), (pair.b, pair.subject_b)):
            if shown.setdefault(image, subject) != subject:
                return f"`{image}` shows two subjects"
    return None


def _linked(pairs: Sequence[TrialPair]) -> tuple[TrialPair, ...]:
    """Return the pairs with subjects made from the mated pairs alone."""
    leaders: dict[str, str] = {}

    def leader(image: str) -> str:
        while leaders.setdefault(image, image) != image:
            leaders[image] = leaders[leaders[image]]
            image = leaders[image]
        return image

    for pair in pairs:
        if pair.mated:
            leaders[leader(pair.b)] = leader(pair.a)
    linked = tuple(replace(pair, subject_a=leader(pair.a), subject_b=leader(pair.b)) for pair in pairs)
    if (fault := _contradiction(linked)) is not None:
        raise InvalidInputError(fault)
    return linked


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
