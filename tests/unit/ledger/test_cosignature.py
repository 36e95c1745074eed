"""Cosignatures: those of other people's witnesses, and our own."""

from __future__ import annotations

import hashlib
import struct
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey
from hypothesis import given, settings
from hypothesis import strategies as st

from countenance.errors import ConfigurationError, InvalidInputError, LedgerError
from countenance.ledger.checkpoint import Checkpoint
from countenance.ledger.cosignature import (
    CosignatureKind,
    Cosigner,
    CosignerKey,
    cosigned_at,
    moment_of,
    subtree_message,
)
from countenance.ledger.note import open_note, parse_signature, split_note

REAL_CHECKPOINT = (Path(__file__).parent / "vectors" / "cosigned-checkpoint.txt").read_text(encoding="utf-8")
"""A checkpoint of a public staging log, cosigned by four witnesses whom others run."""

REAL_WITNESSES = [
    "witness.stagemole.eu+67f7aea0+BEqSG3yu9YrmcM3BHvQYTxwFj3uSWakQepafafpUqklv",
    "transparency.dev/DEV:witness-little-garden+d8042a87+BCtusOxINQNUTN5Oj8HObRkh2yHf/MwYaGX4CPdiVEPM",
    "witness1.smartit.nu/witness1+a48c820f+BPSFWg9G6KPiO7QPryYO5Xq4oYJJ+kAvLKLSimDhoxMO",
    "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2",
]
TEXT = Checkpoint("log.example/alice", 3, bytes(32)).text
NOON = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
ED = Cosigner("witness.example/w1", CosignatureKind.ED25519, bytes(range(32)))
ML = Cosigner("witness.example/w1", CosignatureKind.ML_DSA_44, bytes(range(32)))
BOTH = pytest.mark.parametrize("cosigner", [ED, ML], ids=["ed25519", "ml-dsa-44"])


def test_four_witnesses_of_the_public_network_verify() -> None:
    keys = [CosignerKey.parse(text) for text in REAL_WITNESSES]
    _, signers = open_note(REAL_CHECKPOINT, keys)
    assert set(signers) == set(keys)
    assert [str(key) for key in keys] == REAL_WITNESSES
    for line in split_note(REAL_CHECKPOINT)[1][2:]:
        moment = moment_of(cosigned_at(line.value))
        assert moment is not None
        assert moment.year == 2026


@pytest.mark.parametrize("change", [("1432088532", "1432088533"), ("U7WM", "U7WN"), ("qEiEg", "qEiEh")])
def test_a_changed_checkpoint_or_time_does_not_verify(change: tuple[str, str]) -> None:
    keys = [CosignerKey.parse(text) for text in REAL_WITNESSES]
    with pytest.raises(LedgerError):
        open_note(REAL_CHECKPOINT.replace(*change), keys)


def test_ml_dsa_signs_the_structure_of_the_specification() -> None:
    """`cosigned_message`, put together by hand for a checkpoint of 3 entries."""
    line = parse_signature(ML.cosign(TEXT, NOON).removesuffix("\n"))
    name, origin = b"witness.example/w1", b"log.example/alice"
    message = b"subtree/v1\n\x00" + bytes([18]) + name + struct.pack(">Q", int(NOON.timestamp()))
    message += bytes([17]) + origin + struct.pack(">QQ", 0, 3) + bytes(32)
    MLDSA44PublicKey.from_public_bytes(ML.key.public).verify(line.value[8:], message)
    key_id = hashlib.sha256(name + b"\n\x06" + ML.key.public).digest()[:4]
    assert (line.key_id, len(line.value)) == (key_id, 8 + 2420)


@BOTH
def test_what_is_cosigned_verifies_with_its_time_and_nothing_else_does(cosigner: Cosigner) -> None:
    line = parse_signature(cosigner.cosign(TEXT, NOON).removesuffix("\n"))
    assert moment_of(cosigned_at(line.value)) == NOON
    key = CosignerKey.parse(str(cosigner.key))
    assert key == cosigner.key
    assert key.verifiable
    assert key.verifies(TEXT, line.value)
    assert not key.verifies(TEXT.replace("3", "4"), line.value)
    assert not key.verifies(TEXT.replace("alice", "bob"), line.value)
    assert not key.verifies(TEXT, (cosigned_at(line.value) + 1).to_bytes(8, "big") + line.value[8:])
    assert not key.verifies(TEXT, line.value[:-1])
    assert not key.verifies(TEXT, line.value + b"\0")
    assert not key.verifies(TEXT, b"\xff" * 8 + line.value[8:])


def test_ml_dsa_commits_to_the_cosigner_s_name_and_ed25519_covers_extension_lines() -> None:
    line = parse_signature(ML.cosign(TEXT, NOON).removesuffix("\n"))
    assert not CosignerKey("witness.example/w2", ML.key.kind, ML.key.public).verifies(TEXT, line.value)
    extended = TEXT + "an extension\n"
    assert ED.can_sign(extended)
    assert not ML.can_sign(extended)
    with pytest.raises(LedgerError):
        ML.cosign(extended, NOON)
    assert not ML.key.verifies(extended, line.value)
    plain = parse_signature(ED.cosign(extended, NOON).removesuffix("\n"))
    assert ED.key.verifies(extended, plain.value)
    assert not ED.key.verifies(extended.replace("an", "no"), plain.value)


@BOTH
def test_a_witness_s_key_reads_back_and_shows_no_secret(cosigner: Cosigner) -> None:
    again = Cosigner.parse(cosigner.to_text() + "\n")
    assert again.key == cosigner.key
    assert repr(cosigner) == "<Cosigner witness.example/w1>"
    assert Cosigner.generate("w", cosigner.key.kind).key != Cosigner.generate("w", cosigner.key.kind).key


@pytest.mark.parametrize(
    "text",
    ["", "x", ED.to_text()[12:], ED.to_text()[:-4], ED.to_text().replace("w1", "w2"), str(ED.key)],
)
def test_a_malformed_witness_s_key_is_refused_without_quoting_it(text: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Cosigner.parse(text)
    assert not text or text not in caught.value.message


@pytest.mark.parametrize("name", ["", "two words", "a+b", "n" * 256])
def test_a_witness_has_a_name_that_a_cosignature_can_carry(name: str) -> None:
    with pytest.raises(ConfigurationError):
        Cosigner(name, CosignatureKind.ED25519, bytes(32))
    with pytest.raises(ConfigurationError):
        Cosigner("w", CosignatureKind.ED25519, bytes(31))
    with pytest.raises(LedgerError):
        subtree_message("w", 0, "", (0, 1), bytes(32))


@pytest.mark.parametrize(
    "vkey",
    [
        "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        str(ED.key)[:-4],
        str(ML.key)[:-4],
        str(ED.key).replace("+", "+0", 1),
        "",
    ],
)
def test_a_log_s_key_or_a_cut_one_is_no_witness_s_key(vkey: str) -> None:
    with pytest.raises(InvalidInputError):
        CosignerKey.parse(vkey)


def test_a_time_that_cannot_be_is_no_moment() -> None:
    assert moment_of(0) is None
    assert moment_of(2**62) is None


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=80))
def test_no_garbage_verifies_or_crashes(signature: bytes) -> None:
    assert not ED.key.verifies(TEXT, signature)
    assert not ML.key.verifies("no checkpoint", signature)
