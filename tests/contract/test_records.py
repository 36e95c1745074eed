from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from contract import examples
from contract.examples import NOON
from countenance.errors import (
    AlreadyExistsError,
    ConcurrentWriteError,
    IdempotencyMismatchError,
    NotFoundError,
)
from storing import Place

REQUEST = bytes(32)


@pytest.mark.parametrize("permitted", [True, False])
def test_a_decision_comes_back_so_that_it_can_be_replayed(place: Place, *, permitted: bool) -> None:
    record = examples.decision_record(permitted=permitted)
    with place.unit() as work:
        work.decisions.add(record)
        work.commit()
    with place.unit() as work:
        assert work.decisions.get("dec") == record
        assert work.decisions.get("other") is None


def test_a_decision_without_customer_or_lease_comes_back_so(place: Place) -> None:
    record = examples.decision_record()
    bare = replace(record, customer_id=None, question=replace(record.question, lease=None, gallery=None))
    with place.unit() as work:
        work.decisions.add(bare)
        work.commit()
    with place.unit() as work:
        assert work.decisions.get("dec") == bare


def test_a_decision_is_never_overwritten(place: Place) -> None:
    with place.unit() as work:
        work.decisions.add(examples.decision_record())
        with pytest.raises(AlreadyExistsError):
            work.decisions.add(examples.decision_record(permitted=False))
        work.commit()
        assert work.decisions.get("dec") == examples.decision_record()


def claim(place: Place, *, seconds: float = 0, key: str = "k", digest: bytes = REQUEST) -> bytes | None:
    with place.unit() as work:
        moment = NOON + timedelta(seconds=seconds)
        answer = work.idempotency.claim(actor_id="alice", key=key, request_digest=digest, at=moment)
        work.commit()
        return answer


def test_a_key_is_claimed_once_and_then_gives_the_stored_answer(place: Place) -> None:
    assert claim(place) is None
    with place.unit() as work:
        work.idempotency.complete(actor_id="alice", key="k", answer=b"created")
        work.commit()
    assert claim(place, seconds=10_000) == b"created"
    assert claim(place, key="other") is None


def test_a_key_of_one_actor_is_not_that_of_another(place: Place) -> None:
    claim(place)
    with place.unit() as work:
        assert work.idempotency.claim(actor_id="bob", key="k", request_digest=REQUEST, at=NOON) is None


def test_a_key_used_for_another_request_is_a_mismatch_even_after_the_answer(place: Place) -> None:
    claim(place)
    with pytest.raises(IdempotencyMismatchError):
        claim(place, digest=bytes([1]) * 32)
    with place.unit() as work:
        work.idempotency.complete(actor_id="alice", key="k", answer=b"created")
        work.commit()
    with pytest.raises(IdempotencyMismatchError):
        claim(place, digest=bytes([1]) * 32)


def test_a_claim_is_held_for_a_minute_and_may_then_be_taken_over_once(place: Place) -> None:
    claim(place)
    with pytest.raises(ConcurrentWriteError):
        claim(place, seconds=59.9)
    assert claim(place, seconds=60) is None
    with pytest.raises(ConcurrentWriteError):
        claim(place, seconds=61)


def test_a_released_claim_can_be_made_again_and_an_answer_cannot_be_released(place: Place) -> None:
    claim(place)
    with place.unit() as work:
        work.idempotency.release(actor_id="alice", key="k")
        work.commit()
    assert claim(place) is None
    with place.unit() as work:
        work.idempotency.complete(actor_id="alice", key="k", answer=b"created")
        work.idempotency.release(actor_id="alice", key="k")
        work.commit()
    assert claim(place) == b"created"


def test_only_a_claimed_key_can_be_answered(place: Place) -> None:
    with place.unit() as work, pytest.raises(NotFoundError):
        work.idempotency.complete(actor_id="alice", key="k", answer=b"created")


def test_what_was_claimed_before_a_moment_is_forgotten_answered_or_not(place: Place) -> None:
    claim(place, key="answered")
    with place.unit() as work:
        work.idempotency.complete(actor_id="alice", key="answered", answer=b"created")
        work.commit()
    claim(place, key="open", seconds=9)
    claim(place, key="young", seconds=10)
    with place.unit() as work:
        assert work.idempotency.forget(NOON + timedelta(seconds=10)) == 2
        assert work.idempotency.forget(NOON + timedelta(seconds=10)) == 0
        work.commit()
    assert claim(place, key="answered", seconds=11) is None
    assert claim(place, key="open", seconds=11) is None
    with pytest.raises(ConcurrentWriteError):
        claim(place, key="young", seconds=11)
