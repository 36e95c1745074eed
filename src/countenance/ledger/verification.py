"""Verifying an exported log with nothing but its files: no server, no database, no secret.

Everything is derived anew: entries give leaf hashes, those the tiles, those the root, and
the root must be the one that the log's key has signed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from countenance.errors import InvalidInputError, LedgerError
from countenance.ledger.checkpoint import Checkpoint
from countenance.ledger.comparison import Comparison, Trees, confirmed_edges, derived_hashes, survey
from countenance.ledger.export import CHECKPOINT_FILE, KEY_FILE
from countenance.ledger.findings import FaultCode, Findings, Verification
from countenance.ledger.folder import TEXT_LIMIT, Folder
from countenance.ledger.merkle import EMPTY_ROOT, Frontier
from countenance.ledger.narrative import Narrative
from countenance.ledger.note import VerifierKey, open_note, split_note
from countenance.ledger.tiles import TILE_WIDTH, tile_in

Progress = Callable[[int, int], None]
"""Told how many entries are done, and of how many."""


@dataclass(frozen=True, slots=True)
class Trust:
    """What the verifier brings along: keys that it knows the log by, and a checkpoint seen before.

    Without keys the export's own is used, which shows that the log is consistent, not whose
    it is. `seen` is the text of an earlier signed note: the log must have grown out of it.
    """

    keys: tuple[VerifierKey, ...] = ()
    seen: str | None = None


def verify_export(
    folder: Path, trust: Trust | None = None, *, progress: Progress | None = None
) -> Verification:
    """Verify the export in `folder` and name everything that is wrong with it.

    Never raises for what the folder holds. Raises `LedgerError` if the checkpoint in `trust`
    is not one that its keys have signed.
    """
    trust = trust or Trust()
    findings = Findings()
    files = Folder(folder, findings)
    if not folder.is_dir():
        findings.add(FaultCode.NOT_AN_EXPORT, str(folder), "there is no such folder")
        return Verification(None, None, tuple(findings.faults), 0, ())
    keys = keys_of(files, trust)
    seen = seen_of(trust, keys)
    claimed, signed = checkpoint_of(files, keys)
    size = claimed.size if claimed is not None and signed else files.entries_found()
    if claimed is not None and claimed.size != size:
        text = f"the checkpoint says {claimed.size} entries, the folder holds {size}"
        findings.add(FaultCode.CHECKPOINT_SIZE, CHECKPOINT_FILE, text)
    narrative = Narrative()
    trees = survey(files, size, narrative.follow, lambda done: progress(done, size) if progress else None)
    wrong = _compare(trees, files, claimed)
    files.check_names(size)
    if seen is not None:
        _compare_with_seen(files, size, seen)
    incomplete = narrative.conclude(findings, lambda index: _bundle(index, size), without=frozenset(wrong))
    return Verification(size, trees.root, tuple(findings.faults), findings.left_out, incomplete)


def keys_of(files: Folder, trust: Trust) -> tuple[VerifierKey, ...]:
    """Return the keys to verify with, noting what is wrong with that of the folder."""
    content = files.text(KEY_FILE)
    if content is None:
        if not trust.keys:
            files.findings.add(FaultCode.KEY_MISSING, KEY_FILE, "there is no key to verify with")
        return trust.keys
    try:
        key = _only_key(content)
    except InvalidInputError as error:
        files.findings.add(FaultCode.KEY_MALFORMED, KEY_FILE, f"the key cannot be read: {error.message}")
        return trust.keys
    if trust.keys and key not in trust.keys:
        text = f"the key of `{key.name}` in the export is not the one that was given"
        files.findings.add(FaultCode.KEY_DIFFERS, KEY_FILE, text)
    return trust.keys or (key,)


def _only_key(content: bytes) -> VerifierKey:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidInputError("it is not text") from error
    key = VerifierKey.parse(text.removesuffix("\n"))
    if text != f"{key}\n":
        raise InvalidInputError("the key is not alone on one line")
    return key


def seen_of(trust: Trust, keys: Sequence[VerifierKey]) -> Checkpoint | None:
    """Return the checkpoint that was seen before; raises `LedgerError` for one that no key has signed."""
    if trust.seen is None:
        return None
    return Checkpoint.parse(open_note(trust.seen, keys)[0])


def checkpoint_of(files: Folder, keys: Sequence[VerifierKey]) -> tuple[Checkpoint | None, bool]:
    """Return the checkpoint as far as it can be read, and whether a known key has signed it."""
    content = files.text(CHECKPOINT_FILE)
    if content is None:
        files.findings.add(FaultCode.CHECKPOINT_MISSING, CHECKPOINT_FILE, "there is no checkpoint")
        return None, False
    try:
        note = content[: TEXT_LIMIT + 1].decode("utf-8")
        claimed = Checkpoint.parse(split_note(note)[0])
    except (LedgerError, UnicodeDecodeError) as error:
        told = error.message if isinstance(error, LedgerError) else "it is not text"
        text = f"the checkpoint cannot be read: {told}"
        files.findings.add(FaultCode.CHECKPOINT_MALFORMED, CHECKPOINT_FILE, text)
        return None, False
    try:
        _, signers = open_note(note, keys)
    except LedgerError as error:
        files.findings.add(FaultCode.CHECKPOINT_SIGNATURE, CHECKPOINT_FILE, error.message)
        return claimed, False
    if claimed.origin not in {key.name for key in signers}:
        text = f"the checkpoint is of the log `{claimed.origin}`, whose key did not sign it"
        files.findings.add(FaultCode.CHECKPOINT_ORIGIN, CHECKPOINT_FILE, text)
    return claimed, True


def _compare(trees: Trees, files: Folder, claimed: Checkpoint | None) -> set[int]:
    """Note where entries, tiles and root disagree; return the entries that are not what they were."""
    comparable = claimed is not None and claimed.size == trees.size
    edges = confirmed_edges(trees, claimed.root) if claimed is not None and comparable else None
    if comparable and edges is None and not files.findings.full:
        text = "entries and tiles do not lead to the root in the checkpoint"
        files.findings.add(FaultCode.CHECKPOINT_ROOT, CHECKPOINT_FILE, text)
    comparison = Comparison(trees, files, files.findings, edges, set())
    comparison.run()
    return comparison.wrong_entries


def _compare_with_seen(files: Folder, size: int, seen: Checkpoint) -> None:
    if size < seen.size:
        text = f"the log had {seen.size} entries when it was seen before and has {size} now"
        files.findings.add(FaultCode.ROLLED_BACK, CHECKPOINT_FILE, text)
        return
    frontier = Frontier(0, ())
    for index in range(-(-seen.size // TILE_WIDTH)):
        bundle = tile_in(None, index, size)
        hashes = derived_hashes(files, bundle) if bundle is not None else []
        for leaf in hashes[: seen.size - index * TILE_WIDTH]:
            if leaf is None:
                return  # noted when the bundle was read
            frontier, _ = frontier.append(leaf)
    if (frontier.root() if seen.size else EMPTY_ROOT) != seen.root:
        text = f"the first {seen.size} entries are not those that were seen before"
        files.findings.add(FaultCode.HISTORY_REWRITTEN, CHECKPOINT_FILE, text)


def _bundle(index: int, size: int) -> str:
    bundle = tile_in(None, index // TILE_WIDTH, size)
    return bundle.path if bundle is not None else CHECKPOINT_FILE
