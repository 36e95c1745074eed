"""Packs in the console: read by whoever oversees, checked before they are installed, and rolled back."""

from __future__ import annotations

import base64
import io
import random
import re
import sqlite3
import time
import zipfile
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from httpx2 import Response

from console_stage import ConsoleStage, another
from countenance.ledger import Written
from countenance.ledger.note import Signer
from countenance.policy.pack_parcel import LARGEST_PARCEL, LARGEST_TEXTS
from countenance.policy.packs import SIGNATURE, read_texts
from countenance.recognition.log.pack_signing import sign_pack
from countenance.recognition.log.packs_in_force import DecidePolicy, PacksInForce
from countenance.staff.sessions import csrf_token
from countenance.storage.database import open_database
from countenance.storage.unit_of_work import unit_of_work_factory
from fakes_engine import photograph
from integration.api.stage import KEYRING, SIGNER
from own_pack import pack_files
from policy_cases import VERIFY, refused_by
from staffing import PASSWORD

PACKS = "/console/packs"
AUTHOR, STRANGER = Signer.generate("packs.example"), Signer.generate("nobody.example")
LONGEST_WAIT = 5.0
"""Seconds after which a pack that was installed in the console must refuse in another process."""


def archive(files: Mapping[str, str | bytes], folder: str = "own/") -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as held:
        for name, text in files.items():
            held.writestr(f"{folder}{name}", text)
    return data.getvalue()


def signed(files: Mapping[str, str], name: str = "own", signer: Signer = AUTHOR) -> dict[str, str]:
    pack, faults = read_texts(name, files)
    assert pack is not None, faults
    return {**files, SIGNATURE: sign_pack(pack, signer)}


def edition(number: str, act: str = "verify") -> bytes:
    return archive(signed(pack_files(number, act)))


def largest() -> bytes:
    """An archive as large as one can be: with a comment that does not get smaller by packing."""
    files = pack_files("1")
    told = base64.b64encode(random.Random(7).randbytes(38_400)).decode()  # noqa: S311  no secret
    data = archive(signed({**files, "cases.toml": f"{files['cases.toml']}# {told}\n"}))
    assert 0.98 * LARGEST_PARCEL < len(data) <= LARGEST_PARCEL
    return data


@pytest.fixture
def office(template: ConsoleStage, tmp_path: Path) -> Iterator[ConsoleStage]:
    """A console whose installation trusts one author of packs."""
    console = another(template, tmp_path)
    console.stage.parts.pack_signers = lambda: (AUTHOR.vkey,)
    yield console
    console.stage.check_ledger()
    console.stage.parts.close()


@pytest.fixture(scope="module")
def counter(template: ConsoleStage, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ConsoleStage]:
    """A console like that, where nothing is ever installed."""
    console = another(template, tmp_path_factory.mktemp("counter"))
    console.stage.parts.pack_signers = lambda: (AUTHOR.vkey,)
    yield console
    assert console.service.policy.packs.shelf(console.actor("carol")).steps == ()
    console.stage.parts.close()


def handed_in(office: ConsoleStage, data: bytes, who: str = "olivia") -> Response:
    token = csrf_token(office.sessions[who].token)
    answer: Response = office.client(who).post(
        PACKS, data={"form_token": token}, files={"archive": ("own.zip", data, "application/zip")}
    )
    return answer


def hidden(page: Response) -> dict[str, str]:
    """The fields that a page sends on, without its token."""
    found = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page.text))
    return {name: value for name, value in found.items() if name != "form_token"}


def installed(office: ConsoleStage, data: bytes, reason: str = "as the board decided") -> Response:
    return office.post("olivia", f"{PACKS}/install", **hidden(handed_in(office, data)), reason=reason)


def test_a_pack_is_shown_then_installed_and_another_process_follows_and_it_is_rolled_back(
    office: ConsoleStage,
) -> None:
    elsewhere = open_database(f"sqlite:///{office.stage.parts.path}")
    reading = unit_of_work_factory(elsewhere, KEYRING, SIGNER)
    decide = DecidePolicy(PacksInForce((), reading, fresh=0.1)).decide
    assert "own.verify" not in refused_by(decide(VERIFY))
    events = len(office.stage.events())
    shown = handed_in(office, edition("1"))
    assert shown.status_code == 200
    for words in ("It can be installed", "<code>verify</code>", "as expected", "packs.example", "no edition"):
        assert words in shown.text
    assert len(office.stage.events()) == events
    done = office.post("olivia", f"{PACKS}/install", **hidden(shown), reason="as the board decided")
    assert done.headers["location"] == f"{PACKS}/own?done=pack-installed"
    event = office.stage.events()[-1]
    assert (event["type"], event["pack"], event["reason"]) == (
        "pack:installed",
        "own",
        KEYRING.veil(Written("as the board decided")),
    )
    assert event["signer"] == str(AUTHOR.vkey)
    assert event["actor"] == office.people["olivia"].member.id
    begun = time.monotonic()
    while "own.verify" not in refused_by(decide(VERIFY)):
        assert time.monotonic() - begun < LONGEST_WAIT
        time.sleep(0.05)
    back = office.post("olivia", f"{PACKS}/own/rollback", reason="refuses the wrong people", to="")
    assert back.headers["location"] == f"{PACKS}/own?done=pack-rolled-back"
    begun = time.monotonic()
    while "own.verify" in refused_by(decide(VERIFY)):
        assert time.monotonic() - begun < LONGEST_WAIT
        time.sleep(0.05)
    elsewhere.close()
    assert office.stage.events()[-1]["type"] == "pack:rolled_back"
    told = office.get("carol", PACKS).text
    assert "refuses the wrong people" in told
    assert "not in force" in office.get("carol", f"{PACKS}/own").text


def test_the_list_tells_the_programs_own_from_what_settings_name_and_what_was_installed(
    office: ConsoleStage,
) -> None:
    office.stage.parts.configured_packs = ("amazon-2020@binding",)
    installed(office, edition("1"))
    for who in ("olivia", "carol", "rita"):
        told = office.get(who, PACKS)
        assert told.status_code == 200
        in_force, _, beside = told.text.partition("What was done")
        assert "/console/packs/house" in in_force
        assert "/console/packs/laws" in in_force
        assert re.search(r"amazon-2020@binding.*?named by the settings", in_force, re.DOTALL)
        assert re.search(r">own<.*?installed .*?1 July.*?Olivia.*?as the board decided", in_force, re.DOTALL)
        assert "/console/packs/ibm-2020" in beside
        assert ("Check and install a pack" in in_force) is (who == "olivia")


def test_a_page_of_a_pack_has_its_rules_in_words_its_cases_and_what_is_otherwise_than_before(
    office: ConsoleStage,
) -> None:
    for name, words in (
        ("house", "come out as expected"),
        ("laws", "laws"),
        ("ibm-2020", "not asked here"),
    ):
        told = office.get("rita", f"{PACKS}/{name}")
        assert told.status_code == 200
        assert words in told.text
        assert "What is evaluated" in told.text
    installed(office, edition("1"))
    shown = handed_in(office, edition("2", act="watch"))
    for words in ("What is otherwise than now", "New rules", "own.watch", "Rules that are gone"):
        assert words in shown.text
    office.post("olivia", f"{PACKS}/install", **hidden(shown), reason="the court's ruling")
    told = office.get("carol", f"{PACKS}/own").text
    assert "refused now, permitted before" in told
    assert "permitted now, refused before" in told
    assert "Roll it back" not in told
    digest = office.service.policy.packs.shelf(office.actor("carol")).steps[0].digest
    assert digest is not None
    earlier = office.get("carol", f"{PACKS}/own?edition={digest}").text
    assert "There was no edition before it" in earlier
    assert "not in force" in earlier
    chosen = office.post("olivia", f"{PACKS}/own/rollback", reason="too wide", to=digest)
    assert chosen.status_code == 303
    assert office.service.policy.packs.shelf(office.actor("carol")).in_force[0].edition == "1"


def test_what_is_asked_for_after_five_minutes_waits_for_the_proofs_and_then_goes_on(
    office: ConsoleStage,
) -> None:
    shown = handed_in(office, largest())
    assert "It can be installed" in shown.text
    why = "面" * 500
    clock = office.stage.parts.clock
    clock.advance(timedelta(minutes=6))  # type: ignore[attr-defined]  # the fake clock
    asked = office.post("olivia", f"{PACKS}/install", **hidden(shown), reason=why)
    assert asked.status_code == 403
    assert "Confirm that it is you" in asked.text
    assert office.service.policy.packs.shelf(office.actor("carol")).steps == ()
    kept = hidden(asked)
    client, token = office.client("olivia"), csrf_token(office.sessions["olivia"].token)
    right = client.post(
        "/console/confirm",
        data={
            **kept,
            "form_token": token,
            "password": PASSWORD,
            "code": office.people["olivia"].code(clock()),
        },
    )
    fresh = re.search(r'name="form_token" value="(\w+)"', right.text)
    assert fresh is not None
    done = client.post(f"{PACKS}/install", data={**hidden(right), "form_token": fresh[1]})
    assert done.headers["location"] == f"{PACKS}/own?done=pack-installed"
    assert office.stage.events()[-1]["reason"] == KEYRING.veil(Written(why))
    clock.advance(timedelta(minutes=6))  # type: ignore[attr-defined]  # the fake clock
    office.sessions["olivia"] = office.staffing.sign_in(office.people["olivia"])
    clock.advance(timedelta(minutes=6))  # type: ignore[attr-defined]  # the fake clock
    assert office.post("olivia", f"{PACKS}/own/rollback", reason="no").status_code == 403
    assert len(office.service.policy.packs.shelf(office.actor("carol")).steps) == 1


FAILING = {**pack_files(), "cases.toml": pack_files()["cases.toml"].replace('"redact"', '"verify"')}
NOT_CEDAR = {**pack_files(), "prohibitions.cedar": "forbid (principal"}
OTHER_BYTES = {**signed(pack_files()), "cases.toml": pack_files()["cases.toml"] + "\n"}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (archive({**FAILING, SIGNATURE: signed(pack_files())[SIGNATURE]}), "another act"),
        (archive(NOT_CEDAR), "not sound"),
        (archive(pack_files()), "is not signed"),
        (archive(signed(pack_files(), signer=STRANGER)), "is not good"),
        (archive(OTHER_BYTES), "its digest is"),
        (archive(signed(pack_files(name="house"), "house"), "house/"), "comes with the program"),
        (archive(signed(pack_files(name="laws"), "laws"), "laws/"), "comes with the program"),
        (archive(signed(pack_files(), "OWN"), "OWN/"), "cannot name a pack"),
    ],
    ids=["failing case", "no Cedar", "unsigned", "stranger", "changed", "house", "laws", "name"],
)
def test_what_cannot_be_installed_is_shown_with_why_and_is_not_installed_either(
    counter: ConsoleStage, data: bytes, said: str
) -> None:
    shown = handed_in(counter, data)
    assert shown.status_code == 400
    assert "It cannot be installed as it is" in shown.text
    assert said in shown.text
    assert "Install edition" not in shown.text
    insisted = {"parcel": base64.urlsafe_b64encode(data).decode(), "back": PACKS}
    assert counter.post("olivia", f"{PACKS}/install", **insisted, reason="anyway").status_code == 400
    assert counter.service.policy.packs.shelf(counter.actor("carol")).steps == ()


ENCRYPTED = bytearray(archive(pack_files()))
ENCRYPTED[ENCRYPTED.index(b"PK\x01\x02") + 8] |= 1


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "Choose the archive"),
        (b"PK\x03\x04 nothing", "no ZIP archive"),
        (edition("1")[:-40], "no ZIP archive"),
        (b"x" * (LARGEST_PARCEL + 1), "over 40,000 bytes"),
        (archive({"prohibitions.cedar": "/" * (LARGEST_TEXTS + 1)}), "over 262,144 bytes"),
        (archive(pack_files(), ""), "pack the folder itself"),
        (archive(pack_files(), "../own/"), "pack the folder itself"),
        (archive(pack_files(), "/etc/"), "pack the folder itself"),
        (archive({**pack_files(), "run.py": "pass"}), "is no file of a pack"),
        (archive({"pack.toml": 'edition = "1"\n'}), "holds no prohibitions.cedar"),
        (archive({"prohibitions.cedar": b"\xff\xfe"}), "cannot be read as text"),
        (archive({f"{number}.cedar": "" for number in range(50)}), "more than 40 files"),
        (bytes(ENCRYPTED), "is encrypted"),
    ],
)
def test_what_is_no_pack_at_all_is_told_at_the_form(counter: ConsoleStage, data: bytes, said: str) -> None:
    told = handed_in(counter, data)
    assert told.status_code == 400
    assert said in told.text
    assert 'id="archive-error"' in told.text


def test_what_file_managers_leave_in_an_archive_is_passed_over(counter: ConsoleStage) -> None:
    own = {f"own/{name}": text for name, text in signed(pack_files()).items()}
    litter = {"__MACOSX/own/._pack.toml": "x", "own/.DS_Store": "x", "own/": ""}
    assert handed_in(counter, archive({**own, **litter}, "")).status_code == 200


def test_an_edition_is_installed_once_and_never_with_other_bytes(office: ConsoleStage) -> None:
    assert installed(office, edition("1")).status_code == 303
    assert "in force already" in handed_in(office, edition("1")).text
    assert "was other bytes" in handed_in(office, edition("1", act="watch")).text
    assert "a reason of at most" in installed(office, edition("2"), reason=" ").text.replace("A r", "a r")
    assert office.post("olivia", f"{PACKS}/install", parcel="%%%", reason="x").status_code == 400
    assert office.post("olivia", f"{PACKS}/own/rollback", reason=" ").status_code == 400
    assert office.post("olivia", f"{PACKS}/own/rollback", reason="x", to="feed").status_code == 404
    assert office.post("olivia", f"{PACKS}/nobodys/rollback", reason="x").status_code == 404
    assert len(office.service.policy.packs.shelf(office.actor("carol")).steps) == 1


def test_nothing_of_the_programs_own_is_rolled_back_and_no_path_is_opened(counter: ConsoleStage) -> None:
    told = counter.post("olivia", f"{PACKS}/house/rollback", reason="away with it")
    assert told.status_code == 400
    assert "cannot be rolled back" in told.text
    for name in ("nobodys", "..%2f..%2fetc%2fpasswd", "own.cedar", "amazon-2020@never", "house?edition=ab"):
        assert counter.get("carol", f"{PACKS}/{name}").status_code == 404


def test_a_text_that_was_tampered_with_is_told_and_can_be_rolled_back(office: ConsoleStage) -> None:
    installed(office, edition("1"))
    digest = office.service.policy.packs.shelf(office.actor("carol")).steps[0].digest
    with sqlite3.connect(office.stage.parts.path) as held:
        held.execute("UPDATE policy_texts SET files = '[]' WHERE digest = ?", (digest,))
    held.close()
    for path in (PACKS, f"{PACKS}/own"):
        told = office.get("carol", path)
        assert told.status_code == 200
        assert "cannot be read" in told.text
    assert "Roll it back" in office.get("olivia", f"{PACKS}/own").text
    assert office.post("olivia", f"{PACKS}/own/rollback", reason="tampered with").status_code == 303


def test_what_was_handed_in_is_tried_on_what_was_asked_before_it_is_installed(office: ConsoleStage) -> None:
    office.stage.furnish("alice", "staff", "identity_verification", ("dave", photograph("dave")))
    office.stage.verify("alice", "staff", "dave", photograph("dave", 2))
    shown = handed_in(office, edition("1"))
    assert "Try it first" in shown.text
    before = len(office.stage.events())

    def tried(who: str = "olivia", **how: str) -> Response:
        return office.post(who, f"{PACKS}/simulation", **{**hidden(shown), "since": "2020-01-01", **how})

    told = tried()
    assert told.status_code == 200
    for words in (
        "permitted, would be refused",
        "own.verify",
        "It can be installed",
        hidden(shown)["parcel"],
    ):
        assert words in told.text
    example = re.search(r"/console/decisions/dec_\w+", told.text)
    assert example is not None
    assert office.get("olivia", example[0]).status_code == 200
    assert "Nothing was asked in that time" in tried(until="2020-01-02").text
    assert "lease.expired" in tried(on="2126-01-01").text
    assert len(office.stage.events()) == before
    assert office.service.policy.packs.shelf(office.actor("carol")).steps == ()
    done = office.post("olivia", f"{PACKS}/install", **hidden(told), reason="tried on what was asked")
    assert done.headers["location"] == f"{PACKS}/own?done=pack-installed"


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"since": ""}, "ay from which day on"),
        ({"since": "tomorrow"}, "no day of the calendar"),
        ({"until": "1999-01-01"}, "ends before it begins"),
        ({"parcel": ""}, "hoose the archive of a pack"),
        ({"parcel": "bm8gYXJjaGl2ZQ=="}, "no ZIP archive"),
    ],
)
def test_what_cannot_be_tried_is_told_where_it_is_put_right(
    counter: ConsoleStage, how: Mapping[str, str], said: str
) -> None:
    sent = {**hidden(handed_in(counter, edition("1"))), "since": "2020-01-01", **how}
    answer = counter.post("olivia", f"{PACKS}/simulation", **sent)
    assert (answer.status_code, said in answer.text) == (400, True), answer.text
    assert "questions asked again" not in answer.text


def test_a_pack_that_cannot_be_read_is_not_tried(counter: ConsoleStage) -> None:
    broken = signed(pack_files("1"))
    shown = handed_in(counter, archive({**broken, "prohibitions.cedar": "forbid (principal"}))
    assert "Try it first" not in shown.text
    data = archive({**broken, "prohibitions.cedar": "forbid (principal"})
    parcel = base64.urlsafe_b64encode(data).decode()
    answer = counter.post("olivia", f"{PACKS}/simulation", parcel=parcel, since="2020-01-01")
    assert answer.status_code == 400
    assert "It cannot be installed as it is" in answer.text


def test_who_may_not_install_is_refused_on_the_record(office: ConsoleStage) -> None:
    for who in ("carol", "rita"):
        assert handed_in(office, edition("1"), who).status_code == 404
        assert office.post(who, f"{PACKS}/simulation", since="2020-01-01").status_code == 404
        assert office.stage.events()[-1]["type"] == "request:refused"
    assert office.get("bob", PACKS).status_code == 404
