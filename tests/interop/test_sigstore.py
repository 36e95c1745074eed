"""Our proofs before the Merkle verification that sigstore's client does of its public log, Rekor."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st
from sigstore._internal.merkle import verify_merkle_inclusion
from sigstore._internal.rekor.checkpoint import SignedCheckpoint
from sigstore._internal.trust import KeyID, Keyring
from sigstore.errors import VerificationError
from sigstore_models.common.v1 import PublicKey, PublicKeyDetails

from contract import examples
from countenance.ledger.canonical import leaf_bytes
from countenance.ledger.merkle import Frontier, Node, inclusion_proof, leaf_hash
from countenance.storage import Database, unit_of_work_factory
from storing import KEYRING, SIGNER, migrated_sqlite, sqlite

__all__ = ["migrated_sqlite", "sqlite"]

MOST = 600


@dataclass(frozen=True)
class Proof:
    """What sigstore reads of a proof."""

    log_index: int
    tree_size: int
    root_hash: bytes
    hashes: list[bytes]


@dataclass(frozen=True)
class Body:
    canonicalized_body: bytes
    inclusion_proof: Proof


@dataclass(frozen=True)
class Rekord:
    """What sigstore reads of an entry."""

    _inner: Body


class Grown:
    """A log with the root of every size, and the hashes of its complete subtrees."""

    def __init__(self) -> None:
        self.leaves = [leaf_bytes(examples.entry(number)) for number in range(MOST)]
        self.nodes: dict[Node, bytes] = {}
        self.roots: list[bytes] = []
        tree = Frontier(0, ())
        for number, leaf in enumerate(self.leaves):
            self.roots.append(tree.root())
            tree, completed = tree.append(leaf_hash(leaf))
            for level, item in enumerate(completed):
                self.nodes[Node(level, number >> level)] = item
        self.roots.append(tree.root())

    def proof(self, index: int, size: int) -> list[bytes]:
        return list(inclusion_proof(index, size, lambda nodes: [self.nodes[node] for node in nodes]))


@pytest.fixture(scope="module")
def grown() -> Grown:
    return Grown()


def judged(leaf: bytes, proof: Proof) -> bool:
    entry: Any = Rekord(Body(leaf, proof))
    try:
        verify_merkle_inclusion(entry)
    except VerificationError:
        return False
    return True


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 9, 255, 256, 257, 511, 512, 513, MOST])
def test_sigstore_takes_every_proof_of_ours(grown: Grown, size: int) -> None:
    for index in range(size):
        proof = Proof(index, size, grown.roots[size], grown.proof(index, size))
        assert judged(grown.leaves[index], proof)


@settings(max_examples=150)
@given(st.data())
def test_sigstore_refuses_a_proof_that_anything_was_changed_in(grown: Grown, data: st.DataObject) -> None:
    size = data.draw(st.integers(2, MOST))
    index = data.draw(st.integers(0, size - 1))
    hashes = grown.proof(index, size)
    change = data.draw(st.sampled_from(["entry", "place", "hash", "order", "root", "short"]))
    leaf, root = grown.leaves[index], grown.roots[size]
    if change == "entry":
        leaf = grown.leaves[(index + 1) % size]
    elif change == "place":
        index ^= 1
    elif change == "hash":
        at = data.draw(st.integers(0, len(hashes) - 1))
        hashes[at] = bytes([hashes[at][0] ^ 1]) + hashes[at][1:]
    elif change == "order" and len(hashes) > 1:
        hashes = hashes[::-1]
    elif change == "root":
        root = grown.roots[size - 1]
    else:
        hashes = hashes[:-1]
    assert not judged(leaf, Proof(index, size, root, hashes))


def test_sigstore_reads_our_checkpoint_and_its_signature(sqlite: Database) -> None:
    with unit_of_work_factory(sqlite, KEYRING, SIGNER)() as work:
        for number in range(300):
            work.ledger.record(examples.entry(number))
        work.commit()
        note = work.ledger.checkpoint()
        leaf, proof = work.ledger.leaf(77), work.ledger.inclusion_proof(77, 300)
    der = Ed25519PublicKey.from_public_bytes(SIGNER.vkey.public).public_bytes(
        Encoding.DER, PublicFormat.SubjectPublicKeyInfo
    )
    key = PublicKey(raw_bytes=b64encode(der), key_details=PublicKeyDetails.PKIX_ED25519)
    keyring: Any = Keyring([key])
    read = SignedCheckpoint.from_text(note)
    read.signed_note.verify(keyring, KeyID(SIGNER.vkey.id))
    forged = SignedCheckpoint.from_text(note.replace("\n300\n", "\n299\n"))
    with pytest.raises(VerificationError):
        forged.signed_note.verify(keyring, KeyID(SIGNER.vkey.id))
    assert (read.checkpoint.origin, read.checkpoint.log_size) == (SIGNER.vkey.name, 300)
    assert judged(leaf, Proof(77, 300, bytes.fromhex(read.checkpoint.log_hash), list(proof)))
