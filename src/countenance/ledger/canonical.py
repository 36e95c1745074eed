"""From an entry to the bytes of its leaf and back, in one canonical form."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Final, NoReturn

import orjson
import rfc8785

from countenance.errors import InvalidInputError, LedgerError, NaiveDateTimeError
from countenance.ledger.model import Entry, JsonValue, Person, Veiled, Written

LEAF_LIMIT: Final = 65_535
"""Most bytes a leaf may have: entry bundles of tlog-tiles give its length in 16 bits."""

LEAF_VERSION: Final = 1
RESERVED: Final = frozenset({"v", "t", "type"})
"""Names that every leaf has, so that no entry may use them for a field of its own."""

_SAFE_INTEGER: Final = 2**53 - 1
_MAX_DEPTH: Final = 16
_MOST_NAMES: Final = LEAF_LIMIT
_PLAIN: Final = frozenset({str, bool, type(None)})
"""The types of nearly every field, which need no look at what they hold."""

_CANONICAL: Final = orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS


def unveiled(value: Veiled) -> str:
    """Raise `InvalidInputError`: what writes this entry has no key to stand in for people and their words."""
    raise InvalidInputError(f"an entry holds a {type(value).__name__.lower()} where there is no key for it")


def leaf_bytes(entry: Entry, veil: Callable[[Veiled], str] = unveiled) -> bytes:
    """Return the RFC 8785 canonical JSON of `entry`, at most 65,535 bytes.

    `veil` turns persons and what they wrote into what stands for them; without it, an entry that
    has such is refused. Raises `InvalidInputError` for a float, an integer beyond 2**53 - 1, a
    reserved or non-string name, a value that is not JSON, nesting beyond 16 levels, or a leaf that
    is too long; `NaiveDateTimeError` for a time without zone.
    """
    clash = RESERVED & entry.fields.keys()
    if clash:
        raise InvalidInputError(f"an entry cannot have a field named `{min(clash)}`")
    document: dict[str, JsonValue] = {"v": LEAF_VERSION, "t": utc_text(entry.time), "type": entry.type.value}
    for name, value in entry.fields.items():
        document[name] = value if type(value) in _PLAIN else _checked(value, (name, veil))  # type: ignore[assignment]  # a plain type
    try:
        leaf = canonical_json(document)
    except ValueError as error:
        raise InvalidInputError("an entry holds text that has no canonical form") from error
    if len(leaf) > LEAF_LIMIT:
        raise InvalidInputError(f"an entry of {len(leaf)} bytes is longer than {LEAF_LIMIT}")
    return leaf


def canonical_json(document: Mapping[str, JsonValue]) -> bytes:
    """Return the RFC 8785 form of a document of texts, booleans, nulls, safe integers, arrays and objects.

    orjson writes exactly that form, except that it sorts names by code points and not by UTF-16
    units: the two differ only beyond ASCII, where the slower way is taken. Raises `ValueError` for
    text that is not Unicode and for an integer beyond 64 bits.
    """
    try:
        data = orjson.dumps(document, option=_CANONICAL)
    except orjson.JSONEncodeError as error:
        raise ValueError(str(error)) from error
    return data if data.isascii() or _ascii_names(document) else rfc8785.dumps(document)


def _ascii_names(value: JsonValue) -> bool:
    if isinstance(value, Mapping):
        return all(name.isascii() and _ascii_names(item) for name, item in value.items())
    return not isinstance(value, (tuple, list)) or all(map(_ascii_names, value))


def _checked(value: object, field: tuple[str, Callable[[Veiled], str]], depth: int = 1) -> JsonValue:
    """Return `value` with mappings as dictionaries and nothing unveiled, or raise `InvalidInputError`.

    `field` is its name, and what turns persons and their words into what stands for them.
    """
    name, veil = field
    if value is None or isinstance(value, (str, int, float)):
        return _scalar(value, name)
    if isinstance(value, (Person, Written)):
        return veil(value)
    if depth > _MAX_DEPTH:
        raise InvalidInputError(f"field `{name}` is nested too deeply")
    if isinstance(value, (tuple, list)):
        return tuple(_checked(item, field, depth + 1) for item in value)
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) for key in value):
            raise InvalidInputError(f"field `{name}` has a key that is not text")
        return {str(key): _checked(item, field, depth + 1) for key, item in value.items()}
    raise InvalidInputError(f"field `{name}` holds something that is not JSON")


def _scalar(value: str | float | None, name: str) -> JsonValue:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, int):
        if abs(value) > _SAFE_INTEGER:
            raise InvalidInputError(f"field `{name}` holds an integer beyond 2**53 - 1")
        return int(value)
    raise InvalidInputError(f"field `{name}` holds a float; rates travel as integers")


def utc_text(moment: datetime) -> str:
    """Return `moment` in UTC as `2020-06-11T09:30:00.000000Z`.

    Always 27 characters, so that the texts sort as the moments do. Raises
    `NaiveDateTimeError` for a moment without zone.
    """
    if moment.tzinfo is not UTC:
        if moment.utcoffset() is None:
            raise NaiveDateTimeError(f"`{moment.isoformat()}` has no zone")
        moment = moment.astimezone(UTC)
    return moment.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def parse_leaf(leaf: bytes) -> dict[str, JsonValue]:
    """Return the document of a leaf, or raise `LedgerError` saying why it is none.

    Everything that `leaf_bytes` cannot have written is an error: invalid UTF-8, text that is
    not an object, floats, repeated names, a missing `v`, `t` or `type`, and bytes in another
    order or spacing than the canonical one.
    """
    document = _quickly(leaf) or _slowly(leaf)
    if document.get("v") != LEAF_VERSION or isinstance(document["v"], bool):
        raise LedgerError("the entry is of a version that is not known here")
    if not isinstance(document.get("t"), str) or not isinstance(document.get("type"), str):
        raise LedgerError("the entry lacks its time or type")
    return document


def _quickly(leaf: bytes) -> dict[str, JsonValue] | None:
    """Return the document of a leaf whose canonical form shows without writing it anew; None for others.

    In ASCII without spaces and backslashes every text has one spelling, and a quotation mark before a
    colon ends a name and nothing else. So what is left to see is that names stand in order, that none
    is repeated, and that no number is a negative zero.
    """
    otherwise = b" " in leaf or b"\\" in leaf or b"\n" in leaf or b"\t" in leaf or b"\r" in leaf
    if otherwise or not leaf.isascii():
        return None
    try:
        document, end = _QUICK.raw_decode(leaf.decode("ascii"))
    except (ValueError, RecursionError):
        return None
    if end != len(leaf) or not isinstance(document, dict) or leaf.count(b'":') != _names_in_order(document):
        return None
    return document


def _names_in_order(document: Mapping[str, JsonValue]) -> int:
    """Return how many names a document holds; less than there are where they are not in order."""
    names = list(document)
    if names != sorted(names):
        return -_MOST_NAMES
    found = len(names)
    for item in document.values():
        if not isinstance(item, str):
            found += _names_within(item)
    return found


def _names_within(value: JsonValue) -> int:
    """Return how many names a value holds; a zero, which may have been written `-0`, is not in order."""
    if isinstance(value, dict):
        return _names_in_order(value)
    if isinstance(value, (list, tuple)):
        return sum(map(_names_within, value))
    return -_MOST_NAMES if value == 0 and value is not False else 0


def _slowly(leaf: bytes) -> dict[str, JsonValue]:
    """Return the document of a leaf, compared with its canonical form; or raise `LedgerError`."""
    try:
        document = _DECODER.decode(leaf.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise LedgerError("the entry is not JSON as the log writes it") from error
    if not isinstance(document, dict):
        raise LedgerError("the entry is not a JSON object")
    try:
        canonical = canonical_json(document)
    except (ValueError, RecursionError) as error:
        raise LedgerError("the entry holds what has no canonical form") from error
    if canonical != leaf:
        raise LedgerError("the entry is not in canonical form")
    return document


def _refuse_number(text: str) -> NoReturn:
    raise ValueError(text)


def _unique(pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
    document = dict(pairs)
    if len(document) != len(pairs):
        raise ValueError("a name is repeated")
    return document


_QUICK: Final = json.JSONDecoder(parse_float=_refuse_number, parse_constant=_refuse_number)
_DECODER: Final = json.JSONDecoder(
    parse_float=_refuse_number, parse_constant=_refuse_number, object_pairs_hook=_unique
)
