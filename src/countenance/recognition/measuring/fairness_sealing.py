"""Signing a fairness report that the ledger knows of, with the proof that it does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from countenance.errors import InvalidInputError, NotFoundError
from countenance.fairness.sealing import content_digest, note_text
from countenance.ledger.canonical import parse_leaf
from countenance.ledger.proof import InclusionProof
from countenance.recognition.ports import UnitOfWork


@dataclass(frozen=True, slots=True)
class SealReport:
    """Put a signature, the ledger's entry and its inclusion proof into a report.

    Only what the ledger says was measured is signed: who can call this can sign nothing else.
    """

    sign_note: Callable[[str], str]
    unit_of_work: Callable[[], UnitOfWork]

    def __call__(self, document: Mapping[str, Any], files: Mapping[str, bytes]) -> dict[str, Any]:
        """Return `document` with `leaf`, `proof` and `signature` in its `record`; `files` stand beside it.

        Raises `InvalidInputError` where the ledger's entry speaks of another measurement.
        """
        record = document["record"]
        leaf, proof = self._proved(int(record["entry"]))
        if parse_leaf(leaf).get("fairness") != content_digest(document):
            raise InvalidInputError("the ledger does not know of this report")
        return {
            **document,
            "record": {
                **record,
                "leaf": leaf.decode(),
                "proof": proof.text,
                "signature": self.sign_note(note_text(document, files)),
            },
        }

    def _proved(self, entry: int) -> tuple[bytes, InclusionProof]:
        with self.unit_of_work() as work:
            ledger = work.ledger
            try:
                leaf, hashes = ledger.leaf(entry), ledger.inclusion_proof(entry, ledger.size())
            except NotFoundError as error:
                raise InvalidInputError("the ledger does not know of this report") from error
            return leaf, InclusionProof(entry, hashes, ledger.checkpoint())
