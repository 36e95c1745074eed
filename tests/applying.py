"""A customer that applies, and the people of a review; for tests of every way in."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from countenance.app import Countenance
from countenance.app.vetting_cases import VettingCases
from countenance.policy.instruments import Instrument
from countenance.policy.model import Act, Camera, CustomerKind, Jurisdiction, Purpose, Space
from countenance.vetting.authority import LOCAL_ADMINISTRATOR
from countenance.vetting.dossier import Application, ApplicationId, Factor
from countenance.vetting.factors import JUDGED
from countenance.vetting.model import Actor, Customer, CustomerId, PersonId, Role
from countenance.vetting.reviewing import Approval, Marked, Refusal
from countenance.vetting.use import (
    AppealsChannel,
    Attestation,
    Consequence,
    Consultation,
    FairnessEvidence,
    IndependentTest,
    LegalBasis,
    LegalInstrument,
    NoticeText,
    OversightDesign,
    Population,
    PopulationGroup,
    Retention,
    Use,
)
from fakes_engine import FAKE_PIPELINE

GATE = CustomerId("gatehouse")
FILE = b"A signed statement, a report and a record in one file, for tests.\n"
DIGEST = hashlib.sha256(FILE).hexdigest()
WHY = "I have read it and looked at the papers; it holds."


def reviewer(name: str) -> Actor:
    """Return a reviewer, acting with a key of their own."""
    return Actor(id=f"key_{name}", role=Role.REVIEWER, lease_id=None, person=PersonId(name))


def applicant(name: str, customer: CustomerId = GATE) -> Actor:
    """Return a member of a customer."""
    return Actor(
        id=f"key_{name}",
        role=Role.APPLICANT,
        lease_id=None,
        person=PersonId(name),
        customer_id=customer,
    )


ADA = applicant("ada")
"""Applies for her employer, the gatehouse."""

RUTH, RUDI, REMY = reviewer("ruth"), reviewer("rudi"), reviewer("remy")
"""Review."""

ADMIN = LOCAL_ADMINISTRATOR
AUDITOR = Actor(id="key_carol", role=Role.AUDITOR, lease_id=None, person=PersonId("carol"))
OPERATOR = Actor(id="key_mallory", role=Role.OPERATOR, lease_id=None)


def customer(customer_id: CustomerId = GATE, **changes: Any) -> Customer:  # noqa: ANN401  any field
    held = Customer(
        id=customer_id,
        name="Gatehouse Ltd",
        kind=CustomerKind.PRIVATE,
        jurisdictions=frozenset({Jurisdiction("CH")}),
    )
    return replace(held, **changes)


def use(now: datetime, **changes: Any) -> Use:  # noqa: ANN401  any field
    """Return a use with which a machine finds nothing wrong at `now`, once `FILE` is on record."""
    whole = Use(
        title="Staff door",
        description="Staff open the door of the gatehouse by face instead of by badge, if they want to.",
        acts=frozenset({Act.ENROL, Act.VERIFY}),
        purposes=frozenset({Purpose.IDENTITY_VERIFICATION}),
        galleries=frozenset({"gate-staff"}),
        spaces=frozenset({Space.CONTROLLED}),
        cameras=frozenset({Camera.FIXED}),
        model_digests=frozenset({FAKE_PIPELINE.model_digest}),
        fmr_ppb=100_000,
        n_max=500,
        max_candidates=1,
        searches_per_day=800,
        camera_count=2,
        population=Population(
            groups=frozenset({PopulationGroup.ADULTS}),
            enrolment_optional=True,
            alternative="The badge goes on opening the door.",
        ),
        consequences=frozenset({Consequence.NONE}),
        fallback="The badge, and the porter beside the door.",
        oversight=OversightDesign(examiners=0),
        notice=NoticeText(
            text="A camera compares your face with your own reference if you asked for that. Ask the porter.",
            places="at the door, at eye height",
            languages=frozenset({"de", "fr"}),
        ),
        legal_basis=LegalBasis.CONSENT,
        instruments=(
            LegalInstrument(
                kind=Instrument.ALTERNATIVE_OFFERED,
                reference="House rule 7",
                signed_by="The house council",
                valid_from=now - timedelta(days=30),
                evidence=DIGEST,
            ),
        ),
        fairness=FairnessEvidence(
            evidence=DIGEST,
            model_digest=FAKE_PIPELINE.model_digest,
            fmr_ppb=100_000,
            measured=now - timedelta(days=20),
            cameras=frozenset({Camera.FIXED}),
            population=frozenset({PopulationGroup.ADULTS}),
            groups=4,
            fewest_trials=40_000,
        ),
        retention=Retention(days=30, erasure_tested=now - timedelta(days=3), evidence=DIGEST),
        independent_test=IndependentTest(offered=True, how="By appointment at the gatehouse."),
        appeals=AppealsChannel(contact="complaints@gatehouse.example", answer_days=14),
        consultation=Consultation(people=14, held=now - timedelta(days=40), evidence=DIGEST),
        attestation=Attestation(signed_by="A. Director", signed=now - timedelta(days=5), evidence=DIGEST),
        begins=now,
        expires=now + timedelta(days=300),
        terms_of_use="1",
    )
    return replace(whole, **changes)


def settle_in(acts: Countenance) -> None:
    """Register the gatehouse, with ada as its member."""
    acts.vetting.customers(ADMIN, customer())
    acts.vetting.members.add(ADMIN, GATE, PersonId("ada"), "Ada")


def drafted(acts: Countenance, now: datetime, /, **changes: Any) -> ApplicationId:  # noqa: ANN401  any field
    """Return an application of ada's with its file, not submitted."""
    application = acts.vetting.draft.begin(ADA, GATE, use(now, **changes))
    acts.vetting.store_evidence(ADA, application.id, "everything.txt", FILE)
    return application.id


def submitted(acts: Countenance, now: datetime, /, **changes: Any) -> ApplicationId:  # noqa: ANN401  any field
    """Return an application under review."""
    application_id = drafted(acts, now, **changes)
    acts.vetting.submit(ADA, application_id)
    return application_id


def marks(*, without: Factor | None = None, unsatisfied: Factor | None = None) -> Sequence[Marked]:
    """Return what a reviewer says of every factor that people judge."""
    return [
        Marked(factor=factor, satisfied=factor is not unsatisfied, reason=WHY)
        for factor in JUDGED
        if factor is not without
    ]


def approval(now: datetime, **changes: Any) -> Approval:  # noqa: ANN401  any field
    given = Approval(reasons=WHY, expires=now + timedelta(days=200), reverify=now + timedelta(days=100))
    return replace(given, **changes)


REFUSAL = Refusal(
    reasons="The notice does not say who looks.", reopening="Say in the notice who looks, and why."
)


def approved(acts: Countenance, now: datetime, /, **changes: Any) -> Application:  # noqa: ANN401  any field
    """Return an application that ruth and rudi have approved."""
    application_id = submitted(acts, now, **changes)
    return approve(acts.vetting, application_id, now)


def approve(vetting: VettingCases, application_id: ApplicationId, now: datetime) -> Application:
    """Let ruth mark and approve, and rudi approve."""
    vetting.mark_factors(RUTH, application_id, marks())
    vetting.approve(RUTH, application_id, approval(now))
    return vetting.approve(RUDI, application_id, approval(now))
