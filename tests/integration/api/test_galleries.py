from __future__ import annotations

from datetime import timedelta

import pytest

from countenance.ledger import EventType
from fakes_engine import FAKE_PIPELINE, photograph
from integration.api.stage import START, Stage

GALLERY = {"gallery_id": "staff", "purpose": "identity_verification", "scraped": False}


def test_a_gallery_is_made_shown_listed_and_deleted(stage: Stage) -> None:
    made = stage.post("alice", "/v1/galleries", GALLERY)
    assert (made.status_code, made.headers["Location"]) == (201, "/v1/galleries/staff")
    expected = {
        **GALLERY,
        "lease_id": "bank-doors",
        "keeps_images": False,
        "subjects": 0,
        "model_digest": FAKE_PIPELINE.model_digest,
        "pipeline": FAKE_PIPELINE.version,
        "created": "2026-07-01T12:00:00Z",
    }
    assert made.json() == expected
    assert stage.call("alice", "GET", "/v1/galleries/staff").json() == expected
    assert stage.call("alice", "GET", "/v1/galleries").json() == {"galleries": [expected], "next": None}
    deleted = stage.call("alice", "DELETE", "/v1/galleries/staff")
    assert (deleted.status_code, deleted.content) == (204, b"")
    assert stage.call("alice", "GET", "/v1/galleries").json() == {"galleries": [], "next": None}
    told = [event["type"] for event in stage.events()[-2:]]
    assert told == [EventType.GALLERY_CREATED, EventType.GALLERY_DELETED]


def test_a_gallery_is_made_once(stage: Stage) -> None:
    assert stage.post("alice", "/v1/galleries", GALLERY).status_code == 201
    again = stage.post("alice", "/v1/galleries", GALLERY)
    assert (again.status_code, again.json()["code"]) == (409, "already_exists")


@pytest.mark.parametrize(
    "change", [{"gallery_id": "elsewhere"}, {"purpose": "media_archive"}], ids=["gallery", "purpose"]
)
def test_a_gallery_that_the_lease_does_not_name_is_not_found(stage: Stage, change: dict[str, str]) -> None:
    answer = stage.post("alice", "/v1/galleries", {**GALLERY, **change})
    assert answer.status_code == 404


def test_subjects_come_in_pages_that_join_without_gap_or_overlap(stage: Stage) -> None:
    names = [f"s-{number:02}" for number in range(7)]
    stage.furnish(
        "alice", "staff", "identity_verification", *((name, photograph(name)) for name in reversed(names))
    )
    seen: list[str] = []
    path: str | None = "/v1/galleries/staff/subjects?limit=3"
    while path is not None:
        page = stage.call("alice", "GET", path).json()
        assert 0 < len(page["subjects"]) <= 3
        seen += page["subjects"]
        cursor = page["next"]
        path = f"/v1/galleries/staff/subjects?limit=3&cursor={cursor}" if cursor else None
    assert seen == names


@pytest.mark.parametrize("cursor", ["x", "YWJj", "MTphYg=", "MTphYh"])
def test_a_cursor_that_was_not_given_out_is_refused(stage: Stage, cursor: str) -> None:
    stage.post("alice", "/v1/galleries", GALLERY)
    answer = stage.call("alice", "GET", f"/v1/galleries/staff/subjects?cursor={cursor}")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")


def test_a_consent_is_shown_as_it_was_recorded(stage: Stage) -> None:
    stage.post("alice", "/v1/galleries", GALLERY)
    expires = (START + timedelta(days=30)).isoformat()
    given = stage.consent("alice", "staff", "dave", expires=expires, instruments=["written_release"])
    assert given.json() == {
        "gallery_id": "staff",
        "subject_id": "dave",
        "notice": "doors-1",
        "method": "signed_form",
        "instruments": ["written_release"],
        "given": "2026-07-01T12:00:00Z",
        "expires": "2026-07-31T12:00:00Z",
        "withdrawn": None,
        "basis": "consent",
        "minor": False,
        "record_id": None,
    }
    shown = stage.call("alice", "GET", "/v1/galleries/staff/subjects/dave/consent")
    assert shown.json() == given.json()


def test_a_consent_that_has_expired_lets_nobody_be_enrolled(stage: Stage) -> None:
    stage.post("alice", "/v1/galleries", GALLERY)
    stage.consent("alice", "staff", "dave", expires=(START + timedelta(days=1)).isoformat())
    assert stage.enrol("alice", "staff", "dave", photograph("dave")).status_code == 201
    stage.parts.clock.advance(timedelta(days=2))
    refused = stage.verify("alice", "staff", "dave", photograph("dave", 2))
    assert (refused.status_code, "house.consent" in refused.json()["reasons"]) == (403, True)


@pytest.mark.parametrize(
    ("expires", "code"),
    [
        ("2027-01-01T00:00:00", "naive_datetime"),
        ("2026-01-01T00:00:00Z", "invalid_input"),
        ("2027-02-30T00:00:00Z", "invalid_input"),
        ("2027-01-01", "invalid_input"),
        ("tomorrow", "invalid_input"),
        (1_800_000_000, "invalid_input"),
    ],
)
def test_a_consent_ends_at_a_moment_to_come_with_its_zone(
    stage: Stage, expires: str | int, code: str
) -> None:
    stage.post("alice", "/v1/galleries", GALLERY)
    answer = stage.consent("alice", "staff", "dave", expires=expires)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert stage.call("alice", "GET", "/v1/galleries/staff/subjects/dave/consent").status_code == 404


@pytest.mark.parametrize(
    "change",
    [
        {"notice": "Dave Miller, 12 High Street"},
        {"instruments": ["a photograph of the moon"]},
        {"instruments": ["warrant", "warrant"]},
        {"nickname": "dav"},
    ],
    ids=["free text", "unknown instrument", "instrument twice", "unknown field"],
)
def test_what_would_go_to_the_ledger_is_words_not_sentences(stage: Stage, change: dict[str, object]) -> None:
    stage.post("alice", "/v1/galleries", GALLERY)
    answer = stage.consent("alice", "staff", "dave", **change)
    assert answer.status_code == 422
    assert "Miller" not in answer.text
