from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from countenance.errors import InvalidInputError, LedgerError, NaiveDateTimeError
from countenance.ledger import Entry, EventType, JsonValue, Person
from countenance.ledger.canonical import (
    LEAF_LIMIT,
    _quickly,
    _slowly,
    canonical_json,
    leaf_bytes,
    parse_leaf,
    utc_text,
)

NOON = datetime(2020, 6, 11, 12, 0, tzinfo=UTC)

texts = st.text(max_size=12)
numbers = st.integers(-(2**53) + 1, 2**53 - 1)
values: st.SearchStrategy[JsonValue] = st.recursive(
    st.one_of(st.none(), st.booleans(), numbers, texts),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4).map(tuple), st.dictionaries(texts, inner, max_size=4)
    ),
    max_leaves=12,
)
fields = st.dictionaries(texts.filter(lambda name: name not in {"v", "t", "type"}), values, max_size=5)


def entry(given_fields: Mapping[str, JsonValue], time: datetime = NOON) -> Entry:
    return Entry(EventType.KEY_ISSUED, time, given_fields)


def test_a_leaf_is_one_line_of_sorted_json() -> None:
    leaf = leaf_bytes(entry({"subject": "ä", "count": 3, "rules": ("a", "b"), "none": None, "yes": True}))
    assert leaf.decode() == (
        '{"count":3,"none":null,"rules":["a","b"],"subject":"ä",'
        '"t":"2020-06-11T12:00:00.000000Z","type":"key:issued","v":1,"yes":true}'
    )


@settings(max_examples=80, deadline=None)
@given(fields)
def test_every_leaf_is_what_another_implementation_of_rfc_8785_writes(
    given_fields: dict[str, JsonValue],
) -> None:
    document = {"v": 1, "t": utc_text(NOON), "type": "key:issued", **given_fields}
    assert leaf_bytes(entry(given_fields)) == rfc8785.dumps(document)


@settings(max_examples=80, deadline=None)
@given(fields)
def test_a_leaf_reads_back_as_what_was_written(given_fields: dict[str, JsonValue]) -> None:
    document = parse_leaf(leaf_bytes(entry(given_fields)))
    assert {name: document.pop(name) for name in ("v", "type")} == {"v": 1, "type": "key:issued"}
    document.pop("t")
    assert json.dumps(document, sort_keys=True) == json.dumps(given_fields, sort_keys=True)


def test_names_are_sorted_by_utf_16_as_the_rfc_asks() -> None:
    document = {"\U0001f600": 1, "\ufb33": 2, "a": 3}
    assert canonical_json(document) == rfc8785.dumps(document)
    assert list(json.loads(canonical_json(document))) == ["a", "\U0001f600", "\ufb33"]


@pytest.mark.parametrize(
    "bad",
    [
        {"rate": 0.5},
        {"rate": float("nan")},
        {"deep": {"list": (1, 2.0)}},
        {"v": 2},
        {"t": "now"},
        {"type": "key:issued"},
        {"huge": 2**53},
        {"bytes": b"template"},
        {"set": {1}},
        {"names": {1: "x"}},
        {"text": "\ud800"},
        {"\ud800": 1},
    ],
)
def test_what_has_no_one_canonical_text_is_refused(bad: dict[str, JsonValue]) -> None:
    with pytest.raises(InvalidInputError):
        leaf_bytes(entry(bad))


def test_a_person_is_written_as_what_stands_for_them_and_never_by_their_id() -> None:
    told = {"by": Person("anna"), "officers": (Person("anna"), Person("ben")), "of": {"who": Person("ben")}}
    named = Entry(EventType.KEY_ISSUED, NOON, told)
    document = parse_leaf(leaf_bytes(named, lambda who: f"person {len(who.id)}"))
    assert (document["by"], document["officers"], document["of"]) == (
        "person 4",
        ["person 4", "person 3"],
        {"who": "person 3"},
    )
    with pytest.raises(InvalidInputError) as refused:
        leaf_bytes(named)
    assert "anna" not in str(refused.value)


def test_nesting_has_an_end() -> None:
    deep: JsonValue = None
    for _ in range(30):
        deep = (deep,)
    with pytest.raises(InvalidInputError):
        leaf_bytes(entry({"deep": deep}))


def test_a_leaf_fits_a_bundle_to_the_byte() -> None:
    frame = len(leaf_bytes(entry({"text": ""})))
    assert len(leaf_bytes(entry({"text": "x" * (LEAF_LIMIT - frame)}))) == LEAF_LIMIT
    with pytest.raises(InvalidInputError):
        leaf_bytes(entry({"text": "x" * (LEAF_LIMIT - frame + 1)}))


def test_times_are_utc_and_sort_as_text() -> None:
    tokyo = timezone(timedelta(hours=9))
    assert utc_text(NOON.astimezone(tokyo)) == utc_text(NOON) == "2020-06-11T12:00:00.000000Z"
    assert (
        utc_text(datetime.min.replace(tzinfo=UTC))
        < utc_text(NOON)
        < utc_text(NOON + timedelta(microseconds=1))
    )
    with pytest.raises(NaiveDateTimeError):
        utc_text(NOON.replace(tzinfo=None))


@pytest.mark.parametrize(
    "leaf",
    [
        b"",
        b"\xff\xfe",
        b"null",
        b"[]",
        b'{"t":"x","type":"y"}',
        b'{"t":"x","type":"y","v":2}',
        b'{"t":"x","type":"y","v":true}',
        b'{"t":1,"type":"y","v":1}',
        b'{"a":0.5,"t":"x","type":"y","v":1}',
        b'{"a":1e3,"t":"x","type":"y","v":1}',
        b'{"a":NaN,"t":"x","type":"y","v":1}',
        b'{"a":1,"a":1,"t":"x","type":"y","v":1}',
        b'{"v":1,"t":"x","type":"y"}',
        b'{"t":"x", "type":"y","v":1}',
        b'{"t":"\\u0078","type":"y","v":1}',
        b'{"a":"\\ud800","t":"x","type":"y","v":1}',
        b'{"a":12345678901234567890,"\xc3\xa4":1,"t":"x","type":"y","v":1}',
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"a":' + b"9" * 60_000 + b',"t":"x","type":"y","v":1}',
    ],
)
def test_what_the_log_cannot_have_written_is_told(leaf: bytes) -> None:
    with pytest.raises(LedgerError):
        parse_leaf(leaf)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=60))
def test_garbage_is_an_error_and_never_a_crash(leaf: bytes) -> None:
    with pytest.raises(LedgerError):
        parse_leaf(leaf)


@settings(max_examples=300, deadline=None)
@given(fields, st.data())
def test_the_quick_reading_takes_nothing_that_the_slow_one_does_not(
    given_fields: Mapping[str, JsonValue], data: st.DataObject
) -> None:
    leaf = leaf_bytes(entry(given_fields))
    at = data.draw(st.integers(0, len(leaf) - 1))
    piece = data.draw(
        st.sampled_from([b"", b" ", b"0", b"-", b'"', b":", b",", b"{", b"[", b"\\", b"z", b".", b"e"])
    )
    for one in (leaf, leaf[:at] + piece + leaf[at + 1 :], leaf[:at] + piece + leaf[at:]):
        found = _quickly(one)
        if found is not None:
            assert json.dumps(_slowly(one)) == json.dumps(found)


@pytest.mark.parametrize(
    "leaf",
    [
        b'{"a":-0,"t":"x","type":"y","v":1}',
        b'{"a":[1,-0],"t":"x","type":"y","v":1}',
        b'{"a":1,"a":1,"t":"x","type":"y","v":1}',
        b'{"a":{"b":1,"b":1},"t":"x","type":"y","v":1}',
        b'{"t":"x","a":1,"type":"y","v":1}',
        b'{"a":{"c":1,"b":1},"t":"x","type":"y","v":1}',
        b'{"a":[{"c":1,"b":1}],"t":"x","type":"y","v":1}',
        b'{"a":1.0,"t":"x","type":"y","v":1}',
        b'{"a":1e3,"t":"x","type":"y","v":1}',
        b'{"a":NaN,"t":"x","type":"y","v":1}',
        b'{"t":"x","type":"y","v":1}\n',
        b'{"t":"x","type":"y","v":1}{}',
        b'{"t":"x", "type":"y","v":1}',
        b'{"t":"\\u0041","type":"y","v":1}',
        b'["t"]',
    ],
)
def test_what_only_looks_canonical_is_refused(leaf: bytes) -> None:
    with pytest.raises(LedgerError):
        parse_leaf(leaf)
