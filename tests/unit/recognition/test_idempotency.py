from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from cast import ALICE, MALLORY
from countenance.errors import (
    ConcurrentWriteError,
    IdempotencyMismatchError,
    NoFaceError,
    StorageError,
)
from countenance.recognition.idempotency import Once, Performed, Sweep
from fakes import FakeClock, FakeUnitOfWork, MemoryStore

REQUEST = hashlib.sha256(b"POST /v1/galleries").digest()
OTHER = hashlib.sha256(b"POST /v1/keys").digest()


@dataclass
class Scene:
    """A store, a clock, and a write that counts how often it happened."""

    store: MemoryStore = field(default_factory=MemoryStore)
    clock: FakeClock = field(default_factory=FakeClock)
    happened: int = 0
    before_answering: Callable[[], None] = lambda: None

    @property
    def once(self) -> Once:
        return Once(self.store, self.clock, lambda data: hashlib.sha256(b"secret" + data).hexdigest())

    def write(self) -> Performed:
        self.happened += 1
        self.before_answering()
        return Performed(f"answer {self.happened}".encode())


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_the_same_request_gets_the_first_answer_and_does_not_happen_again(scene: Scene) -> None:
    first = scene.once(ALICE, "k", REQUEST, scene.write)
    again = scene.once(ALICE, "k", REQUEST, scene.write)
    assert (first.answer, first.repeated) == (b"answer 1", False)
    assert (again.answer, again.repeated) == (b"answer 1", True)
    assert scene.happened == 1


def test_another_request_under_the_key_is_a_mismatch_and_does_not_happen(scene: Scene) -> None:
    scene.once(ALICE, "k", REQUEST, scene.write)
    with pytest.raises(IdempotencyMismatchError):
        scene.once(ALICE, "k", OTHER, scene.write)
    assert scene.happened == 1


def test_keys_of_two_callers_have_nothing_to_do_with_each_other(scene: Scene) -> None:
    scene.once(ALICE, "k", REQUEST, scene.write)
    told = scene.once(MALLORY, "k", REQUEST, scene.write)
    assert (told.answer, told.repeated) == (b"answer 2", False)


def test_a_request_that_is_at_work_is_not_begun_a_second_time(scene: Scene) -> None:
    def again() -> None:
        with pytest.raises(ConcurrentWriteError):
            scene.once(ALICE, "k", REQUEST, scene.write)

    scene.before_answering = again
    scene.once(ALICE, "k", REQUEST, scene.write)
    assert scene.happened == 1


def test_a_claim_whose_holder_died_lapses_after_a_minute(scene: Scene) -> None:
    with scene.store() as work:
        digest = hashlib.sha256(scene.once.commit_to(REQUEST).encode()).digest()
        work.idempotency.claim(actor_id=ALICE.id, key="k", request_digest=digest, at=scene.clock())
        work.commit()
    scene.clock.advance(timedelta(seconds=59))
    with pytest.raises(ConcurrentWriteError):
        scene.once(ALICE, "k", REQUEST, scene.write)
    scene.clock.advance(timedelta(seconds=1))
    assert scene.once(ALICE, "k", REQUEST, scene.write).answer == b"answer 1"


@pytest.mark.parametrize("error", [NoFaceError("no face was found"), KeyboardInterrupt()], ids=repr)
def test_a_write_that_failed_may_be_sent_again_at_once(scene: Scene, error: BaseException) -> None:
    def fail() -> None:
        raise error

    scene.before_answering = fail
    with pytest.raises(type(error)):
        scene.once(ALICE, "k", REQUEST, scene.write)
    scene.before_answering = lambda: None
    assert scene.once(ALICE, "k", REQUEST, scene.write).answer == b"answer 2"


def test_an_answer_that_is_not_to_be_kept_is_asked_for_anew(scene: Scene) -> None:
    def search() -> Performed:
        scene.happened += 1
        return Performed(f"candidates {scene.happened}".encode(), keep=False)

    assert scene.once(ALICE, "k", REQUEST, search).answer == b"candidates 1"
    told = scene.once(ALICE, "k", REQUEST, search)
    assert (told.answer, told.repeated) == (b"candidates 2", False)
    assert scene.store.state.claims == {}


def test_what_has_happened_is_answered_even_if_the_answer_cannot_be_stored(scene: Scene) -> None:
    units = iter([scene.store()])

    def storing_once() -> FakeUnitOfWork:
        unit = next(units, None)
        if unit is None:
            raise StorageError("the database is away")
        return unit

    once = Once(storing_once, scene.clock, scene.once.commit_to)
    assert once(ALICE, "k", REQUEST, scene.write).answer == b"answer 1"


def test_a_failure_to_give_the_claim_up_does_not_hide_why_the_write_failed(scene: Scene) -> None:
    units = iter([scene.store()])

    def storing_once() -> FakeUnitOfWork:
        unit = next(units, None)
        if unit is None:
            raise StorageError("the database is away")
        return unit

    def fail() -> None:
        raise NoFaceError("no face was found")

    scene.before_answering = fail
    with pytest.raises(NoFaceError):
        Once(storing_once, scene.clock, scene.once.commit_to)(ALICE, "k", REQUEST, scene.write)


def test_what_is_stored_of_a_request_is_a_keyed_commitment(scene: Scene) -> None:
    scene.once(ALICE, "k", REQUEST, scene.write)
    (claim,) = scene.store.state.claims.values()
    assert claim.request_digest not in {REQUEST, hashlib.sha256(REQUEST).digest()}
    other = Once(scene.store, scene.clock, lambda data: hashlib.sha256(b"another" + data).hexdigest())
    with pytest.raises(IdempotencyMismatchError):
        other(ALICE, "k", REQUEST, scene.write)


def test_an_answer_is_kept_for_a_day_and_then_gone(scene: Scene) -> None:
    once = scene.once
    once(ALICE, "k", REQUEST, scene.write)
    scene.clock.advance(timedelta(days=1))
    assert once(ALICE, "k", REQUEST, scene.write).answer == b"answer 1"
    scene.clock.advance(timedelta(hours=1, seconds=1))
    assert once(ALICE, "other", REQUEST, scene.write).answer == b"answer 2"
    assert [key for _, key in scene.store.state.claims] == ["other"]


def test_old_answers_are_looked_for_once_an_hour() -> None:
    sweep, clock = Sweep(), FakeClock()
    assert sweep.due(clock())
    assert not sweep.due(clock.advance(timedelta(minutes=59)))
    assert sweep.due(clock.advance(timedelta(minutes=1)))
