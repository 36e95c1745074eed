"""Files on record: told by their bytes, kept by their digest, within limits."""

from __future__ import annotations

import json
from dataclasses import fields

import hypothesis.strategies as st
import pytest
from hypothesis import given

from applying import ADA, DIGEST, FILE, RUTH, applicant, drafted, settle_in, use
from countenance.errors import (
    InvalidInputError,
    NaiveDateTimeError,
    NotFoundError,
    OversizedEvidenceError,
    UnsupportedEvidenceError,
)
from countenance.vetting.documents import LONGEST_TEXT, document_of, value_from
from countenance.vetting.evidence_files import LARGEST, MOST_FILES, checked_name, media_type_of
from countenance.vetting.use import Use
from world import START, World


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (b"%PDF-1.7 ...", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n...", "image/png"),
        (b"\xff\xd8\xff\xe0...", "image/jpeg"),
        ("Ein Brief für Sie.\n".encode(), "text/plain"),
        (b'{"groups": 4}', "application/json"),
        (b"4", "text/plain"),
    ],
)
def test_the_type_is_told_by_the_bytes(data: bytes, media_type: str) -> None:
    assert media_type_of(data) == media_type


@pytest.mark.parametrize(
    "data",
    [
        b"PK\x03\x04 a document that runs macros",
        b"MZ\x90\x00",
        b"<html><script>1</script>",
        b"  <!DOCTYPE html>",
        b"<svg onload='1'>",
        b"\x00\x01\x02",
        b"\xff\xfe\x00",
        b"GIF89a\x01\x00",
    ],
)
def test_what_could_run_is_not_kept_whatever_it_is_called(data: bytes) -> None:
    with pytest.raises(UnsupportedEvidenceError):
        media_type_of(data)


def test_files_have_a_size_and_a_name() -> None:
    with pytest.raises(InvalidInputError, match="empty"):
        media_type_of(b"")
    with pytest.raises(OversizedEvidenceError):
        media_type_of(b"a" * (LARGEST + 1))
    for name in ("", "..", "\udcff", "../etc/passwd", "a\\b", "a\x00b", "a" * 121):
        with pytest.raises(InvalidInputError):
            checked_name(name)
    assert checked_name("Bericht 2026 (final).pdf") == "Bericht 2026 (final).pdf"


def test_a_file_is_kept_once_and_comes_back_as_it_was() -> None:
    world = World()
    settle_in(world.acts)
    vetting = world.acts.vetting
    application_id = drafted(world.acts, START)
    again = vetting.store_evidence(ADA, application_id, "another name.txt", FILE)
    assert (again.digest, again.name, again.size) == (DIGEST, "everything.txt", len(FILE))
    for reader in (ADA, RUTH):
        assert vetting.read_evidence(reader, application_id, DIGEST) == (again, FILE)
    with pytest.raises(NotFoundError):
        vetting.read_evidence(ADA, application_id, "0" * 64)
    for number in range(MOST_FILES - 1):
        vetting.store_evidence(ADA, application_id, "x.txt", b"%d" % number)
    with pytest.raises(OversizedEvidenceError):
        vetting.store_evidence(ADA, application_id, "x.txt", b"one too many")
    with pytest.raises(NotFoundError):
        vetting.store_evidence(applicant("stranger"), application_id, "x.txt", b"x")


def test_a_use_comes_back_from_its_document_as_it_was() -> None:
    whole = use(START)
    document = json.loads(json.dumps(document_of(whole)))
    assert value_from(Use, document) == whole
    assert set(document) == {field.name for field in fields(Use)}
    assert value_from(Use, {}) == Use()


DEEP: list[object] = []
for _ in range(900):
    DEEP = [DEEP]


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ([], "`the document` needs an object"),
        ({"colour": "red"}, "there is no field `colour`"),
        ({"oversight": {"colour": "red"}}, "there is no field `oversight.colour`"),
        ({"title": 7}, "`title` needs a text"),
        ({"title": DEEP}, "goes deeper than anything"),
        ({"title": "a" * (LONGEST_TEXT + 1)}, "`title` has more than"),
        ({"title": "a\x00"}, "`title` has characters that are no text"),
        ({"title": "\ud800"}, "`title` has characters that are no text"),
        ({"n_max": 1.5}, "`n_max` needs a whole number"),
        ({"n_max": True}, "`n_max` needs a whole number"),
        ({"n_max": 2**60}, "`n_max` is out of range"),
        ({"acts": ["recognise"]}, r"`acts\[0\]` is a word of the closed list"),
        ({"acts": "verify"}, "`acts` needs a list"),
        ({"galleries": ["a"] * 201}, "`galleries` has more than 200 items"),
        ({"population": {"enrolment_optional": 1}}, r"`population\.enrolment_optional` needs true or false"),
        ({"expires": "soon"}, "`expires` needs a date"),
        ({"expires": 7}, "`expires` needs a date"),
        ({"appeals": {"contact": "us"}}, r"`appeals\.answer_days` is missing"),
    ],
)
def test_a_document_that_is_none_is_told_where(document: object, message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        value_from(Use, document)


def test_a_moment_has_a_zone() -> None:
    with pytest.raises(NaiveDateTimeError):
        value_from(Use, {"expires": "2027-01-31T12:00:00"})


FIELDS = st.sampled_from(["title", "acts", "notice", "text", "instruments", "fairness", "n_max"])
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(FIELDS, inner),
)


@given(ANY_JSON)
def test_whatever_json_there_is_it_is_a_use_or_an_error_of_the_tree(document: object) -> None:
    try:
        held = value_from(Use, document)
    except InvalidInputError:
        return
    assert value_from(Use, document_of(held)) == held
