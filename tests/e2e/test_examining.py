"""Two examiners at once in a real browser, each alone with their list: by keyboard, and on a phone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from accessibility import faults_of
from applying import WHY
from browsing import DESKTOP, PHONE, Window, whole
from console_stage import ConsoleStage
from countenance.oversight.checklist import Feature
from countenance.oversight.incidents import IncidentKind, Scope, ScopeKind
from countenance.oversight.model import CaseId, CaseState
from countenance.policy.model import Stop
from countenance.recognition.incidents import Found
from examining_stage import drawn, examining_stage, held_case, judged, quick, taken
from fakes_engine import photograph

LENA = drawn(photograph("lena"))


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ConsoleStage]:
    found = examining_stage(tmp_path_factory.mktemp("examining"), quick())
    yield found
    found.stage.check_ledger()
    found.stage.parts.close()


def looked_at(page: Page, name: str) -> None:
    """The page fits both widths and is accessible on both, in light and dark; take its pictures if asked."""
    assert faults_of(page, name) == []


def take_list(page: Page) -> int:
    """Take the next list; return how many places it has."""
    page.get_by_role("button", name="Take the next list").click()
    page.get_by_role("heading", name="The list in hand").wait_for()
    return whole(page).locator("tbody tr").count()


def fill_in(page: Page, key: str, verdict: str) -> None:
    """Fill the sheet in with the keyboard alone."""
    whole(page).locator("[data-viewer]").focus()
    page.keyboard.press("q")
    for _ in Feature:
        page.keyboard.press(key)
    expect(page.get_by_text(f"{len(Feature)} of {len(Feature)} components")).to_be_visible()
    page.get_by_role("radio", name=verdict).focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")


def is_lena(page: Page) -> bool:
    """Tell whether the place shows lena, as her photograph was drawn; an examiner would look."""
    source = page.locator("[data-pane=other] img").get_attribute("src")
    assert source is not None
    return page.request.get(source).body() == LENA


def test_examiners_judge_by_keyboard_at_once_work_the_viewer_and_need_no_script(
    window: Window, stage: ConsoleStage
) -> None:
    two_judge_by_keyboard_and_agree(window, stage)
    the_viewer_is_worked_with_keys_buttons_and_pointer(window, stage)
    without_scripts_a_sheet_is_filled_in(window)


def two_judge_by_keyboard_and_agree(window: Window, stage: ConsoleStage) -> None:
    case_id = CaseId(held_case(stage))
    pages = [window.open(who, "/console/examine") for who in ("bob", "fay")]
    looked_at(pages[0], "examine")
    counts = [take_list(page) for page in pages]
    assert counts[0] == counts[1] >= 3
    looked_at(pages[0], "examine-list")
    for page in pages:
        page.get_by_role("link", name="Judge place 1").click()
        page.get_by_role("heading", name="Place 1 of").wait_for()
    for _ in range(counts[0]):
        for page in pages:
            same = is_lena(page)
            fill_in(
                page, "s" if same else "d", "Strong support that both" if same else "Strong support that they"
            )
            page.get_by_text("Your judgement is kept").wait_for()
    assert stage.service.oversight.take_next.queue(stage.actor("bob")).in_hand is not None
    for page in pages:
        page.get_by_role("button", name="Hand the list in").click()
        page.get_by_text("The list is handed in").wait_for()
        assert "agree" not in whole(page).content().lower()
    with stage.stage.parts.unit_of_work() as work:
        case = work.cases.get(case_id)
    assert case is not None
    assert case.state is CaseState.AGREED


def the_viewer_is_worked_with_keys_buttons_and_pointer(window: Window, stage: ConsoleStage) -> None:
    held_case(stage, "mia")
    page = window.open("bob", "/console/examine")
    take_list(page)
    page.get_by_role("link", name="Judge place 1").click()
    viewer = whole(page).locator("[data-viewer]")
    other = page.locator("[data-pane=other] .turned")
    probe = page.locator("[data-pane=probe] .turned")

    def transform(of: str) -> str:
        return str(page.locator(f"[data-pane={of}] .turned").evaluate("held => held.style.transform"))

    viewer.focus()
    for key in ("+", "+", "r", "ArrowLeft", "b"):
        page.keyboard.press(key)
    assert transform("probe") == transform("other") == "translate(-2%, 0%) rotate(-2deg) scale(1.4)"
    assert "brightness(0.9)" in str(other.locator("img").evaluate("held => held.style.filter"))
    page.keyboard.press("a")
    page.keyboard.press("+")
    assert "scale(1.6)" in transform("probe")
    assert "scale(1.4)" in transform("other")
    page.keyboard.press("0")
    page.get_by_role("button", name="Overlay").click()
    page.get_by_role("slider", name="Overlay").fill("0.25")
    assert page.locator("[data-pane=other]").evaluate("held => held.style.opacity") == "0.25"
    assert (
        page.locator("[data-pane=other]").bounding_box() == page.locator("[data-pane=probe]").bounding_box()
    )
    page.get_by_role("button", name="Side by side").click()
    page.get_by_role("button", name="Set landmarks").click()
    for held, points in ((probe, ((0.3, 0.4), (0.7, 0.4))), (other, ((0.4, 0.5), (0.6, 0.5)))):
        box = held.bounding_box()
        assert box is not None
        for x, y in points:
            page.mouse.click(box["x"] + x * box["width"], box["y"] + y * box["height"])
    assert page.locator(".mark-dot").count() == 4
    viewer.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    assert page.locator(".mark-dot").count() == 5
    page.keyboard.press("Backspace")
    page.keyboard.press("f")
    assert "scale(2)" in transform("other")
    assert "rotate(0deg)" in transform("other")
    page.keyboard.press("m")
    page.keyboard.press("g")
    looked_at(page, "comparison")
    viewer.focus()
    page.keyboard.press("l")
    assert not page.locator(".mark-dot").first.is_visible()
    source = page.content()
    for word in ("mia", "lena", "ngo", "case_", "ref_", "known"):
        assert word not in source


def without_scripts_a_sheet_is_filled_in(window: Window) -> None:
    page = window.open("fay", "/console/examine", PHONE, scripts=False)
    count = take_list(page)
    page.get_by_role("link", name="Judge place 1").click()
    assert whole(page).locator("[data-pane=other] img").evaluate("held => held.naturalWidth") == 480
    assert not page.locator("[data-tools]").is_visible()
    for group in page.locator("[data-feature]").all():
        group.get_by_label("Cannot say").check()
    page.get_by_label("Cannot be determined").check()
    page.get_by_role("button", name="Keep it and go on").click()
    assert f"Place 2 of {count}" in whole(page).content()
    dark = window.open("fay", page.url, DESKTOP, dark=True)
    assert faults_of(dark) == []


def decided(stage: ConsoleStage) -> dict[str, str]:
    """A lead that waits, one that is released and appealed against, an incident; return their ids."""
    oversight, rita = stage.service.oversight, stage.actor("rita")
    cases = []
    for number in (4, 5):
        case_id = held_case(stage, "lena", number)
        for who in ("bob", "fay"):
            while oversight.take_next.queue(stage.actor(who)).waiting or in_hand(stage, who):
                judged(stage, who, taken(stage, who), LENA, takes=timedelta(0))
        cases.append(case_id)
    oversight.release_lead(rita, CaseId(cases[1]), WHY)
    oversight.appeal(stage.actor("carol"), CaseId(cases[1]), WHY)
    found = Found(kind=IncidentKind.OTHER, reason=WHY, scope=Scope(kind=ScopeKind.CUSTOMER, of="bank"))
    incident = stage.service.gate.open_incident(rita, replace(found, stops=Stop.ENROLMENT))
    return {"case": cases[0], "released": cases[1], "incident": incident.id}


def in_hand(stage: ConsoleStage, who: str) -> bool:
    return stage.service.oversight.take_next.queue(stage.actor(who)).in_hand is not None


DECIDING = {
    "cases": ("rita", "/console/cases"),
    "case": ("rita", "/console/cases/{case}"),
    "case-released": ("rita", "/console/cases/{released}"),
    "examiners": ("olivia", "/console/examiners"),
    "known-faces": ("olivia", "/console/known-faces"),
    "incidents": ("rita", "/console/incidents"),
    "incident": ("ruben", "/console/incidents/{incident}"),
    "overview-examiner": ("bob", "/console"),
}
"""The pages of those who decide, each by a name, with who looks at it."""


def test_the_pages_of_those_who_decide_fit_and_have_no_serious_fault(
    window: Window, stage: ConsoleStage
) -> None:
    ids = decided(stage)
    for name, (who, path) in DECIDING.items():
        page = window.open(who, path.format(**ids))
        assert "Sign in" not in page.title()
        looked_at(page, name)
