"""The subject's own pages in a real browser: in with a code, look, object, withdraw, keep the receipt."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from accessibility import faults_of
from browsing import Window
from console_stage import serving
from countenance.ledger.note import VerifierKey
from countenance.ledger.proof import InclusionProof
from countenance.recognition.subjects.model import RequestKind, RequestState
from subject_stage import ALICE, DAVE, EVE, STAFF, SubjectStage, subject_stage


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SubjectStage]:
    found = subject_stage(tmp_path_factory.mktemp("subject"))
    found.live_through()
    yield found
    found.close()


@pytest.fixture(scope="module")
def origin(stage: SubjectStage) -> Iterator[str]:
    with serving(stage) as found:
        yield found


def looked_at(page: Page, name: str) -> None:
    """See that a page has one heading, fits a phone and a desk and is accessible there; take its picture."""
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    assert faults_of(page, f"subject-{name}") == []


@contextmanager
def within(window: Window, code: str, **how: bool) -> Iterator[Page]:
    """Come in through the link of a code."""
    page = window.open(None, f"/subject/enter?code={code}", **how)
    page.get_by_role("button", name="Open").click()
    page.wait_for_url("**/subject")
    yield page


def test_from_the_code_to_the_receipt(window: Window, stage: SubjectStage, tmp_path: Path) -> None:
    page = window.open(None, "/subject/enter")
    looked_at(page, "enter")
    page.get_by_label("Your one-time code").fill("XXXXX-XXXXX-XXXXX-XXXXX")
    page.get_by_role("button", name="Open").click()
    expect(page.get_by_role("alert")).to_contain_text("was never made")
    looked_at(page, "refused")
    page.get_by_label("Your one-time code").fill(stage.code(DAVE).lower())
    page.get_by_role("button", name="Open").click()
    page.wait_for_url("**/subject")
    expect(page.get_by_text("Your face takes part in comparisons")).to_be_visible()
    expect(page.get_by_role("row")).to_have_count(4)
    looked_at(page, "record")
    page.get_by_role("link", name="Object").click()
    looked_at(page, "objection")
    page.get_by_role("button", name="Object now").click()
    expect(page.get_by_text("Your objection is in force")).to_be_visible()
    expect(page.get_by_role("heading", name="Your requests")).to_be_visible()
    looked_at(page, "objected")
    page.get_by_role("link", name="Deutsch").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Was über Sie gespeichert ist")
    looked_at(page, "record-de")
    page.get_by_role("link", name="English").click()
    page.get_by_role("link", name="Withdraw and erase").click()
    looked_at(page, "withdraw")
    page.get_by_role("button", name="Withdraw and erase now").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("It is done")
    looked_at(page, "withdrawn")
    files = {}
    for name, link in (("proof", "Entry"), ("entry", "Text of entry"), ("key", "Public key")):
        with page.expect_download() as held:
            page.get_by_role("link", name=link).first.click()
        held.value.save_as(tmp_path / name)
        files[name] = (tmp_path / name).read_bytes()
    proof = InclusionProof.parse(files["proof"].decode())
    proof.verify(files["entry"], [VerifierKey.parse(files["key"].decode().strip())])
    assert b'"subject:erased"' in files["entry"]
    page.get_by_role("link", name="Back to your page").click()
    expect(page.get_by_text("Nothing of your face is held here")).to_be_visible()
    looked_at(page, "erased")


def test_without_scripts_an_appeal_is_made_and_its_answer_read(window: Window, stage: SubjectStage) -> None:
    with within(window, stage.code(EVE), scripts=False) as page:
        page.get_by_role("link", name="Appeal").first.click()
        page.get_by_label("What do you want to say?").fill("That was not me at the door.")
        page.get_by_role("button", name="Send").click()
        expect(page.get_by_text("It was sent")).to_be_visible()
        (held,) = stage.subjects.answer_requests.all(ALICE, state=RequestState.OPEN)
        assert held.kind is RequestKind.APPEAL
        stage.subjects.answer_requests.answer(ALICE, held.id, granted=True, text="You are right.")
        page.reload()
        expect(page.get_by_text("You are right.")).to_be_visible()
        page.emulate_media(media="print")
        assert not page.get_by_role("button", name="Sign out").is_visible()
        assert page.get_by_role("heading", name="What is held", exact=True).is_visible()
        assert len(page.pdf(format="A4")) > 10_000


def test_dark_is_as_legible_and_a_stranger_comes_no_further_than_the_door(
    window: Window, stage: SubjectStage
) -> None:
    with within(window, stage.code(EVE), dark=True) as page:
        looked_at(page, "record-dark")
        page.get_by_role("button", name="Sign out").click()
        expect(page.get_by_text("You have signed out")).to_be_visible()
    for path in ("/subject", "/subject/withdraw", "/subject/entries/1/proof"):
        stranger = window.open(None, path)
        assert stranger.url.endswith("/subject/enter")
        assert EVE not in stranger.content()
    assert stage.stage.countenance.read_consent(ALICE, STAFF, EVE).withdrawn is None
