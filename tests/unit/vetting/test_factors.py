"""What a machine finds of the fourteen factors: missing, stale, contradictory, prohibited."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given

from applying import DIGEST, customer, use
from countenance.policy.instruments import Instrument
from countenance.policy.model import Act, Camera, CustomerKind, Purpose, Space
from countenance.vetting.dossier import Factor
from countenance.vetting.factor_texts import FACTORS
from countenance.vetting.factors import JUDGED, assess_factors, blocking
from countenance.vetting.findings import Assessment, FactorFinding, Finding
from countenance.vetting.use import (
    AppealsChannel,
    Consequence,
    LegalBasis,
    LegalInstrument,
    NoticeText,
    OversightDesign,
    Population,
    PopulationGroup,
    Use,
)
from world import START

WHOLE = use(START)
DAY = timedelta(days=1)
F, K = Factor, Finding


def assessment(given_use: Use, **changes: Any) -> Assessment:  # noqa: ANN401  any field
    whole = Assessment(
        customer=customer(), use=given_use, evidence=frozenset({DIGEST}), on=START, terms_of_use="1"
    )
    return replace(whole, **changes)


def found(given_use: Use, **changes: Any) -> set[tuple[Factor, Finding, str]]:  # noqa: ANN401  any field
    """Return what stands in the way, as factor, kind and field."""
    wrong = blocking(assess_factors(assessment(given_use, **changes)))
    return {(one.factor, one.kind, one.field) for one in wrong}


def test_a_whole_application_has_nothing_in_its_way_and_questions_for_people() -> None:
    findings = assess_factors(assessment(WHOLE))
    assert blocking(findings) == ()
    assert [one.factor for one in findings if one.kind is Finding.FOR_PEOPLE] == list(JUDGED)
    assert list(dict.fromkeys(one.factor for one in findings)) == list(Factor)
    assert [FACTORS[factor].number for factor in Factor] == [f"RF{number}" for number in range(1, 15)]


def part(name: str, **changes: Any) -> dict[str, Any]:  # noqa: ANN401  any field
    return {name: replace(getattr(WHOLE, name), **changes)}


PAPER = WHOLE.instruments[0]
SEARCHING = {"acts": frozenset({Act.ENROL, Act.IDENTIFY})}
JUDGING = {
    "consequences": frozenset({Consequence.EMPLOYMENT}),
    "oversight": OversightDesign(examiners=2, who="Two", training="A day", may_override=True, blind=True),
}


def judged(**changes: Any) -> dict[str, Any]:  # noqa: ANN401  any field
    return {**JUDGING, "oversight": replace(JUDGING["oversight"], **changes)}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"attestation": None}, (F.ORGANISATION, K.MISSING, "attestation")),
        (part("attestation", signed_by=" "), (F.ORGANISATION, K.MISSING, "attestation.signed_by")),
        (part("attestation", signed=START + DAY), (F.ORGANISATION, K.CONTRADICTORY, "attestation.signed")),
        (part("attestation", signed=START - 366 * DAY), (F.ORGANISATION, K.STALE, "attestation.signed")),
        (
            part("attestation", acts_for=frozenset({CustomerKind.POLICE})),
            (F.ORGANISATION, K.CONTRADICTORY, "attestation.acts_for"),
        ),
        (part("attestation", evidence="0" * 64), (F.ORGANISATION, K.MISSING, "attestation.evidence")),
        ({"title": " "}, (F.PURPOSE_AND_SCALE, K.MISSING, "title")),
        ({"searches_per_day": None}, (F.PURPOSE_AND_SCALE, K.MISSING, "searches_per_day")),
        ({"galleries": frozenset()}, (F.PURPOSE_AND_SCALE, K.MISSING, "galleries")),
        ({"fmr_ppb": 10**9}, (F.PURPOSE_AND_SCALE, K.CONTRADICTORY, "fmr_ppb")),
        ({**SEARCHING, "n_max": 10_001}, (F.PURPOSE_AND_SCALE, K.CONTRADICTORY, "n_max")),
        ({"max_candidates": 51}, (F.PURPOSE_AND_SCALE, K.PROHIBITED, "max_candidates")),
        ({"expires": START - DAY, "begins": START - 2 * DAY}, (F.PURPOSE_AND_SCALE, K.STALE, "expires")),
        ({"expires": START}, (F.PURPOSE_AND_SCALE, K.CONTRADICTORY, "expires")),
        ({"expires": START + 367 * DAY}, (F.PURPOSE_AND_SCALE, K.PROHIBITED, "expires")),
        ({"terms_of_use": "0"}, (F.PURPOSE_AND_SCALE, K.MISSING, "terms_of_use")),
        ({"spaces": frozenset()}, (F.SPACE_AND_CAMERA, K.MISSING, "spaces")),
        (
            {"spaces": frozenset({Space.PROTECTED, Space.CONTROLLED})},
            (F.SPACE_AND_CAMERA, K.PROHIBITED, "spaces"),
        ),
        ({"spaces": frozenset({Space.OWN_DEVICE})}, (F.SPACE_AND_CAMERA, K.CONTRADICTORY, "cameras")),
        (
            {"spaces": frozenset({Space.WORKPLACE})},
            (F.SPACE_AND_CAMERA, K.CONTRADICTORY, "population.groups"),
        ),
        ({"population": Population()}, (F.POPULATION, K.MISSING, "population.groups")),
        (
            part("population", enrolment_optional=False),
            (F.POPULATION, K.CONTRADICTORY, "population.enrolment_optional"),
        ),
        ({"consequences": frozenset()}, (F.CONSEQUENCE, K.MISSING, "consequences")),
        ({"purposes": frozenset({Purpose.BORDER})}, (F.CONSEQUENCE, K.CONTRADICTORY, "consequences")),
        ({"fallback": ""}, (F.CONSEQUENCE, K.MISSING, "fallback")),
        (judged(may_override=False), (F.HUMAN_REVIEW, K.PROHIBITED, "oversight.may_override")),
        (judged(training=""), (F.HUMAN_REVIEW, K.MISSING, "oversight.training")),
        (judged(examiners=1) | SEARCHING, (F.HUMAN_REVIEW, K.CONTRADICTORY, "oversight.examiners")),
        ({"notice": NoticeText()}, (F.NOTICE, K.MISSING, "notice.text")),
        ({"fairness": None}, (F.FAIRNESS, K.MISSING, "fairness")),
        (part("fairness", measured=START - 366 * DAY), (F.FAIRNESS, K.STALE, "fairness.measured")),
        (part("fairness", model_digest="other"), (F.FAIRNESS, K.CONTRADICTORY, "fairness.model_digest")),
        (part("fairness", fmr_ppb=200_000), (F.FAIRNESS, K.CONTRADICTORY, "fairness.fmr_ppb")),
        (part("fairness", cameras=frozenset({Camera.FILE})), (F.FAIRNESS, K.MISSING, "fairness.cameras")),
        (part("fairness", fewest_trials=29_999), (F.FAIRNESS, K.MISSING, "fairness.fewest_trials")),
        (part("fairness", groups=1), (F.FAIRNESS, K.MISSING, "fairness.fewest_trials")),
        ({"retention": None}, (F.RETENTION, K.MISSING, "retention")),
        (part("retention", days=1096), (F.RETENTION, K.PROHIBITED, "retention.days")),
        (part("retention", erasure_tested=None), (F.RETENTION, K.MISSING, "retention.erasure_tested")),
        (
            part("retention", erasure_tested=START - 181 * DAY),
            (F.RETENTION, K.STALE, "retention.erasure_tested"),
        ),
        ({"legal_basis": None}, (F.LEGAL_BASIS, K.MISSING, "legal_basis")),
        ({"legal_basis": LegalBasis.WARRANT}, (F.LEGAL_BASIS, K.MISSING, "instruments")),
        (
            {"instruments": (replace(PAPER, valid_until=START - DAY),)},
            (F.LEGAL_BASIS, K.STALE, "instruments[0].valid_until"),
        ),
        (
            {"instruments": (replace(PAPER, valid_until=START + DAY),)},
            (F.LEGAL_BASIS, K.CONTRADICTORY, "instruments[0].valid_until"),
        ),
        ({"instruments": (replace(PAPER, signed_by=""),)}, (F.LEGAL_BASIS, K.MISSING, "instruments[0]")),
        (
            {"instruments": (replace(PAPER, galleries=frozenset({"another"})),)},
            (F.LEGAL_BASIS, K.CONTRADICTORY, "instruments[0]"),
        ),
        (
            {"instruments": (replace(PAPER, cameras=frozenset({Camera.DRONE})),)},
            (F.LEGAL_BASIS, K.CONTRADICTORY, "instruments[0]"),
        ),
        (
            {"instruments": (replace(PAPER, valid_from=None),)},
            (F.LEGAL_BASIS, K.MISSING, "instruments[0].valid_from"),
        ),
        ({"independent_test": None}, (F.INDEPENDENT_TEST, K.MISSING, "independent_test")),
        (part("independent_test", how=""), (F.INDEPENDENT_TEST, K.MISSING, "independent_test.how")),
        ({"appeals": None}, (F.APPEALS, K.MISSING, "appeals")),
        (
            {"appeals": AppealsChannel(contact="us", answer_days=32)},
            (F.APPEALS, K.PROHIBITED, "appeals.answer_days"),
        ),
        ({**JUDGING, "consultation": None}, (F.CONSULTATION, K.MISSING, "consultation")),
        (part("consultation", people=9), (F.CONSULTATION, K.MISSING, "consultation.people")),
        (part("consultation", held=START - 731 * DAY), (F.CONSULTATION, K.STALE, "consultation.held")),
    ],
)
def test_what_is_wrong_is_found_where_it_is(changes: dict[str, Any], expected: tuple[Any, ...]) -> None:
    assert expected in found(replace(WHOLE, **changes))
    assert expected not in found(WHOLE)


def test_minors_need_their_guardians_form_and_no_suspect_is_one() -> None:
    children = replace(
        WHOLE,
        population=replace(WHOLE.population, groups=frozenset({PopulationGroup.MINORS})),
        purposes=frozenset({Purpose.APPREHENDED_SUSPECT}),
    )
    wrong = found(children)
    assert (F.POPULATION, K.MISSING, "instruments") in wrong
    assert (F.POPULATION, K.PROHIBITED, "population.groups") in wrong
    form = LegalInstrument(
        kind=Instrument.GUARDIAN_CONSENT,
        reference="Form 2",
        signed_by="The school",
        valid_from=START - DAY,
        evidence=DIGEST,
    )
    signed = replace(children, instruments=(*WHOLE.instruments, form))
    assert (F.POPULATION, K.MISSING, "instruments") not in found(signed)


def test_files_that_are_named_are_on_record_or_missing() -> None:
    wrong = {field for _, kind, field in found(WHOLE, evidence=frozenset()) if kind is Finding.MISSING}
    assert wrong == {
        "attestation.evidence",
        "fairness.evidence",
        "retention.evidence",
        "consultation.evidence",
        "instruments[0].evidence",
    }


def test_an_empty_draft_lacks_something_of_every_factor_that_it_cannot_do_without() -> None:
    lacking = {factor for factor, kind, _ in found(Use()) if kind is Finding.MISSING}
    assert lacking >= {F.ORGANISATION, F.PURPOSE_AND_SCALE, F.SPACE_AND_CAMERA, F.POPULATION, F.CONSEQUENCE}
    assert lacking >= {F.HUMAN_REVIEW, F.NOTICE, F.LEGAL_BASIS, F.APPEALS}


@given(
    st.sets(st.sampled_from(Act)),
    st.sets(st.sampled_from(Purpose)),
    st.sets(st.sampled_from(Space)),
    st.sets(st.sampled_from(Camera)),
    st.sets(st.sampled_from(Consequence)),
)
def test_every_factor_is_answered_whatever_is_applied_for(
    acts: set[Act],
    purposes: set[Purpose],
    spaces: set[Space],
    cameras: set[Camera],
    consequences: set[Consequence],
) -> None:
    asked = replace(
        WHOLE,
        acts=frozenset(acts),
        purposes=frozenset(purposes),
        spaces=frozenset(spaces),
        cameras=frozenset(cameras),
        consequences=frozenset(consequences),
    )
    findings: tuple[FactorFinding, ...] = assess_factors(assessment(asked))
    assert {one.factor for one in findings} == set(Factor)
    assert all(
        one.text and one.text[0].islower() and not one.text.endswith(".") for one in findings if one.blocks
    )
    assert findings == assess_factors(assessment(asked))
