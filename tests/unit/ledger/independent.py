"""A second reading of RFC 6962 and the C2SP formats, for checking the first.

It shares nothing with `countenance.ledger` but SHA-256 and the Ed25519 of `cryptography`: the
definitions are written down recursively, as the RFC has them, and files are taken apart by hand.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def sha(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def largest_power_below(n: int) -> int:
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def mth(leaves: Sequence[bytes]) -> bytes:
    """MTH(D[n]) of RFC 6962, section 2.1."""
    if not leaves:
        return sha(b"")
    if len(leaves) == 1:
        return sha(b"\x00" + leaves[0])
    k = largest_power_below(len(leaves))
    return sha(b"\x01" + mth(leaves[:k]) + mth(leaves[k:]))


def path(m: int, leaves: Sequence[bytes]) -> list[bytes]:
    """PATH(m, D[n]) of RFC 6962, section 2.1.1."""
    if len(leaves) == 1:
        return []
    k = largest_power_below(len(leaves))
    if m < k:
        return [*path(m, leaves[:k]), mth(leaves[k:])]
    return [*path(m - k, leaves[k:]), mth(leaves[:k])]


def subproof(m: int, leaves: Sequence[bytes], whole: bool) -> list[bytes]:  # noqa: FBT001  as the RFC writes it
    """SUBPROOF(m, D[n], b) of RFC 6962, section 2.1.2."""
    if m == len(leaves):
        return [] if whole else [mth(leaves)]
    k = largest_power_below(len(leaves))
    if m <= k:
        return [*subproof(m, leaves[:k], whole), mth(leaves[k:])]
    return [*subproof(m - k, leaves[k:], False), mth(leaves[:k])]  # noqa: FBT003  as the RFC writes it


def root_along(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes | None:
    """Climb an audit path by the shape of the tree; None if the path is too long or too short."""
    if size == 1:
        return sha(b"\x00" + leaf) if not proof else None
    if not proof:
        return None
    k = largest_power_below(size)
    *below, sibling = proof
    if index < k:
        left = root_along(leaf, index, k, below)
        return None if left is None else sha(b"\x01" + left + sibling)
    right = root_along(leaf, index - k, size - k, below)
    return None if right is None else sha(b"\x01" + sibling + right)


def tile_place(index: int) -> str:
    """N as c2sp.org/tlog-tiles writes it."""
    digits = str(index)
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    return "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])


def read_log(folder: Path) -> tuple[str, int, bytes, list[bytes]]:
    """Return origin, size, root and entries of an exported log, after checking every signature and hash."""
    name, key_id, key = (folder / "key.pub").read_text().rstrip("\n").split("+", 2)
    public = base64.b64decode(key)
    assert public[0] == 1
    assert sha(name.encode() + b"\n" + public)[:4].hex() == key_id
    text, _, signatures = (folder / "checkpoint").read_text().rpartition("\n\n")
    _, signer, blob = signatures.rstrip("\n").split(" ")
    assert signer == name
    assert base64.b64decode(blob)[:4].hex() == key_id
    body = text + "\n"
    Ed25519PublicKey.from_public_bytes(public[1:]).verify(base64.b64decode(blob)[4:], body.encode())
    origin, size_line, root_line = text.split("\n")
    size = int(size_line)
    entries: list[bytes] = []
    while len(entries) < size:
        width = min(size - len(entries), 256)
        place = tile_place(len(entries) // 256) + ("" if width == 256 else f".p/{width}")
        bundle = (folder / "tile" / "entries" / place).read_bytes()
        hashes = (folder / "tile" / "0" / place).read_bytes()
        for number in range(width):
            length = int.from_bytes(bundle[:2], "big")
            leaf, bundle = bundle[2 : 2 + length], bundle[2 + length :]
            assert sha(b"\x00" + leaf) == hashes[32 * number : 32 * number + 32]
            entries.append(leaf)
        assert not bundle
        assert len(hashes) == 32 * width
    assert mth(entries) == base64.b64decode(root_line)
    return origin, size, base64.b64decode(root_line), entries
