"""Verifying a log from its hashes alone, which is what everybody can fetch.

Leaf hashes give the tiles above them, those the root, and the root must be the one that the
log's key has signed. That shows that the log is one tree which only grows; what the entries
say is not looked at.
"""

from __future__ import annotations

from pathlib import Path

from countenance.ledger.checkpoint import Checkpoint
from countenance.ledger.export import CHECKPOINT_FILE
from countenance.ledger.findings import FaultCode, Findings, Verification
from countenance.ledger.folder import Folder
from countenance.ledger.merkle import EMPTY_ROOT, Frontier, root_of
from countenance.ledger.tiles import TILE_WIDTH, hash_count, tile_in
from countenance.ledger.verification import (
    Trust,
    claim_of,
    keys_of,
    seen_of,
    tell_forks,
    tell_growth,
)


def verify_hashes(folder: Path, trust: Trust | None = None) -> Verification:
    """Verify the hashes in `folder` up to the signed root, and that the log grew out of one seen before.

    Never raises for what the folder holds. Raises `LedgerError` if the checkpoint in `trust` is
    not one that its keys have signed.
    """
    trust = trust or Trust()
    findings = Findings()
    files = Folder(folder, findings)
    if not folder.is_dir():
        findings.add(FaultCode.NOT_AN_EXPORT, str(folder), "there is no such folder")
        return Verification(None, None, tuple(findings.faults), 0, ())
    keys = keys_of(files, trust)
    seen = seen_of(trust, keys)
    claim = claim_of(files, keys, trust.policy)
    if claim.checkpoint is None or not claim.signed:
        return Verification(None, None, tuple(findings.faults), findings.left_out, ())
    size, signed_root = claim.checkpoint.size, claim.checkpoint.root
    tell_forks(findings, seen)
    for one in seen:
        if one.size > size:
            text = f"the log had {one.size} entries when it was seen before and has {size} now"
            findings.add(FaultCode.ROLLED_BACK, CHECKPOINT_FILE, text)
    root = _climb(files, size, [one for one in seen if one.size <= size])
    if root is not None and root != signed_root:
        findings.add(FaultCode.CHECKPOINT_ROOT, CHECKPOINT_FILE, "the hashes do not lead to the signed root")
    faults, notices = tuple(findings.faults), tuple(findings.notices)
    return Verification(size, root, faults, findings.left_out, (), notices, claim.witnesses)


def _climb(files: Folder, size: int, seen: list[Checkpoint]) -> bytes | None:
    """Return the root over the leaf hashes, None where some are missing; check the tiles above them."""
    frontier = Frontier(0, ())
    above: list[bytes] = []
    due = seen[::-1]
    while due and not due[-1].size:
        tell_growth(files.findings, frontier, due.pop())
    for index in range(-(-size // TILE_WIDTH)):
        tile = tile_in(0, index, size)
        leaves = files.hashes(tile) if tile is not None else None
        if leaves is None:
            return None
        for leaf in leaves:
            frontier, _ = frontier.append(leaf)
            while due and due[-1].size == frontier.size:
                tell_growth(files.findings, frontier, due.pop())
        if len(leaves) == TILE_WIDTH:
            above.append(root_of(leaves))
    _check_above(files, size, above)
    return frontier.root() if size else EMPTY_ROOT


def _check_above(files: Folder, size: int, hashes: list[bytes]) -> None:
    """Note the tiles above the leaves that do not follow from those below them."""
    level = 1
    while hashes:
        whole: list[bytes] = []
        for index in range(-(-hash_count(level, size) // TILE_WIDTH)):
            tile = tile_in(level, index, size)
            expected = tuple(hashes[index * TILE_WIDTH : (index + 1) * TILE_WIDTH])
            found = files.hashes(tile) if tile is not None else None
            if tile is not None and found is not None and found != expected:
                text = "the tile does not follow from the hashes below it"
                files.findings.add(FaultCode.TILE_HASH, tile.path, text)
            if len(expected) == TILE_WIDTH:
                whole.append(root_of(expected))
        hashes, level = whole, level + 1
