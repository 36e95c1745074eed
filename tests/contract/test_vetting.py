from __future__ import annotations

from dataclasses import replace

import pytest

from contract import examples
from contract.examples import HOUR, NOON
from countenance.errors import AlreadyExistsError, NotFoundError
from countenance.policy.model import CustomerKind
from countenance.vetting.listing import CustomerOrder, CustomerSearch, Span, customer_place
from countenance.vetting.model import AccessCredential, CustomerId, KeyId, LeaseId
from storing import Place

SECRET = "geheim"  # noqa: S105  a made-up one


def test_a_customer_comes_back_as_it_was_stored(place: Place) -> None:
    with place.unit() as work:
        work.customers.put(examples.customer())
        work.commit()
    with place.unit() as work:
        assert work.customers.get(CustomerId("bank")) == examples.customer()
        assert work.customers.get(CustomerId("nobody")) is None


def test_a_customer_stored_again_replaces_the_earlier_one(place: Place) -> None:
    police = examples.customer(kind=CustomerKind.POLICE)
    for value in (examples.customer(), police):
        with place.unit() as work:
            work.customers.put(value)
            work.commit()
    with place.unit() as work:
        assert work.customers.all() == (police,)


def test_customers_are_ordered_by_code_points_whatever_the_locale(place: Place) -> None:
    names = ["b", "a", "Z", "é", "B", "_", "10", "9"]
    with place.unit() as work:
        for name in names:
            work.customers.put(examples.customer(name))
        work.commit()
        assert [customer.id for customer in work.customers.all()] == sorted(names)


def test_a_lease_comes_back_as_it_was_stored_zones_included(place: Place) -> None:
    with place.unit() as work:
        work.leases.put(examples.lease())
        work.commit()
    with place.unit() as work:
        held = work.leases.get(LeaseId("lease"))
        assert held == examples.lease()
        assert held is not None
        assert held.terms.expires.utcoffset() is not None
        assert work.leases.get(LeaseId("other")) is None


def test_a_revocation_is_seen_by_the_next_unit_of_work(place: Place) -> None:
    with place.unit() as work:
        work.leases.put(examples.lease())
        work.commit()
    with place.unit() as work:
        work.leases.put(examples.lease(revoked=True))
        work.commit()
    with place.unit() as work:
        assert work.leases.all() == (examples.lease(revoked=True),)


def test_leases_are_ordered_by_id(place: Place) -> None:
    with place.unit() as work:
        for name in ("b", "a", "C"):
            work.leases.put(examples.lease(name))
        work.commit()
        assert [lease.id for lease in work.leases.all()] == ["C", "a", "b"]


def test_a_key_comes_back_as_it_was_stored(place: Place) -> None:
    with place.unit() as work:
        work.keys.add(examples.api_key())
        work.commit()
    with place.unit() as work:
        assert work.keys.get(KeyId("key")) == examples.api_key()
        assert work.keys.get(KeyId("other")) is None


def test_a_key_without_lease_or_end_keeps_having_none(place: Place) -> None:
    bare = replace(examples.api_key(), lease_id=None, expires=None)
    with place.unit() as work:
        work.keys.add(bare)
        work.commit()
    with place.unit() as work:
        assert work.keys.get(KeyId("key")) == bare


def test_a_key_id_is_given_once_and_the_unit_of_work_goes_on(place: Place) -> None:
    with place.unit() as work:
        work.keys.add(examples.api_key())
        with pytest.raises(AlreadyExistsError):
            work.keys.add(examples.api_key())
        work.keys.add(examples.api_key("second"))
        work.commit()
    with place.unit() as work:
        assert len(work.keys.all()) == 2


def test_a_revoked_key_stays_revoked_from_the_first_time_on(place: Place) -> None:
    with place.unit() as work:
        work.keys.add(examples.api_key())
        work.keys.revoke(KeyId("key"), NOON + HOUR)
        work.keys.revoke(KeyId("key"), NOON + 2 * HOUR)
        work.commit()
    with place.unit() as work:
        assert work.keys.get(KeyId("key")) == replace(examples.api_key(), revoked=NOON + HOUR)
        with pytest.raises(NotFoundError):
            work.keys.revoke(KeyId("other"), NOON)


def test_keys_are_ordered_by_creation_then_id(place: Place) -> None:
    with place.unit() as work:
        for name, created in (("b", NOON), ("a", NOON + HOUR), ("C", NOON), ("d", NOON - HOUR)):
            work.keys.add(examples.api_key(name, created=created))
        work.commit()
        assert [key.id for key in work.keys.all()] == ["d", "C", "b", "a"]


def test_a_credential_comes_back_as_it_was_stored_and_a_key_has_one_only(place: Place) -> None:
    held = AccessCredential(key_id=KeyId("key"), secret=SECRET, created=NOON)
    with place.unit() as work:
        with pytest.raises(NotFoundError):
            work.credentials.add(held)
        work.keys.add(examples.api_key())
        work.credentials.add(held)
        with pytest.raises(AlreadyExistsError):
            work.credentials.add(held)
        work.commit()
    with place.unit() as work:
        assert work.credentials.get(KeyId("key")) == held
        assert work.credentials.get(KeyId("other")) is None


def test_a_removed_credential_is_gone_and_removing_it_again_does_nothing(place: Place) -> None:
    with place.unit() as work:
        work.keys.add(examples.api_key())
        work.credentials.add(AccessCredential(key_id=KeyId("key"), secret=SECRET, created=NOON))
        work.commit()
    for _ in range(2):
        with place.unit() as work:
            work.credentials.remove(KeyId("key"))
            work.commit()
            assert work.credentials.get(KeyId("key")) is None


def test_customers_are_found_by_letters_and_kind_and_paged_by_name_whatever_the_capitals(
    place: Place,
) -> None:
    names = ["émile", "Zürich Bank", "ZÜRICH police", "a_b", "axb", "100 %", "Éclair", "ß & Co", "SS & Co"]
    kinds = [CustomerKind.PRIVATE, CustomerKind.POLICE]
    every = [
        replace(examples.customer(), id=CustomerId(f"C-{at}"), name=name, kind=kinds[at % 2])
        for at, name in enumerate(names)
    ]
    with place.unit() as work:
        for one in (replace(every[0], name="old"), *every):
            work.customers.put(one)
        work.commit()

    def found(text: str = "", kind: CustomerKind | None = None) -> list[str]:
        sought = CustomerSearch(text=text, kind=kind)
        rows = work.customers.page(sought, Span(limit=99))
        assert work.customers.count(sought) == len(rows)
        return [one.name for one in rows]

    with place.unit() as work:
        assert found("ZÜR") == ["Zürich Bank", "ZÜRICH police"]
        assert found("a_b") == ["a_b"]
        assert found("%") == ["100 %"]
        assert found("!") == []
        assert found("ss & co") == ["ß & Co", "SS & Co"]
        assert found("c-3") == ["a_b"]
        assert found("police", CustomerKind.POLICE) == []
        assert found("old") == []
        for descending in (False, True):
            expected = sorted((customer_place(one, CustomerOrder.NAME).key, one.id) for one in every)[
                :: -1 if descending else 1
            ]
            sought = CustomerSearch(order=CustomerOrder.NAME, descending=descending)
            told, mark = [], None
            while rows := work.customers.page(sought, Span(limit=2, place=mark)):
                told += [(customer_place(one, CustomerOrder.NAME).key, one.id) for one in rows]
                mark = customer_place(rows[-1], CustomerOrder.NAME)
            assert told == expected
            last = work.customers.page(sought, Span(limit=2, place=mark, back=True))
            assert [one.id for one in last] == [name for _, name in expected[-3:-1]]
