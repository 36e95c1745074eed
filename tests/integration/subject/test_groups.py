"""Saying of which groups one is, on one's own page: free, and taken back as easily."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from contract.examples_consent import draft
from countenance.biometrics.model import GalleryId
from countenance.consent.notice import GroupQuestion
from countenance.policy.model import Purpose
from subject_stage import ALICE, DAVE, STAFF, SubjectStage

ASKED = (GroupQuestion(name="sex", answers=("female", "male", "another")),)


def agreed_under_a_notice_that_asks(own: SubjectStage) -> None:
    purposes = frozenset({Purpose.IDENTITY_VERIFICATION})
    asking = replace(draft(gallery=GalleryId(STAFF)), purposes=purposes, fairness_groups=ASKED)
    notice = own.stage.countenance.consent.publish(ALICE, asking)
    own.clock.advance(timedelta(minutes=1))
    told = {"language": "en", "purposes": [*purposes], "shown": own.clock().isoformat()}
    answer = own.stage.consent("alice", STAFF, DAVE, notice=notice.name, capture=told)
    assert answer.status_code == 200, answer.text


def test_a_subject_says_changes_and_takes_back_of_which_groups_it_is(own: SubjectStage) -> None:
    reader = own.reader()
    assert "/subject/groups" not in reader.get("/subject").text
    assert reader.get("/subject/groups").status_code == 404
    agreed_under_a_notice_that_asks(own)
    assert "Say of which groups you are" in reader.get("/subject").text
    page = reader.get("/subject/groups").text
    assert "Nothing depends on it" in page
    assert reader.post("/subject/groups").status_code == 200
    assert reader.post("/subject/groups", **{"answer-0": "tall"}).status_code == 200
    assert reader.post("/subject/groups", **{"answer-0": "another"}).status_code == 303
    shown = reader.get("/subject?done=groups").text
    assert "It is kept, encrypted" in shown
    assert "sex: another" in shown
    assert "subject_groups:recorded" in {event["type"] for event in own.stage.events()}
    held = reader.post("/subject/document").json()["groups"]
    assert (held["answers"], held["source"]) == ({"sex": "another"}, "self-reported")
    assert "Zu welchen Gruppen" in reader.get("/subject/groups", accept_language="de").text
    assert reader.post("/subject/groups/withdrawal").status_code == 303
    assert "sex: another" not in reader.get("/subject").text
