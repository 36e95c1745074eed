"""Packs that an operator installs: sound, signed, on the record, followed by every process, rolled back."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from contract.examples import NOON
from countenance.errors import AlreadyExistsError, ForbiddenError, InvalidInputError, NotFoundError, PackError
from countenance.ledger.note import Signer
from countenance.policy.gate import installed_policy
from countenance.policy.pack_history import PackAct
from countenance.policy.packs import HeldPack, load_pack
from countenance.policy.texts import TextKind
from countenance.recognition.log.pack_administration import AdministerPacks, NewPack, check_pack
from countenance.recognition.log.pack_signing import read_signers, sign_pack
from countenance.recognition.log.packs_in_force import DecidePolicy, PacksInForce
from countenance.recognition.log.records import ReadDecisions
from countenance.recognition.model import DecisionRecord
from countenance.recognition.standing import Standing
from countenance.vetting.model import Actor, Role
from fakes import MemoryStore
from own_pack import PACK_CASES, PACK_RULES, pack_files
from policy_cases import VERIFY, refused_by

ERIN = Actor(id="erin", role=Role.ADMINISTRATOR, lease_id=None)
CAROL = Actor(id="carol", role=Role.AUDITOR, lease_id=None)
SIGNER = Signer("packs.example", b"s" * 32)
_WORDLESS = """
@id("own.verify/model") @text("t") @source("s") @reopens("Nothing.")
forbid (principal, action == Action::"verify", resource) when { context.model == "x" };
"""


def signed(texts: dict[str, str], name: str = "own", signer: Signer = SIGNER) -> NewPack:
    note = sign_pack(load_pack(HeldPack(name, tuple(sorted(texts.items())))), signer)
    return NewPack(name=name, files=texts, reason="as decided on Monday", signature=note)


class Installation:
    """One database, the packs that are installed in it, and a process that decides by them."""

    def __init__(self) -> None:
        self.store = MemoryStore()
        self.seen = PacksInForce(("amazon-2020",), self.store, fresh=0.0)
        self.packs = AdministerPacks(
            Standing(lambda: NOON), ("amazon-2020",), lambda: (SIGNER.vkey,), self.store, self.seen.read
        )
        self.policy = DecidePolicy(self.seen)

    def refuses(self) -> bool:
        return "own.verify" in refused_by(self.policy.decide(VERIFY))

    def events(self) -> list[dict[str, object]]:
        return [json.loads(leaf) for leaf in self.store.state.leaves]


@pytest.fixture
def here() -> Installation:
    return Installation()


def test_a_signed_pack_refuses_from_its_installation_until_it_is_rolled_back(here: Installation) -> None:
    assert not here.refuses()
    step = here.packs.install(ERIN, signed(pack_files()))
    assert (step.act, step.edition, step.signer) == (PackAct.INSTALLED, "1", str(SIGNER.vkey))
    assert here.refuses()
    back = here.packs.roll_back(ERIN, "own", to=None, reason="it was a mistake")
    assert back.digest is None
    assert not here.refuses()
    installed, rolled = here.events()
    assert installed["type"] == "pack:installed"
    assert installed["digest"] == step.digest
    assert installed["actor"] == "erin"
    assert rolled["type"] == "pack:rolled_back"
    assert re.fullmatch(r"written_[0-9a-f]{32}", rolled["reason"])


def test_rolling_back_brings_the_edition_before_and_one_can_be_chosen(here: Installation) -> None:
    first = here.packs.install(ERIN, signed(pack_files("1")))
    second = here.packs.install(ERIN, signed(pack_files("2", act="watch")))
    here.packs.install(ERIN, signed(pack_files("3", act="enrol")))
    assert not here.refuses()
    back = here.packs.roll_back(ERIN, "own", to=None, reason="no")
    assert back.digest == second.digest
    assert here.packs.edition(CAROL, "own").edition == "2"
    here.packs.install(ERIN, signed(pack_files("3", act="enrol")))
    back = here.packs.roll_back(ERIN, "own", to=first.digest, reason="no")
    assert (back.digest, back.edition) == (first.digest, "1")
    assert here.refuses()
    assert [one.edition for one in here.packs.shelf(CAROL).in_force] == ["1"]
    assert here.packs.edition(CAROL, "own", second.digest).edition == "2"
    with pytest.raises(NotFoundError):
        here.packs.roll_back(ERIN, "own", to=second.digest, reason="it is above")


def test_a_decision_under_an_installed_pack_is_made_again_after_it_was_rolled_back(
    here: Installation,
) -> None:
    here.packs.install(ERIN, signed(pack_files()))
    question = replace(VERIFY, on=NOON)
    record = DecisionRecord(
        id="dec_1",
        customer_id=None,
        actor_id="somebody",
        question=question,
        decision=here.policy.decide(question),
        entry=0,
        asked=NOON,
    )
    with here.store() as work:
        work.decisions.add(record)
        for text in _texts(here):
            work.policy_texts.keep(text, NOON)
        work.commit()
    here.packs.install(ERIN, signed(pack_files("2", act="watch")))
    here.packs.roll_back(ERIN, "own", to=None, reason="no")
    here.packs.roll_back(ERIN, "own", to=None, reason="no")
    again = ReadDecisions(Standing(lambda: NOON), here.policy.decide, here.store).replay(CAROL, "dec_1")
    assert again.same
    assert again.recorded_rules
    assert again.changed == ("own",)


def _texts(here: Installation) -> tuple[object, ...]:
    from countenance.policy.archive import texts_of  # noqa: PLC0415  only this test keeps them by hand

    return texts_of(installed_policy(here.seen()))


def test_an_unsigned_pack_is_taken_only_by_its_name(here: Installation) -> None:
    new = NewPack(name="own", files=pack_files(), reason="a trial")
    with pytest.raises(InvalidInputError, match="not signed"):
        here.packs.install(ERIN, new)
    with pytest.raises(InvalidInputError, match="not the name"):
        here.packs.install(ERIN, replace(new, unsigned="another"))
    assert here.packs.install(ERIN, replace(new, unsigned="own")).signer is None
    assert "signer" not in here.events()[0]


def test_a_signature_holds_for_one_name_edition_and_text_and_for_trusted_keys_alone(
    here: Installation,
) -> None:
    good = signed(pack_files())
    stranger = signed(pack_files(), signer=Signer("packs.example", b"m" * 32))
    changed = replace(good, files=pack_files(act="enrol"))
    renamed = replace(signed(pack_files(name="other"), name="other"), name="own", files=pack_files())
    torn = replace(good, signature=(good.signature or "")[:-8])
    for wrong in (stranger, changed, renamed, torn, replace(good, signature="")):
        with pytest.raises(InvalidInputError, match="signature"):
            here.packs.install(ERIN, wrong)
    nobody = replace(here.packs, signers=tuple)
    with pytest.raises(InvalidInputError, match="COUNTENANCE_PACK_SIGNERS"):
        nobody.install(ERIN, good)
    assert here.events() == []


@pytest.mark.parametrize("name", ["house", "laws", "amazon-2020", "axon-2019", "lease", "model"])
def test_nothing_takes_the_place_of_the_house_the_laws_or_a_shipped_pack(
    here: Installation, name: str
) -> None:
    new = NewPack(name=name, files=pack_files(), reason="no", unsigned=name)
    with pytest.raises(InvalidInputError, match="comes with the program"):
        here.packs.install(ERIN, new)
    with pytest.raises((InvalidInputError, NotFoundError)):
        here.packs.roll_back(ERIN, name, to=None, reason="no")
    assert "house" in here.packs.shelf(CAROL).configured


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"cases.toml": PACK_CASES.format(name="own", act="watch")}, "not sound"),
        ({"pack.toml": 'title = "Own"'}, "edition"),
        ({"prohibitions.cedar": "permit (principal, action, resource);"}, "not sound"),
        ({"prohibitions.cedar": PACK_RULES.format(name="house", act="x")}, "not sound"),
        ({"run.py": "print()"}, "no file of a pack"),
        (
            {"prohibitions.cedar": PACK_RULES.format(name="own", act="verify") + _WORDLESS},
            "cannot be put into plain words",
        ),
    ],
)
def test_a_pack_that_is_not_sound_is_not_installed(
    here: Installation, change: dict[str, str], said: str
) -> None:
    new = NewPack(name="own", files={**pack_files(), **change}, reason="no", unsigned="own")
    with pytest.raises(InvalidInputError, match=said):
        here.packs.install(ERIN, new)
    assert here.store.state.pack_steps == {}


def test_a_pack_that_gives_a_rule_of_another_another_meaning_is_not_installed(here: Installation) -> None:
    here.packs.install(ERIN, signed(pack_files()))
    other = {**pack_files(name="own", act="verify"), "pack.toml": 'title = "Other"\nedition = "1"\n'}
    other["prohibitions.cedar"] = other["prohibitions.cedar"].replace(
        "resource);", "resource) when { context.minor };"
    )
    other["cases.toml"] = other["cases.toml"].replace('act = "verify"', 'act = "verify"\nminor = true')
    with pytest.raises(InvalidInputError, match="two packs have a rule"):
        here.packs.install(ERIN, NewPack(name="other", files=other, reason="no", unsigned="other"))


def test_an_edition_is_one_text_for_ever(here: Installation) -> None:
    here.packs.install(ERIN, signed(pack_files("1")))
    with pytest.raises(AlreadyExistsError, match="in force already"):
        here.packs.install(ERIN, signed(pack_files("1")))
    with pytest.raises(AlreadyExistsError, match="other bytes"):
        here.packs.install(ERIN, signed(pack_files("1", act="watch")))


def test_only_an_administrator_installs_and_every_act_has_a_reason(here: Installation) -> None:
    for who in (CAROL, Actor(id="mallory", role=Role.OPERATOR, lease_id=None)):
        with pytest.raises(ForbiddenError):
            here.packs.install(who, signed(pack_files()))
        with pytest.raises(ForbiddenError):
            here.packs.roll_back(who, "own", to=None, reason="no")
    assert {event["type"] for event in here.events()} == {"request:refused"}
    with pytest.raises(InvalidInputError, match="reason"):
        here.packs.install(ERIN, replace(signed(pack_files()), reason="  "))


def test_a_text_that_was_tampered_with_refuses_everything_until_it_is_rolled_back(here: Installation) -> None:
    step = here.packs.install(ERIN, signed(pack_files()))
    key = TextKind.PACK, step.digest or ""
    kept, at = here.store.state.policy_texts[key]
    here.store.state.policy_texts[key] = (replace(kept, files=()), at)
    with pytest.raises(PackError, match="not kept here as it was installed"):
        here.policy.decide(VERIFY)
    here.packs.roll_back(ERIN, "own", to=None, reason="tampered with")
    assert not here.refuses()


def test_another_process_follows_within_the_time_that_it_looks_again(here: Installation) -> None:
    other = PacksInForce(("amazon-2020",), here.store, fresh=60.0)
    assert len(other()) == 1
    here.packs.install(ERIN, signed(pack_files()))
    assert len(other()) == 1
    other.fresh = 0.0
    assert len(other()) == 2
    assert other() is other()


def test_signers_are_read_a_line_each() -> None:
    assert read_signers(f"# ours\n\n{SIGNER.vkey}\n") == (SIGNER.vkey,)
    with pytest.raises(InvalidInputError):
        read_signers("not a key")


def test_the_checker_tells_everything_that_is_wrong() -> None:
    found = check_pack("own", {**pack_files(), "pack.toml": 'title = "Own"'})
    assert [fault.code for fault in found.faults] == ["no_edition"]
    assert found.cases == 2
