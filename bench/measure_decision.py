"""A decision of the gate against the bare Cedar call that it rests on, with parsed handles."""

from __future__ import annotations

import statistics
from datetime import UTC, datetime, timedelta

from cedarpy import is_authorized

from countenance.policy.gate import Policy, installed_policy
from countenance.policy.model import (
    Act,
    Camera,
    CustomerKind,
    GalleryFacts,
    Jurisdiction,
    LeaseTerms,
    Permit,
    Purpose,
    Question,
    Space,
)
from countenance.policy.schema import schema
from report import Row, hand_over
from turns import in_turns

ROUNDS = 60
EACH = 20  # calls in a turn: one alone is too short to be timed
MODEL = "0" * 64
NOW = datetime(2026, 11, 1, tzinfo=UTC)
PACKS = ("microsoft-2020", "amazon-2020")
LEASE = LeaseTerms(
    id="bank-verifies",
    acts=frozenset({Act.ENROL, Act.VERIFY}),
    purposes=frozenset({Purpose.IDENTITY_VERIFICATION}),
    galleries=frozenset({"bank-customers"}),
    spaces=frozenset({Space.OWN_DEVICE}),
    cameras=frozenset({Camera.OWN_DEVICE}),
    model_digests=frozenset({MODEL}),
    fmr_ppb=1_000_000,
    n_max=1000,
    examiners=0,
    instruments=frozenset(),
    not_before=NOW - timedelta(days=1),
    expires=NOW + timedelta(days=365),
    revoked=False,
)


def question(number: int, act: Act) -> Question:
    """Return a question that nobody asked before: its moment differs, as a real one's would."""
    return Question(
        act=act,
        on=NOW + timedelta(milliseconds=number),
        customer_kind=CustomerKind.PRIVATE,
        jurisdictions=frozenset({Jurisdiction("DE")}),
        purpose=Purpose.IDENTITY_VERIFICATION,
        space=Space.OWN_DEVICE,
        camera=Camera.OWN_DEVICE,
        consent=True,
        model_digest=MODEL,
        lease=LEASE,
        gallery=GalleryFacts(
            id="bank-customers", purpose=Purpose.IDENTITY_VERIFICATION, model_digest=MODEL, subjects=10
        ),
    )


def measure() -> list[Row]:
    """Return the rows: a permit, and a denial with its explanation."""
    policy = installed_policy(PACKS)
    permitted = [isinstance(policy.decide(question(0, act)), Permit) for act in (Act.VERIFY, Act.IDENTIFY)]
    if permitted != [True, False]:
        raise RuntimeError("the gate does not answer these questions as it must")
    return [_row("decision", policy, Act.VERIFY), _row("decision_denied", policy, Act.IDENTIFY)]


def _row(name: str, policy: Policy, act: Act) -> Row:
    asked, entities = policy.request(question(0, act))
    handles = schema()
    questions = [question(number, act) for number in range(EACH)]

    def decide(_: int) -> None:
        for one in questions:
            policy.decide(one)

    def ask_cedar(_: int) -> None:
        for _ in range(EACH):
            is_authorized(asked, policy.deciding, entities, handles)

    ours, bare = in_turns(decide, ask_cedar, rounds=ROUNDS)
    middle, peer = (statistics.median(series) / EACH * 1e3 for series in (ours, bare))
    return Row(
        name=name,
        ours=round(middle, 1),
        peer=round(peer, 1),
        ratio=round(middle / peer, 3),
        unit="us",
        peer_name="cedarpy.is_authorized, parsed handles",
        rounds=ROUNDS,
        note=f"ratio is ours over the bare call; {len(policy.rules)} rules of packs and laws in force",
    )


if __name__ == "__main__":
    hand_over(measure())
