"""Reading the record: decisions, their replay, cases that are held, and the ledger."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from countenance.errors import InvalidInputError
from countenance.ledger.checkpoint import Checkpoint
from countenance.ledger.export import Progress, export
from countenance.oversight.model import Case, CaseId
from countenance.policy.model import Decision
from countenance.policy.replay import Replayed, replay
from countenance.recognition.asking import leased
from countenance.recognition.cases.reading import as_of
from countenance.recognition.log.witness_rounds import AskWitnesses
from countenance.recognition.model import DecisionRecord
from countenance.recognition.ports import Decider, UnitOfWork
from countenance.recognition.standing import Standing
from countenance.vetting.model import Actor, Role

_AUDITS = frozenset({Role.AUDITOR, Role.ADMINISTRATOR})
_EVERYBODY = frozenset(Role)


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryView:
    """A ledger entry with the proof that it is in the tree of `size`, under `checkpoint`."""

    index: int
    leaf: bytes
    proof: tuple[bytes, ...]
    size: int
    checkpoint: str


@dataclass(frozen=True, slots=True)
class ReadDecisions:
    """Explain a decision to whoever asked for it, and to auditors."""

    standing: Standing
    decide: Decider
    unit_of_work: Callable[[], UnitOfWork]

    def __call__(self, actor: Actor, decision_id: str) -> DecisionRecord:
        """Return the decision, or raise `NotFoundError`."""
        with self.unit_of_work() as work:
            record = work.decisions.get(decision_id)
            if record is None or not self._visible(work, actor, record):
                self.standing.refuse(work, actor, "decision", f"no decision `{decision_id}`")
            return record

    def replay(self, actor: Actor, decision_id: str) -> Replayed:
        """Decide the question again, under what was in force then, and compare; or raise `NotFoundError`."""
        from countenance.policy.archive import policies_of  # noqa: PLC0415  needs the gate, which is slow

        record = self(actor, decision_id)
        with self.unit_of_work() as work:

            def earlier(decision: Decision) -> Iterator[Decider]:
                return (leased(policy.decide) for policy in policies_of(decision, work.policy_texts.find))

            return replay(leased(self.decide), record, earlier)

    def _visible(self, work: UnitOfWork, actor: Actor, record: DecisionRecord) -> bool:
        if actor.role in _AUDITS or record.actor_id == actor.id:
            return True
        lease = work.leases.get(actor.lease_id) if actor.lease_id is not None else None
        return lease is not None and lease.customer_id == record.customer_id


@dataclass(frozen=True, slots=True)
class ReadCases:
    """Tell where a held identification stands; the candidates are for examiners, not for callers."""

    standing: Standing
    unit_of_work: Callable[[], UnitOfWork]

    def __call__(self, actor: Actor, case_id: CaseId) -> Case:
        """Return the case without its candidates, or raise `NotFoundError`."""
        with self.unit_of_work() as work:
            lease = self.standing.lease(work, actor, frozenset({Role.OPERATOR, Role.EXAMINER}))
            case = work.cases.get(case_id)
            if case is None or case.customer_id != lease.customer_id:
                self.standing.refuse(work, actor, "case", f"no case `{case_id}`")
            return as_of(replace(case, candidates=()), self.standing.clock())


@dataclass(frozen=True, slots=True)
class LogCopy:
    """A copy of the log in a folder: its head, who cosigned that, and what the other witnesses said.

    `cosigned_by` has names of the witness policy, `troubles` a name and what is the matter; both are empty
    where no witnesses are configured. `quorum_met` is whether those that cosigned are enough, then None.
    """

    head: Checkpoint
    cosigned_by: tuple[str, ...] = ()
    troubles: tuple[tuple[str, str], ...] = ()
    quorum_met: bool | None = None


@dataclass(frozen=True, slots=True)
class ReadLedger:
    """Show checkpoint, entries and proofs: to every key, since entries hold commitments only.

    `witnesses` returns what has the head cosigned, or None where no witness is configured.
    """

    standing: Standing
    unit_of_work: Callable[[], UnitOfWork]
    witnesses: Callable[[], AskWitnesses | None] = lambda: None

    def checkpoint(self, actor: Actor) -> str:
        """Return the signed note of the head."""
        with self.unit_of_work() as work:
            self.standing.role(work, actor, _EVERYBODY)
            return work.ledger.checkpoint()

    def entry(self, actor: Actor, index: int) -> EntryView:
        """Return entry `index` with its inclusion proof, or raise `NotFoundError`."""
        with self.unit_of_work() as work:
            self.standing.role(work, actor, _EVERYBODY)
            size = work.ledger.size()
            return EntryView(
                index=index,
                leaf=work.ledger.leaf(index),
                proof=work.ledger.inclusion_proof(index, size),
                size=size,
                checkpoint=work.ledger.checkpoint(),
            )

    def consistency(self, actor: Actor, old: int, new: int) -> tuple[bytes, ...]:
        """Return the proof that the tree of `new` extends the tree of `old`, or raise `NotFoundError`."""
        if not 0 < old <= new:
            raise InvalidInputError(f"`{old}` and `{new}` are not two sizes in order")
        with self.unit_of_work() as work:
            self.standing.role(work, actor, _EVERYBODY)
            return work.ledger.consistency_proof(old, new)

    def export(self, actor: Actor, folder: Path, *, progress: Progress | None = None) -> LogCopy:
        """Write the log into `folder`, for anybody to verify, and return what was written.

        Witnesses that are configured are asked first, for some seconds at most. Where they are not
        enough, the head is written without their cosignatures. Raises `InvalidInputError` for a folder
        that holds something else, `ConfigurationError` for a witness policy of another log.
        """
        with self.unit_of_work() as work:
            self.standing.role(work, actor, _EVERYBODY)
            size = work.ledger.size()
        ask = self.witnesses()
        asked = ask() if ask is not None else None
        with self.unit_of_work() as work:
            latest = work.cosigned.latest()
            newest = max(size, asked.size if asked is not None else 0)
            cosigned = latest.note if latest is not None and latest.size >= newest else None
            written = export(work.ledger, folder, cosigned=cosigned, progress=progress)
            keys = work.ledger.keys
        if ask is None or asked is None:
            return LogCopy(written.head)
        judged = ask.policy.judge(written.note, also=keys)
        troubles = [(one.witness, one.trouble) for one in asked.asked if one.trouble is not None]
        if not judged.quorum_met:
            unasked = [one.name for one in ask.policy.witnesses.values() if one.url is None]
            troubles += [(name, "it has no address in the policy, so it is not asked") for name in unasked]
        return LogCopy(written.head, tuple(judged.witnesses), tuple(troubles), judged.quorum_met)

    def verifier_key(self, actor: Actor) -> str:
        """Return the public key that checkpoints are verified with, as a vkey text."""
        with self.unit_of_work() as work:
            self.standing.role(work, actor, _EVERYBODY)
            return str(work.ledger.key)
