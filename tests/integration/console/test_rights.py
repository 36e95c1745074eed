"""The desk of a customer at the console: what otto does for the bank's subjects, and what nobody else can."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest

from console_stage import BANK, ConsoleStage
from countenance.biometrics.model import GalleryId
from countenance.ledger.erasure_receipt import check_receipt
from countenance.ledger.note import VerifierKey
from countenance.ledger.proof import InclusionProof
from countenance.recognition.erasure.model import Drill, DrillFault, Searcher
from countenance.recognition.subjects.model import RequestKind
from countenance.staff.model import StaffRole
from countenance.vetting.authority import LOCAL_ADMINISTRATOR
from countenance.vetting.model import PersonId
from fakes_engine import photograph
from integration.api.stage import SIGNER

GALLERY, DAVE = "staff", "dave"
SUBJECT = f"/console/subjects/{GALLERY}/{DAVE}"
NOTICE = {
    "id": "doors",
    "gallery": GALLERY,
    "purposes": "identity_verification",
    "controller-name": "A bank",
    "controller-address": "Bahnhofstrasse 1, Zürich",
    "controller-contact": "The privacy desk",
    "jurisdictions": "CH",
    "storage": "Zürich",
    "recipients": "",
    "withdraw_at": "At the desk",
    "retention_days": "365",
    "retention_from": "last_interaction",
    "consent_days": "730",
    **{
        f"text-0-{part}": f"Words of {part}"
        for part in ("title", "who", "what", "purpose", "term", "retention", "withdrawal", "alternative")
    },
    "text-0-contacts": "Write to us <b>now</b>",
    "text-0-release": "I release my face.",
    "text-0-language": "en",
}


@pytest.fixture
def bank(console: ConsoleStage) -> ConsoleStage:
    """A console on whose bank's gallery dave is enrolled."""
    console.stage.furnish("alice", GALLERY, "identity_verification", (DAVE, photograph("dave")))
    return console


def publish(stage: ConsoleStage, **changes: str) -> str:
    answer = stage.post("otto", "/console/notices/new", **{**NOTICE, **changes}, do="publish")
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].partition("?")[0]


def events(stage: ConsoleStage, kind: str) -> list[dict[str, object]]:
    return [event for event in stage.stage.events() if event["type"] == kind]


def test_a_notice_is_previewed_published_compared_and_taken_out(bank: ConsoleStage) -> None:
    assert "Write the first notice" in bank.get("otto", "/console/notices").text
    preview = bank.post("otto", "/console/notices/new", **NOTICE, do="preview")
    assert preview.status_code == 200
    assert "Write to us &lt;b&gt;now&lt;/b&gt;" in preview.text
    assert events(bank, "notice:published") == []
    first = publish(bank)
    assert first == "/console/notices/doors/1"
    second = publish(bank, **{"text-0-who": "Words of another bank", "retention_days": "100"})
    shown = bank.get("otto", second).text
    assert "NoticeDraft(" not in shown
    assert "Words of another bank" in shown
    assert "COUNTENANCE_PUBLIC_ORIGIN" in shown
    changes = bank.get("otto", f"{second}/changes?with=1").text
    assert "<ins>another bank</ins>" in changes
    assert "<del>365 </del><ins>100 </ins>days from the last contact" in changes
    assert "Words of what" not in changes
    assert bank.get("otto", f"{second}/sheet.pdf").content.startswith(b"%PDF")
    assert bank.get("otto", f"{second}/sheet.svg").status_code == 409
    assert [event["notice"] for event in events(bank, "notice:published")] == ["doors/1", "doors/2"]


def test_a_draft_that_lacks_parts_is_told_every_one_at_its_field(bank: ConsoleStage) -> None:
    lacking = {**NOTICE, "text-0-what": "", "controller-name": "", "retention_days": "many", "storage": ""}
    answer = bank.post("otto", "/console/notices/new", **lacking, do="publish")
    assert answer.status_code == 400
    assert 'href="#retention_days"' in answer.text
    answer = bank.post("otto", "/console/notices/new", **{**lacking, "retention_days": "365"}, do="publish")
    for field in ("text-0-what", "controller-name", "storage"):
        assert f'href="#{field}"' in answer.text
    assert events(bank, "notice:published") == []


def test_the_very_same_is_no_new_version_and_a_language_is_added(bank: ConsoleStage) -> None:
    publish(bank)
    again = bank.post("otto", "/console/notices/new", **NOTICE, do="publish")
    assert again.status_code == 400
    assert "says the very same" in again.text
    more = bank.post("otto", "/console/notices/new", **NOTICE, do="language").text
    assert 'name="text-1-language"' in more
    asks = {"fairness_groups": "sex: female; male\nage: young"}
    wrong = bank.post("otto", "/console/notices/new", **{**NOTICE, **asks}, do="publish")
    assert 'href="#fairness_groups"' in wrong.text
    asked_now = publish(bank, fairness_groups="sex: female; male")
    assert "sex: female; male</textarea>" in bank.get("otto", f"{asked_now}/next").text
    assert "<ins>sex: female; male</ins>" in bank.get("otto", f"{asked_now}/changes").text
    following = bank.get("otto", "/console/notices/doors/1/next").text
    assert 'value="Words of title"' in following


def test_a_subject_is_found_with_what_is_on_record_and_what_is_missing(bank: ConsoleStage) -> None:
    listed = bank.get("otto", "/console/subjects").text
    assert f'href="{SUBJECT}"' in listed
    assert bank.get("otto", "/console/subjects?format=csv").text.splitlines()[1].startswith("dave,consent")
    assert bank.get("otto", "/console/subjects?format=json").json()["subjects"][0]["subject"] == DAVE
    shown = bank.get("otto", SUBJECT).text
    assert "Nothing is missing: an enrolment would be permitted now" in shown
    unknown = bank.get("otto", f"/console/subjects/{GALLERY}/nobody").text
    assert "nothing on record" in unknown
    assert "An enrolment would be refused now" in unknown
    assert "Withdraw and erase" not in unknown


def test_withdrawing_is_one_confirmation_and_gives_a_receipt_that_verifies(bank: ConsoleStage) -> None:
    assert "It cannot be undone" in bank.get("otto", f"{SUBJECT}/withdraw").text
    done = bank.post("otto", f"{SUBJECT}/withdraw")
    assert "Erased: 1 reference" in done.text
    found = re.search(r"/console/erasures/(era_\w+)", done.text)
    assert found is not None
    receipt = bank.get("otto", f"/console/erasures/{found[1]}/receipt.json")
    assert check_receipt(receipt.content, [VerifierKey.parse(str(SIGNER.vkey))]).ok
    assert bank.get("otto", f"/console/erasures/{found[1]}/receipt.pdf").content.startswith(b"%PDF")
    with bank.stage.parts.unit_of_work() as work:
        assert work.references.subject_count(GALLERY) == 0
    (entry,) = events(bank, "consent:withdrawn")
    assert entry["actor"] == bank.people["otto"].member.id
    shown = bank.get("otto", f"/console/erasures/{found[1]}").text
    number = re.search(r"/entries/(\d+).tlog-proof", shown)
    assert number is not None
    base = f"/console/erasures/{found[1]}/entries/{number[1]}"
    proof = InclusionProof.parse(bank.get("otto", f"{base}.tlog-proof").text)
    proof.verify(bank.get("otto", f"{base}.json").content, [SIGNER.vkey])
    assert DAVE not in bank.get("carol", f"/console/erasures/{found[1]}").text


def test_a_withdrawal_needs_no_lease_in_force(bank: ConsoleStage) -> None:
    bank.stage.parts.clock.advance(timedelta(days=900))
    bank.staffing.sign_in(bank.people["otto"])
    bank.sessions["otto"] = bank.staffing.sign_in(bank.people["otto"])
    assert "No lease in force covers this gallery" in bank.get("otto", SUBJECT).text
    assert "Erased: 1 reference" in bank.post("otto", f"{SUBJECT}/withdraw").text


def test_a_hold_ends_use_at_once_and_is_ended_by_somebody_else(bank: ConsoleStage) -> None:
    held = {"reason": "litigation", "matter": "Case 4711", "until": "2027-06-30", "subject": DAVE}
    wrong = bank.post("otto", f"/console/retention/{GALLERY}/holds", **{**held, "until": "2020-01-01"})
    assert wrong.status_code == 400
    assert 'href="#until"' in wrong.text
    assert bank.post("otto", f"/console/retention/{GALLERY}/holds", **held).status_code == 303
    done = bank.post("otto", f"{SUBJECT}/withdraw").text
    assert "Their face is used for nothing any more" in done
    assert "a lawsuit" in bank.get("olivia", f"/console/retention?gallery={GALLERY}").text.lower()
    with bank.stage.parts.unit_of_work() as work:
        (hold,) = work.retention.holds(GALLERY)
        assert work.references.subject_count(GALLERY) == 1
    path = f"/console/retention/{GALLERY}/holds/{hold.id}/release"
    own = bank.post("otto", path)
    assert own.status_code == 400
    assert "whoever placed a hold" in own.text.lower()
    assert bank.post("olivia", path).status_code == 303
    assert bank.post("olivia", "/console/retention/run").status_code == 303
    with bank.stage.parts.unit_of_work() as work:
        assert work.references.subject_count(GALLERY) == 0


def test_what_is_due_next_is_told_with_its_reason(bank: ConsoleStage) -> None:
    near = bank.get("otto", "/console/retention").text
    assert "Nothing is due" in near
    far = bank.get("otto", "/console/retention?within=365").text
    assert "The last lease that covers the gallery ends" in far
    exported = bank.get("otto", "/console/retention?within=365&format=csv").text
    assert exported.splitlines()[1].split(",")[1:3] == [DAVE, "lease"]
    bank.post("otto", f"{SUBJECT}/contact", what="purpose")
    assert [event["actor"] for event in events(bank, "purpose:satisfied")] == [bank.people["otto"].member.id]


def asked(stage: ConsoleStage, kind: str = "correction", subject: str = SUBJECT) -> str:
    """A subject asks for something on their own page; returns where otto answers it."""
    subjects = stage.service.subjects
    code = stage.post("otto", f"{subject}/code", good_for="3600").text
    found = re.search(r"[0-9A-Z]{5}(-[0-9A-Z]{5}){3}", code)
    assert found is not None
    opened = subjects.open_session(found[0], "127.0.0.1")
    held = subjects.file_request(opened, RequestKind(kind), "That is not my picture.")
    return f"/console/requests/{held.id}"


def test_a_request_is_read_extended_and_answered(bank: ConsoleStage) -> None:
    assert "Nobody waits for an answer" in bank.get("otto", "/console/requests").text
    path = asked(bank)
    assert path in bank.get("otto", "/console/requests").text
    assert "That is not my picture." in bank.get("otto", path).text
    empty = bank.post("otto", f"{path}/refuse", text=" ")
    assert empty.status_code == 409
    assert 'href="#refuse-text"' in empty.text
    assert bank.post("otto", f"{path}/extend", text="The archive is far away.").status_code == 303
    assert bank.post("otto", f"{path}/extend", text="Once more.").status_code == 409
    assert bank.post("otto", f"{path}/refuse", text="It is your picture.").status_code == 303
    assert "It is your picture." in bank.get("otto", path).text
    assert bank.post("otto", f"{path}/grant", text="Well then.").status_code == 409
    (entry,) = events(bank, "subject_request:answered")
    assert (entry["outcome"], entry["actor"]) == ("refused", bank.people["otto"].member.id)


def test_a_late_answer_is_told_on_the_overview_and_to_overseers_without_a_word_of_it(
    bank: ConsoleStage,
) -> None:
    asked(bank, "objection")
    bank.stage.parts.clock.advance(timedelta(days=28))
    for who in ("otto", "olivia", "carol"):
        bank.sessions[who] = bank.staffing.sign_in(bank.people[who])
    assert "is due in 3 days" in bank.get("otto", "/console").text
    bank.stage.parts.clock.advance(timedelta(days=6))
    for who in ("otto", "olivia", "carol"):
        bank.sessions[who] = bank.staffing.sign_in(bank.people[who])
    assert "late" in bank.get("otto", "/console").text
    overseen = bank.get("carol", "/console").text
    assert "bank is late with 1 answer" in overseen
    assert "not my picture" not in overseen
    assert DAVE not in overseen


def test_rehearsals_are_made_by_administrators_and_their_incidents_told(bank: ConsoleStage) -> None:
    assert bank.post("olivia", "/console/erasures/rehearsals", gallery=GALLERY).status_code == 303
    shown = bank.get("carol", "/console/erasures/rehearsals").text
    assert "passed" in shown
    assert bank.get("otto", "/console/erasures/rehearsals?format=csv").text.count("\n") == 2
    assert "a rehearsal" not in bank.get("otto", "/console/erasures").text
    assert "A rehearsal" in bank.get("otto", "/console/erasures?rehearsals=yes").text


def test_an_address_is_set_up_its_secret_rotated_and_what_failed_sent_again(bank: ConsoleStage) -> None:
    refused = bank.post("otto", "/console/webhooks", url="http://localhost/x")
    assert refused.status_code == 400
    made = bank.post("otto", "/console/webhooks", url="https://93.184.216.34/hook", kinds="consent.withdrawn")
    secret = re.search(r"whsec_[\w+/=]+", made.text)
    assert secret is not None
    listed = bank.get("otto", "/console/webhooks").text
    found = re.search(r"/console/webhooks/(hook_\w+)", listed)
    assert found is not None
    path = f"/console/webhooks/{found[1]}"
    assert secret[0] not in listed + bank.get("otto", path).text
    rotated = bank.post("otto", f"{path}/rotate", overlap="86400").text
    assert secret[0] not in rotated
    assert "whsec_" in rotated
    assert "Two secrets sign" in bank.get("otto", path).text
    bank.post("otto", f"{path}/test")
    with bank.stage.parts.unit_of_work() as work:
        (one,) = work.webhooks.deliveries(found[1], None, limit=9)
    assert "webhook.test" in bank.get("otto", path).text
    assert bank.post("otto", f"{path}/replay", number=str(one.number)).status_code == 303
    assert bank.post("otto", f"{path}/replay", number="99999").status_code == 404
    assert bank.post("otto", f"{path}/pause").status_code == 303
    assert bank.post("otto", f"{path}/test").status_code == 409
    assert bank.post("olivia", f"{path}/resume").status_code == 303
    assert bank.post("otto", f"{path}/remove").status_code == 303
    assert bank.get("otto", path).status_code == 404


STRANGE = (
    ("GET", SUBJECT),
    ("GET", f"{SUBJECT}/receipt.json"),
    ("GET", f"{SUBJECT}/withdraw"),
    ("POST", f"{SUBJECT}/withdraw"),
    ("POST", f"{SUBJECT}/code"),
    ("POST", f"{SUBJECT}/contact"),
    ("POST", f"/console/retention/{GALLERY}/holds"),
    ("POST", f"/console/retention/{GALLERY}/holds/{{hold}}/release"),
    ("GET", "/console/notices/doors/1"),
    ("GET", "/console/notices/doors/1/sheet.pdf"),
    ("GET", "/console/notices/doors/1/changes"),
    ("GET", "/console/notices/doors/1/next"),
    ("GET", "{request}"),
    ("POST", "{request}/grant"),
    ("POST", "{request}/refuse"),
    ("POST", "{request}/extend"),
    ("GET", "/console/webhooks/{hook}"),
    ("POST", "/console/webhooks/{hook}/rotate"),
    ("POST", "/console/webhooks/{hook}/pause"),
    ("POST", "/console/webhooks/{hook}/replay"),
    ("POST", "/console/webhooks/{hook}/remove"),
    ("GET", "/console/erasures/{erasure}"),
    ("GET", "/console/erasures/{erasure}/receipt.json"),
    ("GET", "/console/erasures/{erasure}/entries/1.json"),
)
FORM = {
    "good_for": "3600",
    "what": "purpose",
    "reason": "litigation",
    "matter": "mine",
    "until": "2027-01-31",
    "text": "No.",
    "overlap": "0",
}


def test_the_operator_of_another_bank_cannot_tell_what_is_this_banks_from_nothing(bank: ConsoleStage) -> None:
    bank.add("mallory", StaffRole.OPERATOR, "rival")
    publish(bank)
    bank.post("otto", f"/console/retention/{GALLERY}/holds", **{**FORM, "subject": DAVE})
    bank.post("otto", "/console/webhooks", url="https://93.184.216.34/hook")
    bank.stage.enrol("alice", GALLERY, DAVE, photograph("dave"))
    names = {"request": asked(bank)}
    with bank.stage.parts.unit_of_work() as work:
        (hold,) = work.retention.holds(GALLERY)
        (hook,) = work.webhooks.endpoints_of(BANK)
    bank.post("olivia", "/console/erasures/rehearsals", gallery=GALLERY)
    with bank.stage.parts.unit_of_work() as work:
        (erasure,) = work.erasures.of_gallery(GALLERY, before=None, limit=9)
    names |= {"hold": hold.id, "hook": hook.id, "erasure": erasure.id}
    size = len(bank.stage.events())
    nothing = bank.get("mallory", "/console/nothing-of-this-name")
    for method, path in STRANGE:
        there = path.format(**names)
        answer = bank.get("mallory", there) if method == "GET" else bank.post("mallory", there, **FORM)
        assert (method, path, answer.status_code) == (method, path, 404)
        plain = re.sub(r' aria-current="page"|<span class="quiet rooms-here">[^<]*</span>', "", answer.text)
        assert plain == re.sub(r' aria-current="page"', "", nothing.text), path
    for path in ("/console/subjects", "/console/requests", "/console/erasures", "/console/webhooks"):
        shown = bank.get("mallory", path)
        assert shown.status_code == 200
        assert DAVE not in shown.text
        assert GALLERY not in shown.text.replace("/console/staff", "")
    later = bank.stage.events()[size:]
    assert {event["type"] for event in later} == {"request:refused"}
    assert len(later) >= len(STRANGE)


def test_who_has_left_the_customer_reaches_nothing_of_it(bank: ConsoleStage) -> None:
    person = bank.people["otto"].member.id
    bank.service.vetting.members.end(LOCAL_ADMINISTRATOR, BANK, PersonId(person))
    for path in ("/console/subjects", SUBJECT, "/console/requests", "/console/webhooks", "/console/notices"):
        assert bank.get("otto", path).status_code == 404


def test_receipts_of_consent_are_given_in_three_forms(bank: ConsoleStage) -> None:
    publish(bank)
    bank.stage.parts.clock.advance(timedelta(minutes=2))
    capture = {
        "language": "en",
        "purposes": ["identity_verification"],
        "shown": (bank.stage.parts.clock() - timedelta(minutes=1)).isoformat(),
    }
    given = bank.stage.consent("alice", GALLERY, DAVE, notice="doors/1", capture=capture)
    assert given.status_code == 200, given.text
    document = json.loads(bank.get("otto", f"{SUBJECT}/receipt.json").content)
    assert document
    assert bank.get("otto", f"{SUBJECT}/receipt.pdf").content.startswith(b"%PDF")
    assert "tlog-proof" in bank.get("otto", f"{SUBJECT}/receipt.tlog-proof").text
    assert bank.get("otto", f"{SUBJECT}/receipt.exe").status_code == 404
    assert "Every agreement that was recorded" in bank.get("otto", SUBJECT).text


def test_a_rehearsal_that_failed_is_told_with_its_incident(bank: ConsoleStage) -> None:
    now = bank.stage.parts.clock()
    drill = Drill(
        id="dri_1",
        gallery_id=GalleryId(GALLERY),
        started=now,
        ended=now,
        faults=(DrillFault.FOUND_AFTER,),
        erasure_id=None,
        incident_id="inc_1",
        entry=1,
    )
    with bank.stage.parts.unit_of_work() as work:
        work.erasures.add_drill(drill)
        work.commit()
    overseen = bank.get("carol", "/console/erasures/rehearsals").text
    assert "It was still found" in overseen
    assert 'href="/console/incidents/inc_1"' in overseen
    own = bank.get("otto", "/console/erasures/rehearsals").text
    assert "1 rehearsal failed" in own
    assert "/console/incidents/" not in own


def test_an_erasure_that_a_process_has_not_followed_waits_on_the_overview(bank: ConsoleStage) -> None:
    with bank.stage.parts.unit_of_work() as work:
        work.searchers.seen(Searcher(id="prc_1", label="another", seen=bank.stage.parts.clock(), sequence=0))
        work.commit()
    done = bank.post("otto", f"{SUBJECT}/withdraw").text
    assert "It is ready as soon as every process has told" in done
    assert "1 erasure is not finished" in bank.get("otto", "/console/erasures").text
    assert "not finished" not in bank.get("otto", "/console").text
    found = re.search(r"/console/erasures/(era_\w+)", done)
    assert found is not None
    assert bank.get("otto", f"/console/erasures/{found[1]}/receipt.json").status_code == 409
    bank.stage.parts.clock.advance(timedelta(minutes=11))
    for who in ("otto", "carol"):
        assert "1 erasure is not finished" in bank.get(who, "/console").text
