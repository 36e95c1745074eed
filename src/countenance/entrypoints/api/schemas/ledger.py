"""Entries of the log and proofs about them, so that an outsider can check."""

from __future__ import annotations

import base64
from typing import Any, Self

from pydantic import Field

from countenance.entrypoints.api.schemas.model import Told
from countenance.ledger.canonical import parse_leaf
from countenance.recognition.log.records import EntryView


class EntryTold(Told):
    """A ledger entry with the proof that it is in the tree of `size`, under `checkpoint`."""

    index: int = Field(ge=0)
    leaf: str = Field(
        description="The entry's canonical bytes (RFC 8785), in base64: what was hashed.",
        json_schema_extra={"format": "byte"},
    )
    entry: dict[str, Any] = Field(description="The same, to read.")
    proof: list[str] = Field(description="RFC 6962 audit path: hashes in base64, from the leaf to the root.")
    size: int = Field(ge=1, description="Entries of the tree that the proof leads to.")
    checkpoint: str = Field(description="The signed note (c2sp.org/tlog-checkpoint) of that tree.")

    @classmethod
    def of(cls, view: EntryView) -> Self:
        """Return the entry's outside."""
        return cls(
            index=view.index,
            leaf=base64.b64encode(view.leaf).decode(),
            entry=dict(parse_leaf(view.leaf)),
            proof=[base64.b64encode(node).decode() for node in view.proof],
            size=view.size,
            checkpoint=view.checkpoint,
        )


class PseudonymTold(Told):
    """What stands for a person on the ledger."""

    person: str
    pseudonym: str = Field(
        description="What entries that are written now hold in the person's place: a digest under a key "
        "that is derived from the master key.",
        examples=["person_6f0c2f1d5a7b4e8f9a0b1c2d3e4f5061"],
    )


class ConsistencyTold(Told):
    """The proof that nothing was changed or removed between two sizes of the log."""

    old: int = Field(ge=1)
    new: int = Field(ge=1)
    proof: list[str] = Field(description="RFC 6962 consistency proof: hashes in base64.")

    @classmethod
    def of(cls, old: int, new: int, proof: tuple[bytes, ...]) -> Self:
        """Return the proof's outside."""
        return cls(old=old, new=new, proof=[base64.b64encode(node).decode() for node in proof])
