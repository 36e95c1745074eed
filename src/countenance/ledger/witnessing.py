"""What a log and its witnesses say to each other, and how a witness answers: c2sp.org/tlog-witness."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Final, Protocol, Self

from countenance.errors import LedgerError
from countenance.ledger.checkpoint import Checkpoint
from countenance.ledger.cosignature import Cosigner, cosigned_at
from countenance.ledger.merkle import EMPTY_ROOT, HASH_SIZE, verify_consistency
from countenance.ledger.note import decode_base64, encode_base64, open_note, split_note
from countenance.ledger.trust_policy import LogKey

REQUEST_LIMIT: Final = 65_536
"""Most bytes of a request: 63 hashes, and a checkpoint with some signatures of ML-DSA-44."""

_PROOF_LINES: Final = 63
_OLD: Final = "old "
_SIZE_DIGITS: Final = 19


@dataclass(frozen=True, slots=True)
class AddCheckpoint:
    """A request to cosign `note`, which extends the tree of `old` entries, as `proof` shows."""

    old: int
    proof: tuple[bytes, ...]
    note: str

    @property
    def body(self) -> bytes:
        """Return the request's body."""
        lines = (f"{_OLD}{self.old}", *map(encode_base64, self.proof), "")
        return ("".join(f"{line}\n" for line in lines) + self.note).encode()

    @classmethod
    def parse(cls, body: bytes) -> Self:
        """Read a request's body; raises `LedgerError`."""
        if len(body) > REQUEST_LIMIT:
            raise LedgerError("the request is too long")
        try:
            head, blank, note = body.decode("utf-8").partition("\n\n")
            first, *lines = head.split("\n")
            old = parse_size(first.removeprefix(_OLD))
            proof = tuple(map(decode_base64, lines))
        except ValueError as error:
            raise LedgerError("the request is not text with hashes in base64") from error
        if not blank or not first.startswith(_OLD):
            raise LedgerError("the request does not begin with the old size and a proof")
        if len(proof) > _PROOF_LINES or any(len(item) != HASH_SIZE for item in proof):
            raise LedgerError(f"a consistency proof has at most {_PROOF_LINES} hashes of {HASH_SIZE} bytes")
        return cls(old, proof, note)


def parse_size(text: str) -> int:
    """Return a size in decimal; raises `LedgerError` for any other spelling of it."""
    if not (text.isascii() and text.isdigit()) or len(text) > _SIZE_DIGITS or str(int(text)) != text:
        raise LedgerError("a size is a decimal number")
    return int(text)


class Outcome(Enum):
    """What a witness answers; `UNAVAILABLE` is what a log makes of no answer, or one that is none."""

    COSIGNED = "cosigned"
    MALFORMED = "malformed"
    UNKNOWN_LOG = "unknown_log"
    UNSIGNED = "unsigned"
    CONFLICT = "conflict"
    INCONSISTENT = "inconsistent"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer: `text` has the cosignatures, the size that the witness holds, or what is wrong."""

    outcome: Outcome
    text: str


class WitnessRecord(Protocol):
    """Where a witness keeps what it has cosigned. One record belongs to one witness.

    Durability: what `replace` was given is there after a crash at any later moment, whole; before it
    returns, either that or what was held before. Concurrency: `turn` lets one in at a time for an origin,
    among all threads and processes.
    """

    def keys(self, origin: str) -> Sequence[LogKey]:
        """Return the keys that the log of this origin is known by; none for a log that is not watched."""
        ...

    def turn(self, origin: str) -> AbstractContextManager[None]:
        """Wait for the turn of this log, and hold it."""
        ...

    def latest(self, origin: str) -> str | None:
        """Return the last checkpoint that was cosigned, as it was held."""
        ...

    def replace(self, origin: str, note: str) -> None:
        """Hold `note` instead of the last one, durably."""
        ...

    def keep_evidence(self, origin: str, request: bytes) -> None:
        """Keep a signed checkpoint that contradicts what was cosigned: proof of the log's misbehaviour."""
        ...


@dataclass(frozen=True, slots=True)
class Held:
    """What a witness has cosigned last of a log; nothing of it yet is an empty tree."""

    checkpoint: Checkpoint
    seconds: int

    @classmethod
    def of(cls, origin: str, note: str | None) -> Self:
        """Read what the record holds; raises `LedgerError` for anything that a witness did not write."""
        if note is None:
            return cls(Checkpoint(origin, 0, EMPTY_ROOT), 0)
        text, signatures = split_note(note)
        checkpoint = Checkpoint.parse(text)
        if checkpoint.origin != origin:
            raise LedgerError("the witness's record holds another log's checkpoint")
        return cls(checkpoint, cosigned_at(signatures[-1].value))


@dataclass(frozen=True, slots=True)
class Witness:
    """Cosigns checkpoints of the logs in its record, each once it has shown to extend the last one.

    Safe to call from many threads. The record is durable before the cosignature leaves.
    """

    cosigners: tuple[Cosigner, ...]
    record: WitnessRecord
    clock: Callable[[], datetime]

    def add_checkpoint(self, body: bytes) -> Reply:
        """Answer a request; raises `StorageError` or `LedgerError` where the record cannot be used."""
        try:
            request = AddCheckpoint.parse(body)
            text, signatures = split_note(request.note)
            claimed = Checkpoint.parse(text)
        except LedgerError as error:
            return Reply(Outcome.MALFORMED, error.message)
        keys = [key for key in self.record.keys(claimed.origin) if key.name == claimed.origin]
        if not keys:
            return Reply(Outcome.UNKNOWN_LOG, "this log is not watched here")
        try:
            signers = {(key.name, key.id) for key in open_note(request.note, keys)[1]}
        except LedgerError as error:
            return Reply(Outcome.UNSIGNED, error.message)
        if request.old > claimed.size:
            return Reply(Outcome.MALFORMED, "the old size is greater than that of the checkpoint")
        with self.record.turn(claimed.origin):
            known = [str(one) for one in signatures if (one.name, one.key_id) in signers]
            return self._answer(request, claimed, f"{text}\n{''.join(known)}")

    def _answer(self, request: AddCheckpoint, claimed: Checkpoint, note: str) -> Reply:
        """Compare with what is held, and cosign; nobody else is at this log meanwhile.

        `note` is the checkpoint with the log's own signatures alone: what strangers add is not kept.
        """
        held = Held.of(claimed.origin, self.record.latest(claimed.origin))
        before = held.checkpoint
        if request.old != before.size:
            return Reply(Outcome.CONFLICT, f"{before.size}\n")
        if request.old == claimed.size and claimed.root != before.root and claimed.size:
            self.record.keep_evidence(claimed.origin, request.body)
            return Reply(Outcome.CONFLICT, f"{before.size}\n")
        sizes, roots = (before.size, claimed.size), (before.root, claimed.root)
        if (not claimed.size and claimed.root != EMPTY_ROOT) or not verify_consistency(
            sizes, roots, request.proof
        ):
            self.record.keep_evidence(claimed.origin, request.body)
            return Reply(Outcome.INCONSISTENT, "the proof does not show that the log only grew")
        lines = self._cosign(split_note(note)[0], held.seconds)
        self.record.replace(claimed.origin, note + lines)
        return Reply(Outcome.COSIGNED, lines)

    def _cosign(self, text: str, last: int) -> str:
        """Return the cosignatures; their time never goes back, whatever the clock does."""
        moment = max(self.clock(), datetime.fromtimestamp(last, UTC))
        able = [one for one in self.cosigners if one.can_sign(text)]
        return "".join(cosigner.cosign(text, moment) for cosigner in able)
