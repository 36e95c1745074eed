"""Recorded questions asked again in several threads."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Event, Thread

import pytest

from contract.examples import NOON
from countenance.errors import BusyError
from countenance.policy.gate import installed_policy
from countenance.policy.simulation import Change, Tally
from countenance.recognition.log import simulation
from countenance.recognition.log.simulation import Proposal, SimulatePolicy
from countenance.recognition.model import DecisionRecord
from countenance.recognition.standing import Standing
from countenance.vetting.model import Actor, Role
from fakes import MemoryStore
from policy_cases import VERIFY

CAROL = Actor(id="carol", role=Role.AUDITOR, lease_id=None)
ALWAYS = Proposal(
    pack="ibm-2020", since=datetime(2000, 1, 1, tzinfo=UTC), until=datetime(2100, 1, 1, tzinfo=UTC)
)


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> MemoryStore:
    """Forty decisions on questions of seven kinds, read three at a time."""
    monkeypatch.setattr(simulation, "PAGE", 3)
    store, policy = MemoryStore(), installed_policy()
    with store() as work:
        for number in range(40):
            minor = number % 7 == 0
            question = replace(VERIFY, on=VERIFY.on + timedelta(minutes=number), minor=minor)
            record = DecisionRecord(
                id=f"dec_{number:02}",
                customer_id=None,
                actor_id="somebody",
                question=question,
                decision=policy.decide(question),
                entry=number,
                asked=NOON,
            )
            work.decisions.add(record)
        work.commit()
    return store


def run(store: MemoryStore, threads: int) -> tuple[Tally, list[Change]]:
    found: list[Change] = []
    act = SimulatePolicy(Standing(lambda: NOON), tuple, store, threads=threads)
    tally = act(CAROL, ALWAYS, lambda _, changes: found.extend(changes))
    return tally, found


def test_threads_find_what_one_finds_in_the_same_order(store: MemoryStore) -> None:
    one, changes = run(store, 1)
    assert one.asked == 40
    assert len(changes) == 40
    for threads in (2, 3, 4):
        tally, found = run(store, threads)
        assert found == changes
        assert tally == one
        assert tally.ordered() == one.ordered()


def test_a_second_simulation_is_told_to_wait(store: MemoryStore) -> None:
    act = SimulatePolicy(Standing(lambda: NOON), tuple, store, threads=2)
    begun, go_on = Event(), Event()

    def told(*_: object) -> None:
        begun.set()
        assert go_on.wait(10)

    first = Thread(target=act, args=(CAROL, ALWAYS, told))
    first.start()
    assert begun.wait(10)
    with pytest.raises(BusyError):
        act(CAROL, ALWAYS, lambda *_: None)
    go_on.set()
    first.join()
    assert act(CAROL, ALWAYS, lambda *_: None).asked == 40
