from __future__ import annotations

import threading

import pytest

from contract import examples
from countenance.errors import ConcurrentWriteError, StorageError
from countenance.policy.model import CustomerKind
from countenance.vetting.model import CustomerId
from storing import Place

BANK = CustomerId("bank")


def test_what_is_not_committed_has_not_happened(place: Place) -> None:
    with place.unit() as work:
        work.customers.put(examples.customer())
        work.ledger.append(examples.entry())
    with place.unit() as work:
        assert work.customers.get(BANK) is None
        assert work.ledger.size() == 0


def test_an_error_undoes_what_came_before_it(place: Place) -> None:
    def fail_halfway() -> None:
        with place.unit() as work:
            work.customers.put(examples.customer())
            work.ledger.append(examples.entry())
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_halfway()
    with place.unit() as work:
        assert work.customers.get(BANK) is None
        assert work.ledger.size() == 0


def test_nobody_sees_what_is_not_committed(place: Place) -> None:
    with place.unit() as writer, place.unit() as reader:
        writer.customers.put(examples.customer())
        writer.ledger.append(examples.entry())
        assert reader.customers.get(BANK) is None
        assert reader.ledger.size() == 0
        assert writer.customers.get(BANK) is not None
        writer.commit()
    with place.unit() as reader:
        assert reader.customers.get(BANK) is not None
        assert reader.ledger.size() == 1


def test_a_reader_keeps_seeing_one_moment(place: Place) -> None:
    with place.unit() as reader:
        assert reader.customers.get(BANK) is None
        with place.unit() as writer:
            writer.customers.put(examples.customer())
            writer.commit()
        assert reader.customers.all() == ()


def test_a_unit_of_work_goes_on_after_its_commit(place: Place) -> None:
    with place.unit() as work:
        work.customers.put(examples.customer())
        work.commit()
        assert work.customers.get(BANK) is not None
        work.customers.put(examples.customer("shop"))
        work.commit()
        work.customers.put(examples.customer("lost"))
    with place.unit() as work:
        assert [customer.id for customer in work.customers.all()] == ["bank", "shop"]


def test_what_is_committed_ahead_is_there_for_everybody_and_stays(place: Place) -> None:
    with place.unit() as work:
        index = work.ledger.append(examples.entry())
        work.commit_ahead()
        with place.unit() as other:
            assert other.ledger.size() == index + 1
        work.customers.put(examples.customer())
        work.commit()
        work.customers.put(examples.customer("lost"))
    with place.unit() as work:
        assert work.ledger.size() == index + 1
        assert [customer.id for customer in work.customers.all()] == ["bank"]


def test_a_unit_of_work_is_over_when_it_is_left(place: Place) -> None:
    with place.unit() as work:
        work.customers.put(examples.customer())
        work.commit()
    with pytest.raises(StorageError):
        work.customers.get(BANK)
    with pytest.raises(StorageError):
        work.customers.put(examples.customer())


def test_a_commit_of_nothing_changes_nothing(place: Place) -> None:
    with place.unit() as work:
        work.commit()
    with place.unit() as work:
        work.customers.all()
        work.commit()
        assert work.ledger.size() == 0


def test_a_write_that_rests_on_what_has_changed_is_refused(place: Place) -> None:
    """The gate must not permit by a lease that was revoked between reading and recording."""
    with place.unit() as work:
        work.customers.put(examples.customer())
        work.commit()
    with place.unit() as first:
        assert first.customers.get(BANK) == examples.customer()
        with place.unit() as second:
            second.customers.put(examples.customer(kind=CustomerKind.POLICE))
            second.commit()
        with pytest.raises(ConcurrentWriteError):
            first.ledger.append(examples.entry())
    with place.unit() as work:
        assert work.ledger.size() == 0


def test_a_write_whose_grounds_still_hold_goes_through_whatever_else_was_written(place: Place) -> None:
    with place.unit() as work:
        work.customers.put(examples.customer())
        work.commit()
    with place.unit() as first:
        assert first.customers.get(BANK) == examples.customer()
        with place.unit() as second:
            second.customers.put(examples.customer("shop"))
            second.ledger.append(examples.entry(0))
            second.commit()
        assert first.ledger.append(examples.entry(1)) == 1
        first.commit()
    with place.unit() as work:
        assert work.ledger.size() == 2


def test_whoever_has_taken_the_writers_turn_reads_what_holds_until_the_commit(place: Place) -> None:
    order: list[str] = []

    def change() -> None:
        with place.unit() as other:
            other.become_writer()
            order.append("second")
            other.customers.put(examples.customer(kind=CustomerKind.POLICE))
            other.commit()

    with place.unit() as work:
        work.become_writer()
        thread = threading.Thread(target=change)
        thread.start()
        assert work.customers.get(BANK) is None
        work.customers.put(examples.customer())
        order.append("first")
        work.commit()
        thread.join()
        assert order == ["first", "second"]
        held = work.customers.get(BANK)
        assert held is not None
        assert held.kind is CustomerKind.POLICE


def test_many_threads_append_without_loss_fork_or_gap(place: Place) -> None:
    indexes: list[int] = []

    def work_on(number: int) -> None:
        for step in range(5):
            with place.unit() as work:
                assert work.customers.get(BANK) is None
                index = work.ledger.append(examples.entry(number * 100 + step))
                work.commit()
            indexes.append(index)

    threads = [threading.Thread(target=work_on, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(indexes) == list(range(30))
