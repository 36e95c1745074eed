"""Which packs are asked now, and the policy that is made of them.

Packs come from two places: those that settings name, and those that were installed. The second
change while processes run, so each process looks again every two seconds.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from countenance.errors import PackError
from countenance.policy.gate import Policy, installed_policy
from countenance.policy.model import Decision, Question
from countenance.policy.pack_history import PackStep, in_force
from countenance.policy.packs import HeldPack, PackSource
from countenance.policy.remembering import RememberingPolicy
from countenance.policy.texts import TextKind
from countenance.recognition.ports import UnitOfWork
from countenance.vetting.rereading import Reread


@dataclass(slots=True)
class PacksInForce(Reread[tuple[PackSource, ...]]):
    """The packs that settings name, and after them those that were installed."""

    configured: tuple[PackSource, ...]
    unit_of_work: Callable[[], UnitOfWork]

    def newest(self) -> tuple[PackSource, ...]:
        """Return every pack besides the house rules; raises `PackError` where a text is not whole."""
        with self.unit_of_work() as work:
            return (*self.configured, *held_packs(work))


@dataclass(slots=True)
class DecidePolicy:
    """The policy of the packs in force; made anew when they change.

    A pack that cannot be read refuses everything, loudly: `decide` raises `PackError` until it is
    rolled back, since to go on without it would permit what it refuses.
    """

    packs: Callable[[], tuple[PackSource, ...]]
    _made: tuple[tuple[PackSource, ...], RememberingPolicy] | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def decide(self, question: Question) -> Decision:
        """Return the decision for `question`; raises what `Policy.decide` and `build_policy` raise."""
        packs = self.packs()
        made = self._made
        if made is None or made[0] is not packs:
            made = self._renewed(packs)
        return made[1].decide(question)

    def begin(self, policy: Policy, packs: tuple[PackSource, ...]) -> None:
        """Begin with a policy that was made of `packs` already."""
        self._made = (packs, RememberingPolicy(policy))

    def _renewed(self, packs: tuple[PackSource, ...]) -> tuple[tuple[PackSource, ...], RememberingPolicy]:
        with self._lock:
            made = self._made
            if made is None or made[0] is not packs:
                made = self._made = (packs, RememberingPolicy(installed_policy(packs)))
            return made


def held_packs(work: UnitOfWork) -> tuple[HeldPack, ...]:
    """Return the packs that are installed and in force, or raise `PackError`."""
    return tuple(held_pack(work, step) for step in in_force(work.installed_packs.all()))


def held_pack(work: UnitOfWork, step: PackStep) -> HeldPack:
    """Return the edition that `step` put in force; raises `PackError` where its text is not whole."""
    kept = work.policy_texts.find(TextKind.PACK, step.digest or "")
    if kept is None or not kept.whole():
        raise PackError(f"the text of the installed pack `{step.name}` is not kept here as it was installed")
    return HeldPack(step.name, kept.files)
