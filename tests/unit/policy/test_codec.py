from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from countenance.errors import InvalidInputError
from countenance.policy.codec import (
    decision_document,
    decision_from_json,
    decision_to_json,
    question_document,
    question_from_json,
    question_to_json,
)
from countenance.policy.gate import explaining_policy, installed_policy
from countenance.policy.model import Decision, Obligation, ObligationKind, Permit, Question
from countenance.policy.replay import replay
from policy_cases import BANK, IDENTIFY, VERIFY, installed


class Record:
    """A question with its decision, as storage would give it."""

    def __init__(self, question: Question, decision: Decision) -> None:
        self.question = question
        self.decision = decision


def test_a_question_is_written_canonically_with_sorted_sets_and_its_offset() -> None:
    zone = timezone(timedelta(hours=-8))
    question = replace(VERIFY, on=datetime(2026, 1, 1, 23, 30, tzinfo=zone), lease=None, gallery=None)
    data = question_to_json(question)
    assert data.startswith(b'{"act":"verify","acts_for":[],"camera":"own_device","consent":true')
    assert b'"on":"2026-01-01T23:30:00-08:00"' in data
    assert question_from_json(data).on.utcoffset() == timedelta(hours=-8)


ZONES = st.timedeltas(timedelta(hours=-12), timedelta(hours=12)).map(
    lambda offset: timezone(timedelta(minutes=offset // timedelta(minutes=1)))
)


@given(
    st.datetimes(),
    ZONES,
    ZONES,
    st.sampled_from(["", '"on":"1970-01-01T00:00:00+00:00"', "caf\u00e9"]),
)
def test_a_question_is_written_as_if_no_equal_one_had_been_before(
    moment: datetime, zone: timezone, other: timezone, instrument: str
) -> None:
    lease = replace(BANK, not_before=BANK.not_before.astimezone(other))
    for terms in (BANK, lease, None):
        instruments = frozenset({instrument} if instrument else ())
        question = replace(VERIFY, on=moment.replace(tzinfo=zone), lease=terms, instruments=instruments)
        document = question_document(question)
        assert question_to_json(question) == rfc8785.dumps(document)  # type: ignore[arg-type]  # narrower alias


def test_a_decision_has_the_shape_that_the_command_line_prints() -> None:
    document = json.loads(decision_to_json(installed().decide(IDENTIFY)))
    assert set(document) == {"decision", "reasons", "conditions", "obligations", "digests"}
    assert document["decision"] == "permit"
    assert set(document["reasons"][0]) == {"id", "pack", "text", "source", "from", "until", "reopens"}
    assert {"kind": "hold_for_examiners", "value": 2} in document["obligations"]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff",
        b'{"act":"kill"}',
        question_to_json(VERIFY).replace(b'"verify"', b'"kill"'),
        question_to_json(VERIFY).replace(b'"minor":false', b'"minor":0'),
        question_to_json(VERIFY).replace(b'"n_max":100', b'"n_max":"100"'),
        question_to_json(VERIFY).replace(b'"n_max":100', b'"n_max":true'),
        question_to_json(VERIFY).replace(b'"acts_for":[]', b'"acts_for":{}'),
        question_to_json(VERIFY).replace(b'"acts_for":[]', b'"acts_for":[],"extra":1'),
        question_to_json(VERIFY).replace(b"+00:00", b""),
    ],
)
def test_a_record_that_is_not_what_was_written_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidInputError):
        question_from_json(data)


@pytest.mark.parametrize(
    "data", [b"{}", b"null", decision_to_json(installed().decide(VERIFY)).replace(b'"permit"', b'"perhaps"')]
)
def test_a_recorded_decision_that_is_none_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidInputError):
        decision_from_json(data)


def test_a_number_without_canonical_form_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="canonical form"):
        question_to_json(replace(VERIFY, lease=replace(BANK, n_max=2**60)))


def test_a_past_decision_is_replayed_bit_for_bit() -> None:
    for question in (VERIFY, IDENTIFY, replace(VERIFY, consent=False), replace(VERIFY, lease=None)):
        recorded = Record(
            question_from_json(question_to_json(question)),
            decision_from_json(decision_to_json(installed().decide(question))),
        )
        again = replay(installed_policy().decide, recorded)
        assert again.same
        assert again.changed == ()


def test_a_replay_under_other_packs_names_what_changed() -> None:
    record = Record(VERIFY, installed().decide(VERIFY))
    again = replay(explaining_policy(("house", "amazon-2020"), laws=False).decide, record)
    assert not again.same
    assert again.changed == ("amazon-2020", "laws")


def test_a_decision_names_the_digests_of_packs_laws_schema_and_model() -> None:
    digests = installed().decide(VERIFY).digests
    assert set(digests) == {"house", "laws", "gate", "schema", "model"}
    assert digests["model"] == VERIFY.model_digest
    assert all(len(digest) == 64 for digest in digests.values())


@given(st.dictionaries(st.text(max_size=8), st.text(max_size=8), max_size=4), st.integers(0, 2**53 - 1))
def test_what_is_written_fast_is_what_the_rfc_asks_for(digests: dict[str, str], value: int) -> None:
    obligation = Obligation(ObligationKind.EXPIRE_RESULT, value)
    permit = Permit(reasons=(), conditions=(), obligations=(obligation,), digests=digests)
    document = decision_document(permit)
    assert decision_to_json(permit) == rfc8785.dumps(document)  # type: ignore[arg-type]  # narrower alias
