"""The gate of fairness evidence: golden cases, each of which refuses by its own name."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from countenance.errors import InvalidInputError
from countenance.policy.codec import decision_to_json, question_from_json, question_to_json
from countenance.policy.evidence import (
    BILLION,
    EvidenceFacts,
    FairnessCaps,
    KindOfUse,
    ReportFacts,
    strictest_caps,
)
from countenance.policy.model import Act, Decision, Purpose, Question
from countenance.policy.remembering import RememberingPolicy
from countenance.policy.rules import parse_rules
from policy_cases import BANK, CUSTOMERS, MODEL, NOW, VERIFY, installed, permitted, refused_by, unmet

CAPS = FairnessCaps(
    max_age_days=90,
    min_subjects=100,
    fmr_ppb=100_000,
    fnmr_ppb=50_000_000,
    fte_ppb=20_000_000,
    ratio_ppb=3 * BILLION,
    fpir_ppb=100_000_000,
)
REPORT = ReportFacts(
    digest="ab" * 32,
    measured=(NOW - timedelta(days=10)).date(),
    model_digest=MODEL,
    threshold_ppb=400_000_000,
    uses=frozenset(KindOfUse),
    subjects=120,
    fmr_ppb=90_000,
    fnmr_ppb=40_000_000,
    fte_ppb=10_000_000,
    ratio_ppb=2 * BILLION,
    gallery_limit=1_000,
)
EVIDENCE = EvidenceFacts(
    use=KindOfUse.ONE_TO_ONE, model_digest=MODEL, threshold_ppb=400_000_000, report=REPORT
)
LEASE = replace(
    BANK,
    acts=frozenset({Act.ENROL, Act.VERIFY, Act.IDENTIFY, Act.DETECT}),
    purposes=frozenset({Purpose.IDENTITY_VERIFICATION}),
    n_max=10_000,
    caps=CAPS,
)
ASKED = replace(VERIFY, lease=LEASE, evidence=EVIDENCE)


def decide(question: Question, **changes: Any) -> Any:  # noqa: ANN401  a decision
    return installed().decide(replace(question, **changes))


def reported(**changes: Any) -> EvidenceFacts:  # noqa: ANN401  any field
    return replace(EVIDENCE, report=replace(REPORT, **changes))


def test_a_fresh_passing_report_permits_and_the_decision_shows_what_was_asked_of_it() -> None:
    decision = decide(ASKED)
    assert permitted(decision)
    shown = {one.id: one.met for one in decision.conditions if one.id.startswith("evidence.")}
    assert shown == dict.fromkeys(
        (
            "evidence.report",
            "evidence.fresh",
            "evidence.subjects",
            "evidence.fmr",
            "evidence.fnmr",
            "evidence.fte",
            "evidence.ratio",
        ),
        True,
    )


def test_a_lease_without_caps_asks_for_no_evidence_and_says_nothing_of_it() -> None:
    decision = decide(ASKED, lease=replace(LEASE, caps=None), evidence=None)
    assert permitted(decision)
    assert not [one for one in decision.conditions if one.id.startswith(("evidence.", "incident."))]


@pytest.mark.parametrize(
    ("evidence", "rule", "said"),
    [
        (reported(measured=(NOW - timedelta(days=91)).date()), "evidence.fresh", "91"),
        (reported(measured=(NOW + timedelta(days=1)).date()), "evidence.fresh", "-1"),
        (reported(subjects=99), "evidence.subjects", "99"),
        (reported(subjects=None), "evidence.subjects", "not measured"),
        (reported(fmr_ppb=100_001), "evidence.fmr", "100001"),
        (reported(fmr_ppb=None), "evidence.fmr", "not measured"),
        (reported(fnmr_ppb=50_000_001), "evidence.fnmr", "50000001"),
        (reported(fte_ppb=20_000_001), "evidence.fte", "20000001"),
        (reported(fte_ppb=None), "evidence.fte", "not measured"),
        (reported(ratio_ppb=3 * BILLION + 1), "evidence.ratio", "3000000001"),
        (reported(ratio_ppb=None), "evidence.ratio", "not measured"),
        (reported(model_digest="other"), "evidence.report", "for another"),
        (reported(threshold_ppb=400_000_001), "evidence.report", "for another"),
        (reported(uses=frozenset({KindOfUse.ONE_TO_MANY})), "evidence.report", "use one_to_one"),
        (replace(EVIDENCE, report=None), "evidence.report", "missing"),
        (replace(EVIDENCE, model_digest=None), "evidence.report", "model unknown"),
        (replace(EVIDENCE, threshold_ppb=None), "evidence.report", "threshold unknown"),
        (None, "evidence.report", "the lease"),
    ],
)
def test_evidence_that_does_not_hold_refuses_by_name_and_says_which_is_missing(
    evidence: EvidenceFacts | None, rule: str, said: str
) -> None:
    refusal = decide(ASKED, evidence=evidence)
    assert refused_by(refusal) == {rule}
    assert rule in unmet(refusal)
    (reason,) = refusal.reasons
    assert said in reason.source
    assert "register" in reason.reopens


def test_figures_at_their_caps_hold_them() -> None:
    at = reported(
        measured=(NOW - timedelta(days=90)).date(),
        subjects=100,
        fmr_ppb=100_000,
        fnmr_ppb=50_000_000,
        fte_ppb=20_000_000,
        ratio_ppb=3 * BILLION,
    )
    assert permitted(decide(ASKED, evidence=at))


@pytest.mark.parametrize(("subjects", "allowed"), [(999, True), (1_000, False), (1_001, False)])
def test_a_gallery_does_not_grow_past_what_the_worst_groups_rate_supports(
    subjects: int,
    allowed: bool,  # noqa: FBT001  a column of the table
) -> None:
    enrolment = replace(
        ASKED,
        act=Act.ENROL,
        gallery=replace(CUSTOMERS, subjects=subjects),
        evidence=replace(EVIDENCE, use=KindOfUse.ONE_TO_MANY),
    )
    decision = installed().decide(enrolment)
    assert permitted(decision) is allowed
    if not allowed:
        assert refused_by(decision) == {"evidence.gallery"}
        assert f"{subjects}, allowed at most 1000 subjects" in decision.reasons[0].source


def test_a_gallery_of_exactly_that_size_is_still_searched_and_a_larger_one_is_not() -> None:
    search = replace(ASKED, act=Act.IDENTIFY, evidence=replace(EVIDENCE, use=KindOfUse.ONE_TO_MANY))
    assert permitted(decide(search, gallery=replace(CUSTOMERS, subjects=1_000)))
    refusal = decide(search, gallery=replace(CUSTOMERS, subjects=1_001))
    assert refused_by(refusal) == {"evidence.gallery"}


def test_without_a_report_that_speaks_for_it_no_gallery_grows_under_a_cap_of_fpir() -> None:
    for evidence in (
        None,
        replace(EVIDENCE, report=None),
        reported(gallery_limit=None),
        reported(model_digest="x"),
    ):
        refusal = decide(ASKED, act=Act.ENROL, evidence=evidence)
        assert refused_by(refusal) == {"evidence.gallery"}
    uncapped = replace(LEASE, caps=replace(CAPS, fpir_ppb=None))
    assert permitted(decide(ASKED, act=Act.ENROL, lease=uncapped, evidence=None))


def test_looking_for_faces_compares_nothing_and_needs_no_evidence() -> None:
    assert permitted(decide(ASKED, act=Act.DETECT, evidence=None))


def test_packs_cannot_read_the_evidence_and_so_never_loosen_what_it_closes() -> None:
    text = (
        '@id("own.x") @text("t") @source("s") @reopens("r")\n'
        'forbid (principal, action == Action::"verify", resource) unless { context has evidence };'
    )
    rules, faults = parse_rules(text, pack="own", effect="forbid")
    assert not rules or faults


@given(day=st.integers(0, 200))
@settings(max_examples=40, deadline=None)
def test_a_remembered_decision_grows_old_with_its_report(day: int) -> None:
    policy = RememberingPolicy(installed())
    for days in (0, day, day):
        moment = NOW + timedelta(days=days)
        lease = replace(LEASE, expires=NOW + timedelta(days=900))
        question = replace(ASKED, on=moment, lease=lease)
        decision: Decision = policy.decide(question)
        assert permitted(decision) is (days + 10 <= 90)
        assert decision_to_json(decision) == decision_to_json(installed().decide(question))


def test_a_question_with_caps_and_evidence_comes_back_from_its_record() -> None:
    for question in (ASKED, replace(ASKED, evidence=reported(fte_ppb=None)), replace(ASKED, evidence=None)):
        data = question_to_json(question)
        assert question_from_json(data) == question
        assert question_to_json(question_from_json(data)) == data


LIMITS = st.one_of(st.none(), st.integers(1, 200))
CAPPED = st.builds(
    lambda age, subjects, fmr, fnmr: FairnessCaps(
        max_age_days=age, min_subjects=subjects, fmr_ppb=fmr, fnmr_ppb=fnmr, fte_ppb=500
    ),
    st.integers(1, 20),
    st.integers(1, 200),
    LIMITS,
    LIMITS,
)


@settings(max_examples=60, deadline=None)
@given(first=CAPPED, second=CAPPED, fmr=LIMITS, subjects=LIMITS)
def test_the_caps_of_two_reviewers_together_pass_only_what_each_of_them_passes(
    first: FairnessCaps, second: FairnessCaps, fmr: int | None, subjects: int | None
) -> None:
    evidence = reported(fmr_ppb=fmr, fnmr_ppb=fmr, subjects=subjects, fte_ppb=1)

    def passes(caps: FairnessCaps | None) -> bool:
        return permitted(decide(ASKED, lease=replace(LEASE, caps=caps), evidence=evidence))

    together = strictest_caps(first, None, second)
    assert passes(together) is (passes(first) and passes(second))


def test_caps_name_something_and_are_in_range() -> None:
    assert strictest_caps(None, None) is None
    for wrong in (
        {"fmr_ppb": None},
        {"fmr_ppb": 0},
        {"fmr_ppb": BILLION},
        {"ratio_ppb": BILLION - 1},
        {"fmr_ppb": 1, "max_age_days": 0},
        {"fmr_ppb": 1, "max_age_days": 10_000},
        {"fmr_ppb": 1, "min_subjects": 0},
    ):
        with pytest.raises(InvalidInputError):
            FairnessCaps(**{"max_age_days": 10, "min_subjects": 10, **wrong})  # type: ignore[arg-type]  # wrong on purpose
