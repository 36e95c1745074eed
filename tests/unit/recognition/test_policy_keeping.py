"""Decisions are made again under what decided them, after the installation has gone on to other packs."""

from __future__ import annotations

from dataclasses import replace

from contract.examples import NOON
from countenance.policy.gate import installed_policy
from countenance.recognition.log.policy_keeping import KeepPolicy
from countenance.recognition.log.records import ReadDecisions
from countenance.recognition.model import DecisionRecord
from countenance.recognition.standing import Standing
from countenance.vetting.model import Actor, Role
from fakes import MemoryStore
from policy_cases import VERIFY

AUDITOR = Actor(id="carol", role=Role.AUDITOR, lease_id=None)
BEFORE = installed_policy(("amazon-2020",))


def recorded(store: MemoryStore, *, kept: bool) -> ReadDecisions:
    """Acts of an installation that has dropped a pack since it made its one decision."""
    if kept:
        KeepPolicy(store, lambda: NOON)(BEFORE)
    decided = BEFORE.decide(replace(VERIFY, on=NOON))
    record = DecisionRecord(
        id="dec_1",
        customer_id=None,
        actor_id="somebody",
        question=replace(VERIFY, on=NOON),
        decision=decided,
        entry=0,
        asked=NOON,
    )
    with store() as work:
        work.decisions.add(record)
        work.commit()
    return ReadDecisions(Standing(lambda: NOON), installed_policy().decide, store)


def test_a_decision_is_made_again_under_the_packs_that_are_not_asked_any_more() -> None:
    again = recorded(MemoryStore(), kept=True).replay(AUDITOR, "dec_1")
    assert again.same
    assert again.recorded_rules
    assert again.changed == ("amazon-2020",)


def test_a_decision_whose_packs_were_never_kept_is_told_to_be_under_those_of_today() -> None:
    again = recorded(MemoryStore(), kept=False).replay(AUDITOR, "dec_1")
    assert not again.same
    assert not again.recorded_rules
    assert again.changed == ("amazon-2020",)
