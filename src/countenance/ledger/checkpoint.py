"""What a log commits to: its name, its size and its root, as in c2sp.org/tlog-checkpoint."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

from countenance.errors import LedgerError
from countenance.ledger.merkle import HASH_SIZE
from countenance.ledger.note import decode_base64, encode_base64

_SIZE_DIGITS: Final = 19
_LINES: Final = 3


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The state of a log: `origin` names it, `root` is the RFC 6962 root over `size` entries.

    Extension lines, which this log never writes, are kept when another's is read.
    """

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """Return what is signed."""
        extensions = "".join(f"{line}\n" for line in self.extensions) if self.extensions else ""
        return f"{self.origin}\n{self.size}\n{encode_base64(self.root)}\n{extensions}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the text of a checkpoint note; raises `LedgerError`."""
        lines = text.split("\n")
        if len(lines) <= _LINES or lines.pop() or not all(lines):
            raise LedgerError("a checkpoint has three lines: origin, size and root")
        origin, size, root, *extensions = lines
        if not (size.isascii() and size.isdigit()) or len(size) > _SIZE_DIGITS or str(int(size)) != size:
            raise LedgerError("the size in the checkpoint is not a decimal number")
        try:
            decoded = decode_base64(root)
        except ValueError as error:
            raise LedgerError("the root in the checkpoint is not base64") from error
        if len(decoded) != HASH_SIZE:
            raise LedgerError("the root in the checkpoint does not have 32 bytes")
        return cls(origin, int(size), decoded, tuple(extensions))
