"""Which packs an operator installed, and which of their editions are in force.

The history only grows. What is in force follows from it: installing puts an edition above the one
before, rolling back takes editions away until an earlier one is the uppermost, or none is left.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class PackAct(StrEnum):
    """What was done with a pack."""

    INSTALLED = "installed"
    ROLLED_BACK = "rolled_back"


@dataclass(frozen=True, slots=True, kw_only=True)
class PackStep:
    """One act on one pack. `digest` (SHA-256, hex) and `edition` are what it put in force, None if nothing.

    `signer` is the verifier key that signed, None for a pack that was installed unsigned, by name.
    """

    number: int
    name: str
    act: PackAct
    digest: str | None
    edition: str | None
    signer: str | None
    actor: str
    reason: str
    at: datetime


def in_force(steps: Iterable[PackStep]) -> tuple[PackStep, ...]:
    """Return the installing step of each edition in force, in the order in which packs first came."""
    return tuple(stack[-1] for stack in _stacks(steps).values() if stack)


def editions_below(steps: Iterable[PackStep], name: str) -> tuple[PackStep, ...]:
    """Return the editions of `name` that stand, the one in force first, then those below it."""
    return tuple(reversed(_stacks(steps).get(name, [])))


def _stacks(steps: Iterable[PackStep]) -> dict[str, list[PackStep]]:
    stacks: dict[str, list[PackStep]] = {}
    for step in steps:
        stack = stacks.setdefault(step.name, [])
        if step.act is PackAct.INSTALLED:
            stack.append(step)
            continue
        while stack and stack[-1].digest != step.digest:
            stack.pop()
    return stacks
