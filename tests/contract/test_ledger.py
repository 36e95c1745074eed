from __future__ import annotations

from dataclasses import replace

import pytest

from contract import examples
from countenance.errors import InvalidInputError, NotFoundError
from countenance.ledger.canonical import leaf_bytes
from countenance.ledger.checkpoint import Checkpoint
from countenance.ledger.merkle import (
    EMPTY_ROOT,
    Node,
    leaf_hash,
    node_hash,
    root_from_inclusion,
    root_of,
    verify_consistency,
)
from countenance.ledger.note import open_note
from storing import SIGNER, Place


def append(place: Place, count: int, *, at_once: int = 7) -> list[bytes]:
    """Append entries, some of them together in one unit of work; return their leaves."""
    entries = [examples.entry(number) for number in range(count)]
    for start in range(0, count, at_once):
        with place.unit() as work:
            for number, entry in enumerate(entries[start : start + at_once], start):
                assert work.ledger.append(entry) == number
            work.commit()
    return [leaf_bytes(entry) for entry in entries]


def head(note: str) -> Checkpoint:
    text, signers = open_note(note, [SIGNER.vkey])
    assert signers == (SIGNER.vkey,)
    return Checkpoint.parse(text)


def test_an_empty_log_has_a_signed_checkpoint(place: Place) -> None:
    with place.unit() as work:
        assert work.ledger.size() == 0
        assert head(work.ledger.checkpoint()) == Checkpoint("log.example/contract", 0, EMPTY_ROOT)
        assert work.ledger.key == SIGNER.vkey


def test_entries_come_back_as_they_were_hashed(place: Place) -> None:
    leaves = append(place, 20)
    with place.unit() as work:
        assert work.ledger.size() == 20
        assert [work.ledger.leaf(index) for index in range(20)] == leaves
        assert list(work.ledger.leaves(3, 9)) == leaves[3:9]
        assert list(work.ledger.leaves(9, 9)) == []
        assert head(work.ledger.checkpoint()).root == root_of(map(leaf_hash, leaves))


def test_what_is_recorded_is_appended_at_the_commit_in_its_order(place: Place) -> None:
    leaves = append(place, 3)
    entries = [examples.entry(number) for number in range(3, 90)]
    with place.unit() as work:
        for entry in entries[:85]:
            work.ledger.record(entry)
        work.commit()
    with place.unit() as work:
        assert work.ledger.append(entries[85]) == 88
        work.ledger.record(entries[86])
        work.commit()
    leaves += map(leaf_bytes, entries)
    with place.unit() as work:
        assert list(work.ledger.leaves(0, 90)) == leaves
        assert head(work.ledger.checkpoint()) == Checkpoint(
            "log.example/contract", 90, root_of(map(leaf_hash, leaves))
        )


def test_what_is_recorded_and_not_committed_is_forgotten(place: Place) -> None:
    with place.unit() as work:
        work.ledger.record(examples.entry(0))
    with place.unit() as work:
        work.commit()
        assert work.ledger.size() == 0


def test_what_has_no_canonical_form_is_refused_when_it_is_recorded(place: Place) -> None:
    with place.unit() as work:
        work.ledger.record(examples.entry(0))
        with pytest.raises(InvalidInputError):
            work.ledger.record(replace(examples.entry(1), fields={"v": 2}))
        work.commit()
        assert work.ledger.size() == 1


def test_what_is_beyond_the_end_is_not_found(place: Place) -> None:
    append(place, 5)
    with place.unit() as work:
        for index in (-1, 5, 10**18, 10**30):
            with pytest.raises(NotFoundError):
                work.ledger.leaf(index)
        with pytest.raises(NotFoundError):
            list(work.ledger.leaves(3, 6))
        with pytest.raises(NotFoundError):
            work.ledger.inclusion_proof(2, 6)
        with pytest.raises(NotFoundError):
            work.ledger.inclusion_proof(5, 5)
        with pytest.raises(NotFoundError):
            work.ledger.inclusion_proof(-1, 5)
        with pytest.raises(NotFoundError):
            work.ledger.consistency_proof(3, 6)
        with pytest.raises(NotFoundError):
            work.ledger.consistency_proof(4, 3)
        with pytest.raises(NotFoundError):
            work.ledger.nodes([Node(1, 2)])
        with pytest.raises(NotFoundError):
            work.ledger.nodes([Node(0, 10**30)])
        with pytest.raises(NotFoundError):
            list(work.ledger.leaves(10**30, 10**30 + 1))


def test_every_entry_is_proved_in_every_tree_and_every_tree_extends_the_earlier_ones(place: Place) -> None:
    hashes = [leaf_hash(leaf) for leaf in append(place, 19)]
    roots = [root_of(hashes[:size]) for size in range(20)]
    with place.unit() as work:
        for size in range(1, 20):
            for index in range(size):
                proof = work.ledger.inclusion_proof(index, size)
                assert root_from_inclusion(hashes[index], index, size, proof) == roots[size]
            for old in range(size + 1):
                proof = work.ledger.consistency_proof(old, size)
                assert verify_consistency((old, size), (roots[old], roots[size]), proof)


def test_nodes_are_the_hashes_of_complete_subtrees(place: Place) -> None:
    hashes = [leaf_hash(leaf) for leaf in append(place, 9)]
    with place.unit() as work:
        pair = node_hash(hashes[2], hashes[3])
        assert work.ledger.nodes([Node(1, 1), Node(0, 8), Node(0, 2)]) == (pair, hashes[8], hashes[2])
        assert work.ledger.nodes([]) == ()


def test_an_uncommitted_entry_is_seen_inside_and_is_in_no_checkpoint(place: Place) -> None:
    append(place, 3)
    with place.unit() as work:
        before = work.ledger.checkpoint()
        work.ledger.append(examples.entry(3))
        assert work.ledger.size() == 4
        assert work.ledger.checkpoint() == before
        assert len(work.ledger.inclusion_proof(3, 4)) == 2
    with place.unit() as work:
        assert work.ledger.size() == 3
        assert work.ledger.checkpoint() == before


def test_a_checkpoint_follows_every_commit(place: Place) -> None:
    sizes = []
    for number in range(3):
        with place.unit() as work:
            work.ledger.append(examples.entry(number))
            work.commit()
            sizes.append(head(work.ledger.checkpoint()).size)
    assert sizes == [1, 2, 3]


def test_an_entry_that_has_no_canonical_form_leaves_the_log_as_it_was(place: Place) -> None:
    with place.unit() as work:
        work.ledger.append(examples.entry(0))
        with pytest.raises(InvalidInputError):
            work.ledger.append(examples.entry(1, rate=0.5))  # type: ignore[arg-type]  # the point of the test
        assert work.ledger.append(examples.entry(1)) == 1
        work.commit()
