"""Images whose subjects and groups are known: what a measurement is made on.

Groups are read, never found out: nothing here or elsewhere looks at an image to tell them.
"""

from __future__ import annotations

import csv
import hashlib
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import repeat
from pathlib import PurePosixPath

from countenance.errors import InvalidInputError

MOST_IMAGES = 2_000_000
MOST_CELLS = 64
"""Groups and their intersections; each pair of them has a histogram of its own."""

SOURCE_NOT_STATED = "not stated"

_NEEDED = ("image", "subject")
_UNKNOWN = frozenset({"", "na", "n/a", "nan", "null", "none", "unknown"})
"""How tables say that a number is not known; among words any of these may be a group."""

_SOURCE = "_source"
_PART = "part"


class Part(StrEnum):
    """What an image is for in a search through many: it is enrolled, or searched with."""

    ENROL = "enrol"
    PROBE = "probe"


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestImage:
    """One image, whom it shows, and the values of the group columns, empty where unknown.

    `part` is what it is for in 1:N trials, None where the manifest has none.
    """

    image: str
    subject: str
    groups: tuple[str, ...]
    part: Part | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupColumn:
    """A column of groups, where its labels come from, and the edges of its bands if it is a number.

    Edges 30 and 50 give `below 30`, `30 to below 50` and `50 and above`.
    """

    name: str
    source: str = SOURCE_NOT_STATED
    edges: tuple[float, ...] = ()

    def value(self, text: str, line: int) -> str:
        """Return the group of a cell's text; raises `InvalidInputError` for a number that is none."""
        if not self.edges:
            return text
        if text.lower() in _UNKNOWN:
            return ""
        try:
            at = bisect_right(self.edges, float(text))
        except ValueError:
            raise InvalidInputError(
                f"line {line}: `{text[:40]}` in `{self.name}` is no number, and was to be put into bands"
            ) from None
        if at == 0:
            return f"below {self.edges[0]:g}"
        if at == len(self.edges):
            return f"{self.edges[-1]:g} and above"
        return f"{self.edges[at - 1]:g} to below {self.edges[at]:g}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """The images of a measurement, and the columns that they are compared by."""

    images: tuple[ManifestImage, ...]
    columns: tuple[GroupColumn, ...]

    def digest(self, contents: Iterable[str]) -> str:
        """Return the SHA-256 (hex) over columns, rows in their order, and each image's own digest.

        One tab-separated line each. `contents` are the images' digests in their order, `-` for an
        image that could not be read.
        """
        digest = hashlib.sha256()
        for column in self.columns:
            edges = ",".join(f"{edge:g}" for edge in column.edges)
            digest.update(f"{column.name}\t{column.source}\t{edges}\n".encode())
        for image, content in zip(self.images, contents, strict=True):
            part = () if image.part is None else (image.part.value,)
            row = "\t".join((image.image, image.subject, *image.groups, *part, content))
            digest.update(f"{row}\n".encode())
        return digest.hexdigest()

    def protocol_digest(self) -> str:
        """Return the digest before an image was read, which is what is registered beforehand."""
        return self.digest(repeat("-", len(self.images)))

    @property
    def one_to_many(self) -> bool:
        """Tell whether images are said to be enrolled and to be searched with."""
        return any(image.part is not None for image in self.images)


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """How a manifest's group columns are read.

    `columns` are those to compare by, None for all; `bands` the edges of those that are numbers;
    `sources` where labels come from, where the manifest does not say it itself.
    """

    columns: tuple[str, ...] | None = None
    bands: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)


def read_manifest(lines: Iterable[str], labels: Labels) -> Manifest:
    """Return the manifest in a CSV text with its header; see `read_manifest_rows`."""
    try:
        return read_manifest_rows(csv.reader(lines, strict=True), labels)
    except csv.Error as error:
        raise InvalidInputError(f"the manifest is not CSV: {error}") from error


def read_manifest_rows(rows: Iterable[Sequence[str]], labels: Labels) -> Manifest:
    """Return the manifest in `rows`, the first of which names the columns.

    Columns `image` (a path below the root) and `subject`; `part`, if there is one, says which
    images are enrolled and which searched with; the others are groups, but a column
    `NAME_source`, which says where the labels of NAME come from, with one value throughout.
    Raises `InvalidInputError`, with the line where there is one.
    """
    iterator = iter(rows)
    head = [name.strip() for name in next(iterator, [])]
    columns = _columns(head, labels)
    gathering = _Gathering(head, columns)
    images = tuple(
        gathering.image(row, line) for line, row in enumerate(iterator, start=2) if any(map(str.strip, row))
    )
    if not images:
        raise InvalidInputError("the manifest is empty")
    if (cells := len(set(gathering.groups.values()))) > MOST_CELLS:
        raise InvalidInputError(
            f"the group columns intersect to {cells} groups, more than `{MOST_CELLS}`: name fewer columns,"
            " or put numbers into bands"
        )
    stated = {**gathering.stated(), **labels.sources}
    sourced = (replace(one, source=stated.get(one.name, SOURCE_NOT_STATED)) for one in columns)
    return Manifest(images=images, columns=tuple(sourced))


def _columns(head: Sequence[str], labels: Labels) -> tuple[GroupColumn, ...]:
    if missing := [name for name in (*_NEEDED, *(labels.columns or ())) if head.count(name) != 1]:
        raise InvalidInputError(f"the manifest has not exactly one column `{missing[0]}`")
    if repeated := [name for name in head if head.count(name) > 1]:
        raise InvalidInputError(f"the manifest has two columns `{repeated[0]}`")
    others = [name for name in head if name not in {*_NEEDED, _PART} and not name.endswith(_SOURCE)]
    named = others if labels.columns is None else list(dict.fromkeys(labels.columns))
    if unknown := [name for name in (*labels.bands, *labels.sources) if name not in named]:
        raise InvalidInputError(f"`{unknown[0]}` is not among the group columns")
    if not named:
        raise InvalidInputError("the manifest has no group column")
    return tuple(GroupColumn(name=name, edges=_edges(name, labels.bands)) for name in named)


def _edges(name: str, bands: Mapping[str, tuple[float, ...]]) -> tuple[float, ...]:
    edges = bands.get(name, ())
    if list(edges) != sorted(set(edges)):
        raise InvalidInputError(f"the bands of `{name}` are not in ascending order")
    return edges


class _Gathering:
    """Reads rows one by one, and keeps what they must agree on; equal texts are held once."""

    def __init__(self, head: Sequence[str], columns: Sequence[GroupColumn]) -> None:
        self._width, self._columns = len(head), columns
        self._image, self._subject = (head.index(name) for name in _NEEDED)
        self._part = head.index(_PART) if _PART in head else None
        self._places = [head.index(column.name) for column in columns]
        self._sources = {name: head.index(name) for name in head if name.endswith(_SOURCE)}
        self._found: dict[str, set[str]] = {name: set() for name in self._sources}
        self._seen: set[str] = set()
        self._held: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._subjects: dict[str, str] = {}
        self.groups: dict[str, tuple[str, ...]] = {}

    def image(self, row: Sequence[str], line: int) -> ManifestImage:
        """Return the image of one row."""
        if len(row) != self._width:
            raise InvalidInputError(f"line {line}: there are not as many values as columns")
        if line > MOST_IMAGES + 1:
            raise InvalidInputError(f"the manifest has more than `{MOST_IMAGES}` images")
        values = [value.strip() for value in row]
        if any(not value.isprintable() for value in values):
            raise InvalidInputError(f"line {line}: a value has a character that cannot be printed")
        for name, place in self._sources.items():
            self._source(name, values[place])
        image = values[self._image]
        path = PurePosixPath(image)
        if not image or path.is_absolute() or ".." in path.parts:
            raise InvalidInputError(f"line {line}: `{image[:80]}` is not a path below the root")
        if image in self._seen:
            raise InvalidInputError(f"`{image[:80]}` stands in the manifest twice")
        self._seen.add(image)
        subject = self._subjects.setdefault(values[self._subject], values[self._subject])
        if not subject:
            raise InvalidInputError(f"line {line}: a subject is missing")
        return ManifestImage(
            image=image,
            subject=subject,
            groups=self._groups(values, subject, line),
            part=None if self._part is None else _part(values[self._part], line),
        )

    def stated(self) -> dict[str, str]:
        """Return the source of each column that has one beside it."""
        return {
            name.removesuffix(_SOURCE): next(iter(found), "") or SOURCE_NOT_STATED
            for name, found in self._found.items()
        }

    def _groups(self, values: Sequence[str], subject: str, line: int) -> tuple[str, ...]:
        groups = tuple(
            column.value(values[place], line)
            for column, place in zip(self._columns, self._places, strict=True)
        )
        groups = self._held.setdefault(groups, groups)
        if self.groups.setdefault(subject, groups) != groups:
            raise InvalidInputError(f"the subject `{subject[:80]}` has two values of one group column")
        return groups

    def _source(self, name: str, value: str) -> None:
        self._found[name].add(value)
        if len(self._found[name]) > 1:
            raise InvalidInputError(f"the column `{name}` names several sources; a column has one")


def _part(text: str, line: int) -> Part | None:
    try:
        return Part(text.lower()) if text else None
    except ValueError:
        raise InvalidInputError(f"line {line}: `{text[:40]}` is no part: `enrol` or `probe`") from None
