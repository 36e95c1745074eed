"""What an expression fits, the parser takes as well, and both say the same."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countenance.errors import LedgerError
from countenance.ledger import Entry, EventType, JsonValue
from countenance.ledger.canonical import leaf_bytes, parse_leaf
from countenance.ledger.narrative import Narrative
from countenance.ledger.shapes import PLAIN, TYPE, Shapes

NOON = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
PERMIT: dict[str, JsonValue] = {"decision": "dec_1", "lease": "bank", "permitted": True, "subject": None}
CLOSED: dict[str, JsonValue] = {"decision": "dec_1", "permit": 0, "outcome": "match", "score": -12}
CHANGED: dict[str, JsonValue] = {
    "gallery": "clients",
    "manifest": {"after": "b", "before": "a"},
    "who": ("x", "y"),
}


def leaf(kind: EventType, fields: Mapping[str, JsonValue]) -> bytes:
    return leaf_bytes(Entry(kind, NOON, fields))


LEAVES = (
    leaf(EventType.VERIFICATION_PERMITTED, PERMIT),
    leaf(EventType.VERIFICATION_COMPLETED, CLOSED),
    leaf(EventType.ENROLMENT_COMPLETED, {**CHANGED, **CLOSED}),
)
BYTES = st.sampled_from([*b'"\\,:{}[]-019eE. tfn\n\x7f\x00', 0xC3, 0xA4])

scalars = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=6)
names = st.sampled_from(["decision", "permit", "gallery", "manifest", "a", "b c", "é", "z"])
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=6,
)


def agrees(shapes: Shapes, given_leaf: bytes) -> bool:
    """Check what a shape says of a leaf against the parsed one; tell whether there was a shape."""
    known = shapes.like.get(given_leaf[given_leaf.rfind(TYPE) :], ())
    tried = [(shape, shape.fits(given_leaf)) for shape in known if not given_leaf.translate(None, PLAIN)]
    fitting = [(shape, match) for shape, match in tried if match is not None]
    if not fitting:
        return False
    shape, match = fitting[0]
    document = parse_leaf(given_leaf)
    time, decision, permit = match.group(*shape.groups)
    assert (time.decode(), shape.kind) == (document["t"], document["type"])
    if shape.groups[1]:
        assert decision.decode() == document["decision"]
    else:
        assert not isinstance(document.get("decision"), str)
    if shape.groups[2]:
        assert int(permit) == document["permit"]
    else:
        assert type(document.get("permit")) is not int
    chained = isinstance(document.get("gallery"), str) and isinstance(document.get("manifest"), Mapping)
    assert chained == (shape.manifest is not None)
    return True


def learned() -> Shapes:
    shapes = Shapes()
    for one in LEAVES:
        shapes.learn(one, parse_leaf(one))
    return shapes


def test_leaves_of_a_known_shape_are_recognised() -> None:
    shapes = learned()
    assert all(agrees(shapes, one) for one in LEAVES)
    other = {**PERMIT, "decision": "dec_2", "lease": "another one", "permitted": False}
    assert agrees(shapes, leaf(EventType.VERIFICATION_PERMITTED, other))
    assert not agrees(shapes, leaf(EventType.VERIFICATION_PERMITTED, {**PERMIT, "lease": 3}))


@given(st.sampled_from(LEAVES), st.lists(st.tuples(st.integers(0, 400), BYTES, st.booleans()), max_size=3))
def test_whatever_is_changed_in_a_leaf_a_shape_takes_nothing_that_the_parser_refuses(
    one: bytes, changes: list[tuple[int, int, bool]]
) -> None:
    changed = bytearray(one)
    for place, value, insert in changes:
        at = place % len(changed)
        changed[at : at if insert else at + 1] = bytes([value])
    agrees(learned(), bytes(changed))


@given(st.lists(st.dictionaries(names, values, max_size=5), min_size=1, max_size=4))
def test_any_entry_that_was_learned_is_recognised_as_what_it_is(
    documents: list[dict[str, JsonValue]],
) -> None:
    shapes = Shapes()
    leaves = [leaf(EventType.VERIFICATION_COMPLETED, document) for document in documents]
    for one in leaves:
        shapes.learn(one, parse_leaf(one))
        agrees(shapes, one)
    for one in leaves:
        agrees(shapes, one)


@pytest.mark.parametrize(
    "broken",
    [
        LEAVES[1].replace(b'"score":-12', b'"score":-0'),
        LEAVES[1].replace(b'"score":-12', b'"score":012'),
        LEAVES[1].replace(b'"score":-12', b'"score":1.5'),
        LEAVES[1].replace(b'"match"', b'"mat\\u0063h"'),
        LEAVES[1].replace(b'"v":1', b'"v":2'),
        LEAVES[1] + b" ",
        LEAVES[1].replace(b"dec_1", b"dec\x7f1\x00"),
    ],
)
def test_what_is_not_canonical_is_found_among_entries_of_its_shape(broken: bytes) -> None:
    narrative = Narrative()
    narrative.follow(0, [LEAVES[0], LEAVES[1], broken, LEAVES[1]])
    with pytest.raises(LedgerError):
        parse_leaf(broken)
    assert 2 in narrative.troubles
