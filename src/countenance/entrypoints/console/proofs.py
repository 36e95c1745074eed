"""An entry with what a browser needs to check by itself that it is in the log."""

from __future__ import annotations

import json
from dataclasses import dataclass

from countenance.ledger.checkpoint import Checkpoint
from countenance.recognition.log.records import EntryView


@dataclass(frozen=True, slots=True)
class Proof:
    """The entry's bytes as text, the audit path and the root in hexadecimal, and the signed note.

    `size` is the number of entries of the tree that the path leads to the root of.
    """

    index: int
    leaf: str
    pretty: str
    path: tuple[str, ...]
    size: int
    root: str
    checkpoint: str


def proof_of(view: EntryView) -> Proof:
    """Return the proof against the checkpoint that came with it; its signature is not checked here."""
    text = view.checkpoint.partition("\n\n")[0] + "\n"
    held = Checkpoint.parse(text)
    leaf = view.leaf.decode()
    return Proof(
        index=view.index,
        leaf=leaf,
        pretty=json.dumps(json.loads(leaf), indent=2, ensure_ascii=False),
        path=tuple(item.hex() for item in view.proof),
        size=view.size,
        root=held.root.hex(),
        checkpoint=view.checkpoint,
    )
