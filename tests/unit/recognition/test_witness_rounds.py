"""Rounds of asking: what is published, and what is made of witnesses that do not cosign."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from countenance.errors import ConfigurationError
from countenance.ledger import Entry, EventType
from countenance.ledger.cosignature import CosignatureKind, Cosigner
from countenance.ledger.note import Signer
from countenance.ledger.trust_policy import TrustPolicy
from countenance.ledger.witnessing import AddCheckpoint, Outcome, Reply, Witness
from countenance.recognition.log.public import PATIENCE, PublishLog
from countenance.recognition.log.witness_rounds import REFRESH, AskWitnesses
from fakes import MemoryStore
from unit.ledger.test_witnessing import Record

NOON = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
LOG = Signer("log.example/alice", bytes(range(32)))
NAMES = ("a", "b")
COSIGNERS = {
    name: Cosigner(f"{name}.example/w", CosignatureKind.ED25519, bytes([n]) * 32)
    for n, name in enumerate(NAMES)
}


def policy(quorum: str, *, log: Signer = LOG) -> TrustPolicy:
    lines = [f"log {log.vkey}"]
    lines += [f"witness {name} {COSIGNERS[name].key} http://{name}.example/" for name in NAMES]
    return TrustPolicy.parse("\n".join([*lines, "group both all a b", f"quorum {quorum}", ""]).encode())


@dataclass
class Street:
    """Witnesses by their address; `instead` answers in the place of one of them."""

    now: datetime = NOON
    records: dict[str, Record] = field(default_factory=lambda: {name: Record(LOG.vkey) for name in NAMES})
    instead: dict[str, Callable[[AddCheckpoint], Reply]] = field(default_factory=dict)
    asked: list[tuple[str, int]] = field(default_factory=list)

    def add_checkpoint(self, url: str, request: AddCheckpoint) -> Reply:
        name = url.removeprefix("http://")[0]
        self.asked.append((name, request.old))
        if name in self.instead:
            return self.instead[name](request)
        return Witness((COSIGNERS[name],), self.records[name], lambda: self.now).add_checkpoint(request.body)


@dataclass
class Town:
    store: MemoryStore = field(default_factory=lambda: MemoryStore(LOG))
    street: Street = field(default_factory=Street)

    def grow(self, count: int) -> None:
        with self.store() as work:
            for _ in range(count):
                work.ledger.append(Entry(EventType.KEY_ISSUED, NOON, {"n": work.ledger.size()}))
            work.commit()

    def ask(self, quorum: str = "both", *, log: Signer = LOG) -> AskWitnesses:
        return AskWitnesses(policy(quorum, log=log), self.street, self.store, lambda: self.street.now)

    def public(self) -> PublishLog:
        return PublishLog(self.store, lambda: self.street.now)


@pytest.fixture
def town() -> Town:
    made = Town()
    made.grow(5)
    return made


def test_a_head_that_both_witnesses_cosign_is_published(town: Town) -> None:
    done = town.ask()()
    assert (done.size, done.published) == (5, True)
    assert [one.trouble for one in done.asked] == [None, None]
    head = town.public().head()
    judged = policy("both").judge(head.note)
    assert judged.quorum_met
    assert judged.checkpoint.size == 5
    assert "a.example/w" in town.public().proof(4)


def test_each_witness_is_asked_from_where_it_stands_and_only_if_there_is_something_new(town: Town) -> None:
    ask = town.ask()
    ask()
    assert ask().asked == ()
    town.grow(7)
    assert ask().published
    town.street.now += REFRESH
    assert ask().published
    assert sorted(town.street.asked) == [("a", 0), ("a", 5), ("a", 12), ("b", 0), ("b", 5), ("b", 12)]


def test_a_witness_that_knows_more_than_the_log_remembers_is_asked_again_from_there(town: Town) -> None:
    town.ask()()
    town.grow(3)
    with town.store() as work:
        work.cosigned.stands_at(f"a.example/w+{COSIGNERS['a'].key.id.hex()}", 2)
        work.commit()
    assert town.ask()().published
    assert [old for name, old in town.street.asked if name == "a"] == [0, 2, 5]


def test_until_enough_have_cosigned_the_last_one_that_enough_had_stays_published(town: Town) -> None:
    town.ask()()
    town.grow(3)
    town.street.instead["b"] = lambda _: Reply(Outcome.UNAVAILABLE, "no answer: ConnectError")
    done = town.ask()()
    assert not done.published
    assert [one.trouble for one in done.asked] == [None, "unavailable: no answer: ConnectError"]
    assert town.public().head().checkpoint.size == 5
    del town.street.instead["b"]
    assert town.ask()().published
    assert town.public().head().checkpoint.size == 8


def test_one_of_two_is_enough_where_the_policy_says_so(town: Town) -> None:
    town.street.instead["b"] = lambda _: Reply(Outcome.UNSIGNED, "")
    assert town.ask("a")().published
    assert not town.ask("b")().published


def test_witnesses_that_are_silent_for_long_do_not_stop_the_log_from_being_read(town: Town) -> None:
    town.ask()()
    town.grow(3)
    town.street.now += PATIENCE
    assert town.public().head().checkpoint.size == 5
    town.street.now += timedelta(seconds=1)
    assert town.public().head().checkpoint.size == 8
    assert PublishLog(town.store).head().checkpoint.size == 8


def test_a_log_that_was_rolled_back_is_told_by_its_witnesses(town: Town) -> None:
    """The database is restored from a backup: the witnesses remember more than it does."""
    before = town.store.state
    town.grow(4)
    town.ask()()
    town.store.state = before
    done = town.ask()()
    assert not done.published
    assert all("has cosigned 9 entries of this log, which has 5" in str(one.trouble) for one in done.asked)


def test_a_log_that_was_forked_is_told_by_its_witnesses(town: Town) -> None:
    town.ask()()
    other = Town(street=town.street)
    with other.store() as work:
        for _ in range(5):
            work.ledger.append(Entry(EventType.KEY_REVOKED, NOON, {}))
        work.commit()
    done = other.ask()()
    assert all("another tree of the same size" in str(one.trouble) for one in done.asked)
    with other.store() as work:
        work.ledger.append(Entry(EventType.KEY_REVOKED, NOON, {}))
        work.commit()
    done = other.ask()()
    assert all(str(one.trouble).startswith("inconsistent") for one in done.asked)
    assert [len(record.evidence) for record in town.street.records.values()] == [2, 2]
    assert town.public().head().checkpoint.size == 5


@pytest.mark.parametrize(
    "reply",
    [
        Reply(Outcome.COSIGNED, ""),
        Reply(Outcome.COSIGNED, "nonsense\n"),
        Reply(Outcome.COSIGNED, COSIGNERS["a"].cosign("another\n3\n" + "A" * 43 + "=\n", NOON)),
        Reply(Outcome.CONFLICT, "x\n"),
        Reply(Outcome.CONFLICT, "-1\n"),
        Reply(Outcome.INCONSISTENT, "\n"),
        Reply(Outcome.UNKNOWN_LOG, "this log is not watched here\n"),
    ],
)
def test_a_strange_answer_is_told_and_never_published(town: Town, reply: Reply) -> None:
    town.street.instead["a"] = lambda _: reply
    done = town.ask("a")()
    assert not done.published
    assert done.asked[0].trouble is not None
    assert done.asked[1].trouble is None
    with town.store() as work:
        assert work.cosigned.latest() is None


def test_another_witness_s_signature_does_not_stand_for_the_one_that_was_asked(town: Town) -> None:
    town.street.instead["a"] = lambda request: Reply(
        Outcome.COSIGNED, COSIGNERS["b"].cosign(request.note.partition("\n\n")[0] + "\n", NOON)
    )
    assert town.ask()().asked[0].trouble == "its cosignature does not verify under its key"


def test_a_policy_for_another_log_is_refused(town: Town) -> None:
    with pytest.raises(ConfigurationError):
        town.ask(log=Signer("log.example/other", bytes(32)))()


def test_an_empty_log_and_a_policy_without_addresses_ask_nobody(town: Town) -> None:
    assert Town().ask()().asked == ()
    nowhere = TrustPolicy.parse(f"witness a {COSIGNERS['a'].key}\nquorum a\n".encode())
    assert AskWitnesses(nowhere, town.street, town.store, lambda: NOON)().asked == ()
