"""A pack handed in, read, installed and rolled back in a real browser, on a desk and on a phone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from accessibility import faults_of
from browsing import Window
from console_stage import ConsoleStage, console_stage
from integration.console.test_packs import AUTHOR, PACKS, archive, installed, signed
from own_pack import pack_files

RULES = """
@id("acme.street") @text("The police search no faces in the street.")
@source("Board decision of 3 November 2026")
@reopens("Another decision of the board.") @from("2027-01-01")
forbid (principal, action == Action::"identify", resource)
when { context.kinds.containsAny([Kind::"police", Kind::"sheriff"])
  && context.spaces.containsAny([Space::"public"]) };
"""
CASES = """
[[case]]
title = "police in the street, before the rule"
on = 2026-12-31
act = "identify"
kind = "police"
places = ["DE"]
space = "public"
expect = "permit"

[[case]]
title = "the first day"
on = 2027-01-01
act = "identify"
kind = "police"
places = ["DE"]
space = "public"
expect = "deny"
reasons = ["acme.street"]
"""
WIDER = RULES.replace('Kind::"sheriff"', 'Kind::"sheriff", Kind::"campus_police"')


def edition(number: str, rules: str = RULES, cases: str = CASES) -> bytes:
    """The archive of an edition of acme's rules, signed as its cases are right."""
    about = (
        f'title = "Acme\'s rules of the street"\nabout = "What the board decided."\nedition = "{number}"\n'
    )
    files = {"pack.toml": about, "prohibitions.cedar": rules, "cases.toml": cases}
    return archive(signed(files, "acme-rules"), "acme-rules/")


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ConsoleStage]:
    """A console that trusts one author of packs."""
    found = console_stage(tmp_path_factory.mktemp("packs"))
    found.stage.parts.pack_signers = lambda: (AUTHOR.vkey,)
    yield found
    found.stage.check_ledger()
    found.stage.parts.close()


def test_a_pack_is_handed_in_read_installed_and_rolled_back(window: Window, stage: ConsoleStage) -> None:
    page = window.open("olivia", PACKS)

    def hand_in(data: bytes) -> None:
        page.goto(PACKS)
        page.get_by_text("Check and install a pack").click()
        page.get_by_label("Archive of the pack's folder").set_input_files(
            {"name": "acme-rules.zip", "mimeType": "application/zip", "buffer": data}
        )
        page.get_by_role("button", name="Check it").click()

    assert installed(stage, edition("2026-11")).status_code == 303
    hand_in(edition("2026-12", WIDER))
    expect(page.get_by_role("heading", name="It can be installed")).to_be_visible()
    assert faults_of(page, "pack-check") == []
    page.get_by_label("Questions from").fill("2020-01-01")
    page.get_by_role("button", name="Ask again").click()
    expect(page.get_by_role("heading", name="questions asked again")).to_be_visible()
    assert faults_of(page, "pack-tried") == []
    page.get_by_label("Why", exact=True).fill("The board decided so on 3 November.")
    page.get_by_role("button", name="Install edition 2026-12").click()
    expect(page.get_by_role("status")).to_contain_text("The edition is in force")
    assert faults_of(page, "pack") == []
    wrong = archive(signed({**pack_files("1", name="other")}, "other"), "another/")
    hand_in(wrong)
    expect(page.get_by_role("heading", name="It cannot be installed as it is")).to_be_visible()
    page.goto(f"{PACKS}/acme-rules")
    page.get_by_label("Why", exact=True).fill("Campus police were never meant.")
    page.get_by_role("button", name="Roll it back").click()
    expect(page.get_by_role("status")).to_contain_text("It is rolled back")
    page.goto(PACKS)
    assert faults_of(page, "packs") == []
    kept = stage.service.policy.packs.shelf(stage.actor("carol"))
    assert [step.edition for step in kept.steps] == ["2026-11", "2026-12", "2026-11"]
    assert [step.edition for step in kept.in_force] == ["2026-11"]
