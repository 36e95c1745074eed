"""The auditor's check in a real browser: what is whole passes, and what is forged does not."""

from __future__ import annotations

from playwright.sync_api import Page, Route, expect

from accessibility import faults_of
from browsing import DESKTOP, Window
from console_stage import ConsoleStage
from countenance.ledger.checkpoint import Checkpoint
from integration.api.stage import SIGNER

STEPS = "[data-audit-steps] li"


def check(page: Page) -> list[str]:
    page.get_by_role("button", name="Check the log").click()
    expect(page.locator("[data-audit-go]")).to_be_enabled()
    expect(page.locator(STEPS).first).to_be_visible()
    return page.locator(STEPS).all_text_contents()


def test_an_auditor_checks_signature_growth_and_entries_in_the_browser(
    window: Window, stage: ConsoleStage
) -> None:
    page = window.open("carol", "/console/audit?kind=identification", DESKTOP)
    with stage.stage.parts.unit_of_work() as work:
        kept = work.ledger.checkpoint()
        size = work.ledger.size()
    steps = check(page)
    assert len(steps) == 2
    assert "is signed by localhost/stage" in steps[0]
    assert "are in the tree that was signed" in steps[1] or "is in the tree that was signed" in steps[1]
    assert set(page.locator("[data-audit-result]").all_text_contents()) == {"in the log"}

    page.get_by_label("A checkpoint that you kept").fill(kept)
    assert f"The log only grew since then: the {size} entries" in check(page)[2]

    forged = SIGNER.sign(Checkpoint("localhost/stage", size - 1, bytes(32)).text)
    page.get_by_label("A checkpoint that you kept").fill(forged)
    assert "its past was changed" in check(page)[2]
    longer = SIGNER.sign(Checkpoint("localhost/stage", size + 9, bytes(32)).text)
    page.get_by_label("A checkpoint that you kept").fill(longer)
    assert "was rolled back" in check(page)[2]
    page.get_by_label("A checkpoint that you kept").fill(kept.replace("\n\n", "\nmore\n\n"))
    assert "signature of localhost/stage under the checkpoint is wrong" in check(page)[1]
    page.get_by_label("A checkpoint that you kept").fill("")

    leaf = page.locator("[data-audit-leaf]").first
    leaf.evaluate("held => { held.textContent = held.textContent.replace('identification', 'detection'); }")
    assert "are not in the tree that was signed" in check(page)[1]
    assert page.locator("[data-audit-result]").first.text_content() == "NOT in the log"

    page.get_by_label("The log's key").fill(str(SIGNER.vkey).replace(SIGNER.vkey.id.hex(), "00000000"))
    assert "another id than it says" in check(page)[0]
    lying = SIGNER.sign(Checkpoint("localhost/stage", size, bytes(32)).text)

    def lie(route: Route) -> None:
        route.fulfill(json={"note": lying})

    page.get_by_label("The log's key").fill(str(SIGNER.vkey))
    page.route("**/console/audit/head", lie)
    assert "of the" in check(page)[1]
    assert set(page.locator("[data-audit-result]").all_text_contents()) == {"NOT in the log"}

    assert faults_of(page) == []
