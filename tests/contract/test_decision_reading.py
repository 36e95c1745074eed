"""Recorded decisions in bulk, as the time machine reads them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from contract import examples
from contract.examples import NOON
from countenance.policy.codec import decision_to_json, question_to_json
from storing import Place


def test_records_come_in_the_order_of_their_entries_page_by_page(place: Place) -> None:
    with place.unit() as work:
        for number in (3, 1, 2):
            record = examples.decision_record(f"dec-{number}")
            work.decisions.add(replace(record, entry=number, asked=NOON + timedelta(minutes=number)))
        work.commit()
    span = {"since": NOON, "until": NOON + timedelta(hours=1)}
    with place.unit() as work:
        first = work.decisions.recorded(**span, after=-1, limit=2)
        second = work.decisions.recorded(**span, after=first[-1].entry, limit=2)
        assert [one.id for one in first] == ["dec-1", "dec-2"]
        assert [one.id for one in second] == ["dec-3"]
        assert work.decisions.recorded(**span, after=3, limit=2) == ()


def test_records_are_bounded_by_when_they_were_asked(place: Place) -> None:
    with place.unit() as work:
        for number in range(3):
            record = examples.decision_record(f"dec-{number}")
            work.decisions.add(replace(record, entry=number, asked=NOON + timedelta(minutes=number)))
        work.commit()
    with place.unit() as work:
        found = work.decisions.recorded(
            since=NOON + timedelta(minutes=1), until=NOON + timedelta(minutes=2), after=-1, limit=9
        )
    assert [one.id for one in found] == ["dec-1"]


def test_a_record_is_the_canonical_json_that_was_stored(place: Place) -> None:
    record = examples.decision_record()
    with place.unit() as work:
        work.decisions.add(record)
        work.commit()
        (found,) = work.decisions.recorded(
            since=record.asked, until=record.asked + timedelta(seconds=1), after=-1, limit=9
        )
    assert found.question == question_to_json(record.question).decode()
    assert found.decision == decision_to_json(record.decision).decode()
    assert (found.customer, found.entry) == (record.customer_id, record.entry)
