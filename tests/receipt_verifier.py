"""Checks a receipt of consent with nothing but the standard library and one signature.

    python receipt_verifier.py RECEIPT KEY

It shares no code with what it checks: it was written from the specifications of the receipt
(docs/guide/consent.md), of RFC 6962's tree, and of C2SP's signed notes, checkpoints and proofs.
Prints `ok` and the record's id, or what does not hold, with status 1.
"""

from __future__ import annotations

import base64
import hashlib
import json
import sys
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


class WrongError(Exception):
    """Something does not hold."""


def require(holds: bool, what: str) -> None:  # noqa: FBT001  reads like the sentence it is
    if not holds:
        raise WrongError(what)


def verify(receipt: dict, trusted: str) -> str:
    """Return the record's id, or raise `WrongError`."""
    proof, record = receipt["countenance:proof"], receipt["dpv:hasRecordOfActivity"]
    canonical = json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    commitment = hashlib.sha256(bytes.fromhex(proof["salt"]) + canonical).hexdigest()
    leaf = base64.b64decode(proof["leaf"], validate=True)
    entry = json.loads(leaf)
    require(entry["type"] == "consent:given", "the entry is of no consent")
    require(entry["record"] == commitment, "the entry commits to another record")
    require(entry["notice_digest"] == record["dpv:hasNotice"]["countenance:digest"], "another notice")
    index, hashes, note = split_proof(proof["tlog_proof"])
    require(index == proof["entry"], "the proof is of another entry")
    origin, size, root = checkpoint(note, trusted)
    require(0 <= index < size, "the entry is not in the tree")
    require(root_from(leaf, index, size, hashes) == root, "the entry is not in the log")
    require(origin == trusted.partition("+")[0], "the checkpoint is of another log")
    return record["dct:identifier"]


def split_proof(text: str) -> tuple[int, list[bytes], str]:
    head, _, note = text.partition("\n\n")
    first, *lines = head.split("\n")
    require(first == "c2sp.org/tlog-proof@v1", "this is no proof")
    lines = [line for line in lines if not line.startswith("extra ")]
    require(lines[0].startswith("index "), "the proof names no index")
    return int(lines[0][6:]), [base64.b64decode(line, validate=True) for line in lines[1:]], note


def checkpoint(note: str, trusted: str) -> tuple[str, int, bytes]:
    """Return origin, size and root of a checkpoint that the trusted key signed."""
    text, _, signatures = note.partition("\n\n")
    text += "\n"
    name, key_hash, encoded = trusted.split("+", 2)
    key = base64.b64decode(encoded)
    require(key[0] == 1, "the key is no Ed25519 key")
    computed = hashlib.sha256(name.encode() + b"\n" + key).digest()[:4]
    require(computed.hex() == key_hash, "the key's hash is wrong")
    for line in signatures.splitlines():
        dash, signer, signature = line.split(" ", 2)
        raw = base64.b64decode(signature)
        if dash == "\N{EM DASH}" and signer == name and raw[:4] == computed:
            try:
                Ed25519PublicKey.from_public_bytes(key[1:]).verify(raw[4:], text.encode())
            except InvalidSignature as error:
                raise WrongError("the signature is wrong") from error
            origin, size, root = text.splitlines()[:3]
            return origin, int(size), base64.b64decode(root)
    raise WrongError("the trusted key has not signed the checkpoint")


def root_from(leaf: bytes, index: int, size: int, hashes: list[bytes]) -> bytes:
    """Compute the root of an inclusion proof as RFC 9162, section 2.1.3.2, has it."""
    node, last = index, size - 1
    current = hashlib.sha256(b"\0" + leaf).digest()
    for sibling in hashes:
        require(last > 0, "the proof is too long")
        if node % 2 or node == last:
            current = hashlib.sha256(b"\1" + sibling + current).digest()
            while node % 2 == 0 and node:
                node, last = node // 2, last // 2
        else:
            current = hashlib.sha256(b"\1" + current + sibling).digest()
        node, last = node // 2, last // 2
    require(last == 0, "the proof is too short")
    return current


if __name__ == "__main__":
    try:
        found = verify(json.loads(Path(sys.argv[1]).read_text("utf-8")), sys.argv[2])
    except (WrongError, KeyError, ValueError) as wrong:
        sys.exit(f"wrong: {wrong}")
    print("ok", found)  # noqa: T201  what a command line program is for
