"""Checks a receipt of erasure, and shares nothing with the program that wrote it but two libraries.

Written from docs/guide/erasure.md alone: SHA-256 and Ed25519 come from libraries, everything
else stands here. `python receipt_checker.py RECEIPT VKEY` says `holds`, or what is wrong.
"""

from __future__ import annotations

import base64
import hashlib
import json
import sys
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

NOTHING = hashlib.sha256(b"").digest()


def sha256(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def check(text: str, vkey: str) -> str:  # noqa: PLR0911  one return a fault
    """Return `holds`, or the first thing that is wrong."""
    document = json.loads(text)
    receipt, (completed, erased) = document["receipt"], document["entries"]
    for entry in (completed, erased):
        if not in_the_log(entry["leaf"].encode(), entry["proof"], vkey):
            return "an entry is not in a log that the key has signed"
    told, first = json.loads(completed["leaf"]), json.loads(erased["leaf"])
    canonical = json.dumps(receipt, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    if told["type"] != "erasure:completed" or told["receipt"] != sha256(canonical.encode()).hex():
        return "the log does not commit to this receipt"
    roots = {side: receipt["manifest"][side]["root"] for side in ("before", "after")}
    if first["type"] != "subject:erased" or first["erasure"] != receipt["erasure"]:
        return "the other entry is not that of the erasure"
    if {side: first["manifest"][side] for side in roots} != roots:
        return "the log names other manifests"
    names = {one["commitment"] for one in receipt["removed"]}
    sizes = [receipt["manifest"][side]["size"] for side in ("before", "after")]
    if not len(names) == len(receipt["removed"]) == first["references"] == sizes[0] - sizes[1]:
        return "the numbers do not agree"
    for one in receipt["removed"]:
        if (
            one["before"]["commitment"] != one["commitment"]
            or climbed(one["before"]).hex() != roots["before"]
        ):
            return "a commitment was not in the manifest before"
        if not is_absent(one["commitment"], one["after"], roots["after"]):
            return "a commitment may be in the manifest after"
    return "holds" if receipt["probe"]["found"] == 0 else "the search afterwards found something"


def in_the_log(leaf: bytes, proof: str, vkey: str) -> bool:
    """A tlog-proof: its checkpoint is signed by the key, and its path leads from the leaf to the root."""
    head, _, note = proof.partition("\n\n")
    lines = head.split("\n")
    index, path = int(lines[1].removeprefix("index ")), [base64.b64decode(line) for line in lines[2:]]
    text, _, signatures = note.partition("\n\n")
    name, key_id, encoded = vkey.split("+", 2)
    public = base64.b64decode(encoded)[1:]
    prefix = f"\N{EM DASH} {name} "
    mine = [base64.b64decode(line.removeprefix(prefix)) for line in signatures.splitlines() if prefix in line]
    signed = [one[4:] for one in mine if one[:4].hex() == key_id]
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signed[0], f"{text}\n".encode())
    except (InvalidSignature, IndexError):
        return False
    origin, size, root = text.split("\n")[:3]
    return origin == name and audit(sha256(b"\x00", leaf), index, int(size), path) == base64.b64decode(root)


def audit(node: bytes, index: int, size: int, path: list[bytes]) -> bytes | None:
    """RFC 9162, 2.1.3.2."""
    if index >= size:
        return None
    at, last = index, size - 1
    for beside in path:
        if last == 0:
            return None
        if at % 2 or at == last:
            node = sha256(b"\x01", beside, node)
            while not at % 2 and at:
                at, last = at >> 1, last >> 1
        else:
            node = sha256(b"\x01", node, beside)
        at, last = at >> 1, last >> 1
    return node if last == 0 else None


def bits(commitment: str) -> str:
    return f"{int(commitment, 16):0256b}"


def climbed(presence: dict[str, Any]) -> bytes:
    """From a leaf to the manifest's root: the commitment's bits say on which side each hash stands."""
    node = sha256(b"\x00", bytes.fromhex(presence["commitment"]))
    for depth, beside in reversed(list(enumerate(presence["path"]))):
        other = bytes.fromhex(beside)
        right = bits(presence["commitment"])[depth] == "1"
        node = sha256(b"\x01", other, node) if right else sha256(b"\x01", node, other)
    return node


def is_absent(commitment: str, proof: dict[str, Any], root: str) -> bool:
    """Both neighbours are there, on their sides, and every subtree between their paths is empty."""
    before, after = proof["before"], proof["after"]
    if before is None and after is None:
        return root == NOTHING.hex()
    if any(one is not None and climbed(one).hex() != root for one in (before, after)):
        return False
    if before is not None and before["commitment"] >= commitment:
        return False
    if after is not None and after["commitment"] <= commitment:
        return False
    start = 0
    if before is not None and after is not None:
        left, right = bits(before["commitment"]), bits(after["commitment"])
        parting = next(at for at in range(256) if left[at] != right[at])
        if parting >= min(len(before["path"]), len(after["path"])):
            return False
        start = parting + 1
    return empty_beside(before, "0", start) and empty_beside(after, "1", start)


def empty_beside(presence: dict[str, Any] | None, going: str, start: int) -> bool:
    """Where the path goes to one side, the other side, which faces the neighbour, must be empty."""
    if presence is None:
        return True
    way = bits(presence["commitment"])
    path = presence["path"]
    return all(path[at] == NOTHING.hex() for at in range(start, len(path)) if way[at] == going)


if __name__ == "__main__":
    verdict = check(Path(sys.argv[1]).read_text("utf-8"), sys.argv[2])
    sys.stdout.write(f"{verdict}\n")
    sys.exit(verdict != "holds")
