"""Whoever agrees no more takes part in nothing that Azure's client can ask for."""

from __future__ import annotations

from datetime import timedelta

import pytest
from azure.core.exceptions import HttpResponseError

from countenance.biometrics.model import GalleryId, SubjectId
from countenance.recognition.erasure.withdrawal import Agreement
from integration.azure_face.stage import Stage, picture
from integration.azure_face.test_lists import furnish, kept

SOON = timedelta(minutes=10)


def agree_until(stage: Stage, who: str, gallery: str) -> None:
    """Let dave's consent end soon."""
    agreement = Agreement(
        gallery_id=GalleryId(gallery),
        subject_id=SubjectId("dave"),
        notice="v1",
        method="form",
        expires=stage.parts.clock() + SOON,
    )
    stage.service.give_consent(stage.actor(who), agreement)


def object_to(stage: Stage, gallery: str) -> None:
    with stage.parts.unit_of_work() as work:
        work.consents.stop_use(GalleryId(gallery), SubjectId("dave"), stage.parts.clock())
        work.commit()


@pytest.mark.parametrize("how", ["lapses", "objects", "withdraws"])
def test_who_agrees_no_more_is_no_candidate_of_an_identification(stage: Stage, how: str) -> None:
    with stage.administration() as client, stage.faces("archivist") as faces:
        persons = furnish(client, stage, "portraits", "dave", "erin")
        agree_until(stage, "archivist", "portraits")

        def found() -> list[list[str]]:
            asked = [kept(faces, picture(name, 9)) for name in ("dave", "erin")]
            answer = faces.identify_from_large_person_group(face_ids=asked, large_person_group_id="portraits")
            return [[one.person_id for one in each.candidates] for each in answer]

        assert found() == [[persons["dave"]], [persons["erin"]]]
        if how == "lapses":
            stage.later(minutes=10)
        elif how == "objects":
            object_to(stage, "portraits")
        else:
            stage.withdraw("archivist", "portraits", "dave")
        assert found() == [[], [persons["erin"]]]


@pytest.mark.parametrize("how", ["lapses", "objects"])
def test_a_claim_against_who_agrees_no_more_is_refused_and_nothing_is_compared(
    stage: Stage, how: str
) -> None:
    with stage.administration("alice") as client, stage.faces("alice") as faces:
        persons = furnish(client, stage, "staff", "dave", "erin", who="alice")
        agree_until(stage, "alice", "staff")
        face = kept(faces, picture("dave", 9))

        def verified(name: str) -> bool:
            answer = faces.verify_from_large_person_group(
                face_id=face, large_person_group_id="staff", person_id=persons[name]
            )
            return bool(answer.is_identical)

        assert verified("dave")
        if how == "lapses":
            stage.later(minutes=10)
        else:
            object_to(stage, "staff")
        with pytest.raises(HttpResponseError, match=r"consent\.missing") as caught:
            verified("dave")
        assert caught.value.status_code == 403
        assert stage.events()[-1]["type"] == "verification:refused"
        assert not verified("erin")
