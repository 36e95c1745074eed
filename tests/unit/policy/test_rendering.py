"""Rules in plain words, made from what is evaluated."""

from __future__ import annotations

from countenance.policy.gate import installed_policy
from countenance.policy.packs import shipped_packs
from countenance.policy.rendering import in_plain_words, unworded
from policy_cases import pack_of


def test_every_shipped_rule_and_law_has_words() -> None:
    assert unworded(installed_policy(shipped_packs()).rules.values()) == ()


def test_the_words_say_whom_when_and_unless() -> None:
    (rule,) = pack_of(
        '@id("own.x") @text("x") @source("a test") @reopens("no")\n'
        '@from("2020-06-10") @needs("warrant|consent")\n'
        'forbid (principal, action == Action::"watch", resource)\n'
        'when { context.kinds.contains(Kind::"police") || context.minor };'
    ).rules
    assert in_plain_words(rule) == (
        "Refuses `watch`.",
        (
            "When the day is 10 June 2020 or later, and one of these holds: "
            "the asker is, or acts for, `police`; a subject is known to be a minor."
        ),
        "Unless one of these holds: every subject concerned has consented; there is on record a warrant.",
    )


def test_what_has_no_words_is_shown_as_it_is_and_named() -> None:
    pack = pack_of(
        '@id("own.x") @text("x") @source("a test") @reopens("no")\n'
        'forbid (principal, action, resource) when { context.model == "x" };'
    )
    assert unworded(pack.rules) == ("own.x",)
