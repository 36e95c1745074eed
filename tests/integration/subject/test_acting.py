"""Withdrawing, objecting, asking and appealing, and the customer's answers with their clock."""

from __future__ import annotations

from datetime import timedelta

from countenance.consent.retention import HoldReason
from countenance.ledger.note import VerifierKey
from countenance.ledger.proof import InclusionProof
from countenance.recognition.erasure.holds import HoldAsked
from countenance.recognition.subjects.requests import LONGEST_TEXT, MOST_OPEN
from countenance.vetting.authority import LOCAL_ADMINISTRATOR
from countenance.vetting.model import LeaseId
from fakes_engine import photograph
from subject_stage import ALICE, DAVE, EVE, STAFF, Reader, SubjectStage


def request_of(own: SubjectStage, state: str = "open") -> dict[str, object]:
    (held,) = own.stage.call("alice", "GET", f"/v1/subject-requests?state={state}").json()["requests"]
    assert isinstance(held, dict)
    return held


def answer(own: SubjectStage, request: object, *, granted: bool) -> int:
    path = f"/v1/subject-requests/{request}/answer"
    answered = own.stage.post("alice", path, {"granted": granted, "text": "We looked at it again."})
    return int(answered.status_code)


def outcome(own: SubjectStage) -> str:
    told = own.stage.verify("alice", STAFF, DAVE, photograph("dave", 2)).json()
    return str(told.get("outcome"))


def test_one_confirmation_withdraws_erases_and_gives_a_receipt_that_verifies(own: SubjectStage) -> None:
    reader = own.reader()
    assert "Withdraw and erase now" in reader.get("/subject/withdraw").text
    done = reader.post("/subject/withdraw")
    assert done.status_code == 200
    assert "It is done" in done.text
    entry = next(event for event in reversed(own.stage.events()) if event["type"] == "subject:erased")
    assert entry["actor"] == "subject"
    number = own.stage.events().index(entry)
    proof = InclusionProof.parse(reader.get(f"/subject/entries/{number}/proof").text)
    key = VerifierKey.parse(reader.get("/subject/log.key").text.strip())
    proof.verify(reader.get(f"/subject/entries/{number}/text").content, [key])
    with own.stage.parts.unit_of_work() as work:
        assert work.references.of_subject(STAFF, DAVE) == ()
    assert outcome(own) == "refused"
    assert request_of(own, "done")["kind"] == "withdrawal"


def test_a_lease_that_was_revoked_stops_no_withdrawal(own: SubjectStage) -> None:
    reader = own.reader()
    own.stage.countenance.revoke_lease(LOCAL_ADMINISTRATOR, LeaseId("bank-doors"))
    assert reader.post("/subject/withdraw").status_code == 200
    with own.stage.parts.unit_of_work() as work:
        assert work.references.of_subject(STAFF, DAVE) == ()


def test_an_objection_stops_every_use_at_once_until_it_is_refused(own: SubjectStage) -> None:
    assert outcome(own) == "match"
    reader = own.reader()
    reader.get("/subject/requests/new?kind=objection")
    reader.post("/subject/requests", kind="objection", text="")
    assert outcome(own) == "refused"
    assert "takes no part in any comparison" in reader.get("/subject").text
    assert answer(own, request_of(own)["request_id"], granted=False) == 200
    assert outcome(own) == "match"


def test_a_granted_objection_lasts_even_when_consent_is_recorded_anew(own: SubjectStage) -> None:
    own.reader().post("/subject/requests", kind="objection", text="No.")
    assert answer(own, request_of(own)["request_id"], granted=True) == 200
    own.stage.consent("alice", STAFF, DAVE)
    assert outcome(own) == "refused"


def test_a_search_passes_over_whoever_objected(own: SubjectStage) -> None:
    stage = own.stage
    stage.furnish(
        "archivist", "portraits", "media_archive", ("kim", photograph("kim")), ("lee", photograph("lee"))
    )
    assert stage.identify("archivist", "portraits", photograph("kim", 2)).json()["outcome"] == "match"
    code = stage.post("archivist", "/v1/galleries/portraits/subjects/kim/access-codes", {}).json()["code"]
    reader = own.stranger()
    reader.post("/subject/enter", code=code)
    reader.get("/subject")
    reader.post("/subject/requests", kind="objection", text="")
    assert stage.identify("archivist", "portraits", photograph("kim", 2)).json()["outcome"] == "no_match"


def test_a_request_is_due_in_a_month_and_can_be_extended_once(own: SubjectStage) -> None:
    reader = own.reader()
    reader.post("/subject/requests", kind="correction", text="That is not my picture.")
    held = request_of(own)
    assert (held["filed"], held["due"]) == ("2026-07-01T12:00:00Z", "2026-08-01T12:00:00Z")
    path = f"/v1/subject-requests/{held['request_id']}/extension"
    longer = own.stage.post("alice", path, {"reason": "The pictures are in another building."})
    assert longer.json()["due"] == "2026-10-01T12:00:00Z"
    assert own.stage.post("alice", path, {"reason": "Once more."}).status_code == 409
    assert "in another building" in reader.get("/subject").text
    own.clock.advance(timedelta(days=93))
    assert answer(own, held["request_id"], granted=True) == 200
    assert own.stage.events()[-1]["in_time"] is False
    assert answer(own, held["request_id"], granted=True) == 409


def test_what_a_subject_writes_is_on_no_log_and_gone_after_erasure(own: SubjectStage) -> None:
    reader = own.reader()
    reader.post("/subject/requests", kind="correction", text="My name is Dave Muster.")
    held = request_of(own)
    assert held["text"] == "My name is Dave Muster."
    assert "Muster" not in str(own.stage.events())
    reader.post("/subject/withdraw")
    path = f"/v1/subject-requests/{held['request_id']}"
    told = own.stage.call("alice", "GET", path).json()
    assert (told["text"], told["state"]) == ("", "done")


def test_a_withdrawal_through_the_api_erases_what_was_written_too(own: SubjectStage) -> None:
    own.reader().post("/subject/requests", kind="correction", text="My name is Dave Muster.")
    held = request_of(own)
    own.stage.call("alice", "DELETE", f"/v1/galleries/{STAFF}/subjects/{DAVE}/consent")
    assert own.stage.call("alice", "GET", f"/v1/subject-requests/{held['request_id']}").json()["text"] == ""


def test_an_appeal_is_against_ones_own_decision_and_not_answered_by_who_asked_for_it(
    own: SubjectStage,
) -> None:
    reader = own.reader()
    record = own.subjects.read_record(own.subjects.read_session(_token(reader)))
    decision = next(act.decision_id for act in record.acts if act.outcome == "no_match")
    theirs = own.stage.verify("alice", STAFF, "subject-eve", photograph("eve", 3)).json()["decision_id"]
    assert reader.post("/subject/requests", kind="appeal", text="No.", about=theirs).status_code == 404
    assert reader.get(f"/subject/requests/new?kind=appeal&about={decision}").status_code == 200
    assert (
        reader.post("/subject/requests", kind="appeal", text="It was me.", about=decision).status_code == 303
    )
    held = request_of(own)
    assert answer(own, held["request_id"], granted=True) == 403
    upheld = own.subjects.answer_requests.answer(
        ALICE, str(held["request_id"]), granted=True, text="Looked at by somebody else."
    )
    assert upheld.state.value == "granted"


def test_requests_have_bounds(own: SubjectStage) -> None:
    reader = own.reader()
    too_long = reader.post("/subject/requests", kind="correction", text="x" * (LONGEST_TEXT + 1))
    assert too_long.status_code == 400
    assert reader.post("/subject/requests", kind="correction", text=" ").status_code == 400
    assert reader.post("/subject/requests", kind="withdrawal", text="x").status_code == 404
    codes = [
        reader.post("/subject/requests", kind="correction", text=f"{number}").status_code
        for number in range(MOST_OPEN + 1)
    ]
    assert codes == [303] * MOST_OPEN + [409]


def test_a_second_objection_waits_for_the_first(own: SubjectStage) -> None:
    reader = own.reader()
    assert reader.post("/subject/requests", kind="objection", text="").status_code == 303
    assert reader.post("/subject/requests", kind="objection", text="").status_code == 409


def test_mallory_sees_no_request_of_another_customers_subjects(own: SubjectStage) -> None:
    own.reader().post("/subject/requests", kind="correction", text="Hello.")
    held = request_of(own)
    path = f"/v1/subject-requests/{held['request_id']}"
    assert own.stage.call("mallory", "GET", path).status_code == 404
    assert own.stage.call("mallory", "GET", "/v1/subject-requests").json() == {"requests": []}
    assert own.stage.post("mallory", f"{path}/answer", {"granted": True, "text": "x"}).status_code == 404


def _token(reader: Reader) -> str:
    return str(reader.client.cookies.get("countenance-subject"))


def test_the_whole_receipt_of_an_erasure_is_on_the_subjects_page(own: SubjectStage) -> None:
    reader = own.reader()
    reader.post("/subject/withdraw")
    request = request_of(own, "done")
    path = f"/subject/receipts/{request['request_id']}/erasure"
    told = reader.get(f"{path}.json")
    assert told.status_code == 200, told.text
    assert {"receipt", "entries"} <= set(told.json())
    printed = reader.get(f"{path}.pdf")
    assert printed.content.startswith(b"%PDF-")
    other = own.reader(EVE)
    assert other.get(f"{path}.json").status_code == 404
    assert reader.get("/subject/receipts/consent.json").status_code == 404


def test_a_legal_hold_ends_the_use_and_says_that_erasure_waits(own: SubjectStage) -> None:
    now = own.clock()
    own.stage.countenance.consent.place_hold(
        ALICE,
        HoldAsked(
            gallery_id=STAFF,
            subject_id=DAVE,
            reason=HoldReason.LITIGATION,
            matter="case 7",
            until=now + timedelta(days=30),
        ),
    )
    reader = own.reader()
    assert "A legal hold keeps it" in reader.get("/subject").text
    done = reader.post("/subject/withdraw")
    assert "Why what is stored is not erased yet" in done.text
    assert outcome(own) == "refused"
    with own.stage.parts.unit_of_work() as work:
        assert work.references.of_subject(STAFF, DAVE)
