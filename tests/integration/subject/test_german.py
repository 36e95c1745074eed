"""Everything that a subject can be shown is there in German: texts, words of closed lists, papers, holds."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from string import Formatter

import pytest

from contract.examples_consent import draft
from countenance.consent.model import Capture, CaptureMethod, Consent, LegalBasis, Release
from countenance.consent.notice import RetentionStart
from countenance.consent.retention import HoldReason, Interactions, Kept, deadlines_of
from countenance.entrypoints.pages import consent_pdf, erasure_pdf
from countenance.entrypoints.pages.receipt_words import GERMAN as RECEIPT_GERMAN
from countenance.entrypoints.subject.closed_words import WORDS
from countenance.entrypoints.subject.languages import TEXTS, Language
from countenance.entrypoints.subject.paper_words import PAPERS
from countenance.entrypoints.subject.visits import FAULTS
from countenance.ledger import EventType
from countenance.oversight.model import CaseState
from countenance.policy.instruments import Instrument
from countenance.policy.model import Act, Purpose
from countenance.policy.retention_terms import TERMS
from countenance.recognition.consents.giving import Agreement
from countenance.recognition.erasure.holds import HoldAsked
from countenance.recognition.subjects.model import RequestKind, RequestState
from countenance.vetting.authority import LOCAL_ADMINISTRATOR
from subject_stage import ALICE, DAVE, STAFF, SubjectStage

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
SHORT = 14
"""From how many characters on an English text is told from a German one by itself."""

LISTS: dict[str, Iterable[object]] = {
    "act": Act,
    "purpose": Purpose,
    "basis": LegalBasis,
    "method": CaptureMethod,
    "instrument": Instrument,
    "kind": RequestKind,
    "request": RequestState,
    "case": CaseState,
    "hold": HoldReason,
    "start": RetentionStart,
}


def gaps(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_every_text_is_there_in_both_languages_with_the_same_gaps() -> None:
    english, german = TEXTS["en"], TEXTS["de"]
    assert english.keys() == german.keys()
    for key, text in english.items():
        assert gaps(text) == gaps(german[key]), key
        assert text != german[key] or len(text) < SHORT, key
    assert all(f"fault.{word}" in german and f"fault.{word}.text" in german for word, _ in FAULTS.values())


def test_every_word_of_a_closed_list_is_there_in_both_languages() -> None:
    for tag, (kind, words) in product(TEXTS, LISTS.items()):
        known = {**PAPERS[tag], **WORDS[tag]}
        missing = [word for word in words if f"{kind}.{word}" not in known]
        assert (tag, kind, missing) == (tag, kind, [])
    assert WORDS["en"].keys() == WORDS["de"].keys()
    assert PAPERS["en"].keys() == PAPERS["de"].keys()


def test_every_event_that_has_words_is_one_of_the_log() -> None:
    events = {name.removeprefix("event.") for held in (WORDS, PAPERS) for name in held["de"]}
    told = {name for name in events if ":" in name}
    assert told <= {event.value for event in EventType}
    naming = {"consent", "hold", "retention", "purpose", "subject_code", "subject_session", "subject_request"}
    assert {event.value for event in EventType if event.value.partition(":")[0] in naming} <= told


def test_every_deadline_is_told_in_german() -> None:
    german = Language("de")
    consent = Consent(
        gallery_id=STAFF,
        subject_id=DAVE,
        notice="doors/1",
        method="signed_form",
        instruments=frozenset(),
        given=NOON,
        expires=NOON + timedelta(days=9),
        withdrawn=NOON + timedelta(days=1),
    )
    met = Interactions(gallery_id=STAFF, subject_id=DAVE, purpose_satisfied=NOON)
    for held in (consent, None):
        kept = Kept(
            consent=held,
            since=NOON,
            interactions=met,
            notice=None,
            terms=TERMS,
            lease_id="doors",
            lease_ends=NOON + timedelta(days=99),
        )
        for deadline in deadlines_of(kept):
            assert german.why(deadline) != deadline.text
            assert german.why(deadline) in PAPERS["de"].values(), deadline


def test_receipts_on_paper_are_there_in_german() -> None:
    said = {
        text
        for module in (consent_pdf, erasure_pdf)
        for text in (*getattr(module, "_STATES", {}).values(), *getattr(module, "UNREACHED", {}).values())
    }
    said |= {consent_pdf._HOW, erasure_pdf._HOW, erasure_pdf._ENTRY, *erasure_pdf.CAUSES.values()}
    assert said <= RECEIPT_GERMAN.keys()
    for english, german in RECEIPT_GERMAN.items():
        assert gaps(english) == gaps(german)


def test_a_german_reader_gets_german_paper_of_both_receipts(own: SubjectStage) -> None:
    acts, purposes = own.stage.countenance.consent, frozenset({Purpose.IDENTITY_VERIFICATION})
    notice = acts.publish(ALICE, replace(draft(gallery=STAFF), purposes=purposes))
    own.clock.advance(timedelta(minutes=2))
    shown = own.clock() - timedelta(minutes=1)
    release = Release(signed_by="Dave Example", signed=own.clock())
    capture = Capture(
        language="en", purposes=purposes, shown=shown, release=release, alternative="A badge opens it."
    )
    method = CaptureMethod.ELECTRONIC_SIGNATURE
    acts.give(
        ALICE,
        Agreement(
            gallery_id=STAFF, subject_id=DAVE, notice=notice.name, method=method.value, capture=capture
        ),
    )
    reader = own.reader()
    reader.post("/subject/withdraw")
    found = re.search(r"/subject/receipts/req_\w+/erasure.pdf", reader.get("/subject").text)
    assert found is not None
    for path in ("/subject/receipts/consent.pdf", found[0]):
        papers = []
        for tag in ("en", "de"):
            answer = reader.get(f"{path}?lang={tag}")
            assert answer.content.startswith(b"%PDF-"), answer.text
            papers.append(answer.content)
        assert papers[0] != papers[1]


def english_in(page: str) -> list[str]:
    """The English texts, and words of closed lists, that stand on a page that is to be German."""
    text = re.sub(r"<[^>]+>", " ", page)
    said = [*TEXTS["en"].values(), *WORDS["en"].values(), *PAPERS["en"].values()]
    return [one for one in said if len(one) >= SHORT and "{" not in one and one in text]


@pytest.mark.parametrize("held", [False, True], ids=["free", "held"])
def test_no_page_of_a_german_reader_has_english_on_it(own: SubjectStage, *, held: bool) -> None:
    reader = own.reader()
    reader.get("/subject?lang=de")
    reader.client.cookies.set("countenance-language", "de")
    reader.post("/subject/requests", kind="correction", text="Das bin ich nicht.")
    if held:
        own.stage.countenance.consent.place_hold(
            LOCAL_ADMINISTRATOR,
            HoldAsked(
                gallery_id=STAFF,
                subject_id=DAVE,
                reason=HoldReason.LITIGATION,
                matter="Case 4711",
                until=own.clock() + timedelta(days=90),
            ),
        )
    seen = [reader.get(path).text for path in ("/subject", "/subject/withdraw", "/subject/nothing")]
    seen += [reader.get(f"/subject/requests/new?kind={kind}").text for kind in ("objection", "correction")]
    seen.append(reader.post("/subject/withdraw").text)
    seen.append(reader.get("/subject").text)
    for page in seen:
        assert '<html lang="de">' in page
        assert english_in(page) == []


def test_a_hold_is_explained_to_whoever_withdraws_and_is_no_error(own: SubjectStage) -> None:
    own.stage.countenance.consent.place_hold(
        LOCAL_ADMINISTRATOR,
        HoldAsked(
            gallery_id=STAFF,
            subject_id=None,
            reason=HoldReason.COURT_ORDER,
            matter="Case 4711 against Eve",
            until=own.clock() + timedelta(days=90),
        ),
    )
    reader = own.reader()
    before = reader.get("/subject/withdraw").text
    assert "Withdraw now" in before
    assert "is erased, and the key" not in before
    done = reader.post("/subject/withdraw")
    assert done.status_code == 200
    for told in (
        "Your face is used for nothing any more",
        "Why what is stored is not erased yet",
        "A court ordered that it be kept",
        "A bank",
        "29 September 2026 at the latest",
    ):
        assert told in done.text
    assert "4711" not in done.text + before + reader.get("/subject").text
    assert "outcome-bad" not in done.text
    assert "outcome-stop" not in done.text
    with own.stage.parts.unit_of_work() as work:
        consent = work.consents.get(STAFF, DAVE)
    assert consent is not None
    assert consent.withdrawn is not None


def test_a_crash_is_told_in_both_languages_and_tells_nothing_else(own: SubjectStage) -> None:
    reader = own.reader()
    held = own.stage.countenance.__dict__.pop("subjects")
    own.stage.countenance.__dict__["subjects"] = None
    answer = reader.get("/subject")
    own.stage.countenance.__dict__["subjects"] = held
    assert answer.status_code == 500
    assert "Something went wrong here" in answer.text
    assert "Diese Seite konnte nicht angezeigt werden" in answer.text
    assert "NoneType" not in answer.text
