"""A pack's own tests: what they ask, and what is found wrong with them."""

from __future__ import annotations

import pytest

from countenance.policy.cases import MOST_CASES, read_cases, run_cases
from countenance.policy.packs import Pack, read_texts, shipped_pack, shipped_packs

RULE = """
@id("own.verify") @text("Nobody is verified.") @source("a test") @reopens("Nothing.") @from("2026-01-01")
forbid (principal, action == Action::"verify", resource);
"""
CASES = """
[[case]]
title = "the day before"
on = 2025-12-31
act = "verify"
expect = "permit"

[[case]]
title = "the first day"
on = 2026-01-01
act = "verify"
expect = "deny"
reasons = ["own.verify"]
"""


def pack(cases: str, rules: str = RULE) -> Pack:
    about = 'title = "Own"\nedition = "1"\n'
    texts = {"pack.toml": about, "prohibitions.cedar": rules, "cases.toml": cases}
    found, faults = read_texts("own", texts)
    assert faults == ()
    assert found is not None
    return found


def codes(cases: str, rules: str = RULE) -> list[str]:
    return [fault.code for fault in run_cases(pack(cases, rules)).faults]


@pytest.mark.parametrize("name", shipped_packs())
def test_every_shipped_pack_is_right_by_its_own_cases_which_name_each_of_its_rules(name: str) -> None:
    shipped = shipped_pack(name)
    run = run_cases(shipped)
    assert run.faults == ()
    assert run.cases >= 3
    assert shipped.edition


def test_a_pack_that_answers_as_its_cases_expect_has_no_fault() -> None:
    assert run_cases(pack(CASES)).faults == ()
    assert run_cases(pack(CASES)).cases == 2


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('expect = "permit"', 'expect = "deny"\nreasons = ["own.verify"]', "case_fails"),
        ("on = 2026-01-01", "on = 2025-12-30", "case_fails"),
        ('reasons = ["own.verify"]', 'reasons = ["own.verify", "own.other"]', "case_fails"),
        ('reasons = ["own.verify"]', "", "malformed_case"),
        ('act = "verify"', 'act = "stare"', "malformed_case"),
        ('act = "verify"', "", "malformed_case"),
        ('act = "verify"', 'act = "verify"\nmood = "angry"', "malformed_case"),
        ('act = "verify"', 'act = "verify"\nplaces = ["nowhere"]', "malformed_case"),
        ('act = "verify"', 'act = "verify"\nconsent = "perhaps"', "malformed_case"),
        ("on = 2026-01-01", 'on = "2026-01-01"', "malformed_case"),
        ('act = "verify"', 'act = "verify"\nversion = "draft"', "malformed_case"),
    ],
)
def test_a_case_that_is_wrong_is_named_with_its_line(old: str, new: str, code: str) -> None:
    faults = run_cases(pack(CASES.replace(old, new))).faults
    assert {
        fault.code for fault in faults if fault.code not in {"rule_without_case", "nothing_permitted"}
    } == {code}
    assert all(fault.line > 1 for fault in faults if fault.code == code)


def test_every_rule_needs_a_case_and_something_has_to_be_permitted() -> None:
    more = RULE + RULE.replace("own.verify", "own.watch").replace('"verify"', '"watch"')
    assert codes(CASES, more) == ["rule_without_case"]
    refused = CASES[CASES.rindex("[[case]]") :]
    assert codes(refused) == ["nothing_permitted"]


def test_a_pack_without_cases_says_so() -> None:
    found, _ = read_texts("own", {"prohibitions.cedar": RULE})
    assert found is not None
    assert [fault.code for fault in run_cases(found).faults] == ["no_cases"]


@pytest.mark.parametrize("text", ["case = 1", "[[case", "", "[[case]]\n" * (MOST_CASES + 1)])
def test_what_is_no_list_of_cases_is_no_list_of_cases(text: str) -> None:
    cases, faults = read_cases(text)
    assert cases == ()
    assert faults[0].code in {"not_toml", "malformed_case"}
