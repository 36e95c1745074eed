"""Recorded questions asked again by a simulation, against the bare decisions on the same questions.

Two rows: questions as they are recorded, where many differ in nothing but the moment, and questions
no two of which are equal. `COUNTENANCE_SIMULATED` sets how many of the first there are.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import replace

from countenance.policy.codec import decision_to_json, question_to_json
from countenance.policy.gate import Policy, installed_policy
from countenance.policy.model import Act, Question
from countenance.policy.simulation import Recorded, Simulation, Tally
from measure_decision import PACKS, question
from report import Row, hand_over

COUNT = int(os.environ.get("COUNTENANCE_SIMULATED", "100000"))
KINDS = 500  # different questions among them: customers, galleries of other sizes
ALL_DIFFERENT = 5000


def asked(count: int, kinds: int) -> list[Question]:
    """Return `count` questions of which `kinds` differ in more than their moment, one in five refused."""
    found = []
    for number in range(count):
        kind = number % kinds
        one = question(number * 500, Act.IDENTIFY if kind % 5 == 0 else Act.VERIFY)
        if one.gallery is None:
            raise RuntimeError("the questions touch a gallery")
        found.append(replace(one, gallery=replace(one.gallery, subjects=10 + kind)))
    return found


def records(questions: Sequence[Question], policy: Policy) -> list[Recorded]:
    """Return the questions as they are stored, each with the decision that was made on it."""
    decisions: dict[tuple[Act, int], str] = {}
    found = []
    for number, one in enumerate(questions):
        key = one.act, one.gallery.subjects if one.gallery is not None else 0
        if key not in decisions:
            decisions[key] = decision_to_json(policy.decide(one)).decode()
        found.append(
            Recorded(number, f"dec_{number:032x}", "bank", question_to_json(one).decode(), decisions[key])
        )
    return found


def row(name: str, count: int, kinds: int) -> Row:
    """Return one measurement: milliseconds for all questions, bare decisions and simulation in turn."""
    installed, proposed = installed_policy(), installed_policy(PACKS)
    questions = asked(count, kinds)
    stored = records(questions, installed)
    bare = simulated = 0.0
    tally = Tally()
    machine = Simulation(proposed.decide, blind_to_the_clock=proposed.blind_to_the_clock)
    step = max(count // 10, 1)
    for start in range(0, count, step):
        began = time.perf_counter()
        for one in questions[start : start + step]:
            proposed.decide(one)
        between = time.perf_counter()
        machine.run(stored[start : start + step], tally)
        bare += between - began
        simulated += time.perf_counter() - between
    if tally.asked != count or not tally.otherwise:
        raise RuntimeError("the simulation did not ask what it was given, or found nothing")
    return Row(
        name=name,
        ours=round(simulated * 1e3, 1),
        peer=round(bare * 1e3, 1),
        ratio=round(simulated / bare, 3),
        unit="ms",
        peer_name="the bare decisions, questions parsed",
        rounds=10,
        note=f"{count:,} questions from their stored JSON, {kinds:,} of them different but for the moment",
    )


def measure() -> list[Row]:
    """Return the two rows."""
    return [
        row("policy_simulation", COUNT, KINDS),
        row("policy_simulation_all_different", min(COUNT, ALL_DIFFERENT), ALL_DIFFERENT),
    ]


if __name__ == "__main__":
    hand_over(measure())
