"""A duty of a pack or a law that asks for fresh evidence: refused in the gate's own words."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from countenance.errors import PackError
from countenance.policy.model import Act, ObligationKind, Question
from countenance.policy.packs import Pack
from countenance.policy.rules import parse_rules
from policy_cases import permitted, refused_by, with_packs
from unit.policy.test_evidence_clauses import ASKED, EVIDENCE, REPORT

DUTY = """
@id("own.evidence")
@text("Whoever compares faces has measured error rates by group.")
@source("Rule of the house")
@obliges("fairness_evidence:{days}")
permit (principal, action in Action::"recognition", resource);
"""


def pack(text: str, name: str = "own") -> Pack:
    """A pack whose duties are in `text`."""
    rules, faults = parse_rules(text, pack=name, effect="permit")
    if faults:
        raise PackError("a duty does not hold", reasons=tuple(fault.detail for fault in faults))
    return Pack(name=name, title=name, about="", versions=(), rules=rules, digest="0" * 64)


LATER = DUTY.format(days=90).replace("own.e", "own.later_e")
POLICY = with_packs(pack(DUTY.format(days=30)), pack(LATER, "other"))
UNCAPPED = replace(ASKED, lease=replace(ASKED.lease, caps=None)) if ASKED.lease is not None else ASKED


def aged(days: int) -> Question:
    measured = UNCAPPED.on.date() - timedelta(days=days)
    return replace(UNCAPPED, evidence=replace(EVIDENCE, report=replace(REPORT, measured=measured)))


def test_without_a_report_the_act_is_refused_though_the_lease_names_no_caps() -> None:
    for question in (
        replace(UNCAPPED, evidence=None),
        replace(UNCAPPED, evidence=replace(EVIDENCE, report=None)),
    ):
        decision = POLICY.decide(question)
        assert refused_by(decision) == {"evidence.report"}
        assert POLICY.obstacles(question) == {"own.evidence", "own.later_evidence"}
    assert "missing: a registered report for model" in decision.reasons[0].source
    assert [one.met for one in decision.conditions if one.id == "evidence.report"] == [False]


def test_a_fresh_report_permits_with_the_duty_and_the_strictest_age_counts() -> None:
    decision = POLICY.decide(aged(30))
    assert permitted(decision)
    assert POLICY.obstacles(aged(30)) is None
    days = {one.kind: one.value for one in decision.obligations}  # type: ignore[union-attr]  # a permit
    assert days[ObligationKind.FAIRNESS_EVIDENCE] == 30
    stale = POLICY.decide(aged(31))
    assert refused_by(stale) == {"evidence.fresh"}
    assert "31, allowed at most 30 days by a duty in force" in stale.reasons[0].source
    assert not permitted(POLICY.decide(aged(-1)))


def test_a_report_for_another_model_threshold_or_use_is_none() -> None:
    for changes in ({"model_digest": "other"}, {"threshold_ppb": 1}, {"uses": frozenset()}):
        evidence = replace(EVIDENCE, report=replace(REPORT, measured=UNCAPPED.on.date(), **changes))  # type: ignore[arg-type]  # fields
        assert refused_by(POLICY.decide(replace(UNCAPPED, evidence=evidence))) == {"evidence.report"}


def test_acts_that_compare_nothing_and_questions_about_no_lease_are_not_refused_for_it() -> None:
    for question in (
        replace(UNCAPPED, act=Act.ENROL, evidence=None),
        replace(UNCAPPED, lease=None, evidence=None),
    ):
        assert permitted(POLICY.decide(question))


@pytest.mark.parametrize("days", ["", ":0", ":2000", ":soon"])
def test_a_duty_without_its_days_is_no_rule(days: str) -> None:
    with pytest.raises(PackError):
        pack(DUTY.replace(":{days}", days))
