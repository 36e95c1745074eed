"""A past decision, made again from its record."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from countenance.errors import PackError
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
    """The decision as it comes out again, and whether every byte is as it was.

    `changed` names the packs, laws, schema or re-openings of today that are not the recorded
    ones. `recorded_rules` is whether it was made under the recorded ones, kept by their digests:
    then a difference is a fault of the program. Without them it is made under those of today.
    """

    decision: Decision
    same: bool
    changed: tuple[str, ...]
    recorded_rules: bool


def replay(
    decide: Callable[[Question], Decision],
    record: Recorded,
    earlier: Callable[[Decision], Iterable[Callable[[Question], Decision]]] | None = None,
) -> Replayed:
    """Decide `record.question` again and compare.

    `decide` is the policy of today. Where what it rests on is not what the record rests on,
    `earlier` gives the policies that can have made the recorded decision, or raises `PackError`
    where they are not kept; then today's decides.
    """
    again = decide(record.question)
    written = decision_to_json(record.decision)
    names = record.decision.digests.keys() | again.digests.keys()
    changed = tuple(
        sorted(name for name in names if record.decision.digests.get(name) != again.digests.get(name))
    )
    if not changed or earlier is None:
        same = decision_to_json(again) == written
        return Replayed(decision=again, same=same, changed=changed, recorded_rules=not changed)
    found: Decision | None = None
    try:
        for policy in earlier(record.decision):
            then = policy(record.question)
            found = found or then
            if decision_to_json(then) == written:
                return Replayed(decision=then, same=True, changed=changed, recorded_rules=True)
    except PackError:
        found = None
    if found is None:
        return Replayed(decision=again, same=False, changed=changed, recorded_rules=False)
    return Replayed(decision=found, same=False, changed=changed, recorded_rules=True)
