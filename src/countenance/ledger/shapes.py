"""Reading many entries: those of a shape that is known are recognised whole, by one expression.

A log holds few shapes of entries: the same names in the same order with values of the same kinds. An
expression made from an entry that was parsed fits exactly such leaves in canonical form, so that what
it fits `parse_leaf` would take as well; whatever it does not fit is parsed. That holds for plain
leaves, of printable ASCII without backslashes, in which every text has one spelling and a quotation mark
always ends it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from countenance.ledger.model import JsonValue

PERMITTED: Final = ":permitted"
CLOSED: Final = (":completed", ":failed", ":held")
"""How the type of an entry ends that permits an act, and of those that close it."""

PLAIN: Final = bytes(set(range(0x20, 0x7F)) - set(b"\\"))
"""What plain leaves consist of."""

_TEXT: Final = '"[^"]*"'
_NUMBER: Final = r"(?:0|-?[1-9][0-9]{0,14})"
_WORD: Final = r"(?:true|false|null)"
_SCALAR: Final = rf"(?:{_TEXT}|{_NUMBER}|{_WORD})"
_LIST: Final = rf"\[(?:{_SCALAR}(?:,{_SCALAR})*)?\]"
_PLAIN_NAME: Final = re.compile(r"[ !#-\[\]-~]*")
_PERMIT: Final = ("permit",)
_ASKED: Final = frozenset(
    {("t",), ("decision",), _PERMIT, ("gallery",), ("manifest", "before"), ("manifest", "after")}
)
TYPE: Final = b'"type":"'
_MOST_SHAPES: Final = 16
_MOSTTYPES: Final = 512
_MOST_NAMES: Final = 64

Path = tuple[str, ...]


class _NoShape(Exception):  # noqa: N818  no error: the entry is parsed each time
    """The entry has something for which there is no expression."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What fits every leaf of one shape, and which of its groups hold what is asked: 0 for what there is not.

    `groups` are those of the time, the decision and the permit; `manifest` those of the gallery whose
    manifest changed, and of the manifest before and after it. `opens` is one that permits the act of a
    decision, `closes` one by which that is over.
    """

    fits: Callable[[bytes], re.Match[bytes] | None]
    kind: str
    groups: tuple[int, int, int]
    manifest: tuple[int, int, int] | None
    opens: bool
    closes: bool


@dataclass(slots=True)
class Shapes:
    """The shapes that were learned so far; `like` has them by what stands from `TYPE` to the leaf's end.

    They say something of plain leaves alone.
    """

    like: dict[bytes, list[Shape]] = field(default_factory=dict)

    def learn(self, leaf: bytes, document: Mapping[str, JsonValue]) -> None:
        """Learn the shape of a leaf which was parsed as `document`, if it has one."""
        kind = leaf[leaf.rfind(TYPE) :]
        shapes = self.like.get(kind, [])
        full = len(shapes) >= _MOST_SHAPES or (not shapes and len(self.like) >= _MOSTTYPES)
        if full or leaf.translate(None, PLAIN):
            return
        try:
            made = _shape_of(document)
        except _NoShape:
            return
        if made.fits(leaf) is not None:
            self.like[kind] = [*shapes, made]


def _shape_of(document: Mapping[str, JsonValue]) -> Shape:
    places: list[Path] = []
    pattern = _object(document, (), places)
    at = {place: number for number, place in enumerate(places, 1)}
    groups = (at[("t",)], at.get(("decision",), 0), at.get(("permit",), 0))
    chain = tuple(at.get(place, 0) for place in (("gallery",), ("manifest", "before"), ("manifest", "after")))
    asks = isinstance(document.get("gallery"), str) and isinstance(document.get("manifest"), Mapping)
    if asks and 0 in chain:
        raise _NoShape
    manifest = (chain[0], chain[1], chain[2]) if asks else None
    kind, acts = str(document["type"]), groups[1] > 0
    return Shape(
        fits=re.compile(pattern.encode()).fullmatch,
        kind=kind,
        groups=groups,
        manifest=manifest,
        opens=acts and kind.endswith(PERMITTED),
        closes=acts and kind.endswith(CLOSED),
    )


def _object(document: Mapping[str, JsonValue], within: Path, places: list[Path]) -> str:
    if len(document) > _MOST_NAMES:
        raise _NoShape
    fields = []
    for name, value in document.items():
        if not _PLAIN_NAME.fullmatch(name):
            raise _NoShape
        fields.append(f'"{re.escape(name)}":{_value(value, (*within, name), places)}')
    return r"\{" + ",".join(fields) + r"\}"


def _value(value: JsonValue, path: Path, places: list[Path]) -> str:
    """Return the expression of a value: any of its kind, but the version and type as they are."""
    if path in (("v",), ("type",)):
        return re.escape(json.dumps(value))
    if path in _ASKED:
        if isinstance(value, bool) or not isinstance(value, int if path == _PERMIT else str):
            raise _NoShape
        places.append(path)
        return f"({_NUMBER})" if path == _PERMIT else f'"({_TEXT[1:-1]})"'
    if isinstance(value, Mapping):
        return _object(value, path, places)
    if isinstance(value, (tuple, list)):
        if all(item is None or isinstance(item, (str, int)) for item in value):
            return _LIST
        raise _NoShape
    return _TEXT if isinstance(value, str) else _WORD if value is None or isinstance(value, bool) else _NUMBER
