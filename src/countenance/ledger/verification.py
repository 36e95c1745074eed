"""Verifying an exported log with nothing but its files: no server, no database, no secret.

Everything is derived anew: entries give leaf hashes, those the tiles, those the root, and
the root must be the one that the log's key has signed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

from countenance.errors import InvalidInputError, LedgerError
from countenance.ledger.checkpoint import Checkpoint
from countenance.ledger.comparison import Comparison, Trees, confirmed_edges, derived_hashes, survey
from countenance.ledger.cosignature import moment_of
from countenance.ledger.export import CHECKPOINT_FILE, KEY_FILE
from countenance.ledger.findings import FaultCode, Findings, Verification
from countenance.ledger.folder import TEXT_LIMIT, Folder
from countenance.ledger.merkle import EMPTY_ROOT, Frontier
from countenance.ledger.narrative import TOLERANCE, Narrative, moment_in
from countenance.ledger.note import VerifierKey, open_note, split_note
from countenance.ledger.tiles import TILE_WIDTH, tile_in
from countenance.ledger.trust_policy import Judged, LogKey, TrustPolicy

Progress = Callable[[int, int], None]
"""Told how many entries are done, and of how many."""


@dataclass(frozen=True, slots=True)
class Trust:
    """What the verifier brings along: keys that it knows the log by, a policy, and checkpoints seen before.

    Without keys, its own or the policy's, the export's own are used, which shows that the log is
    consistent, not whose it is. `seen` are the texts of earlier signed notes: the log must have grown out
    of each. A policy says besides which witnesses must have cosigned.
    """

    keys: tuple[LogKey, ...] = ()
    seen: tuple[str, ...] = ()
    policy: TrustPolicy | None = None

    @property
    def known(self) -> tuple[LogKey, ...]:
        """Return the keys of logs that are given here or in the policy."""
        listed = self.policy.logs if self.policy is not None else ()
        return (*self.keys, *(log.key for log in listed if log.key not in self.keys))


@dataclass(frozen=True, slots=True)
class Claim:
    """The checkpoint as far as it can be read, whether a known key has signed it, and who cosigned it."""

    checkpoint: Checkpoint | None = None
    signed: bool = False
    witnesses: tuple[tuple[str, int], ...] = ()


def verify_export(
    folder: Path, trust: Trust | None = None, *, progress: Progress | None = None, read: bool = True
) -> Verification:
    """Verify the export in `folder` and name everything that is wrong with it.

    Every entry is hashed up to the signed root; what it says is looked at if `read`.

    Never raises for what the folder holds. Raises `LedgerError` if a checkpoint in `trust`
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
    claim = claim_of(files, keys, trust.policy)
    claimed = claim.checkpoint
    size = claimed.size if claimed is not None and claim.signed else files.entries_found()
    if claimed is not None and claimed.size != size:
        text = f"the checkpoint says {claimed.size} entries, the folder holds {size}"
        findings.add(FaultCode.CHECKPOINT_SIZE, CHECKPOINT_FILE, text)
    narrative = Narrative()
    follow = narrative.follow if read else None
    trees = survey(files, size, follow, lambda done: progress(done, size) if progress else None)
    wrong = _compare(trees, files, claimed)
    files.check_names(size)
    _compare_with_seen(files, size, seen)
    incomplete = narrative.conclude(findings, lambda index: _bundle(index, size), without=frozenset(wrong))
    _compare_clocks(findings, narrative, claim, lambda index: _bundle(index, size))
    faults, notices = tuple(findings.faults), tuple(findings.notices)
    return Verification(size, trees.root, faults, findings.left_out, incomplete, notices, claim.witnesses)


def keys_of(files: Folder, trust: Trust) -> tuple[LogKey, ...]:
    """Return the keys to verify with, noting what is wrong with those of the folder."""
    content = files.text(KEY_FILE)
    if content is None:
        if not trust.known:
            files.findings.add(FaultCode.KEY_MISSING, KEY_FILE, "there is no key to verify with")
        return trust.known
    try:
        held = read_keys(content)
    except InvalidInputError as error:
        files.findings.add(FaultCode.KEY_MALFORMED, KEY_FILE, f"the key cannot be read: {error.message}")
        return trust.known
    if trust.known and not set(held) & set(trust.known):
        text = f"the key of `{held[0].name}` in the export is not the one that was given"
        files.findings.add(FaultCode.KEY_DIFFERS, KEY_FILE, text)
    return trust.known or held


def read_keys(content: bytes) -> tuple[VerifierKey, ...]:
    """Return the keys of a key file, one a line: several while a log changes its key.

    Raises `InvalidInputError` for anything else.
    """
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidInputError("it is not text") from error
    keys = tuple(VerifierKey.parse(line) for line in text.removesuffix("\n").split("\n"))
    if text != "".join(f"{key}\n" for key in keys) or len({key.name for key in keys}) != 1:
        raise InvalidInputError("the keys of one log stand one on each line")
    return keys


def seen_of(trust: Trust, keys: Sequence[LogKey]) -> tuple[Checkpoint, ...]:
    """Return the checkpoints seen before, the smallest first; `LedgerError` for one that no key signed."""
    seen = [Checkpoint.parse(open_note(note, keys)[0]) for note in trust.seen]
    return tuple(sorted(seen, key=lambda checkpoint: checkpoint.size))


def claim_of(files: Folder, keys: Sequence[LogKey], policy: TrustPolicy | None) -> Claim:
    """Return what the checkpoint claims and who has signed it, noting what is wrong with it."""
    content = files.text(CHECKPOINT_FILE)
    if content is None:
        files.findings.add(FaultCode.CHECKPOINT_MISSING, CHECKPOINT_FILE, "there is no checkpoint")
        return Claim()
    try:
        note = content[: TEXT_LIMIT + 1].decode("utf-8")
        claimed = Checkpoint.parse(split_note(note)[0])
    except (LedgerError, UnicodeDecodeError) as error:
        told = error.message if isinstance(error, LedgerError) else "it is not text"
        text = f"the checkpoint cannot be read: {told}"
        files.findings.add(FaultCode.CHECKPOINT_MALFORMED, CHECKPOINT_FILE, text)
        return Claim()
    try:
        _, signers = open_note(note, keys)
        if claimed.origin not in {key.name for key in signers}:
            text = f"the checkpoint is of the log `{claimed.origin}`, whose key did not sign it"
            files.findings.add(FaultCode.CHECKPOINT_ORIGIN, CHECKPOINT_FILE, text)
            return Claim(claimed, signed=True)
        judged = (policy or _NO_WITNESSES).judge(note, also=keys)
    except LedgerError as error:
        files.findings.add(FaultCode.CHECKPOINT_SIGNATURE, CHECKPOINT_FILE, error.message)
        return Claim(claimed)
    _tell_witnesses(files.findings, judged)
    return Claim(claimed, signed=True, witnesses=tuple(judged.witnesses.items()))


def _tell_witnesses(findings: Findings, judged: Judged) -> None:
    if not judged.quorum_met:
        names = ", ".join(f"`{name}`" for name in judged.witnesses) or "no known witness"
        text = f"the policy asks for more than what cosigned: {names}"
        findings.add(FaultCode.QUORUM_NOT_MET, CHECKPOINT_FILE, text)
    for name in judged.unverifiable:
        text = f"what the witness `{name}` signs cannot be verified here: it has another kind of key"
        findings.notice(FaultCode.WITNESS_UNVERIFIABLE, CHECKPOINT_FILE, text)


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


def _compare_with_seen(files: Folder, size: int, seen: Sequence[Checkpoint]) -> None:
    """Note every checkpoint seen before that the log has not grown out of; one pass over the leaf hashes."""
    tell_forks(files.findings, seen)
    for one in seen:
        if size < one.size:
            text = f"the log had {one.size} entries when it was seen before and has {size} now"
            files.findings.add(FaultCode.ROLLED_BACK, CHECKPOINT_FILE, text)
    due = [one for one in seen if one.size <= size]
    frontier = Frontier(0, ())
    for one in due:
        grown = _grown(files, frontier, one.size, size)
        if grown is None:
            return  # noted when the bundle was read
        frontier = grown
        tell_growth(files.findings, frontier, one)


def _grown(files: Folder, frontier: Frontier, until: int, size: int) -> Frontier | None:
    while frontier.size < until:
        bundle = tile_in(None, frontier.size // TILE_WIDTH, size)
        hashes = derived_hashes(files, bundle) if bundle is not None else []
        for leaf in hashes[frontier.size % TILE_WIDTH :][: until - frontier.size]:
            if leaf is None:
                return None
            frontier, _ = frontier.append(leaf)
        if not hashes:
            return None
    return frontier


def tell_forks(findings: Findings, seen: Sequence[Checkpoint]) -> None:
    """Note checkpoints of one size, signed by the log, that have two roots; `seen` is in order of size."""
    for one, other in pairwise(seen):
        if one.size == other.size and one.root != other.root:
            text = f"the log has signed two different trees of {one.size} entries"
            findings.add(FaultCode.FORKED, CHECKPOINT_FILE, text)


def tell_growth(findings: Findings, frontier: Frontier, seen: Checkpoint) -> None:
    """Note it if the tree of as many entries as `seen` has another root."""
    if (frontier.root() if frontier.size else EMPTY_ROOT) != seen.root:
        text = f"the first {seen.size} entries are not those that were seen before"
        findings.add(FaultCode.HISTORY_REWRITTEN, CHECKPOINT_FILE, text)


def _compare_clocks(
    findings: Findings, narrative: Narrative, claim: Claim, place_of: Callable[[int], str]
) -> None:
    """Notice an entry that says it is later than the first cosignature of the tree that it is in."""
    times = [moment for _, seconds in claim.witnesses if (moment := moment_of(seconds)) is not None]
    said, index = narrative.last_said
    stated = moment_in(said)
    if times and stated is not None and stated - min(times) > TOLERANCE:
        text = f"the entry says {said}, though a witness saw it at {min(times):%Y-%m-%dT%H:%M:%SZ} already"
        findings.notice(FaultCode.CLOCK_AHEAD, place_of(index), text, index=index)


def _bundle(index: int, size: int) -> str:
    bundle = tile_in(None, index // TILE_WIDTH, size)
    return bundle.path if bundle is not None else CHECKPOINT_FILE


_NO_WITNESSES: Final = TrustPolicy((), {}, {}, None)
