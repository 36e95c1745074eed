from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from contract import examples
from contract.examples import HOUR, NOON
from countenance.policy.model import CustomerKind, Denial
from countenance.vetting.model import CustomerId
from storing import Place


def test_only_leases_that_hold_now_are_published_with_their_customers(place: Place) -> None:
    lease = examples.lease()
    late = replace(lease.terms, not_before=NOON + HOUR)
    changes = {
        "holds": lease.terms,
        "ends first": replace(lease.terms, expires=NOON + HOUR),
        "revoked": replace(lease.terms, revoked=True),
        "suspended": replace(lease.terms, suspended=True),
        "not begun": late,
        "over": replace(lease.terms, not_before=NOON - HOUR, expires=NOON),
    }
    with place.unit() as work:
        work.customers.put(examples.customer())
        for name, terms in changes.items():
            work.leases.put(replace(lease, terms=replace(terms, id=name)))
        work.leases.put(replace(lease, customer_id=CustomerId("gone"), terms=replace(lease.terms, id="z")))
        work.commit()
    with place.unit() as work:
        found = work.publications.in_force(NOON, limit=10)
        assert [(lease.id, customer.id if customer else None) for customer, lease in found] == [
            ("ends first", "bank"),
            ("holds", "bank"),
            ("z", None),
        ]
        assert len(work.publications.in_force(NOON, limit=1)) == 1
        assert [lease.id for _, lease in work.publications.in_force(NOON + HOUR, limit=10)] == [
            "holds",
            "not begun",
            "z",
        ]


def test_refusals_are_read_in_the_order_of_the_ledger_within_bounds(place: Place) -> None:
    refused = examples.decision_record(permitted=False)
    assert isinstance(refused.decision, Denial)
    with place.unit() as work:
        for entry in (4, 2, 9):
            work.decisions.add(replace(refused, id=f"dec{entry}", entry=entry, asked=NOON + entry * HOUR))
        work.decisions.add(replace(examples.decision_record(permitted=True), id="permitted", entry=3))
        unknown = replace(refused.question, customer_kind=None)
        work.decisions.add(replace(refused, id="unknown", entry=5, question=unknown))
        work.commit()
    with place.unit() as work:
        found = work.publications.refusals(-1, 9, limit=10)
        assert [one.entry for one in found] == [2, 4, 5, 9]
        assert [one.entry for one in work.publications.refusals(2, 5, limit=10)] == [4, 5]
        assert [one.entry for one in work.publications.refusals(-1, 9, limit=2)] == [2, 4]
        assert found[0].asked == NOON + timedelta(hours=2)
        assert found[0].act == refused.question.act.value
        assert refused.question.customer_kind is CustomerKind(found[0].kind)
        assert found[2].kind == "unknown"
        assert found[0].rules == {reason.id: reason.text for reason in refused.decision.reasons}
