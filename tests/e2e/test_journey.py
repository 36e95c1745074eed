"""From an application to a lease, a call, and the stop button, as the people of it see it."""

from __future__ import annotations

import re
import time

import httpx
import pytest
from playwright.sync_api import Page

from applying import DIGEST, FILE, GATE, WHY, use
from browsing import Window, whole
from console_stage import ConsoleStage
from countenance.staff.model import StaffRole
from countenance.vetting.factors import JUDGED
from fakes_engine import photograph
from integration.api.stage import encoded

LEASED = "gate-staff"


@pytest.fixture
def drafted(stage: ConsoleStage) -> str:
    """A draft of ada's that lacks its title, with its file."""
    vetting, ada = stage.service.vetting, stage.actor("ada")
    application = vetting.draft.begin(ada, GATE, use(stage.stage.parts.clock(), title=""))
    assert vetting.store_evidence(ada, application.id, "everything.txt", FILE).digest == DIGEST
    return f"/console/applications/{application.id}"


def write_on(page: Page, place: str, title: str) -> None:
    """Give the application a title, and send it."""
    page.goto(place)
    page.get_by_role("link", name="Write on").click()
    page.get_by_label("Title", exact=True).fill(title)
    page.get_by_role("button", name=re.compile("Save as version")).click()
    page.get_by_text("The draft was saved.").wait_for()
    page.get_by_role("button", name="Send to the reviewers").click()
    page.get_by_text("The application was sent to the reviewers.").wait_for()


def approve(page: Page, place: str) -> None:
    """Judge every factor, then approve."""
    page.goto(place)
    page.evaluate("document.querySelectorAll('details').forEach(held => { held.open = true; })")
    for factor in JUDGED:
        page.locator(f'[name="{factor}.satisfied"]').select_option("yes")
        page.locator(f'[name="{factor}.reason"]').fill(WHY)
    page.get_by_role("button", name="Put my judgement on record").click()
    page.get_by_text("Your review is on the ledger.").wait_for()
    page.locator("summary", has_text="Approve").click()
    page.locator("#approve_reasons").fill(WHY)
    page.locator("#expires").fill("2027-01-01")
    page.locator("#reverify").fill("2026-12-01")
    page.get_by_role("button", name="Approve", exact=True).click()
    page.get_by_text("Your review is on the ledger.").wait_for()


def test_apply_be_refused_amend_be_approved_by_two_call_and_be_stopped(
    window: Window, stage: ConsoleStage, origin: str, drafted: str
) -> None:
    stage.add("vera", StaffRole.AUDITOR)
    ada, rita, ruben = (window.open(who, "/console") for who in ("ada", "rita", "ruben"))
    write_on(ada, drafted, "Staff door")

    rita.goto(drafted)
    rita.locator("summary", has_text="Refuse").click()
    rita.locator("#refuse_reasons").fill("The title does not say whose door it is.")
    rita.locator("#reopening").fill("Say in the title whose door it is.")
    rita.get_by_role("button", name="Refuse", exact=True).click()
    ada.goto(drafted)
    ada.get_by_text("To re-open it: Say in the title whose door it is.").wait_for()

    write_on(ada, drafted, "Staff door of the gatehouse")
    each_role_sees_its_part(window, drafted)
    approve(rita, drafted)
    ada.goto(drafted)
    assert "Approved on" not in ada.content()
    ask_and_answer(ruben, ada, drafted)
    approve(ruben, drafted)
    ada.goto(drafted)
    ada.get_by_role("heading", name=re.compile("Approved on")).wait_for()
    lease = ada.get_by_role("link", name="The lease").get_attribute("href")
    assert lease is not None

    key = issued_key(window.open("olivia", "/console/keys"), lease.rpartition("/")[2])
    with httpx.Client(base_url=origin, headers={"X-Api-Key": key}, timeout=10) as client:
        call_and_be_stopped(Calls(client), rita, ruben, lease)


def ask_and_answer(reviewer: Page, customer: Page, place: str) -> None:
    """A reviewer asks, the customer finds the question where it waits, and answers it."""
    reviewer.goto(place)
    reviewer.get_by_label("Ask the customer").fill("Who looks when the machine is wrong?")
    reviewer.get_by_role("button", name="Ask", exact=True).click()
    reviewer.get_by_text("waits for the other side").wait_for()
    customer.goto("/console")
    customer.get_by_role("link", name="Read and answer").click()
    customer.get_by_text("Answer question 1").click()
    customer.get_by_label("Your answer").fill("The porter, who can open the door by hand.")
    customer.get_by_role("button", name="Answer", exact=True).click()
    customer.get_by_text("answered", exact=True).wait_for()
    assert "Ruben" not in whole(customer).content()


def call_and_be_stopped(calls: Calls, rita: Page, ruben: Page, lease: str) -> None:
    """Use the lease, go beyond it, and see the stop button obeyed by the next call."""
    calls.furnish()
    assert calls.verify() == 200
    outside = calls.detect()
    assert outside.status_code == 403
    assert "decision_id" in outside.text

    rita.goto(lease)
    rita.locator("textarea#reason").fill("A complaint of this morning has to be looked into.")
    rita.get_by_role("button", name="Stop this lease now").click()
    rita.get_by_text("The lease is suspended.").wait_for()
    pressed = time.monotonic()
    assert calls.verify() == 403
    assert time.monotonic() - pressed < 5
    ruben.goto(lease)
    ruben.locator("textarea#reason").fill("The complaint was about another door.")
    ruben.get_by_role("button", name="Let it go on").click()
    ruben.get_by_text("The lease is in force again.").wait_for()
    assert calls.verify() == 200

    rita.goto(lease)
    rita.locator("summary", has_text="End it for good").click()
    rita.locator("#revoke-reason").fill("The gatehouse has closed its staff door for good.")
    pressed = time.monotonic()
    rita.get_by_role("button", name="Revoke this lease for good").click()
    rita.get_by_text("The lease is revoked for good.").wait_for()
    assert calls.verify() == 403
    assert time.monotonic() - pressed < 5


def each_role_sees_its_part(window: Window, place: str) -> None:
    """Under review: who judges, who waits, who reads, and for whom there is nothing."""
    seen = {}
    for who in ("ada", "rita", "olivia", "vera", "bob", None):
        page = window.open(who, place)
        seen[who] = (
            page.get_by_role("heading", level=1).inner_text(),
            page.locator("summary", has_text="Approve").count(),
            page.get_by_role("button", name="Withdraw").count(),
            page.get_by_role("button", name="Ask", exact=True).count(),
        )
        page.context.close()
    title = "Staff door of the gatehouse"
    assert seen == {
        "ada": (title, 0, 1, 1),
        "rita": (title, 1, 0, 1),
        "olivia": (title, 0, 1, 0),
        "vera": (title, 0, 0, 0),
        "bob": ("There is nothing here for you", 0, 0, 0),
        None: ("Sign in", 0, 0, 0),
    }


def issued_key(page: Page, lease: str) -> str:
    """Issue a key under the lease, and copy it."""
    page.locator("summary", has_text="Issue a key").click()
    page.get_by_label("What is it for?").fill("The door")
    page.get_by_label("Under which lease").select_option(lease)
    page.get_by_role("button", name="Issue it").click()
    found = re.search(r"ck_[0-9a-f]{16}_[0-9a-f]{64}", whole(page).content())
    assert found is not None
    return found[0]


class Calls:
    """A program with a key, calling over the wire."""

    def __init__(self, client: httpx.Client) -> None:
        self.client = client

    def furnish(self) -> None:
        made = {"gallery_id": LEASED, "purpose": "identity_verification", "scraped": False}
        assert self.client.post("/v1/galleries", json=made).status_code == 201
        agreed = {"notice": "door-1", "method": "signed_form"}
        subject = f"/v1/galleries/{LEASED}/subjects/dave"
        assert self.client.put(f"{subject}/consent", json=agreed).status_code == 200
        body = {"subject_id": "dave", "image": encoded(photograph("dave")), "space": "controlled"}
        enrolled = self.client.post(f"/v1/galleries/{LEASED}/enrolments", json=body)
        assert enrolled.status_code == 201, enrolled.text

    def verify(self) -> int:
        body = {"subject_id": "dave", "image": encoded(photograph("dave", 2))}
        return self.client.post(f"/v1/galleries/{LEASED}/verifications", json=body).status_code

    def detect(self) -> httpx.Response:
        return self.client.post("/v1/detections", json={"image": encoded(photograph("dave"))})


def test_a_passkey_is_made_and_signs_in(window: Window, stage: ConsoleStage) -> None:
    page = window.open("carol", "/console/enrol")
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
    }
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    page.get_by_label("Name of the device").fill("work laptop")
    page.get_by_role("button", name="Make a passkey").click()
    page.get_by_text("The passkey counts from now on.").wait_for()
    page.get_by_text("work laptop").wait_for()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_label("Login").fill("carol")
    page.get_by_label("Password").fill("correct horse battery")
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Use a passkey").wait_for()
    whole(page).get_by_role("button", name="Use a passkey").click()
    page.get_by_role("heading", name="What needs you now").wait_for()
    assert stage.stage.events()[-1]["with"] == "passkey"


def test_a_stranger_a_wrong_role_and_somebody_signed_out_see_no_page(
    window: Window, stage: ConsoleStage, drafted: str
) -> None:
    page = window.open(None, "/console")
    for path in ("/console", drafted, "/console/staff", "/console/nothing"):
        page.goto(path)
        assert "Sign in" in page.title()
    page = window.open("bob", "/console")
    for path in (drafted, "/console/decisions", "/console/staff", "/console/leases/bank-doors"):
        page.goto(path)
        assert "There is nothing here for you" in page.title()
    stage.add("quinn", StaffRole.AUDITOR)
    page = window.open("quinn", "/console/keys")
    stage.staffing.cases.sign_out(stage.sessions["quinn"])
    page.reload()
    assert "Sign in" in page.title()
