from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from countenance.errors import NotFoundError
from countenance.ledger import merkle
from countenance.ledger.merkle import Frontier, Node
from unit.ledger import independent

SIZES = [*range(1, 35), 63, 64, 65, 127, 128, 129, 255, 256, 257, 300]


def leaves(count: int) -> list[bytes]:
    return [f"entry {number}".encode() for number in range(count)]


def reader(data: Sequence[bytes]) -> merkle.ReadNodes:
    """Answer for complete subtrees, by the independent reading."""

    def read(nodes: Sequence[Node]) -> list[bytes]:
        spans = [data[position << level : (position + 1) << level] for level, position in nodes]
        assert all(len(span) == 1 << node.level for span, node in zip(spans, nodes, strict=True))
        return [independent.mth(span) for span in spans]

    return read


def test_the_root_of_nothing_and_of_one_entry_are_those_of_the_rfc() -> None:
    assert merkle.root_of([]).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    empty_entry = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert merkle.root_of([merkle.leaf_hash(b"")]).hex() == empty_entry


def test_roots_are_those_of_the_vectors_that_other_logs_use() -> None:
    """The eight entries and roots of Google's Certificate Transparency tests."""
    inputs = [
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    ]
    roots = {
        1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        4: "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        5: "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        6: "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        7: "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    }
    hashes = [merkle.leaf_hash(bytes.fromhex(item)) for item in inputs]
    assert {size: merkle.root_of(hashes[:size]).hex() for size in roots} == roots


@pytest.mark.parametrize("size", SIZES)
def test_the_root_grown_leaf_by_leaf_is_that_of_the_definition(size: int) -> None:
    data = leaves(size)
    assert merkle.root_of(map(merkle.leaf_hash, data)) == independent.mth(data)


def test_an_append_tells_every_subtree_that_it_completes() -> None:
    data = leaves(64)
    frontier = Frontier(0, ())
    for index, leaf in enumerate(data):
        frontier, completed = frontier.append(merkle.leaf_hash(leaf))
        for level, item in enumerate(completed):
            assert item == independent.mth(data[index + 1 - (1 << level) : index + 1])
        assert (index + 1) % (1 << len(completed)) != 0
    assert frontier.size == 64


@settings(max_examples=150, deadline=None)
@given(st.integers(1, 300).flatmap(lambda size: st.tuples(st.just(size), st.integers(0, size - 1))))
def test_every_entry_is_proved_and_an_outsider_agrees(case: tuple[int, int]) -> None:
    size, index = case
    data = leaves(size)
    proof = merkle.inclusion_proof(index, size, reader(data))
    assert list(proof) == independent.path(index, data)
    root = independent.mth(data)
    assert independent.root_along(data[index], index, size, proof) == root
    assert merkle.root_from_inclusion(merkle.leaf_hash(data[index]), index, size, proof) == root


@settings(max_examples=150, deadline=None)
@given(st.integers(1, 300).flatmap(lambda new: st.tuples(st.integers(1, new), st.just(new))))
def test_every_tree_extends_every_earlier_one_and_an_outsider_agrees(sizes: tuple[int, int]) -> None:
    old, new = sizes
    data = leaves(new)
    proof = merkle.consistency_proof(old, new, reader(data))
    assert list(proof) == independent.subproof(old, data, True)  # noqa: FBT003  as the RFC writes it
    roots = (independent.mth(data[:old]), independent.mth(data))
    assert merkle.verify_consistency(sizes, roots, proof)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_proof_survives_a_change(data: st.DataObject) -> None:
    size = data.draw(st.integers(2, 120))
    index = data.draw(st.integers(0, size - 1))
    entries = leaves(size)
    proof = list(merkle.inclusion_proof(index, size, reader(entries)))
    root = independent.mth(entries)
    kind = data.draw(st.sampled_from(["flip", "drop", "add", "swap", "index", "leaf"]))
    leaf, place = merkle.leaf_hash(entries[index]), index
    at = data.draw(st.integers(0, len(proof) - 1))
    if kind == "flip":
        proof[at] = bytes([proof[at][0] ^ 1]) + proof[at][1:]
    elif kind == "drop":
        del proof[at]
    elif kind == "add":
        proof.insert(at, proof[at])
    elif kind == "swap":
        proof[at], proof[0] = proof[0], proof[at]
        if at == 0:
            return
    elif kind == "index":
        place = (index + 1) % size
    else:
        leaf = merkle.leaf_hash(b"another")
    assert merkle.root_from_inclusion(leaf, place, size, proof) != root


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_rewritten_history_is_consistent(data: st.DataObject) -> None:
    new = data.draw(st.integers(2, 120))
    old = data.draw(st.integers(1, new - 1))
    entries = leaves(new)
    proof = list(merkle.consistency_proof(old, new, reader(entries)))
    roots = [independent.mth(entries[:old]), independent.mth(entries)]
    which = data.draw(st.sampled_from([0, 1]))
    rewritten = list(entries)
    rewritten[data.draw(st.integers(0, old - 1))] = b"another"
    roots[which] = independent.mth(rewritten[:old] if which == 0 else rewritten)
    assert not merkle.verify_consistency((old, new), (roots[0], roots[1]), proof)


def test_proofs_of_impossible_sizes_are_refused() -> None:
    data = leaves(4)
    root = independent.mth(data)
    for index, size in ((-1, 4), (4, 4), (0, 0)):
        with pytest.raises(NotFoundError):
            merkle.inclusion_proof(index, size, reader(data))
        assert merkle.root_from_inclusion(merkle.leaf_hash(data[0]), index, size, []) is None
    for old, new in ((5, 4), (-1, 4)):
        with pytest.raises(NotFoundError):
            merkle.consistency_proof(old, new, reader(data))
        assert not merkle.verify_consistency((old, new), (root, root), [])


def test_every_tree_extends_the_empty_one_and_itself_without_a_proof() -> None:
    data = leaves(5)
    root = independent.mth(data)
    assert merkle.consistency_proof(0, 5, reader(data)) == ()
    assert merkle.consistency_proof(5, 5, reader(data)) == ()
    assert merkle.verify_consistency((0, 5), (merkle.EMPTY_ROOT, root), [])
    assert merkle.verify_consistency((5, 5), (root, root), [])
    assert not merkle.verify_consistency((0, 5), (root, root), [])
    assert not merkle.verify_consistency((5, 5), (merkle.EMPTY_ROOT, root), [])
    assert not merkle.verify_consistency((5, 5), (root, root), [root])
    assert not merkle.verify_consistency((3, 5), (independent.mth(data[:3]), root), [])
