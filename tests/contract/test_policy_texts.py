from __future__ import annotations

from dataclasses import replace

from contract import examples
from countenance.policy.archive import texts_of
from countenance.policy.gate import installed_policy
from countenance.policy.texts import KeptText, TextKind
from countenance.recognition.log.policy_keeping import KeepPolicy
from storing import Place

LAWS = KeptText(kind=TextKind.LAWS, digest="d1", files=(("register.toml", 'version = "é"\n'),))


def test_a_text_is_found_by_its_kind_and_digest_and_never_replaced(place: Place) -> None:
    with place.unit() as work:
        assert work.policy_texts.find(TextKind.LAWS, "d1") is None
        assert work.policy_texts.keep(LAWS, examples.NOON)
        assert not work.policy_texts.keep(replace(LAWS, files=()), examples.NOON)
        work.commit()
    with place.unit() as work:
        assert work.policy_texts.known() == {(TextKind.LAWS, "d1")}
        assert work.policy_texts.find(TextKind.LAWS, "d1") == LAWS
        assert work.policy_texts.find(TextKind.PACK, "d1") is None


def test_what_a_policy_is_made_of_is_kept_once(place: Place) -> None:
    policy = installed_policy(("amazon-2020",))
    keep = KeepPolicy(place.unit, lambda: examples.NOON)
    assert keep(policy) == len(texts_of(policy))
    assert keep(policy) == 0
    with place.unit() as work:
        assert [work.policy_texts.find(text.kind, text.digest) for text in texts_of(policy)] == list(
            texts_of(policy)
        )
