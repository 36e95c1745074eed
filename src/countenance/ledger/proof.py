"""Proofs that travel as one file, as in c2sp.org/tlog-proof: an entry is in the log, checked offline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

from countenance.errors import LedgerError
from countenance.ledger.checkpoint import Checkpoint
from countenance.ledger.merkle import HASH_SIZE, leaf_hash, root_from_inclusion
from countenance.ledger.note import VerifierKey, decode_base64, encode_base64, open_note

HEADER: Final = "c2sp.org/tlog-proof@v1"
_EXTRA: Final = "extra "
_INDEX: Final = "index "
_DEPTH: Final = 64
_INDEX_DIGITS: Final = 19


@dataclass(frozen=True, slots=True)
class InclusionProof:
    """That the entry `index` is in the tree of a checkpoint; `hashes` go from the leaf upwards.

    `checkpoint` is the signed note, as it was served. `extra` is data of the log's own.
    """

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: str
    extra: bytes | None = None

    @property
    def text(self) -> str:
        """Return the proof as a `.tlog-proof` file has it."""
        extra = () if self.extra is None else (_EXTRA + encode_base64(self.extra),)
        hashes = map(encode_base64, self.hashes)
        lines = (HEADER, *extra, f"{_INDEX}{self.index}", *hashes, "")
        return "".join(f"{line}\n" for line in lines) + self.checkpoint

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a `.tlog-proof` file; raises `LedgerError`."""
        head, blank, checkpoint = text.partition("\n\n")
        lines = head.split("\n")
        if not blank or lines.pop(0) != HEADER:
            raise LedgerError("this is not a proof of the form c2sp.org/tlog-proof@v1")
        try:
            extra = decode_base64(lines.pop(0).removeprefix(_EXTRA)) if _has_extra(lines) else None
            index = lines.pop(0) if lines else ""
            number = index.removeprefix(_INDEX)
            hashes = tuple(map(decode_base64, lines))
        except ValueError as error:
            raise LedgerError("the proof holds base64 that cannot be read") from error
        if not index.startswith(_INDEX) or not _is_number(number):
            raise LedgerError("the proof names no index")
        if len(hashes) > _DEPTH or any(len(item) != HASH_SIZE for item in hashes):
            raise LedgerError("the proof holds something that is not a hash")
        return cls(int(number), hashes, checkpoint, extra)

    def verify(self, leaf: bytes, keys: Sequence[VerifierKey]) -> Checkpoint:
        """Return the checkpoint under which `leaf` is proved to be in the log, or raise `LedgerError`."""
        text, signers = open_note(self.checkpoint, keys)
        checkpoint = Checkpoint.parse(text)
        if checkpoint.origin not in {key.name for key in signers}:
            raise LedgerError(f"the log `{checkpoint.origin}` has not signed its checkpoint")
        root = root_from_inclusion(leaf_hash(leaf), self.index, checkpoint.size, self.hashes)
        if root != checkpoint.root:
            raise LedgerError(f"the entry is not the one at `{self.index}` in this log")
        return checkpoint


def _has_extra(lines: Sequence[str]) -> bool:
    """Tell whether the first of `lines` carries extra data."""
    return bool(lines) and lines[0].startswith(_EXTRA)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _INDEX_DIGITS and str(int(text)) == text
