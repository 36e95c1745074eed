"""Rules in plain words, made from what is evaluated."""

from __future__ import annotations

import pytest
from cedarpy import policies_to_pst

from countenance.errors import InvalidInputError
from countenance.policy.gate import installed_policy
from countenance.policy.meaning import cedar_of, condition_of, meaning_of
from countenance.policy.packs import shipped_packs
from countenance.policy.reading import not_read_back, read_rule
from countenance.policy.rendering import in_plain_words, sentences_of, unworded
from countenance.policy.rules import Rule
from policy_cases import pack_of

RULES = tuple(installed_policy(shipped_packs()).rules.values())
HEAD = '@id("own.x") @text("x") @source("a test") @reopens("no")'


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
            "When the day is 10 June 2020 or later, and one of these holds "
            "(the asker is, or acts for, `police`; a subject is known to be a minor)."
        ),
        "Unless one of these holds (every subject concerned has consented; there is on record a warrant).",
    )


def test_what_has_no_words_is_shown_as_it_is_and_named() -> None:
    pack = pack_of(
        '@id("own.x") @text("x") @source("a test") @reopens("no")\n'
        'forbid (principal, action, resource) when { context.model == "x" };'
    )
    assert unworded(pack.rules) == ("own.x",)


def test_the_words_of_every_shipped_rule_and_law_are_read_back_into_the_very_rule() -> None:
    assert len(RULES) > 90
    assert not_read_back(RULES) == ()


def test_no_two_shipped_rules_of_other_meanings_have_the_same_words() -> None:
    words = {sentences_of(meaning_of(rule)) for rule in RULES}
    assert len(words) == len({meaning_of(rule) for rule in RULES})


def test_words_read_back_are_written_as_cedar_that_means_the_same() -> None:
    for rule in RULES:
        meaning = read_rule(" ".join(in_plain_words(rule)))
        (again,) = policies_to_pst(cedar_of(meaning)).static_policies.values()
        exprs = [condition_of(clause.expr) for clause in again.clauses]
        assert exprs == [*meaning.when, *meaning.unless], rule.id


def _own(condition: str) -> Rule:
    (rule,) = pack_of(f"{HEAD}\nforbid (principal, action, resource) when {{ {condition} }};").rules
    return rule


def test_a_word_more_or_less_is_another_rule() -> None:
    rule = _own('context.kinds.containsAny([Kind::"police", Kind::"sheriff"]) && context.minor')
    words = " ".join(in_plain_words(rule))
    assert read_rule(words) == meaning_of(rule)
    for changed in (
        words.replace(" or `sheriff`", ""),
        words.replace("police", "private"),
        words.replace(" and a subject", "; a subject"),
        words.replace("Refuses every act", "Refuses `watch`"),
        words.replace("Refuses", "Comes with a permit of"),
    ):
        try:
            assert read_rule(changed) != meaning_of(rule)
        except InvalidInputError:
            continue


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("Allows `watch`.", "a rule begins with"),
        ("Refuses `stare`.", "no word of the list"),
        ("Refuses `watch`. When it rains.", "no words of a condition"),
        ("Refuses `watch`. When the day is 31 February 2026 or later.", "no day"),
        ("Refuses `watch`. When one of these holds (a gallery is touched.", "is expected"),
        ("Refuses `watch`. Always.", "nothing more"),
        ("Comes with a permit of `watch`. Demands `cake`.", "no word of the list"),
        ("Refuses " + "x" * 200_000, "at most"),
    ],
)
def test_what_are_no_such_words_is_refused_at_its_place(words: str, said: str) -> None:
    with pytest.raises(InvalidInputError, match=said):
        read_rule(words)


def test_a_choice_within_a_condition_is_read_as_it_was_bracketed() -> None:
    home = '!(context.consent && [Space::"home"].containsAll(context.spaces))'
    two = _own(f"(context.minor || {home}) && context.minor")
    three = _own(f"context.minor || ({home} && context.minor)")
    assert not_read_back([two, three]) == ()
    assert in_plain_words(two) != in_plain_words(three)
