from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from countenance.policy.leasing import lease_clauses
from countenance.policy.model import (
    Act,
    Camera,
    CustomerKind,
    GalleryFacts,
    Jurisdiction,
    LeaseTerms,
    ObligationKind,
    Purpose,
    Question,
    Space,
)
from policy_cases import (
    BANK,
    CUSTOMERS,
    IDENTIFY,
    MODEL,
    NOW,
    SEARCHING,
    VERIFY,
    installed,
    permitted,
    refused_by,
    rules,
    unmet,
)


def decide(question: Question, **changes: Any) -> Any:  # noqa: ANN401  a decision
    return installed().decide(replace(question, **changes))


def test_a_lease_that_covers_everything_permits_and_says_so() -> None:
    decision = decide(VERIFY)
    assert permitted(decision)
    assert rules(decision) == ["lease.permit"]
    assert decision.reasons[0].pack == "lease"
    assert all(condition.met for condition in decision.conditions)


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"act": Act.DETECT}, "lease.act"),
        ({"act": Act.MEASURE}, "lease.act"),
        ({"space": Space.CONTROLLED}, "lease.space"),
        ({"camera": Camera.FILE}, "lease.camera"),
        ({"on": NOW - timedelta(days=31)}, "lease.not-begun"),
        ({"on": NOW + timedelta(days=30)}, "lease.expired"),
        ({"lease": replace(BANK, revoked=True)}, "lease.revoked"),
        ({"gallery": replace(CUSTOMERS, id="somebody-elses")}, "lease.gallery"),
        ({"model_digest": "other"}, "lease.model"),
        ({"gallery": replace(CUSTOMERS, model_digest="other")}, "lease.model"),
        ({"lease": replace(BANK, suspended=True)}, "lease.suspended"),
        ({"lease": replace(BANK, reverification_due=True)}, "lease.reverification"),
        ({"lease": replace(BANK, terms_due=True)}, "lease.terms-of-use"),
        ({"gallery": replace(CUSTOMERS, purpose=Purpose.MEDIA_ARCHIVE)}, "gallery.purpose"),
    ],
)
def test_each_clause_of_a_lease_refuses_by_its_own_name(changes: dict[str, Any], rule: str) -> None:
    refusal = decide(VERIFY, **changes)
    assert refused_by(refusal) == {rule}
    assert rule in unmet(refusal)
    assert refusal.reasons[0].reopens


def test_every_clause_has_a_question_that_it_alone_refuses() -> None:
    named = {"lease.purpose", "lease.n_max", "consent.missing"}
    parametrized = {"lease.act", "lease.space", "lease.camera", "lease.not-begun", "lease.expired"}
    parametrized |= {"lease.revoked", "lease.gallery", "lease.model", "gallery.purpose"}
    parametrized |= {"lease.suspended", "lease.reverification", "lease.terms-of-use"}
    besides = {
        name for clause in lease_clauses() if (name := clause.id).startswith(("incident.", "evidence."))
    }
    assert {clause.id for clause in lease_clauses()} == named | parametrized | besides


def test_the_duties_that_a_lease_names_come_with_every_permit_but_never_without_their_number() -> None:
    duties = frozenset({ObligationKind.NO_SCORES, ObligationKind.HOLD_FOR_EXAMINERS})
    permit = decide(VERIFY, lease=replace(BANK, obligations=duties))
    assert [obligation.kind for obligation in permit.obligations] == [ObligationKind.NO_SCORES]


def test_a_purpose_that_the_lease_does_not_name_is_refused() -> None:
    gallery = replace(CUSTOMERS, purpose=Purpose.MEDIA_ARCHIVE)
    refusal = decide(VERIFY, purpose=Purpose.MEDIA_ARCHIVE, gallery=gallery)
    assert refused_by(refusal) == {"lease.purpose"}


def test_a_lease_begins_and_ends_to_the_moment() -> None:
    assert permitted(decide(VERIFY, on=BANK.not_before))
    assert not permitted(decide(VERIFY, on=BANK.not_before - timedelta(microseconds=1)))
    assert permitted(decide(VERIFY, on=BANK.expires - timedelta(milliseconds=1)))
    assert not permitted(decide(VERIFY, on=BANK.expires))


def test_a_lease_never_begins_early_nor_ends_late_where_cedar_counts_in_milliseconds() -> None:
    odd = timedelta(microseconds=700)
    begins = replace(BANK, not_before=NOW + odd)
    assert not permitted(decide(VERIFY, on=NOW + timedelta(microseconds=900), lease=begins))
    assert permitted(decide(VERIFY, on=NOW + timedelta(milliseconds=1), lease=begins))
    ends = replace(BANK, expires=NOW + odd)
    assert not permitted(decide(VERIFY, on=NOW + timedelta(microseconds=800), lease=ends))


def test_the_same_moment_in_another_zone_has_the_same_answer_from_a_lease() -> None:
    from datetime import timezone  # noqa: PLC0415  for this test alone

    tokyo = timezone(timedelta(hours=9))
    assert permitted(decide(VERIFY, on=NOW.astimezone(tokyo)))
    assert not permitted(decide(VERIFY, on=BANK.expires.astimezone(tokyo)))


@pytest.mark.parametrize(
    ("act", "subjects", "allowed"),
    [
        (Act.ENROL, 99, True),
        (Act.ENROL, 100, False),
        (Act.IDENTIFY, 100, True),
        (Act.IDENTIFY, 101, False),
        (Act.SEARCH_STORED, 100, True),
        (Act.SEARCH_STORED, 101, False),
    ],
)
def test_a_gallery_may_not_grow_past_what_its_lease_allows(act: Act, subjects: int, *, allowed: bool) -> None:
    gallery = GalleryFacts(
        id="missing", purpose=Purpose.MISSING_CHILDREN, model_digest=MODEL, subjects=subjects
    )
    decision = decide(IDENTIFY, act=act, gallery=gallery)
    assert permitted(decision) is allowed
    assert refused_by(decision) == (set() if allowed else {"lease.n_max"})


@pytest.mark.parametrize("consent", [False, None])
def test_nobody_is_compared_without_consent_or_another_legal_basis(consent: bool | None) -> None:  # noqa: FBT001  parametrized
    assert refused_by(decide(IDENTIFY, consent=consent)) == {"consent.missing"}
    basis = frozenset({"legal_basis"})
    assert permitted(decide(IDENTIFY, consent=consent, instruments=basis))
    assert permitted(decide(IDENTIFY, consent=consent, lease=replace(SEARCHING, instruments=basis)))


@pytest.mark.parametrize("act", [Act.ENROL, Act.IDENTIFY, Act.WATCH])
def test_an_act_that_needs_a_gallery_is_refused_without_one(act: Act) -> None:
    lease = replace(SEARCHING, acts=frozenset(Act))
    assert refused_by(decide(IDENTIFY, act=act, gallery=None, lease=lease)) == {"lease.gallery"}


@pytest.mark.parametrize("field", ["purpose", "space", "camera"])
def test_what_is_left_out_is_not_covered_by_a_lease_that_covers_only_some_of_it(field: str) -> None:
    refusal = decide(VERIFY, **{field: None})
    assert f"lease.{field}" in refused_by(refusal)
    assert f"question.{field}" in unmet(refusal)


@pytest.mark.parametrize(
    "changes",
    [
        {"lease": replace(BANK, revoked=True)},
        {"on": BANK.expires + timedelta(days=400)},
        {"consent": False, "space": None, "camera": None, "purpose": None},
        {"lease": replace(BANK, acts=frozenset())},
        {"gallery": replace(CUSTOMERS, scraped=True), "customer_kind": CustomerKind.POLICE},
    ],
)
def test_erasure_is_owed_to_the_subject_whatever_became_of_the_lease(changes: dict[str, Any]) -> None:
    question = replace(VERIFY, act=Act.ERASE)
    assert permitted(decide(question, **changes))
    assert refused_by(decide(question, gallery=replace(CUSTOMERS, id="other"))) == {"lease.gallery"}
    assert refused_by(decide(question, gallery=None)) == {"lease.gallery"}


EVALUATION = LeaseTerms(
    id="evaluation",
    acts=frozenset({Act.DETECT, Act.VERIFY, Act.SEARCH_STORED, Act.MEASURE}),
    purposes=frozenset({Purpose.RESEARCH_MEASUREMENT}),
    galleries=frozenset(),
    spaces=frozenset({Space.CONTROLLED}),
    cameras=frozenset({Camera.FILE}),
    model_digests=frozenset(),
    fmr_ppb=1_000_000,
    n_max=100,
    examiners=0,
    instruments=frozenset(),
    not_before=NOW - timedelta(days=1),
    expires=NOW + timedelta(days=89),
    revoked=False,
)
LOCAL = Question(
    act=Act.VERIFY,
    on=NOW,
    customer_kind=CustomerKind.OPERATOR,
    purpose=Purpose.RESEARCH_MEASUREMENT,
    space=Space.CONTROLLED,
    camera=Camera.FILE,
    lease=EVALUATION,
)


@pytest.mark.parametrize("act", [Act.DETECT, Act.VERIFY, Act.SEARCH_STORED, Act.MEASURE])
@pytest.mark.parametrize("places", [(), ("US-IL",), ("DE",), ("US-OR-PDX", "US-WA")])
def test_the_operator_may_measure_on_loose_files_anywhere(act: Act, places: tuple[str, ...]) -> None:
    jurisdictions = frozenset(Jurisdiction(code) for code in places)
    assert permitted(decide(LOCAL, act=act, jurisdictions=jurisdictions))


def test_the_operators_own_lease_reaches_no_gallery_and_nobody_enrolled() -> None:
    gallery = replace(CUSTOMERS, purpose=Purpose.RESEARCH_MEASUREMENT)
    for act in (Act.VERIFY, Act.SEARCH_STORED, Act.IDENTIFY, Act.ENROL, Act.WATCH):
        refusal = decide(LOCAL, act=act, gallery=gallery)
        assert {"lease.gallery", "consent.missing"} <= refused_by(refusal)
        assert not permitted(decide(LOCAL, act=act, gallery=gallery, consent=True))
    assert not permitted(decide(LOCAL, act=Act.IDENTIFY))
    assert not permitted(decide(LOCAL, act=Act.ENROL))


@pytest.mark.parametrize(
    "changes",
    [
        {"customer_kind": CustomerKind.PRIVATE},
        {"acts_for": frozenset({CustomerKind.PRIVATE})},
        {"customer_kind": None},
    ],
)
def test_only_the_operator_itself_measures_without_the_consent_of_those_in_the_files(
    changes: dict[str, Any],
) -> None:
    illinois = frozenset({Jurisdiction("US-IL")})
    assert permitted(decide(LOCAL, jurisdictions=illinois))
    assert "us-il-bipa" in refused_by(decide(LOCAL, jurisdictions=illinois, **changes))
