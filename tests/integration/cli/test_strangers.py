"""Whoever has no right is told nothing, and the attempt is on the ledger."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from fakes_engine import photograph
from integration.api.dossier import PROPOSAL
from integration.api.oversight_bodies import SHEET
from integration.api.stage import stages
from integration.cli.shell import Shell
from integration.cli.test_consent import NOTICE

IMAGE, FOLDER, WRITTEN, PROPOSED, NEW, SHEETS = "@image", "@folder", "@use", "@proposal", "@new", "@sheets"
NOTICED, PACK = "@notice", "@pack"
LATER = "2027-01-01T00:00:00Z"
APPLICATION = "app_" + "0" * 32
_WHY = ("--reasons", "It was read and looked at whole.")
_REASON = ("--reason", "It was read and looked at whole.")
_RECORD = ("--name", "Mallory Ltd", "--kind", "private", "--jurisdiction", "CH")
REVIEWED = {
    "customers register": ("mine", *_RECORD),
    "customers amend": ("gatehouse", *_RECORD),
    "customers list": (),
    "customers show": ("gatehouse",),
    "customers add-member": ("gatehouse", "mallory", "--name", "Mallory"),
    "customers end-member": ("gatehouse", "ada"),
    "customers contact": ("gatehouse", "me", "--name", "Me", "--purpose", "everything"),
    "applications begin": ("gatehouse", WRITTEN),
    "applications save": (APPLICATION, WRITTEN, "--based-on", "1"),
    "applications attach": (APPLICATION, WRITTEN),
    "applications fetch": (APPLICATION, "0" * 64, "--out", NEW),
    "applications list": (),
    "applications show": (APPLICATION,),
    "applications diff": (APPLICATION, "1", "1"),
    "applications submit": (APPLICATION,),
    "applications withdraw": (APPLICATION,),
    "applications mark": (APPLICATION, "--factor", "notice", "--satisfied", *_REASON),
    "applications approve": (APPLICATION, *_WHY, "--expires", LATER, "--reverify", LATER),
    "applications refuse": (APPLICATION, *_WHY, "--reopening", "Say in the notice who looks."),
    "applications appeal": (APPLICATION, "--grounds", "It was not looked at whole."),
    "appeals list": (),
    "appeals judge": ("appeal_" + "0" * 32, "--uphold", *_REASON),
    "conditions list": (),
    "conditions propose": (PROPOSED,),
    "conditions confirm": ("cond_" + "0" * 32, "--name", "Mallory", *_REASON),
    "conditions unmeet": ("cond_" + "0" * 32, "--name", "Mallory", *_REASON),
    "terms accept": ("bank-doors", "--version", "1"),
    "terms publish": (WRITTEN, "--version", "acme-2", "--summary", "New.", "--binding", LATER),
    "incident open": ("other", *_REASON),
    "incident resolve": ("inc_" + "0" * 32, *_REASON),
    "fairness caps": ("bank-doors",),
    "fairness audit list": (),
    "fairness audit register": (
        *("--party", "Us", "--contact", "us@example.com", "--protocol", "0" * 64, "--test-days", "10"),
        *("--window-days", "30", "--calls-a-minute", "60", "--most-calls", "1000", *_REASON),
    ),
    "fairness audit approve": ("aud_" + "0" * 32, *_REASON),
    "fairness audit respond": ("aud_" + "0" * 32, *_REASON),
    "fairness evidence": (),
    "fairness monitor": (),
    "fairness register": ("1", "--use", "one_to_one", *_REASON),
    "fairness bring": (WRITTEN, "--vkey", "none", "--use", "one_to_one", *_REASON),
    "fairness confirm": ("evi_" + "0" * 32, *_REASON),
    "fairness withdraw": ("evi_" + "0" * 32, *_REASON),
    "policy pack list": (),
    "policy pack diff": ("own", "d1"),
    "policy pack rollback": ("own", *_REASON),
    "policy pack install": (PACK, *_REASON),
    "leases suspend": ("bank-doors", *_REASON),
    "leases resume": ("bank-doors", *_REASON),
    "leases history": ("bank-doors",),
    "leases revoke": ("bank-doors",),
}
"""The commands of a review, which take a key or are done by whoever sits at the machine."""

_CASE, _LIST = "case_" + "0" * 32, "list_" + "0" * 32
_WHY = ("--reasons", "Two examiners agree.")
OVERSEEN = {
    "cases list": (),
    "cases lead": (_CASE,),
    "cases probe": (_CASE, IMAGE),
    "cases withdraw": (_CASE, "--yes"),
    "cases release": (_CASE, *_WHY),
    "cases authorise": (_CASE, "--paper", "warrant", "--reference", "12/26"),
    "cases appeal": (_CASE, *_WHY),
    "cases judge-appeal": (_CASE, "--uphold", *_WHY),
    "cases disclose": (_CASE, "--to", NEW),
    "cases figures": (),
    "examine queue": (),
    "examine next": ("--to", NEW),
    "examine judge": (_LIST, "--sheets", SHEETS),
    "examine conclude": (_LIST,),
    "examine return": (_LIST, "--reason", "unwell"),
    "examine examiners": (),
    "examine authorise": (
        *("eve", "--kind", "missing_children", "--training", "course 12"),
        *("--trained", "2026-06-01T00:00:00Z", "--expires", "2027-06-01T00:00:00Z"),
    ),
    "examine conflict": ("eve", "ngo"),
}
"""The commands of oversight, some of which whoever sits at the machine may run without a key."""

KEYED = {
    "galleries create": ("staff", "--purpose", "identity_verification", "--not-scraped"),
    "galleries list": (),
    "galleries show": ("staff",),
    "galleries subjects": ("staff",),
    "galleries delete": ("staff", "--yes"),
    "webhook add": ("https://hooks.example.org/", "--customer", "gatehouse"),
    "webhook list": (),
    "webhook pause": ("hook_" + "0" * 32,),
    "webhook remove": ("hook_" + "0" * 32, "--yes"),
    "webhook rotate": ("hook_" + "0" * 32, "--overlap", "0"),
    "webhook test": ("hook_" + "0" * 32,),
    "webhook deliveries": ("hook_" + "0" * 32,),
    "webhook replay": ("hook_" + "0" * 32,),
    "subject code": ("staff", "dave"),
    "subject requests": (),
    "subject show": ("req_" + "0" * 32,),
    "subject answer": ("req_" + "0" * 32, "--grant", "--text", "Because."),
    "subject extend": ("req_" + "0" * 32, "--reason", "It takes longer."),
    "consent give": ("staff", "dave", "--notice", "doors-1", "--method", "signed_form"),
    "consent show": ("staff", "dave"),
    "consent withdraw": ("staff", "dave", "--yes"),
    "consent check": ("staff", "dave"),
    "consent receipt": ("staff", "dave"),
    "notice publish": (NOTICED,),
    "notice list": (),
    "notice show": ("doors",),
    "notice render": ("doors", "--out", NEW),
    "retention due": ("staff",),
    "retention hold": (
        *("staff", "--reason", "litigation", "--matter", "Case 7"),
        *("--until", "2027-01-01T00:00:00Z"),
    ),
    "retention holds": ("staff",),
    "retention release": ("staff", "hold_" + "0" * 32),
    "retention contact": ("staff", "dave"),
    "retention satisfied": ("staff", "dave"),
    "erasure withdraw": ("staff", "dave", "--yes"),
    "erasure list": ("staff",),
    "erasure receipt": ("era_" + "0" * 32,),
    "erasure manifest": ("staff",),
    "enrol": ("staff", "dave", IMAGE),
    "verify": ("staff", "dave", IMAGE),
    "identify": ("staff", IMAGE),
    "cases show": ("case_" + "0" * 32,),
    **OVERSEEN,
    "decisions show": ("dec_" + "0" * 32,),
    "decisions replay": ("dec_" + "0" * 32,),
    "ledger checkpoint": (),
    "ledger export": (FOLDER,),
    "ledger proof": ("0",),
    "ledger show": ("0",),
    "ledger person": ("rita",),
    "ledger explain": ("0",),
    "incident list": (),
    "incident show": ("inc_" + "0" * 32,),
    **REVIEWED,
}
"""Every command that takes a key, with arguments that would do for its holder."""

_BY_STAFF = ("cases list", "cases figures", "examine examiners", "examine authorise", "examine conflict")
_KEPT_BY_STAFF = ("retention due", "retention hold", "retention release", "erasure list", "erasure receipt")
BESIDE = (
    *_BY_STAFF,
    *_KEPT_BY_STAFF,
    "erasure manifest",
    "webhook",
    "decisions",
    "ledger",
    *{name.split()[0] for name in REVIEWED},
)
"""What whoever sits at the machine may read without a key."""

OF_A_GALLERY = [name for name, arguments in KEYED.items() if "staff" in arguments]
UNKNOWN_KEY = "ck_" + "0" * 16 + "_" + "0" * 64


WRONG_KEYS = [
    (command, key)
    for command in KEYED
    for key in (UNKNOWN_KEY, "", "nonsense")
    if command not in REVIEWED or key == UNKNOWN_KEY
]


def arguments_of(shell: Shell, command: str, gallery: str = "staff") -> list[str]:
    image = shell.image(photograph("dave"))
    folder = str(shell.folder / "export")
    stands_for = {
        IMAGE: image,
        FOLDER: folder,
        "staff": gallery,
        NOTICED: shell.image(NOTICE.encode(), "notice.toml"),
        WRITTEN: shell.image(b'{"title": "A door"}', "use.json"),
        PROPOSED: shell.image(json.dumps(PROPOSAL).encode(), "proposal.json"),
        NEW: str(shell.folder / "fetched"),
        PACK: str(Path(shell.image(b"// no rule", "own/prohibitions.cedar")).parent),
        SHEETS: shell.image(json.dumps({"1": SHEET}).encode(), "sheets.json"),
    }
    given = [stands_for.get(word, word) for word in KEYED[command]]
    return [*command.split(), *given]


@pytest.fixture(scope="module")
def watched(
    furnished: tuple[Path, Mapping[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shell]:
    """A terminal beside one installation with an enrolled subject, for tests in which nothing changes."""
    yield from _shells(furnished, tmp_path_factory)


@pytest.fixture(scope="module")
def without_alice(
    furnished: tuple[Path, Mapping[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shell]:
    """Another one, where alice's key is revoked."""
    for shell in _shells(furnished, tmp_path_factory):
        (alice,) = [key["key_id"] for key in shell.json("keys", "list")["keys"] if key["label"] == "alice"]
        shell.run("keys", "revoke", alice)
        yield shell


def _shells(
    furnished: tuple[Path, Mapping[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shell]:
    template, keys = furnished
    folder = tmp_path_factory.mktemp("strangers")
    for stage in stages(template, keys, folder):
        shell = Shell(stage, folder)
        shell.furnish(("dave", photograph("dave")))
        yield shell


def test_no_command_with_a_key_is_left_out_here() -> None:
    from integration.cli.test_root import every_command  # noqa: PLC0415  the list of all commands

    keyed = {path for path, command in every_command() if "key_file" in {one.name for one in command.params}}
    assert keyed == set(KEYED)


@pytest.mark.parametrize(("command", "key"), WRONG_KEYS)
def test_a_key_that_is_none_gets_nothing(watched: Shell, command: str, key: str) -> None:
    before = watched.types()
    told = watched.json(*arguments_of(watched, command), status=3, COUNTENANCE_KEY=key)
    assert told == {
        "error": {
            "code": "unauthenticated",
            "message": "the key is missing, unknown, expired or revoked",
            "reasons": [],
        }
    }
    assert watched.types() == [*before, "request:refused"]


@pytest.mark.parametrize("command", KEYED)
def test_a_revoked_or_expired_key_gets_the_same_answer(without_alice: Shell, command: str) -> None:
    told = without_alice.json(*arguments_of(without_alice, command), who="alice", status=3)
    assert told["error"]["message"] == "the key is missing, unknown, expired or revoked"


@pytest.mark.parametrize("command", REVIEWED)
def test_mallory_takes_no_part_in_a_review_and_it_is_on_the_ledger(watched: Shell, command: str) -> None:
    before = watched.types()
    told = watched.json(*arguments_of(watched, command), who="mallory", status=3)
    assert told["error"]["code"] == "forbidden"
    assert watched.types() == [*before, "request:refused"]


@pytest.mark.parametrize("command", [name for name in KEYED if not name.startswith(BESIDE)])
def test_without_a_key_there_is_no_act_on_subjects(watched: Shell, command: str) -> None:
    assert watched.json(*arguments_of(watched, command), status=3)["error"]["code"] == "unauthenticated"


@pytest.mark.parametrize("command", OF_A_GALLERY)
def test_mallory_cannot_tell_an_unknown_gallery_from_a_forbidden_one(shell: Shell, command: str) -> None:
    shell.furnish(("dave", photograph("dave")))
    forbidden = shell.run(*arguments_of(shell, command), who="mallory")
    unknown = shell.run(*arguments_of(shell, command, "nowhere"), who="mallory")
    assert forbidden.exit_code == unknown.exit_code in {3, 5}
    assert _blurred(forbidden.output, "staff") == _blurred(unknown.output, "nowhere")
    assert shell.types()[-1].endswith(":refused")
    assert shell.json("galleries", "subjects", "staff", who="alice")["subjects"] == ["dave"]


@pytest.mark.parametrize(
    "command", ["galleries create", "galleries delete", "consent give", "consent withdraw"]
)
@pytest.mark.parametrize("who", ["carol", "bob", "olivia"])
def test_who_does_not_operate_changes_nothing(shell: Shell, command: str, who: str) -> None:
    shell.furnish(("dave", photograph("dave")))
    told = shell.run(*arguments_of(shell, command), "--json", who=who)
    assert (told.exit_code, json.loads(told.stdout)["error"]["code"]) in {(3, "forbidden"), (5, "not_found")}
    assert shell.json("consent", "show", "staff", "dave", who="alice")["withdrawn"] is None


def _blurred(output: str, gallery: str) -> str:
    """What was answered, without what names the question itself."""
    lines = output.replace(gallery, "GALLERY").splitlines()
    return "\n".join(line for line in lines if not line.startswith(("decision", "ledger entry")))
