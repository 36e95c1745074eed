"""Every page in a real browser, on a phone and on a desk: it fits, it is accessible, nothing complains."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from accessibility import faults_of, picture
from applying import GATE, use
from browsing import DESKTOP, PHONE, Window
from console_stage import ConsoleStage
from integration.console.test_conditions import PROPOSAL
from measured import fairness_lived

PAGES = {
    "login": (None, "/console/login"),
    "overview": ("olivia", "/console"),
    "ask": ("carol", "/console/ask"),
    "decisions": ("carol", "/console/decisions"),
    "decision": ("carol", "/console/decisions/{decision}"),
    "simulation": ("carol", "/console/simulation?since=2020-01-01&pack=ibm-2020"),
    "coming": ("rita", "/console/coming?days=1095"),
    "ledger": ("carol", "/console/ledger"),
    "entry": ("carol", "/console/ledger/entries/7"),
    "galleries": ("rita", "/console/galleries"),
    "applications": ("ada", "/console/applications"),
    "application": ("ruben", "/console/applications/{application}"),
    "application-form": ("olivia", "/console/applications/{application}/edit"),
    "leases": ("rita", "/console/leases"),
    "lease": ("rita", "/console/leases/ngo-missing"),
    "customers": ("olivia", "/console/customers"),
    "customer": ("carol", "/console/customers/gatehouse"),
    "keys": ("olivia", "/console/keys"),
    "staff": ("olivia", "/console/staff"),
    "staff-member": ("olivia", "/console/staff/{rita}"),
    "account": ("rita", "/console/account"),
    "confirm": ("rita", "/console/confirm"),
    "enrol": ("rita", "/console/enrol"),
    "try": ("rita", "/console/try"),
    "fairness": ("rita", "/console/fairness"),
    "fairness-report": ("rita", "/console/fairness/reports/{report}"),
    "fairness-monitoring": ("carol", "/console/fairness/monitoring"),
    "fairness-audits": ("carol", "/console/fairness/audits"),
    "health": ("olivia", "/console/health"),
    "conditions": ("rita", "/console/conditions"),
    "condition": ("ruben", "/console/conditions/{condition}"),
    "nominations": ("rita", "/console/nominations"),
    "terms": ("olivia", "/console/terms"),
    "applicant-overview": ("ada", "/console"),
    "applicant-application": ("ada", "/console/applications/{application}"),
    "applicant-form": ("ada", "/console/applications/{draft}/edit"),
    "applicant-lease": ("ada", "/console/leases/{granted}"),
    "applicant-terms": ("ada", "/console/terms"),
    "nothing": ("bob", "/console/decisions"),
}
"""Each page by a name, with who looks at it."""


@pytest.fixture(scope="module")
def names(stage: ConsoleStage, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What stands for the parts of addresses."""
    report = fairness_lived(stage, tmp_path_factory.mktemp("measured"))
    application = stage.applied()
    stage.approved_by("rita", application)
    converse = stage.service.vetting.converse
    converse(
        stage.actor("rita"),
        application,
        "Who holds the list of the enrolled at night, and where does it lie?",
    )
    converse(
        stage.actor("ada"),
        application,
        "The porter on duty. It lies in the safe of the gatehouse.",
        answers=1,
    )
    converse(stage.actor("ada"), application, "May the second door wait until autumn?")
    granted = stage.applied()
    for who in ("rita", "ruben"):
        stage.approved_by(who, granted)
    vetting, ada = stage.service.vetting, stage.actor("ada")
    draft = vetting.draft.begin(ada, GATE, use(stage.stage.parts.clock(), title="Side door")).id
    lease = vetting.read_applications.one(ada, granted).application.lease_id
    stage.stage.parts.packs = ("microsoft-2020",)
    stage.service.policy.forewarn()
    proposed = stage.post("rita", "/console/conditions", **PROPOSAL).headers["location"]
    stage.post("olivia", "/console/staff", login="nora", name="Nora", role="reviewer")
    listed = stage.get("carol", "/console/decisions?q=house.us-police").text
    found = re.search(r"/console/decisions/(dec_\w+)", listed)
    assert found is not None
    return {
        "application": application,
        "draft": draft,
        "granted": lease,
        "decision": found[1],
        "rita": stage.people["rita"].member.id,
        "report": report,
        "condition": proposed.rpartition("/")[2].partition("?")[0],
    }


@pytest.mark.parametrize("name", PAGES)
def test_a_page_fits_a_phone_and_a_desk_and_is_accessible_on_both_in_light_and_dark(
    window: Window, names: dict[str, str], name: str
) -> None:
    who, path = PAGES[name]
    page = window.open(who, path.format(**names), DESKTOP)
    assert faults_of(page, name) == []
    if name in {"overview", "decision"}:
        page.emulate_media(color_scheme="dark")
        picture(page, f"{name}-dark")


def test_the_keyboard_reaches_the_content_past_the_menu(window: Window) -> None:
    page = window.open("carol", "/console/decisions")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to content"
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#main"
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"


def test_on_a_phone_the_menu_is_opened_by_the_keyboard_and_needs_no_script(window: Window) -> None:
    page = window.open("carol", "/console/decisions", PHONE, scripts=False)
    menu = page.get_by_role("navigation", name="Pages", exact=True)
    expect(menu.get_by_role("link")).to_have_count(0)
    for _ in range(5):
        page.keyboard.press("Tab")
    expect(menu.locator("summary")).to_be_focused()
    page.keyboard.press("Enter")
    expect(menu.get_by_role("link", name="Decisions")).to_have_attribute("aria-current", "page")
    assert all(held.bounding_box()["height"] >= 44 for held in menu.get_by_role("link").all())  # type: ignore[index]  # they are visible
    page.keyboard.press("Tab")
    expect(menu.get_by_role("link", name="Overview")).to_be_focused()
    expect(page.locator("html")).to_have_js_property("scrollWidth", PHONE)
    page.set_viewport_size({"width": DESKTOP, "height": 900})
    expect(menu.locator("summary")).to_be_hidden()
    expect(menu.get_by_role("link", name="Overview")).to_be_visible()


def test_a_proof_is_checked_in_the_browser_and_a_changed_entry_is_noticed(window: Window) -> None:
    page = window.open("carol", "/console/ledger/entries/7")
    page.get_by_role("button", name="Check the proof in this browser").click()
    page.get_by_text("Checked in this browser: the entry is number 7").wait_for()
    page.evaluate("document.querySelector('[data-proof]').dataset.leaf += ' '")
    page.get_by_role("button", name="Check the proof in this browser").click()
    page.get_by_text("The entry is not in the tree").wait_for()


def test_every_entry_of_the_log_proves_itself_in_the_browser(window: Window, stage: ConsoleStage) -> None:
    size = len(stage.stage.events())
    page = window.open("carol", "/console/ledger")
    for index in (0, size // 2, size - 1):
        page.goto(f"/console/ledger/entries/{index}")
        page.get_by_role("button", name="Check the proof in this browser").click()
        page.get_by_text(f"the entry is number {index} of").wait_for()


def test_the_slider_asks_about_another_day(window: Window) -> None:
    page = window.open("carol", "/console/ask?act=identify&kind=private&place=US-OR-PDX&consent=yes")
    slider = page.get_by_role("slider")
    slider.focus()
    slider.evaluate(
        "held => { held.value = 3000; held.dispatchEvent(new Event('input', {bubbles: true}));"
        " held.dispatchEvent(new Event('change', {bubbles: true})); }"
    )
    page.wait_for_url("**day=2016-03-19**")
    assert "19 March 2016" in page.content()


def test_it_works_without_scripts(window: Window, stage: ConsoleStage) -> None:
    page = window.open(None, "/console/login", scripts=False)
    stage.staffing.parts.clock.advance(timedelta(seconds=60))  # type: ignore[attr-defined]  # the fake clock
    page.get_by_label("Login").fill("carol")
    page.get_by_label("Password").fill("correct horse battery")
    page.get_by_role("button", name="Continue").click()
    code = stage.people["carol"].code(stage.stage.parts.clock())
    page.get_by_label("Code from your authenticator app").fill(code)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/console")
    assert "What needs you now" in page.content()
    page.goto("/console/ask")
    page.get_by_label("Who asks?").select_option("ngo")
    page.get_by_role("button", name="Ask", exact=True).click()
    page.wait_for_url("**/console/ask?**")
    assert "A non-governmental organisation asked to" in page.content()


def test_a_fault_is_noticed_wherever_it_shows(window: Window) -> None:
    page = window.open("carol", "/console/decisions")
    page.evaluate("document.querySelector('main').append(document.createElement('input'))")
    assert {fault.partition(":")[0] for fault in faults_of(page)} == {
        "390 dark",
        "390 light",
        "1440 dark",
        "1440 light",
    }
    page.goto("/console/decisions")
    page.evaluate("document.querySelector('h1').style.width = '600px'")
    assert faults_of(page) == [
        "390: it has to be scrolled sideways",
        "390: opened it has to be scrolled sideways",
    ]
