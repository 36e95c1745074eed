"""Asking witnesses to cosign the log, in rounds; what they cosigned is what the public gets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from countenance.errors import ConfigurationError, LedgerError, NotFoundError
from countenance.ledger.checkpoint import Checkpoint
from countenance.ledger.note import VerifierKey, parse_signature, split_note
from countenance.ledger.ports import Cosigned
from countenance.ledger.trust_policy import KnownWitness, TrustPolicy
from countenance.ledger.witnessing import AddCheckpoint, Outcome, Reply, parse_size
from countenance.recognition.ports import UnitOfWork

REFRESH: Final = timedelta(hours=1)
"""How old a cosignature may become of a log that does not grow, so that whoever watches sees it alive."""

_TRIES: Final = 2


class Witnesses(Protocol):
    """The way to witnesses. Safe to call from many threads; never takes longer than some seconds."""

    def add_checkpoint(self, url: str, request: AddCheckpoint) -> Reply:
        """Ask the witness at `url`; no usable answer is `Outcome.UNAVAILABLE`, with what is the matter."""
        ...


@dataclass(frozen=True, slots=True)
class Told:
    """What one witness said: the lines that it signed, how many entries it holds, and what is wrong."""

    witness: str
    lines: str = ""
    size: int | None = None
    trouble: str | None = None


@dataclass(frozen=True, slots=True)
class Round:
    """The outcome of one round, for a log of `size` entries: `asked` is empty if there was nothing to ask."""

    size: int
    asked: tuple[Told, ...]
    published: bool


@dataclass(frozen=True, slots=True)
class AskWitnesses:
    """Have the head cosigned by the witnesses of a policy, and publish it when they are enough.

    Witnesses are those of `policy` with an address. The network is asked with no transaction open.
    """

    policy: TrustPolicy
    witnesses: Witnesses
    unit_of_work: Callable[[], UnitOfWork]
    clock: Callable[[], datetime]

    def __call__(self) -> Round:
        """Ask once, if the log has grown or its last cosignatures have aged.

        Raises `ConfigurationError` if the policy names logs and this is not one of them.
        """
        with self.unit_of_work() as work:
            note, keys = work.ledger.checkpoint(), work.ledger.keys
            standing, latest = work.cosigned.standing(), work.cosigned.latest()
        self._check_log(keys)
        head = Checkpoint.parse(split_note(note)[0])
        if not head.size or (latest is not None and latest.size == head.size and not self._aged(latest)):
            return Round(head.size, (), published=False)
        asked = [one for one in self.policy.witnesses.values() if one.url is not None and one.key.verifiable]
        if not asked:
            return Round(head.size, (), published=False)
        with ThreadPoolExecutor(len(asked), thread_name_prefix="witness") as pool:
            told = tuple(
                pool.map(lambda one: self._ask(one, note, head.size, standing.get(name_of(one), 0)), asked)
            )
        return Round(head.size, told, published=self._keep(note, told, keys))

    def _aged(self, latest: Cosigned) -> bool:
        return not timedelta(0) <= self.clock() - latest.moment < REFRESH

    def _check_log(self, keys: Sequence[VerifierKey]) -> None:
        logs = {log.key for log in self.policy.logs}
        if logs and not logs & set(keys):
            raise ConfigurationError(f"the witness policy names other logs than `{keys[0].name}`")

    def _ask(self, witness: KnownWitness, note: str, size: int, old: int) -> Told:
        """Ask one witness, and again from where it says that it stands."""
        for _ in range(_TRIES):
            reply = self._request(witness, note, min(old, size), size)
            if reply.outcome is Outcome.COSIGNED:
                return self._accept(witness, note, reply, size)
            if reply.outcome is not Outcome.CONFLICT:
                return Told(witness.name, trouble=f"{reply.outcome.value}: {reply.text.strip()}")
            try:
                held = parse_size(reply.text.removesuffix("\n"))
            except LedgerError:
                return Told(witness.name, trouble="it answers a conflict without a size")
            if held > size:
                trouble = f"it has cosigned {held} entries of this log, which has {size}: was it rolled back?"
                return Told(witness.name, trouble=trouble)
            if held == min(old, size):
                break
            old = held
        return Told(
            witness.name, size=old, trouble="it holds another tree of the same size: has the log forked?"
        )

    def _request(self, witness: KnownWitness, note: str, old: int, size: int) -> Reply:
        try:
            with self.unit_of_work() as work:
                proof = work.ledger.consistency_proof(old, size)
        except NotFoundError as error:
            return Reply(Outcome.UNAVAILABLE, error.message)
        return self.witnesses.add_checkpoint(witness.url or "", AddCheckpoint(old, proof, note))

    def _accept(self, witness: KnownWitness, note: str, reply: Reply, size: int) -> Told:
        """Take the cosignatures of this witness's own key that verify; others are passed over."""
        text = split_note(note)[0]
        lines = ""
        for line in reply.text.splitlines():
            try:
                signature = parse_signature(line)
            except LedgerError:
                return Told(witness.name, trouble="its answer is no signature line")
            mine = (signature.name, signature.key_id) == (witness.key.name, witness.key.id)
            if mine and not lines and witness.key.verifies(text, signature.value):
                lines = f"{line}\n"
        if not lines:
            return Told(witness.name, trouble="its cosignature does not verify under its key")
        return Told(witness.name, lines, size)

    def _keep(self, note: str, told: Sequence[Told], keys: Sequence[VerifierKey]) -> bool:
        """Note where each witness stands, and publish the checkpoint if they are enough."""
        cosigned = note + "".join(one.lines for one in told)
        judged = self.policy.judge(cosigned, also=keys)
        enough = judged.quorum_met and any(one.lines for one in told)
        with self.unit_of_work() as work:
            before = work.cosigned.standing()
            moved = [one for one in told if one.size is not None]
            for one in moved:
                key = name_of(self.policy.witnesses[one.witness])
                if one.size is not None and before.get(key) != one.size:
                    work.cosigned.stands_at(key, one.size)
            latest = work.cosigned.latest()
            enough = enough and (latest is None or latest.size <= judged.checkpoint.size)
            if enough:
                work.cosigned.publish(Cosigned(judged.checkpoint.size, cosigned, self.clock()))
            if moved or enough:
                work.commit()
        return enough


def name_of(witness: KnownWitness) -> str:
    """Return what a witness's standing is kept under: it changes with its key."""
    return f"{witness.key.name}+{witness.key.id.hex()}"
