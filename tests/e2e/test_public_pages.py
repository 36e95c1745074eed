"""The public pages in a real browser: for a stranger, on a phone and a desk, without scripts, on paper."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from browsing import DESKTOP, PHONE, Window, wider_than
from console_stage import serving
from countenance.vetting.publication import Operator
from public_stage import PAGES, PublicStage, public_stage

SCREENSHOTS = os.environ.get("COUNTENANCE_SCREENSHOTS")
"""A folder that pictures of the pages are put into, if it is named."""

SHELTER = "The shelter must not be found by those who look for the children."


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PublicStage]:
    found = public_stage(tmp_path_factory.mktemp("public"))
    found.live_through()
    found.stage.parts.operator = Operator(
        name="Canton Hospital of Example",
        email="faces@hospital.example",
        address="Data protection office, Main Street 1, 8000 Zürich",
        authority="Federal Data Protection and Information Commissioner, Bern",
    )
    found.amend("ngo-missing", secret_because=SHELTER)
    yield found
    found.close()


@pytest.fixture(scope="module")
def origin(stage: PublicStage) -> Iterator[str]:
    with serving(stage) as found:
        yield found


def serious_faults(page: Page, *, rules: list[str] | None = None) -> list[str]:
    """What axe finds against WCAG 2.1, levels A and AA, or against `rules`, that is serious or worse."""
    levels: dict[str, object] = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}
    asked = levels if rules is None else {"runOnly": {"type": "rule", "values": rules}}
    return [
        f"{fault['id']}: {[node['html'][:120] for node in fault['nodes'][:3]]}"
        for fault in Axe().run(page, options=asked).response["violations"]
        if fault["impact"] in {"serious", "critical"}
    ]


def picture(page: Page, path: str, width: int) -> None:
    """Take a picture of the page, where pictures are asked for."""
    if SCREENSHOTS is not None:
        name = path.strip("/") or "front"
        page.screenshot(path=Path(SCREENSHOTS) / f"public-{name}-{width}.png", full_page=True)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_fits_a_phone_and_a_desk_and_has_no_serious_fault_of_accessibility(
    window: Window, path: str
) -> None:
    page = window.open(None, path, DESKTOP)
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    assert not wider_than(page, DESKTOP)
    picture(page, path, DESKTOP)
    for details in page.locator("details").all()[:3]:
        details.evaluate("held => { held.open = true; }")
    assert serious_faults(page) == []
    page.set_viewport_size({"width": PHONE, "height": 900})
    assert not wider_than(page, PHONE)
    menu = page.get_by_role("navigation", name="Public pages", exact=True)
    assert menu.evaluate("held => held.scrollWidth <= held.clientWidth")
    picture(page, path, PHONE)
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    assert serious_faults(page, rules=["color-contrast"]) == []


def test_a_stranger_finds_out_who_may_use_it_and_how_to_complain(window: Window) -> None:
    page = window.open(None, "/")
    page.get_by_role("link", name="See who, for what and until when").click()
    page.get_by_label("Who", exact=True).select_option(label="A police department")
    page.get_by_role("button", name="Find").click()
    page.wait_for_url("**kind=police**")
    expect(page.get_by_role("row")).to_have_count(2)
    expect(page.get_by_role("row").nth(1)).to_contain_text("Criminal investigation")
    expect(page.get_by_text("The shelter must not be found")).to_be_visible()
    page.get_by_role("link", name="Tell us").click()
    expect(page.get_by_role("link", name="faces@hospital.example")).to_be_visible()


def test_without_scripts_a_question_is_asked_and_the_register_sorted(window: Window) -> None:
    page = window.open(None, "/ask", scripts=False)
    page.get_by_label("Where?").select_option(label="Oregon: Portland")
    page.get_by_role("button", name="Ask", exact=True).click()
    page.wait_for_url("**place=US-OR-PDX**")
    expect(page.locator("#answer")).to_be_visible()
    expect(page.get_by_text("drag, or use the arrow keys")).to_be_hidden()
    page.goto("/register")
    page.get_by_role("link", name="Customer").click()
    page.wait_for_url("**sort=customer**")
    assert page.locator("tbody tr").first.locator("strong").inner_text() == "A bank"


def test_on_paper_there_is_the_page_and_no_menu(window: Window) -> None:
    page = window.open(None, "/rules")
    page.emulate_media(media="print")
    assert not page.locator("nav.site").is_visible()
    assert page.get_by_role("heading", level=1).is_visible()
    assert len(page.pdf(format="A4")) > 10_000


def test_a_reader_of_the_record_gets_its_files(window: Window, stage: PublicStage) -> None:
    page = window.open(None, "/ledger")
    with stage.stage.parts.unit_of_work() as work:
        expect(page.get_by_text(str(work.ledger.key)).first).to_be_visible()
    checkpoint = page.request.get("/ledger/checkpoint")
    assert checkpoint.ok
    assert checkpoint.text() == stage.get("/ledger/checkpoint").text
