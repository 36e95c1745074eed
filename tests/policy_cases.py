"""Questions, leases and policies for the gate's tests, complete unless a test leaves something out."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from countenance.policy.gate import Policy, build_policy, explaining_policy, installed_policy
from countenance.policy.model import (
    Act,
    Camera,
    CustomerKind,
    Decision,
    Denial,
    GalleryFacts,
    Jurisdiction,
    LeaseTerms,
    Permit,
    Purpose,
    Question,
    Space,
)
from countenance.policy.packs import Pack
from countenance.policy.register import shipped_register
from countenance.policy.rules import parse_rules

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
MODEL = "5face" * 12 + "5fac"

BANK = LeaseTerms(
    id="lease-bank",
    acts=frozenset({Act.ENROL, Act.VERIFY, Act.ERASE}),
    purposes=frozenset({Purpose.IDENTITY_VERIFICATION}),
    galleries=frozenset({"customers"}),
    spaces=frozenset({Space.OWN_DEVICE}),
    cameras=frozenset({Camera.OWN_DEVICE}),
    model_digests=frozenset({MODEL}),
    fmr_ppb=1_000_000,
    n_max=100,
    examiners=0,
    instruments=frozenset(),
    not_before=NOW - timedelta(days=30),
    expires=NOW + timedelta(days=30),
    revoked=False,
)
CUSTOMERS = GalleryFacts(
    id="customers", purpose=Purpose.IDENTITY_VERIFICATION, model_digest=MODEL, subjects=40
)
VERIFY = Question(
    act=Act.VERIFY,
    on=NOW,
    customer_kind=CustomerKind.PRIVATE,
    jurisdictions=frozenset({Jurisdiction("US-NY")}),
    purpose=Purpose.IDENTITY_VERIFICATION,
    space=Space.OWN_DEVICE,
    camera=Camera.OWN_DEVICE,
    consent=True,
    model_digest=MODEL,
    lease=BANK,
    gallery=CUSTOMERS,
)
"""A bank verifies a customer who agreed: permitted."""

SEARCHING = replace(
    BANK,
    id="lease-ngo",
    acts=frozenset({Act.ENROL, Act.IDENTIFY, Act.SEARCH_STORED}),
    purposes=frozenset({Purpose.MISSING_CHILDREN}),
    galleries=frozenset({"missing"}),
    spaces=frozenset({Space.CONTROLLED}),
    cameras=frozenset({Camera.FILE}),
)
IDENTIFY = replace(
    VERIFY,
    act=Act.IDENTIFY,
    customer_kind=CustomerKind.NGO,
    purpose=Purpose.MISSING_CHILDREN,
    space=Space.CONTROLLED,
    camera=Camera.FILE,
    lease=SEARCHING,
    gallery=GalleryFacts(id="missing", purpose=Purpose.MISSING_CHILDREN, model_digest=MODEL, subjects=40),
)
"""An NGO looks for a missing child: permitted, and held for two examiners."""


def on(text: str, **fields: Any) -> Question:  # noqa: ANN401  the fields of a question
    """Return a question about no lease, asked on the day `text`, with act `identify` unless told."""
    day = date.fromisoformat(text)
    fields.setdefault("act", Act.IDENTIFY)
    places = fields.pop("places", ())
    return Question(
        on=datetime(day.year, day.month, day.day, tzinfo=UTC),
        jurisdictions=frozenset(
            Jurisdiction(code) for code in ([places] if isinstance(places, str) else places)
        ),
        **fields,
    )


def asked(*packs: str, laws: bool = False) -> Policy:
    """Return the policy of shipped packs, each as it can be asked by itself."""
    return explaining_policy(packs, laws=laws)


def laws_alone() -> Policy:
    """Return the policy of the register alone."""
    return explaining_policy((), laws=True)


def installed() -> Policy:
    """Return the policy of an installation as it comes."""
    return _INSTALLED


def pack_of(text: str, *, name: str = "own") -> Pack:
    """Return a pack with the prohibitions in `text`, which must be valid."""
    rules, faults = parse_rules(text, pack=name, effect="forbid")
    assert faults == ()
    return Pack(name=name, title=name, about="", versions=(), rules=rules, digest="0" * 64)


def with_packs(*packs: Pack, laws: bool = False) -> Policy:
    """Return the policy of `packs`."""
    return build_policy(packs, register=shipped_register() if laws else None)


def permitted(decision: Decision) -> bool:
    """Tell whether the decision is a permit."""
    return isinstance(decision, Permit)


def rules(decision: Decision) -> list[str]:
    """Return the ids of the rules that decided."""
    return [reason.id for reason in decision.reasons]


def unmet(decision: Decision) -> set[str]:
    """Return the ids of the conditions that are not met."""
    return {condition.id for condition in decision.conditions if not condition.met}


def refused_by(decision: Decision) -> set[str]:
    """Return the ids of the rules that refuse; empty for a permit."""
    return set(rules(decision)) if isinstance(decision, Denial) else set()


_INSTALLED = installed_policy()
