from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from countenance.fairness.caps import CapStanding, held_against
from countenance.policy.evidence import EvidenceFacts, FairnessCaps, KindOfUse, ReportFacts
from policy_cases import BANK, MODEL, NOW, VERIFY, installed, permitted

FIGURE = st.one_of(st.none(), st.integers(1, 6))
CAPS = st.builds(
    lambda age, subjects, rates: FairnessCaps(
        max_age_days=age, min_subjects=subjects, fmr_ppb=rates[0], fnmr_ppb=rates[1], fte_ppb=3
    ),
    st.integers(1, 5),
    st.integers(1, 5),
    st.tuples(FIGURE, FIGURE),
)
REPORTS = st.builds(
    lambda days, subjects, rates: ReportFacts(
        digest="ab" * 32,
        measured=NOW.date() - timedelta(days=days),
        model_digest=MODEL,
        threshold_ppb=4,
        uses=frozenset(KindOfUse),
        subjects=subjects,
        fmr_ppb=rates[0],
        fnmr_ppb=rates[1],
        fte_ppb=rates[2],
    ),
    st.integers(-2, 7),
    FIGURE,
    st.tuples(FIGURE, FIGURE, FIGURE),
)


@settings(max_examples=120, deadline=None)
@given(caps=CAPS, report=REPORTS)
def test_what_people_are_shown_and_what_the_gate_decides_are_the_same(
    caps: FairnessCaps, report: ReportFacts
) -> None:
    evidence = EvidenceFacts(use=KindOfUse.ONE_TO_ONE, model_digest=MODEL, threshold_ppb=4, report=report)
    question = replace(VERIFY, lease=replace(BANK, caps=caps), evidence=evidence)
    shown = held_against(caps, report, NOW.date())
    assert permitted(installed().decide(question)) is all(row.standing is CapStanding.HOLDS for row in shown)


def test_what_was_not_measured_is_told_apart_from_what_is_not_shown() -> None:
    caps = FairnessCaps(max_age_days=5, min_subjects=5, fmr_ppb=10, fte_ppb=10)
    report = ReportFacts(
        digest="ab" * 32,
        measured=date(2026, 1, 1),
        model_digest=MODEL,
        threshold_ppb=4,
        uses=frozenset(KindOfUse),
        subjects=4,
        fmr_ppb=11,
    )
    shown = {row.name: row.standing for row in held_against(caps, report, date(2026, 1, 2))}
    assert shown == {
        "age_days": CapStanding.HOLDS,
        "subjects": CapStanding.NOT_SHOWN,
        "fmr_ppb": CapStanding.NOT_SHOWN,
        "fte_ppb": CapStanding.NOT_MEASURED,
    }
