"""Images whose subjects and groups are known: what a measurement is made on.

Groups are read, never found out: nothing here or elsewhere looks at an image to tell them.
"""

from __future__ import annotations

import csv
import hashlib
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
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


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestImage:
    """One image, whom it shows, and the values of the group columns, empty where unknown."""

    image: str
    subject: str
    groups: tuple[str, ...]


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

    def digest(self, contents: Mapping[str, str]) -> str:
        """Return the SHA-256 (hex) over columns, rows in their order, and each image's own digest.

        One tab-separated line each; an image that could not be read has `-` for a digest.
        """
        digest = hashlib.sha256()
        for column in self.columns:
            edges = ",".join(f"{edge:g}" for edge in column.edges)
            digest.update(f"{column.name}\t{column.source}\t{edges}\n".encode())
        for image in self.images:
            row = "\t".join((image.image, image.subject, *image.groups, contents.get(image.image, "-")))
            digest.update(f"{row}\n".encode())
        return digest.hexdigest()

    def protocol_digest(self) -> str:
        """Return the digest before an image was read, which is what is registered beforehand."""
        return self.digest({})


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
    """Return the manifest in a CSV text with its header.

    Columns `image` (a path below the root) and `subject`; the others are groups, but a column
    `NAME_source`, which says where the labels of NAME come from, with one value throughout.
    Raises `InvalidInputError`, with the line where there is one.
    """
    try:
        reader = csv.DictReader(lines, strict=True)
        rows = [_stripped(row, reader.line_num) for row in reader]
    except csv.Error as error:
        raise InvalidInputError(f"the manifest is not CSV: {error}") from error
    head = [name.strip() for name in reader.fieldnames or ()]
    columns = _columns(head, rows, labels)
    images = tuple(_image(row, line, columns) for line, row in enumerate(rows, start=2))
    _check(images)
    return Manifest(images=images, columns=columns)


def _columns(
    head: Sequence[str], rows: Sequence[Mapping[str, str]], labels: Labels
) -> tuple[GroupColumn, ...]:
    if missing := [name for name in (*_NEEDED, *(labels.columns or ())) if head.count(name) != 1]:
        raise InvalidInputError(f"the manifest has not exactly one column `{missing[0]}`")
    if not rows:
        raise InvalidInputError("the manifest is empty")
    others = [name for name in head if name not in _NEEDED and not name.endswith(_SOURCE)]
    named = others if labels.columns is None else list(dict.fromkeys(labels.columns))
    if unknown := [name for name in (*labels.bands, *labels.sources) if name not in named]:
        raise InvalidInputError(f"`{unknown[0]}` is not among the group columns")
    if not named:
        raise InvalidInputError("the manifest has no group column")
    stated = {**_stated(head, rows), **labels.sources}
    return tuple(
        GroupColumn(name=name, source=stated.get(name, SOURCE_NOT_STATED), edges=_edges(name, labels.bands))
        for name in named
    )


def _stripped(row: Mapping[str | None, str | list[str] | None], line: int) -> dict[str, str]:
    if None in row or None in row.values():
        raise InvalidInputError(f"line {line}: there are not as many values as columns")
    if line > MOST_IMAGES + 1:
        raise InvalidInputError(f"the manifest has more than `{MOST_IMAGES}` images")
    return {str(name).strip(): str(value).strip() for name, value in row.items()}


def _stated(head: Sequence[str], rows: Sequence[Mapping[str, str]]) -> dict[str, str]:
    found = {}
    for name in head:
        if not name.endswith(_SOURCE):
            continue
        values = {row[name] for row in rows}
        if len(values) > 1:
            raise InvalidInputError(f"the column `{name}` names several sources; a column has one")
        found[name.removesuffix(_SOURCE)] = values.pop() or SOURCE_NOT_STATED
    return found


def _edges(name: str, bands: Mapping[str, tuple[float, ...]]) -> tuple[float, ...]:
    edges = bands.get(name, ())
    if list(edges) != sorted(set(edges)):
        raise InvalidInputError(f"the bands of `{name}` are not in ascending order")
    return edges


def _image(row: Mapping[str, str], line: int, columns: Sequence[GroupColumn]) -> ManifestImage:
    name, subject = row["image"], row["subject"]
    path = PurePosixPath(name)
    if not name or path.is_absolute() or ".." in path.parts:
        raise InvalidInputError(f"line {line}: `{name}` is not a path below the root")
    if not subject:
        raise InvalidInputError(f"line {line}: a subject is missing")
    groups = tuple(column.value(row[column.name], line) for column in columns)
    return ManifestImage(image=name, subject=subject, groups=groups)


def _check(images: Sequence[ManifestImage]) -> None:
    """Raise if an image stands twice, a subject has two values of a group, or there are too many cells."""
    seen: set[str] = set()
    groups: dict[str, tuple[str, ...]] = {}
    for image in images:
        if image.image in seen:
            raise InvalidInputError(f"`{image.image}` stands in the manifest twice")
        seen.add(image.image)
        if groups.setdefault(image.subject, image.groups) != image.groups:
            raise InvalidInputError(f"the subject `{image.subject}` has two values of one group column")
    if (cells := len(set(groups.values()))) > MOST_CELLS:
        raise InvalidInputError(
            f"the group columns intersect to {cells} groups, more than `{MOST_CELLS}`: name fewer columns,"
            " or put numbers into bands"
        )
