"""Erasures, rehearsals and what is unfinished, gallery by gallery, for whoever looks after them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from countenance.ledger import JsonValue
from countenance.ledger.checkpoint import Checkpoint
from countenance.ledger.note import split_note
from countenance.ledger.proof import InclusionProof
from countenance.recognition.erasure.model import Drill, ErasureId, ErasureRecord
from countenance.recognition.erasure.receipts import receipt_of
from countenance.recognition.ports import UnitOfWork
from countenance.recognition.standing import Standing
from countenance.vetting.model import Actor, CustomerId, Role

MOST: Final = 500
"""Erasures, and rehearsals, of one gallery that are listed: the newest."""

MOST_PENDING: Final = 1_000
_AUDITS: Final = frozenset({Role.AUDITOR, Role.ADMINISTRATOR})
_READS: Final = _AUDITS | {Role.OPERATOR}


@dataclass(frozen=True, slots=True, kw_only=True)
class Proved:
    """An entry of the log: its number, canonical bytes, and the proof (`.tlog-proof`) that it is there."""

    entry: int
    leaf: bytes
    proof: str


@dataclass(frozen=True, slots=True)
class ListErasures:
    """Show erasures across galleries: to a customer's operator its own, to those who oversee all.

    Records name no subject but by the log's commitment.
    """

    standing: Standing
    unit_of_work: Callable[[], UnitOfWork]

    def all(self, actor: Actor) -> tuple[ErasureRecord, ...]:
        """Return erasures of every gallery that is there, the newest first, or raise `ForbiddenError`."""
        with self.unit_of_work() as work:
            self.standing.role(work, actor, _READS)
            found = [
                record
                for customer_id in self._customers(work, actor)
                for gallery in work.galleries.of_customer(customer_id)
                for record in work.erasures.of_gallery(gallery.id, before=None, limit=MOST)
            ]
        return tuple(sorted(found, key=lambda one: -one.entry))

    def unfinished(self, actor: Actor) -> tuple[ErasureRecord, ...]:
        """Return erasures that some process has not followed yet, the oldest first; errors as of `all`."""
        with self.unit_of_work() as work:
            self.standing.role(work, actor, _READS)
            mine = None if actor.role in _AUDITS else actor.customer_id
            pending = work.erasures.pending(MOST_PENDING)
        return tuple(one for one in pending if mine is None or one.customer_id == mine)

    def drills(self, actor: Actor) -> tuple[Drill, ...]:
        """Return rehearsals in every gallery, the newest first; errors as of `all`."""
        with self.unit_of_work() as work:
            self.standing.role(work, actor, _READS)
            found = [
                drill
                for customer_id in self._customers(work, actor)
                for gallery in work.galleries.of_customer(customer_id)
                for drill in work.erasures.drills(gallery.id, limit=MOST)
            ]
        return tuple(sorted(found, key=lambda one: -one.entry))

    def one(self, actor: Actor, erasure_id: ErasureId) -> ErasureRecord:
        """Return an erasure, or record and raise `NotFoundError`; its gallery may be gone."""
        with self.unit_of_work() as work:
            return self._one(work, actor, erasure_id)

    def receipt(self, actor: Actor, erasure_id: ErasureId) -> dict[str, JsonValue]:
        """Return the receipt with its proofs; raises `NotFoundError`, or `StateError` while incomplete."""
        with self.unit_of_work() as work:
            return receipt_of(work, self._one(work, actor, erasure_id))

    def proofs(self, actor: Actor, erasure_id: ErasureId) -> tuple[Proved, ...]:
        """Return the log's entries of the erasure, each with its proof; raises `NotFoundError`.

        The first is the erasure's own; once the receipt is complete, a second one commits to it.
        """
        with self.unit_of_work() as work:
            held = self._one(work, actor, erasure_id)
            note = work.ledger.checkpoint()
            size = Checkpoint.parse(split_note(note)[0]).size
            entries = [held.entry, *([] if held.completed_entry is None else [held.completed_entry])]
            return tuple(
                Proved(
                    entry=entry,
                    leaf=work.ledger.leaf(entry),
                    proof=InclusionProof(entry, work.ledger.inclusion_proof(entry, size), note).text,
                )
                for entry in entries
            )

    def _one(self, work: UnitOfWork, actor: Actor, erasure_id: ErasureId) -> ErasureRecord:
        self.standing.role(work, actor, _READS)
        record = work.erasures.get(erasure_id)
        if record is None or (actor.role not in _AUDITS and record.customer_id != actor.customer_id):
            self.standing.refuse(work, actor, "erasure", f"no erasure `{erasure_id}`")
        return record

    def _customers(self, work: UnitOfWork, actor: Actor) -> tuple[CustomerId, ...]:
        if actor.role in _AUDITS:
            return tuple(one.id for one in work.customers.all())
        return (actor.customer_id,) if actor.customer_id is not None else ()
