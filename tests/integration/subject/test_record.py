"""What a subject sees, takes along, and never sees of others."""

from __future__ import annotations

import io
import json
import re
import zipfile

import pytest

from countenance.entrypoints.subject.closed_words import WORDS
from countenance.entrypoints.subject.languages import TEXTS, language_of
from countenance.ledger.note import VerifierKey
from countenance.ledger.proof import InclusionProof
from fakes_engine import photograph
from subject_stage import DAVE, EVE, SubjectStage

_PROOF = re.compile(r"/subject/entries/(\d+)/proof")


def test_a_subject_sees_what_is_held_and_every_time_it_was_compared(lived: SubjectStage) -> None:
    text = lived.reader().get("/subject").text
    assert "A bank keeps this for: to verify who somebody is" in text
    assert text.count("you were compared with one picture") == 2
    assert "not alike enough" in text
    assert "a reference of you was made" in text


def test_nothing_of_anybody_else_is_on_the_page_or_in_the_files(lived: SubjectStage) -> None:
    reader = lived.reader()
    page = reader.get("/subject").text
    archive = zipfile.ZipFile(io.BytesIO(reader.post("/subject/archive").content))
    record = lived.subjects.read_record(_opened(lived, EVE))
    assert record.acts
    for text in (page, *(archive.read(name).decode() for name in archive.namelist())):
        assert EVE not in text
        assert str(record.commitment) not in text
        assert all(act.decision_id not in text for act in record.acts)


def test_another_subjects_entries_are_not_disclosed_and_look_like_none(lived: SubjectStage) -> None:
    reader = lived.reader()
    theirs = max(lived.subjects.read_record(_opened(lived, EVE)).acts[0].entries)
    answers = [reader.get(f"/subject/entries/{number}/proof") for number in (theirs, 10**9)]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].text == answers[1].text.replace(str(10**9), str(theirs))


def test_the_archive_holds_proofs_that_verify_without_this_program(lived: SubjectStage) -> None:
    reader = lived.reader()
    archive = zipfile.ZipFile(io.BytesIO(reader.post("/subject/archive").content))
    record = json.loads(archive.read("record.json"))
    key = VerifierKey.parse(archive.read("log.key").decode().strip())
    entries = [name for name in archive.namelist() if name.endswith(".tlog-proof")]
    for name in entries:
        proof = InclusionProof.parse(archive.read(name).decode())
        proof.verify(archive.read(name.replace(".tlog-proof", ".json")), [key])
    named = {entry for act in record["acts"] for entry in act["entries"]}
    assert named <= {int(re.sub(r"\D", "", name)) for name in entries}
    assert record["subject_id"] == DAVE
    assert record["references"]


def test_a_template_is_nowhere_in_what_is_taken_along(lived: SubjectStage) -> None:
    archive = zipfile.ZipFile(io.BytesIO(lived.reader().post("/subject/archive").content))
    with lived.stage.parts.unit_of_work() as work:
        (held,) = work.references.of_subject("staff", DAVE)
    numbers = [f"{value:.4f}" for value in held.template.vector[:4]]
    text = archive.read("record.json").decode()
    assert not any(number in text for number in numbers)
    assert "vector" not in text


def test_every_proof_on_the_page_can_be_fetched_and_verified(lived: SubjectStage) -> None:
    reader = lived.reader()
    numbers = set(_PROOF.findall(reader.get("/subject").text))
    key = VerifierKey.parse(reader.get("/subject/log.key").text.strip())
    assert numbers
    for number in numbers:
        proof = InclusionProof.parse(reader.get(f"/subject/entries/{number}/proof").text)
        proof.verify(reader.get(f"/subject/entries/{number}/text").content, [key])


def test_taking_data_along_is_on_the_ledger(own: SubjectStage) -> None:
    own.reader().post("/subject/document")
    assert own.stage.events()[-1]["type"] == "subject_data:disclosed"
    assert DAVE not in str(own.stage.events())


def test_whoever_was_on_a_candidate_list_finds_it_and_the_log_does_not_name_them(own: SubjectStage) -> None:
    stage = own.stage
    stage.furnish(
        "archivist", "portraits", "media_archive", ("kim", photograph("kim")), ("lee", photograph("lee"))
    )
    found = stage.identify("archivist", "portraits", photograph("kim", 2))
    assert found.json()["outcome"] == "match", found.text
    with stage.parts.unit_of_work() as work:
        commitment = work.references.commitment("portraits", "kim")
    assert commitment is not None
    searched = [event for event in stage.events() if event["type"].startswith("identification")]
    assert all(commitment.hex() not in str(event) for event in searched)
    link = stage.post("archivist", "/v1/galleries/portraits/subjects/kim/access-codes", {}).json()["code"]
    opened = own.subjects.open_session(link, "192.0.2.1")
    (act,) = [act for act in own.subjects.read_record(opened).acts if act.listed]
    assert act.decision_id == found.json()["decision_id"]
    other = stage.post("archivist", "/v1/galleries/portraits/subjects/lee/access-codes", {}).json()["code"]
    lee = own.subjects.read_record(own.subjects.open_session(other, "192.0.2.1"))
    assert [act for act in lee.acts if act.listed] == []


def test_every_language_says_everything_with_the_same_gaps() -> None:
    gaps = re.compile(r"\{\w+\}")
    for texts in TEXTS.values():
        assert texts.keys() == TEXTS["en"].keys()
        for key, text in texts.items():
            assert sorted(gaps.findall(text)) == sorted(gaps.findall(TEXTS["en"][key])), key
    for words in WORDS.values():
        assert words.keys() == WORDS["en"].keys()


@pytest.mark.parametrize(
    ("header", "tag"),
    [("de-CH,de;q=0.9,en;q=0.8", "de"), ("fr,en;q=0.5,de;q=0.9", "de"), ("fr", "en"), ("de;q=x,en", "en")],
)
def test_the_browsers_language_is_spoken_where_it_is_known(header: str, tag: str) -> None:
    assert language_of(None, accepts=header).tag == tag


def test_a_chosen_language_is_remembered(lived: SubjectStage) -> None:
    stranger = lived.stranger()
    stranger.get("/subject/enter?lang=de")
    page = stranger.get("/subject/enter").text
    assert '<html lang="de">' in page
    assert "Ihr Einmalcode" in page


def _opened(stage: SubjectStage, subject: str):  # noqa: ANN202  what the act returns
    return stage.subjects.open_session(stage.code(subject), "192.0.2.7")
