"""A customer's desk in a real browser: a notice, a withdrawal, a hold, an answer, an address."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from browsing import DESKTOP, PHONE, Window, whole, wider_than
from console_stage import BANK, ConsoleStage, console_stage
from contract.examples_consent import text
from countenance.consent.notice import PARTS
from countenance.ledger.erasure_receipt import check_receipt
from countenance.recognition.subjects.model import RequestKind
from countenance.recognition.webhooks.model import DeliveryState, Try
from countenance.vetting.publication import Operator
from fakes_engine import photograph
from integration.api.stage import SIGNER
from integration.console.test_rights import GALLERY, NOTICE, asked

SCREENSHOTS = os.environ.get("COUNTENANCE_SCREENSHOTS")
"""A folder that pictures of the pages are put into, if it is named."""

PLAIN = {"code", "withdraw-held", "withdrawn", "webhook-secret", "overview", "rehearsals", "requests"}
"""Pages made of the same pieces as another one that axe looks at."""

DAVE = f"/console/subjects/{GALLERY}/dave"


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ConsoleStage]:
    """A bank with two notices, subjects, requests, an address that fails, and a rehearsal."""
    found = console_stage(tmp_path_factory.mktemp("rights"))
    found.stage.parts.operator = Operator(origin="https://faces.example")
    found.stage.furnish("alice", GALLERY, "identity_verification", ("dave", photograph("dave")))
    written = {f"text-0-{part}": getattr(text(), part) for part in (*PARTS, "release")}
    later = {"text-0-alternative": "A badge opens every door just as well and fast.", "retention_days": "180"}
    for changes in (written, {**written, **later}):
        found.post("otto", "/console/notices/new", **{**NOTICE, **changes}, do="publish")
    clock = found.stage.parts.clock
    clock.advance(timedelta(minutes=2))
    shown = (clock() - timedelta(minutes=1)).isoformat()
    capture = {"language": "en", "purposes": ["identity_verification"], "shown": shown}
    for name in ("dave", "eve"):
        found.stage.consent("alice", GALLERY, name, notice="doors/2", capture=capture)
    found.stage.enrol("alice", GALLERY, "eve", photograph("eve"))
    found.post("olivia", "/console/erasures/rehearsals", gallery=GALLERY)
    address = {"url": "https://93.184.216.34/countenance/events", "kinds": "consent.withdrawn"}
    found.post("otto", "/console/webhooks", **address)
    asked(found, RequestKind.CORRECTION, f"/console/subjects/{GALLERY}/eve")
    _fail(found)
    yield found
    found.stage.check_ledger()
    found.stage.parts.close()


def _fail(found: ConsoleStage) -> None:
    """Let a test be given up after a try that got no answer."""
    with found.stage.parts.unit_of_work() as work:
        (hook,) = work.webhooks.endpoints_of(BANK)
    found.post("otto", f"/console/webhooks/{hook.id}/test")
    now = found.stage.parts.clock()
    with found.stage.parts.unit_of_work() as work:
        work.become_writer()
        (held,) = work.webhooks.take("sender", at=now, until=now + timedelta(minutes=1), limit=9)
        dead = type(held)(
            number=held.number,
            announcement=held.announcement,
            endpoint_id=held.endpoint_id,
            state=DeliveryState.DEAD,
            tries=1,
            next_try=now,
            give_up=now,
            finished=now,
        )
        work.webhooks.record(dead, "sender", Try(at=now, status=503, fault=None, milliseconds=41))
        work.commit()


def looked_at(page: Page, name: str) -> None:
    """See that a page fits a phone and a desk and, if it is no plain one, has no serious fault."""
    expect(whole(page).get_by_role("heading", level=1)).to_have_count(1)
    for width in (DESKTOP, PHONE):
        page.set_viewport_size({"width": width, "height": 900})
        assert not wider_than(page, width), name
        if SCREENSHOTS is not None:
            page.screenshot(path=Path(SCREENSHOTS) / f"rights-{name}-{width}.png", full_page=True)
    page.set_viewport_size({"width": DESKTOP, "height": 900})
    if name in PLAIN:
        return
    for details in page.locator("main details").all():
        details.evaluate("held => { held.open = true; }")
    asked = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}
    assert [
        (fault["id"], [node["html"][:120] for node in fault["nodes"][:3]])
        for fault in Axe().run(page, options=asked).response["violations"]
        if fault["impact"] in {"serious", "critical"}
    ] == []


def test_a_notice_is_written_with_its_preview_published_and_compared(window: Window) -> None:
    page = window.open("otto", "/console/notices")
    looked_at(page, "notices")
    page.get_by_role("link", name="doors").click()
    expect(page.locator(".qr-code")).to_have_js_property("naturalWidth", 296)
    looked_at(page, "notice")
    page.get_by_role("link", name="Compare version 2 with version 1").click()
    expect(page.locator("ins").first).to_be_visible()
    looked_at(page, "notice-changes")
    page.goto("/console/notices/doors/2/next")
    page.get_by_label("What is taken").fill("A scan of your face.\nNothing else <at all>.")
    expect(page.locator("[data-shows='text-0-what']")).to_have_text(
        "A scan of your face.\nNothing else <at all>."
    )
    page.get_by_label("What is taken").fill("")
    page.get_by_role("button", name="Publish it for good").click()
    page.get_by_role("link", name="Fill this in").click()
    expect(page.get_by_label("What is taken")).to_be_focused()
    page.get_by_label("What is taken").fill("A scan of the geometry of your face.")
    page.get_by_role("button", name="Add a language").click()
    page.get_by_label("Language").nth(1).fill("de-CH")
    looked_at(page, "notice-form")


def test_a_withdrawal_gives_a_receipt_that_verifies(window: Window, tmp_path: Path) -> None:
    page = window.open("otto", "/console/subjects")
    looked_at(page, "subjects")
    page.get_by_role("link", name="dave", exact=True).click()
    expect(page.get_by_text("Nothing is missing")).to_be_visible()
    looked_at(page, "subject")
    page.get_by_role("button", name="Make a code").click()
    looked_at(page, "code")
    page.get_by_role("link", name="I have handed it over").click()
    page.get_by_role("link", name="Withdraw and erase").click()
    looked_at(page, "withdraw")
    page.get_by_role("button", name="Withdraw and erase now").click()
    expect(page.get_by_text("Erased: 1 reference")).to_be_visible()
    looked_at(page, "withdrawn")
    with page.expect_download() as held:
        page.get_by_role("link", name="JSON with the proofs").click()
    held.value.save_as(tmp_path / "receipt.json")
    assert check_receipt((tmp_path / "receipt.json").read_bytes(), [SIGNER.vkey]).ok
    assert json.loads((tmp_path / "receipt.json").read_bytes())["receipt"]["references"] == 1
    page.get_by_role("link", name="See the erasure").click()
    looked_at(page, "erasure")
    page.get_by_role("link", name="Erasures", exact=True).first.click()
    looked_at(page, "erasures")
    page.get_by_role("link", name="Rehearsals, and what they found").click()
    looked_at(page, "rehearsals")


def test_a_hold_is_placed_by_one_and_ended_by_another(window: Window) -> None:
    page = window.open("otto", "/console/retention?within=365")
    page.get_by_text("Place a hold").click()
    page.get_by_label("Because of").select_option("litigation")
    page.get_by_label("Case or file").fill("Case 4711")
    page.get_by_label("Ends on").fill("2027-01-31")
    page.get_by_label("Subject's id").fill("eve")
    page.get_by_role("button", name="Place the hold").click()
    expect(page.get_by_text("The hold is on record")).to_be_visible()
    page.goto("/console/retention?within=365")
    looked_at(page, "retention")
    page.goto(f"/console/subjects/{GALLERY}/eve/withdraw")
    looked_at(page, "withdraw-held")
    other = window.open("olivia", "/console/retention")
    other.get_by_role("button", name="End the hold Case 4711").click()
    expect(other.get_by_text("The hold has ended")).to_be_visible()


def test_a_request_is_answered_and_what_failed_is_sent_again(window: Window, stage: ConsoleStage) -> None:
    page = window.open("otto", "/console")
    expect(page.get_by_role("heading", name="given up")).to_be_visible()
    looked_at(page, "overview")
    page.get_by_role("link", name="See them").click()
    looked_at(page, "requests")
    page.get_by_role("link", name="Correction").click()
    looked_at(page, "request")
    page.goto(page.url)
    page.get_by_text("Refuse it", exact=True).first.click()
    page.get_by_label("Reasons").fill("It is your picture. You can complain to the authority.")
    page.get_by_role("button", name="Refuse it").click()
    expect(page.get_by_text("It is refused.")).to_be_visible()
    page.goto("/console/webhooks")
    looked_at(page, "webhooks")
    page.get_by_role("link", name="https://93.184.216.34").click()
    looked_at(page, "webhook")
    page.goto(page.url)
    page.get_by_role("button", name="Try all of them again").click()
    expect(page.get_by_text("It is tried again")).to_be_visible()
    page.get_by_text("Make a new one").click()
    page.get_by_role("button", name="Make a new secret").click()
    expect(page.get_by_text("whsec_")).to_be_visible()
    looked_at(page, "webhook-secret")
    seen = window.open("carol", "/console/webhooks")
    expect(seen.get_by_role("button", name="Set it up")).to_have_count(0)
    assert "eve" not in window.open("carol", "/console/erasures").content().replace("every", "").replace(
        "never", ""
    )
    assert stage.get("carol", DAVE).status_code == 404
