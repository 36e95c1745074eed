"""The public pages in a real browser: for a stranger, on a phone and a desk, without scripts, on paper."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from accessibility import faults_of
from browsing import DESKTOP, PHONE, Window
from console_stage import serving
from countenance.vetting.publication import Operator
from public_stage import PAGES, PublicStage, public_stage

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


@pytest.mark.parametrize("path", PAGES)
def test_a_page_fits_a_phone_and_a_desk_and_is_accessible_on_both_in_light_and_dark(
    window: Window, path: str
) -> None:
    page = window.open(None, path, DESKTOP)
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    assert faults_of(page, f"public-{path.strip('/') or 'front'}") == []
    page.set_viewport_size({"width": PHONE, "height": 900})
    menu = page.get_by_role("navigation", name="Public pages", exact=True)
    assert menu.evaluate("held => held.scrollWidth <= held.clientWidth")


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
