from __future__ import annotations

from dataclasses import replace

import pytest

from contract import examples
from contract.examples import HOUR, NOON
from countenance.errors import AlreadyExistsError, NotFoundError
from countenance.policy.model import CustomerKind
from countenance.vetting.keys import in_force
from countenance.vetting.listing import (
    CustomerOrder,
    CustomerSearch,
    KeyOrder,
    KeySearch,
    LeaseOrder,
    LeaseSearch,
    LeaseStanding,
    Span,
    customer_place,
    key_place,
    lease_place,
    standing_of,
)
from countenance.vetting.model import AccessCredential, ApiKey, CustomerId, KeyId, Lease, LeaseId, Role
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


def stand(lease: Lease, **terms: object) -> Lease:
    return replace(lease, terms=replace(lease.terms, **terms))  # type: ignore[arg-type]  # fields of terms


def test_leases_are_found_by_how_they_stand_and_by_customer_and_paged_in_every_order(place: Place) -> None:
    names = ["b", "A", "é", "a_b", "Z", "9", "over", "later"]
    every = [
        stand(
            replace(examples.lease(name), customer_id=CustomerId(f"c-{at % 3}")),
            expires=NOON + (1 + at // 2) * HOUR,
            not_before=NOON - HOUR,
        )
        for at, name in enumerate(names)
    ]
    every[0] = stand(every[0], revoked=True, suspended=True)
    every[1] = stand(every[1], suspended=True)
    every[2] = replace(every[2], reverify=NOON)
    every[3] = replace(every[3], reverify=NOON + HOUR)
    every[6] = replace(stand(every[6], expires=NOON), reverify=NOON - HOUR)
    every[7] = stand(every[7], not_before=NOON + HOUR)
    with place.unit() as work:
        for one in every:
            work.leases.put(one)
        work.commit()
    told = {}
    with place.unit() as work:
        for standing in LeaseStanding:
            sought = LeaseSearch(standing=(standing, NOON))
            found = work.leases.page(sought, Span(limit=99))
            assert work.leases.count(sought) == len(found)
            assert all(standing_of(one, NOON) is standing for one in found)
            told |= {str(one.id): standing.value for one in found}
        assert told == {
            "b": "revoked",
            "A": "suspended",
            "é": "must be looked at again",
            "a_b": "in force",
            "Z": "in force",
            "9": "in force",
            "over": "over",
            "later": "to come",
        }
        both = LeaseSearch(standing=(LeaseStanding.IN_FORCE, NOON), customer_id=CustomerId("c-0"))
        assert [one.id for one in work.leases.page(both, Span(limit=99))] == ["a_b"]
        for order in LeaseOrder:
            for descending in (False, True):
                expected = sorted((lease_place(one, order).key, one.id) for one in every)
                sought = LeaseSearch(order=order, descending=descending)
                walked, mark = [], None
                while rows := work.leases.page(sought, Span(limit=3, place=mark)):
                    walked += [(lease_place(one, order).key, one.id) for one in rows]
                    mark = lease_place(rows[-1], order)
                assert walked == expected[:: -1 if descending else 1]
                last = work.leases.page(sought, Span(limit=2, place=mark, back=True))
                assert [one.id for one in last] == [name for _, name in walked[-3:-1]]


def test_keys_in_force_and_of_a_lease_are_found_and_paged_in_every_order(place: Place) -> None:
    labels = ["Door", "door", "Été", "été", "a_b", "100 %", "", "\tgate"]
    roles = [Role.OPERATOR, Role.EXAMINER, Role.ADMINISTRATOR]
    every: list[ApiKey] = [
        replace(
            examples.api_key(f"{at % 4}-{at}", created=NOON + (at // 2) * HOUR),
            label=label,
            role=roles[at % 3],
            lease_id=LeaseId(f"l-{at}") if at % 3 else None,
            expires=None if at % 2 else NOON + at * HOUR,
            revoked=NOON if at == 5 else None,
        )
        for at, label in enumerate(labels)
    ]
    with place.unit() as work:
        for one in every:
            work.keys.add(one)
        work.commit()
    with place.unit() as work:
        at = NOON + 4 * HOUR
        force = KeySearch(in_force=at)
        found = work.keys.page(force, Span(limit=99))
        assert {one.id for one in found} == {one.id for one in every if in_force(one, at)}
        assert work.keys.count(force) == len(found) == 4
        under = KeySearch(lease_id=LeaseId("l-5"))
        assert [one.id for one in work.keys.page(under, Span(limit=99))] == ["1-5"]
        assert work.keys.count(replace(under, in_force=at)) == 0
        for order in KeyOrder:
            for descending in (False, True):
                expected = sorted((key_place(one, order).key, one.id) for one in every)
                sought = KeySearch(order=order, descending=descending)
                walked, mark = [], None
                while rows := work.keys.page(sought, Span(limit=3, place=mark)):
                    walked += [(key_place(one, order).key, one.id) for one in rows]
                    mark = key_place(rows[-1], order)
                assert walked == expected[:: -1 if descending else 1]
                last = work.keys.page(sought, Span(limit=2, place=mark, back=True))
                assert [one.id for one in last] == [name for _, name in walked[-3:-1]]
