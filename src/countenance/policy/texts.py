"""A text that decisions rest on, under its digest."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Final

LEASE_FILE: Final = "lease.cedar"
DUTIES_FILE: Final = "duties.cedar"
SCHEMA_FILE: Final = "schema.cedarschema"
LAWS_FILE: Final = "register.toml"


class TextKind(StrEnum):
    """What a kept text is."""

    PACK = "pack"
    LAWS = "laws"
    GATE = "gate"
    SCHEMA = "schema"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptText:
    """A text under its digest (SHA-256, hex): names and contents of its files."""

    kind: TextKind
    digest: str
    files: tuple[tuple[str, str], ...]

    def whole(self) -> bool:
        """Tell whether the files have the digest."""
        texts = dict(self.files)
        if self.kind is TextKind.PACK:
            return digest_of_texts(self.files) == self.digest
        if self.kind is TextKind.GATE:
            joined = "\0".join((texts.get(LEASE_FILE, ""), texts.get(DUTIES_FILE, "")))
        else:
            joined = texts.get(LAWS_FILE if self.kind is TextKind.LAWS else SCHEMA_FILE, "")
        return sha256(joined.encode()).hexdigest() == self.digest


def digest_of_texts(texts: Iterable[tuple[str, str]]) -> str:
    """Return the SHA-256 (hex) of files by name, each name and content ended by a zero byte."""
    return sha256("".join(f"{file}\0{text}\0" for file, text in sorted(texts)).encode()).hexdigest()
