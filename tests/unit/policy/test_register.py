from __future__ import annotations

from importlib.resources import files

import pytest

from countenance.errors import PackError
from countenance.policy.register import LAWS, read_register, shipped_register

LAW = """
[[law]]
id = "xx-law"
jurisdiction = "DE-BE"
citation = "Law 1"
from = 2020-01-01
status = "in_force"
binds = "everybody"
confidence = "S"
summary = "A law."

[[law.rule]]
effect = "prohibit"
text = "It is forbidden."
"""


def test_a_register_of_ones_own_is_read_and_compiled() -> None:
    register = read_register(LAW)
    assert [law.id for law in register.laws] == ["xx-law"]
    assert [rule.name for rule in register.rules] == ["xx-law"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[[law", "not_toml:1:"),
        ("law = 1", "not_toml:1:"),
        (LAW + 'exempt = "all"\n', "malformed_law:3:xx-law"),
        (LAW.replace('confidence = "S"', 'confidence = "S"\nsources = 1'), "malformed_law:3:xx-law"),
        (LAW.replace('jurisdiction = "DE-BE"', 'jurisdiction = "Berlin"'), "malformed_law:3:xx-law"),
        (LAW.replace("from = 2020-01-01\n", ""), "malformed_law:3:xx-law"),
        (LAW.replace('"in_force"', '"proposed"'), "malformed_law:3:xx-law"),
        (LAW.replace('"in_force"', '"perhaps"'), "malformed_law:3:xx-law"),
        (LAW.replace("from = 2020-01-01", 'from = "2020-01-01"'), "malformed_law:3:xx-law"),
        (LAW.replace("from = 2020-01-01", "from = 2020-01-01\nuntil = 2019-01-01"), "malformed_law:3:xx-law"),
        (LAW.replace("citation", "quotation"), "malformed_law:3:xx-law"),
        (LAW.replace('"prohibit"', '"discourage"'), "malformed_law:3:xx-law"),
        (LAW + 'kinds = ["polcie"]\n', "malformed_law:3:xx-law"),
        (LAW + 'kinds = ["@nobody"]\n', "malformed_law:3:xx-law"),
        (LAW + 'kinds = "police"\n', "malformed_law:3:xx-law"),
        (LAW + 'needs = ["a_flag"]\n', "malformed_law:3:xx-law"),
        (LAW + "exempt = [{}]\n", "malformed_law:3:xx-law"),
        (LAW + "exempt = [{ weekdays = [1] }]\n", "malformed_law:3:xx-law"),
        (LAW + 'until = "soon"\n', "malformed_law:3:xx-law"),
        (LAW + 'colour = "red"\n', "malformed_law:3:xx-law"),
        (LAW.replace('"prohibit"', '"permit_if"'), "malformed_law:3:xx-law"),
        (LAW.replace('"prohibit"', '"prohibit_unless"'), "malformed_law:3:xx-law"),
        (LAW + LAW, "repeated_id:3:xx-law"),
    ],
)
def test_a_register_that_does_not_validate_is_not_loaded(text: str, reason: str) -> None:
    with pytest.raises(PackError) as caught:
        read_register(text)
    assert caught.value.reasons[0] == reason


def test_a_text_with_quotes_and_lines_reaches_cedar_as_it_is() -> None:
    text = LAW.replace('text = "It is forbidden."', 'text = "It is \\"forbidden\\" by § 1; \\\\ or so."')
    register = read_register(text)
    assert register.rules[0].text == 'It is "forbidden" by § 1; \\ or so.'


def test_the_digest_is_that_of_the_file_so_that_an_amendment_is_another_register() -> None:
    text = (files("countenance.policy") / LAWS / "register.toml").read_text("utf-8")
    assert shipped_register().digest == read_register(text).digest
    moved = text.replace("from = 2027-12-02", "from = 2026-08-02")
    assert read_register(moved).digest != shipped_register().digest
