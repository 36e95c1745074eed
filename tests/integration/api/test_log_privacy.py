"""Nothing on the log leads to a person: one is enrolled, acts, is erased, and the whole log is searched."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from countenance.biometrics.model import GalleryId, SubjectId
from countenance.recognition.acts.appearing import salted
from countenance.recognition.subjects.model import Place
from countenance.vetting.authority import LOCAL_ADMINISTRATOR
from countenance.vetting.keys import KeyRequest
from countenance.vetting.model import PersonId, Role
from fakes_engine import photograph
from integration.api.dossier import APPROVAL, MARKS, ok, submitted
from integration.api.stage import KEYRING, Stage

NAME = "elodie-mueller-1984"
"""What the customer calls the subject: as telling as such ids are."""


def leaves(stage: Stage) -> list[bytes]:
    with stage.parts.unit_of_work() as work:
        return list(work.ledger.leaves(0, work.ledger.size()))


def spelled(secret: bytes) -> Iterator[bytes]:
    """Every way that a log could write these bytes down, in clear or hashed without a key."""
    plain = [secret, secret.lower(), secret.upper(), secret[::-1]]
    for one in plain:
        yield one
        yield base64.b64encode(one).rstrip(b"=")
        yield base64.urlsafe_b64encode(one).rstrip(b"=")
        yield one.hex().encode()
        for name in ("md5", "sha1", "sha224", "sha256", "sha384", "sha512", "sha3_256", "blake2b", "blake2s"):
            digest = hashlib.new(name, one).digest()
            yield digest.hex().encode()
            yield base64.b64encode(digest).rstrip(b"=")
            yield hashlib.sha256(digest).hexdigest().encode()


def commitments(stage: Stage, gallery: str, name: str = NAME) -> str | None:
    with stage.parts.unit_of_work() as work:
        found = work.references.commitment(GalleryId(gallery), SubjectId(name))
    return found.hex() if isinstance(found, bytes) else found


def subjects_named(stage: Stage) -> set[str]:
    return {event["subject"] for event in stage.events() if event.get("subject")}


@pytest.fixture
def lived(stage: Stage) -> Stage:
    """The subject is enrolled with two photographs, verified, and refused once."""
    stage.furnish("alice", "staff", "identity_verification", (NAME, photograph(NAME)))
    assert stage.enrol("alice", "staff", NAME, photograph(NAME) + b" ").status_code in (201, 422)
    assert stage.verify("alice", "staff", NAME, photograph(NAME)).status_code == 200
    assert stage.verify("mallory", "staff", NAME, photograph(NAME)).status_code >= 400
    return stage


def test_no_entry_holds_anything_that_leads_to_the_subject(lived: Stage) -> None:
    commitment = commitments(lived, "staff")
    assert commitment is not None
    assert commitment in subjects_named(lived)
    with lived.parts.database.engine.connect() as connection:
        keys = [bytes(row[0]) for row in connection.execute(text("SELECT wrapped FROM subject_keys"))]
    path = f"/v1/galleries/staff/subjects/{NAME}/consent"
    assert lived.call("alice", "DELETE", path).status_code < 300

    secrets = [
        NAME.encode(),
        NAME.title().encode(),
        photograph(NAME),
        f"staff/{NAME}".encode(),
        *keys,
    ]
    secrets.append(f"staff:{NAME}".encode())
    told = b"\n".join(leaves(lived))
    for secret in secrets:
        for form in spelled(secret):
            assert form not in told, form


def test_after_the_erasure_nobody_can_compute_the_name_that_the_log_uses(lived: Stage) -> None:
    """Not even with the master key: the subject's own key, under which the name was made, is destroyed."""
    commitment = commitments(lived, "staff")
    assert commitment is not None
    assert lived.call("alice", "DELETE", f"/v1/galleries/staff/subjects/{NAME}/consent").status_code < 300
    assert commitments(lived, "staff") is None
    with lived.parts.database.engine.connect() as connection:
        left = {bytes(row[0]) for row in connection.execute(text("SELECT wrapped FROM subject_keys"))}
    for wrapped in left:
        assert not any(wrapped) or _name_under(wrapped) != commitment
    derived = {
        purpose: KEYRING.key_for(purpose) for purpose in ("commitments", "snapshots", "commitment", "")
    }
    for key in derived.values():
        for data in (NAME.encode(), f"staff/{NAME}".encode(), hashlib.sha256(NAME.encode()).digest()):
            assert hmac.digest(key, data, "sha256").hex() not in subjects_named(lived)


def _name_under(wrapped: bytes) -> str | None:
    try:
        return KEYRING.unwrap(wrapped, "staff", NAME).commitment().hex()
    except Exception:  # noqa: BLE001  whatever says that the key is not this subject's
        return None


def test_a_subject_has_another_name_in_each_gallery_and_after_each_return(lived: Stage) -> None:
    first = commitments(lived, "staff")
    assert lived.call("alice", "DELETE", f"/v1/galleries/staff/subjects/{NAME}/consent").status_code < 300
    assert lived.consent("alice", "staff", NAME).status_code == 200
    assert lived.enrol("alice", "staff", NAME, photograph(NAME)).status_code == 201
    second = commitments(lived, "staff")
    lived.furnish("archivist", "portraits", "media_archive", (NAME, photograph(NAME)))
    third = commitments(lived, "portraits")
    assert None not in (first, second, third)
    assert len({first, second, third}) == 3
    linked = [event for event in lived.events() if first in json.dumps(event) and second in json.dumps(event)]
    assert linked == []


REVIEWER = "anna.mueller@hospital.example"
"""What somebody may type as the id of a person."""


def test_people_who_review_are_on_the_log_under_a_pseudonym_that_overseers_can_look_up(stage: Stage) -> None:
    request = KeyRequest(role=Role.REVIEWER, lease_id=None, label="review", person=PersonId(REVIEWER))
    key = stage.countenance.issue_key(LOCAL_ADMINISTRATOR, request)
    stage.keys = {**stage.keys, "anna": key.text}
    name = submitted(stage)
    for who in ("anna", "ruth"):
        ok(stage.post(who, f"/v1/applications/{name}/marks", MARKS))
        ok(stage.post(who, f"/v1/applications/{name}/approvals", APPROVAL))
    told = b"\n".join(leaves(stage))
    for form in spelled(REVIEWER.encode()):
        assert form not in told, form
    path = f"/v1/ledger/persons/{REVIEWER}"
    assert stage.call("mallory", "GET", path).status_code == 403
    assert stage.call("ruth", "GET", path).status_code == 403
    found = {who: ok(stage.call(who, "GET", path)) for who in ("carol", "olivia", "anna")}
    assert found["carol"] == found["olivia"] == found["anna"]
    pseudonym = found["carol"]["pseudonym"]
    kinds = {event["type"] for event in stage.events() if pseudonym in json.dumps(event)}
    assert {"key:issued", "application:approved"} <= kinds
    rulings = [event for event in stage.events() if event["type"] == "application:approved"]
    assert len(set(rulings[-1]["reviewers"])) == 2


def opened(stage: Stage, subject: str) -> list[str]:
    """The subject's salts, the newest first."""
    with stage.parts.unit_of_work() as work:
        place = Place(GalleryId("portraits"), SubjectId(subject))
        return [one.salt for one in work.appearances.of_subject(place, limit=10)]


def told_in(value: object, path: str = "") -> Iterator[tuple[str, str]]:
    """Every text of an entry that is long enough to single somebody out, and where it stands."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield from told_in(item, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for item in value:
            yield from told_in(item, path)
    elif isinstance(value, str) and len(value) >= 16:
        yield path, value


def test_the_same_photograph_searched_with_again_shares_nothing_on_the_log(stage: Stage) -> None:
    """What two searches with one image have in common is what two with different images have."""
    stage.furnish("archivist", "portraits", "media_archive", (NAME, photograph(NAME)))
    for image in (photograph(NAME), photograph(NAME), photograph("somebody-else", 9)):
        assert stage.identify("archivist", "portraits", image).status_code == 200
    by_decision: dict[str, set[tuple[str, str]]] = {}
    for event in stage.events():
        if event["type"].startswith("identification:"):
            by_decision.setdefault(event["decision"], set()).update(told_in(event))
    same, again, other = by_decision.values()
    assert any(place == "art12.matched_input" for place, _ in same)
    assert {place for place, _ in same & again} == {place for place, _ in same & other}
    assert same & again == same & other


def test_a_commitment_to_a_probe_opens_with_the_salts_of_who_was_found_until_one_is_erased(
    stage: Stage,
) -> None:
    image = photograph(NAME)
    stage.furnish("archivist", "portraits", "media_archive", (NAME, image))
    assert stage.identify("archivist", "portraits", image).status_code == 200
    told = stage.events()[-1]["art12"]["matched_input"]
    salts = opened(stage, NAME)
    assert len(salts) == 1
    assert stage.parts.commit_to(salted(image, salts)) == told
    assert stage.parts.commit_to(salted(image + b" ", salts)) != told
    assert stage.parts.commit_to(image) != told
    assert salts[0].encode() not in b"".join(leaves(stage))
    path = f"/v1/galleries/portraits/subjects/{NAME}/consent"
    assert stage.call("archivist", "DELETE", path).status_code < 300
    assert opened(stage, NAME) == []
