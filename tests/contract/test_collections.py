from __future__ import annotations

from dataclasses import replace

import pytest

from contract import examples
from countenance.biometrics.model import GalleryId, ReferenceId, SubjectId
from countenance.errors import AlreadyExistsError, NotFoundError
from countenance.policy.model import Purpose
from countenance.recognition.collections.model import Binding, EnrolledFace, FaceRecord, RelativeBox, User
from countenance.vetting.model import LeaseId
from storing import Place

CLIENTS = GalleryId("clients")
RECORD = FaceRecord("00112233-4455-6677-8899-aabbccddeeff", 0.98765, RelativeBox(-0.1, 0.25, 0.5, 0.75))
BINDING = Binding(
    lease_id=LeaseId("lease"),
    collection_id="Old.Name",
    gallery_id=CLIENTS,
    purpose=Purpose.IDENTITY_VERIFICATION,
    scraped=True,
)


def furnish(place: Place, *faces: tuple[str, str]) -> None:
    """A gallery with references of subjects."""
    with place.unit() as work:
        work.galleries.add(examples.gallery())
        for name, subject in faces:
            work.references.add(examples.reference(name, subject))
        work.commit()


def test_a_binding_comes_back_as_it_was_stored_and_the_last_one_counts(place: Place) -> None:
    plain = replace(BINDING, purpose=None, scraped=False)
    other = replace(BINDING, collection_id="another")
    with place.unit() as work:
        for binding in (BINDING, other, replace(other, lease_id=LeaseId("second")), plain):
            work.collections.bind(binding)
        work.commit()
    with place.unit() as work:
        assert work.collections.binding(LeaseId("lease"), "Old.Name") == plain
        assert work.collections.binding(LeaseId("second"), "Old.Name") is None
        assert work.collections.bindings(LeaseId("lease")) == (plain, other)


def test_tags_are_set_replaced_removed_and_go_with_the_gallery(place: Place) -> None:
    furnish(place)
    with place.unit() as work:
        work.collections.tag(CLIENTS, {"team": "a", "stage": "test"})
        work.collections.tag(CLIENTS, {"team": "b"})
        work.collections.untag(CLIENTS, ["stage", "unknown"])
        work.commit()
        assert work.collections.tags(CLIENTS) == {"team": "b"}
        work.galleries.remove(CLIENTS)
        work.commit()
        assert work.collections.tags(CLIENTS) == {}


def test_a_face_is_a_reference_with_what_is_known_of_it(place: Place) -> None:
    furnish(place, ("r1", "dave"), ("r2", "erin"))
    with place.unit() as work:
        work.faces.describe(ReferenceId("r1"), RECORD)
        work.faces.describe(ReferenceId("r1"), replace(RECORD, confidence=0.1))
        work.commit()
    with place.unit() as work:
        assert work.faces.get(CLIENTS, ReferenceId("r1")) == EnrolledFace(
            reference_id=ReferenceId("r1"), gallery_id=CLIENTS, subject_id=SubjectId("dave"), record=RECORD
        )
        assert work.faces.get(CLIENTS, ReferenceId("r3")) is None
        assert work.faces.get(GalleryId("other"), ReferenceId("r1")) is None
        assert work.faces.count(CLIENTS) == 2
        assert work.faces.count(GalleryId("other")) == 0


def test_faces_come_a_page_at_a_time_in_order(place: Place) -> None:
    furnish(place, *((f"r{number}", "dave" if number % 2 else "erin") for number in range(5)))
    with place.unit() as work:
        first = work.faces.page(CLIENTS, after=None, limit=3)
        rest = work.faces.page(CLIENTS, after=first[-1].reference_id, limit=3)
        assert [face.reference_id for face in (*first, *rest)] == ["r0", "r1", "r2", "r3", "r4"]


def test_a_user_has_the_faces_that_were_associated_with_it(place: Place) -> None:
    furnish(place, ("r1", "dave"), ("r2", "dave"), ("r3", "erin"))
    with place.unit() as work:
        work.faces.add_user(CLIENTS, "u1")
        work.faces.add_user(CLIENTS, "U2")
        with pytest.raises(AlreadyExistsError):
            work.faces.add_user(CLIENTS, "u1")
        for name in ("r1", "r2"):
            face = work.faces.get(CLIENTS, ReferenceId(name))
            assert face is not None
            work.faces.associate(face, "U2")
            work.faces.associate(face, "u1")
        work.commit()
    with place.unit() as work:
        assert work.faces.users(CLIENTS, after=None, limit=9) == (User("U2", 0), User("u1", 2))
        assert work.faces.users(CLIENTS, after="U2", limit=9) == (User("u1", 2),)
        assert work.faces.user(CLIENTS, "u1") == User("u1", 2)
        assert work.faces.user(CLIENTS, "u3") is None
        assert work.faces.user_count(CLIENTS) == 2
        of_user = work.faces.page(CLIENTS, after=None, limit=9, user_id="u1")
        assert [(face.reference_id, face.user_id) for face in of_user] == [("r1", "u1"), ("r2", "u1")]
        work.faces.associate(of_user[0], None)
        assert work.faces.user(CLIENTS, "u1") == User("u1", 1)


def test_a_user_that_is_removed_leaves_its_faces(place: Place) -> None:
    furnish(place, ("r1", "dave"))
    with place.unit() as work:
        work.faces.add_user(CLIENTS, "u1")
        work.faces.associate(work.faces.page(CLIENTS, after=None, limit=1)[0], "u1")
        work.faces.remove_user(CLIENTS, "u1")
        with pytest.raises(NotFoundError):
            work.faces.remove_user(CLIENTS, "u1")
        work.commit()
        assert [face.user_id for face in work.faces.page(CLIENTS, after=None, limit=9)] == [None]


def test_an_erasure_takes_what_was_said_of_the_face_and_the_user_who_had_no_other(place: Place) -> None:
    furnish(place, ("r1", "dave"), ("r2", "dave"), ("r3", "erin"))
    with place.unit() as work:
        for name in ("daves", "both", "nobodys"):
            work.faces.add_user(CLIENTS, name)
        r1, r2, r3 = work.faces.page(CLIENTS, after=None, limit=9)
        for face, user in ((r1, "daves"), (r2, "both"), (r3, "both")):
            work.faces.describe(face.reference_id, RECORD)
            work.faces.associate(face, user)
        work.commit()
    with place.unit() as work:
        work.references.erase(CLIENTS, SubjectId("dave"))
        work.commit()
    with place.unit() as work:
        assert work.faces.users(CLIENTS, after=None, limit=9) == (User("both", 1), User("nobodys", 0))
        work.references.add(examples.reference("r1", "dave"))
        again = work.faces.get(CLIENTS, ReferenceId("r1"))
        assert again is not None
        assert (again.record, again.user_id) == (None, None)


def test_a_removed_reference_takes_what_was_said_of_it(place: Place) -> None:
    furnish(place, ("r1", "dave"))
    with place.unit() as work:
        work.faces.add_user(CLIENTS, "u1")
        work.faces.describe(ReferenceId("r1"), RECORD)
        work.faces.associate(work.faces.page(CLIENTS, after=None, limit=1)[0], "u1")
        work.references.remove(ReferenceId("r1"))
        work.commit()
        assert work.faces.user(CLIENTS, "u1") == User("u1", 0)
        work.galleries.remove(CLIENTS)
        work.commit()
        assert work.faces.user_count(CLIENTS) == 0
