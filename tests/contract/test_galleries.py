from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from contract import examples
from contract.examples import HOUR, NOON
from countenance.biometrics.model import GalleryId, ReferenceId, SubjectId
from countenance.errors import AlreadyExistsError, NotFoundError
from countenance.oversight.model import CaseId
from countenance.policy.model import Purpose
from countenance.recognition.model import GalleryOrder, GallerySearch, gallery_place
from countenance.vetting.listing import Span
from countenance.vetting.model import CustomerId, LeaseId
from storing import Place

CLIENTS = GalleryId("clients")
DAVE = SubjectId("dave")


def test_a_gallery_comes_back_as_it_was_stored(place: Place) -> None:
    with place.unit() as work:
        work.galleries.add(examples.gallery())
        work.commit()
    with place.unit() as work:
        assert work.galleries.get(CLIENTS) == examples.gallery()
        assert work.galleries.get(GalleryId("other")) is None


def test_a_gallery_id_is_given_once(place: Place) -> None:
    with place.unit() as work:
        work.galleries.add(examples.gallery())
        with pytest.raises(AlreadyExistsError):
            work.galleries.add(examples.gallery(owner="thief"))
        work.commit()
        assert work.galleries.get(CLIENTS) == examples.gallery()


def test_a_customer_sees_its_own_galleries_ordered_by_id(place: Place) -> None:
    with place.unit() as work:
        for name, owner in (("b", "bank"), ("A", "bank"), ("c", "shop")):
            work.galleries.add(examples.gallery(name, owner))
        work.commit()
        assert [gallery.id for gallery in work.galleries.of_customer(CustomerId("bank"))] == ["A", "b"]


def test_galleries_are_found_by_letters_customer_and_lease_and_paged_in_every_order(place: Place) -> None:
    names = ["b", "A", "a_b", "axb", "z.1", "100"]
    purposes = [Purpose.ACCESS_CONTROL, Purpose.MEDIA_ARCHIVE]
    every = [
        replace(
            examples.gallery(name, f"c-{at % 2}"),
            lease_id=LeaseId(f"l-{at % 4}"),
            purpose=purposes[at % 2],
            created=NOON + (at // 2) * HOUR,
        )
        for at, name in enumerate(names)
    ]
    enrolled = {"a_b": 10, "axb": 9, "b": 1}
    with place.unit() as work:
        for one in every:
            work.galleries.add(one)
            for at in range(enrolled.get(one.id, 0)):
                name = f"{one.id}-{at}"
                work.references.add(examples.reference(name, subject=name, gallery=one.id))
        work.commit()
    with place.unit() as work:

        def found(**sought: Any) -> list[str]:  # noqa: ANN401  fields of a search
            search = GallerySearch(**sought)
            rows = work.galleries.page(search, Span(limit=99))
            assert work.galleries.count(search) == len(rows)
            return [str(one.id) for one in rows]

        assert found() == sorted(names)
        assert found(text="A_B") == ["a_b"]
        assert found(text="b c-0 access") == ["a_b", "b"]
        assert found(text="%") == found(text="!") == []
        assert found(customer_id=CustomerId("c-1"), text="a") == ["100", "A", "axb"]
        assert found(lease_id=LeaseId("l-1"), customer_id=CustomerId("c-0")) == []
        assert found(lease_id=LeaseId("l-1")) == ["100", "A"]
        for order in GalleryOrder:
            places = {
                one.id: gallery_place(one, work.references.subject_count(one.id), order) for one in every
            }
            for descending in (False, True):
                expected = sorted((one.key, one.id) for one in places.values())
                search = GallerySearch(order=order, descending=descending)
                walked, mark = [], None
                while rows := work.galleries.page(search, Span(limit=4, place=mark)):
                    walked += [(places[one.id].key, one.id) for one in rows]
                    mark = places[rows[-1].id]
                assert walked == expected[:: -1 if descending else 1]
                last = work.galleries.page(search, Span(limit=2, place=mark, back=True))
                assert [one.id for one in last] == [name for _, name in walked[-3:-1]]


def test_removing_a_gallery_removes_all_that_belongs_to_it_and_nothing_else(place: Place) -> None:
    with place.unit() as work:
        for name in ("clients", "staff"):
            work.galleries.add(examples.gallery(name))
            work.consents.put(examples.consent(gallery=name))
            work.references.add(examples.reference(f"of-{name}", gallery=name))
            work.cases.add(examples.case(f"case-{name}", name))
        work.commit()
    with place.unit() as work:
        work.galleries.remove(CLIENTS)
        work.commit()
    with place.unit() as work:
        assert work.galleries.get(CLIENTS) is None
        assert work.consents.get(CLIENTS, DAVE) is None
        assert work.references.of_subject(CLIENTS, DAVE) == ()
        assert work.references.subject_count(CLIENTS) == 0
        assert work.references.commitment(CLIENTS, DAVE) is None
        assert work.cases.get(CaseId("case-clients")) is None
        assert work.consents.lapsed(CLIENTS, NOON) == frozenset()
        staff = GalleryId("staff")
        assert work.consents.get(staff, DAVE) is not None
        assert len(work.references.of_subject(staff, DAVE)) == 1
        assert work.references.commitment(staff, DAVE) is not None
        assert work.cases.get(CaseId("case-staff")) is not None


def test_whoever_holds_a_removed_gallery_in_memory_is_told_to_drop_it(place: Place) -> None:
    """Otherwise a gallery made anew under the same id would be searched together with the old one."""
    with place.unit() as work:
        work.galleries.add(examples.gallery())
        work.references.add(examples.reference("old"))
        work.commit()
        position = max(change.sequence for change in work.references.changes(CLIENTS, after=0))
    with place.unit() as work:
        work.galleries.remove(CLIENTS)
        work.galleries.add(examples.gallery())
        work.references.add(examples.reference("new"))
        work.commit()
        steps = list(work.references.changes(CLIENTS, after=position))
    assert [(step.reference_id, step.template is None) for step in steps] == [("old", True), ("new", False)]


def test_removing_an_unknown_gallery_is_not_found(place: Place) -> None:
    with place.unit() as work, pytest.raises(NotFoundError):
        work.galleries.remove(CLIENTS)


def test_a_reference_id_is_free_again_after_its_gallery_is_gone(place: Place) -> None:
    with place.unit() as work:
        work.galleries.add(examples.gallery())
        work.references.add(examples.reference("r"))
        work.galleries.remove(CLIENTS)
        work.galleries.add(examples.gallery())
        work.references.add(examples.reference("r", "erin"))
        work.commit()
        assert [r.id for r in work.references.of_subject(CLIENTS, SubjectId("erin"))] == [ReferenceId("r")]
