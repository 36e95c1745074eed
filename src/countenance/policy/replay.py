"""A past decision, made again from its record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from countenance.policy.codec import decision_to_json
from countenance.policy.model import Decision, Question


class Recorded(Protocol):
    """A question with the decision that was made on it."""

    @property
    def question(self) -> Question:
        """Return what was asked."""
        ...

    @property
    def decision(self) -> Decision:
        """Return what was answered."""
        ...


@dataclass(frozen=True, slots=True)
class Replayed:
    """The decision as it comes out now, and whether every byte is as it was.

    `changed` names the packs, laws, schema or re-openings that are not the recorded ones:
    with none of them changed, a difference is a fault of the program.
    """

    decision: Decision
    same: bool
    changed: tuple[str, ...]


def replay(decide: Callable[[Question], Decision], record: Recorded) -> Replayed:
    """Decide `record.question` again, with the policy whose `decide` is given, and compare."""
    again = decide(record.question)
    names = record.decision.digests.keys() | again.digests.keys()
    changed = sorted(name for name in names if record.decision.digests.get(name) != again.digests.get(name))
    return Replayed(
        decision=again,
        same=decision_to_json(again) == decision_to_json(record.decision),
        changed=tuple(changed),
    )
