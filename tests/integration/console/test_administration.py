"""The pages of the ledger, galleries, keys, staff, health and the own account."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from console_stage import ConsoleStage
from countenance.errors import UnauthenticatedError
from countenance.ledger.note import VerifierKey
from countenance.ledger.proof import InclusionProof
from countenance.staff.model import CONFIRMED_FOR, LOCAL, Opened
from countenance.staff.sessions import csrf_token
from integration.api.stage import SIGNER
from staffing import PASSWORD


def later(console: ConsoleStage, step: timedelta = CONFIRMED_FOR) -> None:
    console.stage.parts.clock.advance(step)  # type: ignore[attr-defined]  # the fake clock


def test_the_ledger_shows_its_head_its_key_and_its_entries_by_pages(lived: ConsoleStage) -> None:
    text = lived.get("bob", "/console/ledger").text
    assert "localhost/stage" in text
    assert str(SIGNER.vkey) in text.replace("&#43;", "+")
    total = len(lived.stage.events())
    assert f"of {total} entries" in text
    last = lived.get("bob", f"/console/ledger?page={-(-total // 25)}").text
    assert 'href="/console/ledger/entries/0"' in last
    assert "identification:refused" in lived.get("bob", "/console/ledger?format=csv").text


def test_an_entry_is_shown_with_a_proof_that_verifies_elsewhere(lived: ConsoleStage) -> None:
    page = lived.get("carol", "/console/ledger/entries/7").text
    found = re.search(r'data-leaf="([^"]+)"', page)
    assert found is not None
    leaf = found[1].replace("&#34;", '"')
    proof = InclusionProof.parse(lived.get("carol", "/console/ledger/entries/7/proof").text)
    keys: list[VerifierKey] = [SIGNER.vkey]
    assert proof.verify(leaf.encode(), keys).size >= 8
    assert lived.get("carol", "/console/ledger/find?number=7").headers["location"].endswith("/entries/7")
    for wrong in ("999999", "x", "1" * 30, "-1"):
        assert lived.get("carol", f"/console/ledger/entries/{wrong}").status_code == 404


def test_galleries_are_counted_and_nobody_in_them_is_named(lived: ConsoleStage) -> None:
    text = lived.get("rita", "/console/galleries").text
    assert "missing children" in text
    assert "lena" not in text
    assert "Nothing matches" in lived.get("rita", "/console/galleries?q=zzz").text
    assert (
        "staff,bank,identity_verification" in lived.get("rita", "/console/galleries?format=csv&q=bank").text
    )


def test_an_administrator_issues_a_key_that_works_once_shown_and_revokes_it(console: ConsoleStage) -> None:
    issued = console.post("olivia", "/console/keys", label="gate seven", role="operator", lease="bank-doors")
    found = re.search(r"ck_[0-9a-f]{16}_[0-9a-f]{64}", issued.text)
    assert found is not None
    console.service.authenticate(found[0])
    listed = console.get("olivia", "/console/keys").text
    assert "gate seven" in listed
    assert found[0] not in listed
    key_id = found[0].split("_")[1]
    revoked = console.post("olivia", f"/console/keys/{key_id}/revoke")
    assert revoked.headers["location"].endswith("key-revoked")
    assert "gate seven" not in console.get("olivia", "/console/keys").text
    assert "gate seven" in console.get("carol", "/console/keys?standing=all").text
    assert "Issue a key" not in console.get("carol", "/console/keys").text


def test_a_key_is_rotated_and_the_old_one_goes_on_for_a_week(console: ConsoleStage) -> None:
    fields = {"label": "gate eight", "role": "operator", "lease": "bank-doors", "expires": "2026-12-01"}
    old = re.search(r"ck_[0-9a-f]{16}_[0-9a-f]{64}", console.post("olivia", "/console/keys", **fields).text)
    assert old is not None
    rotated = console.post("olivia", f"/console/keys/{old[0].split('_')[1]}/rotate")
    new = re.search(r"ck_[0-9a-f]{16}_[0-9a-f]{64}", rotated.text)
    assert new is not None
    assert new[0] != old[0]
    for text in (old[0], new[0]):
        console.service.authenticate(text)
    later(console, timedelta(days=7))
    console.service.authenticate(new[0])
    with pytest.raises(UnauthenticatedError):
        console.service.authenticate(old[0])


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"label": "", "role": "operator", "lease": "bank-doors"}, "A label has 1 to 100 characters."),
        ({"label": "x", "role": "operator", "lease": ""}, "is issued under a lease"),
        ({"label": "x", "role": "operator", "lease": "none"}, "No lease `none`."),
        ({"label": "x", "role": "emperor", "lease": ""}, "Choose a role."),
        ({"label": "x", "role": "auditor", "expires": "soon"}, "Write the day as year"),
    ],
)
def test_a_key_that_cannot_be_says_why(lived: ConsoleStage, fields: dict[str, str], said: str) -> None:
    assert said in lived.post("olivia", "/console/keys", **fields).text


def test_a_dangerous_act_asks_again_who_it_is(console: ConsoleStage) -> None:
    later(console)
    fields = {"label": "x", "role": "auditor", "back": "/console/keys"}
    asked = console.post("olivia", "/console/keys", **fields)
    assert "Confirm that it is you" in asked.text
    assert 'name="next" value="/console/keys"' in asked.text
    person = console.people["olivia"]
    wrong = console.post("olivia", "/console/confirm", password=PASSWORD, code="1", next="/console/keys")
    assert wrong.status_code == 401
    code = person.code(console.stage.parts.clock())
    right = console.post("olivia", "/console/confirm", password=PASSWORD, code=code, next="/console/keys")
    assert right.headers["location"] == "/console/keys?done=confirmed"
    token = right.cookies["countenance"]
    console.sessions["olivia"] = console.service.staff.read_session(token)
    assert "The key is issued" in console.post("olivia", "/console/keys", **fields).text


def test_staff_are_invited_by_a_link_that_is_shown_once(console: ConsoleStage) -> None:
    sent = {"login": "dora", "name": "Dora", "role": "auditor", "back": "/console/staff"}
    invited = console.post("olivia", "/console/staff", **sent)
    link = re.search(r"http://localhost/console/join/([\w-]{43})", invited.text)
    assert link is not None
    assert "Welcome, Dora" in console.get(None, f"/console/join/{link[1]}").text
    listed = console.get("carol", "/console/staff").text
    assert "Dora" in listed
    assert link[1] not in listed
    again = console.post("olivia", "/console/staff", **sent)
    assert "There is an account `dora` already." in again.text


def test_an_account_is_changed_and_its_sessions_end(console: ConsoleStage) -> None:
    rita = console.people["rita"].member.id
    for act, fields, said in (
        ("role", {"role": "auditor"}, "The role was changed"),
        ("disable", {}, "The account is closed"),
        ("enable", {}, "The account is open again"),
        ("unlock", {}, "The account listens again"),
    ):
        done = console.post("olivia", f"/console/staff/{rita}/{act}", **fields)
        assert said in console.get("olivia", done.headers["location"]).text
    assert console.get("rita", "/console").status_code == 303
    reset = console.post("olivia", f"/console/staff/{rita}/reset")
    assert "/console/join/" in reset.text
    own = console.people["olivia"].member.id
    assert console.post("olivia", f"/console/staff/{own}/disable").status_code == 404
    assert console.get("olivia", "/console/staff/stf_nobody").status_code == 404
    wrong = console.post("olivia", f"/console/staff/{rita}/role", role="emperor")
    assert "Choose a role of the list." in wrong.text


def test_a_locked_account_waits_on_the_overview(console: ConsoleStage) -> None:
    for _ in range(5):
        console.client().post("/console/login", data={"login": "rita", "password": "wrong"})
    text = console.get("olivia", "/console").text
    assert "Rita&#39;s account waits" in text
    assert "5 wrong tries" in text


def test_people_change_their_own_password_and_codes(console: ConsoleStage) -> None:
    def send(path: str, **fields: str) -> str:
        answer = console.post("rita", path, **fields)
        token = answer.cookies.get("countenance")
        if token is not None:
            console.sessions["rita"] = console.service.staff.read_session(token)
        return console.get("rita", answer.headers["location"]).text if answer.is_redirect else answer.text

    new = "another horse battery"
    path = "/console/account/password"
    assert "The two passwords differ." in send(path, old=PASSWORD, new=new, again="x")
    assert "12 to 256 characters" in send(path, old=PASSWORD, new="short", again="short")
    assert "That was not right" in send(path, old="wrong", new=new, again=new)
    assert "Your password was changed" in send(path, old=PASSWORD, new=new, again=new)
    assert "shown this once" in send("/console/account/recovery")
    assert "Every other session of yours has ended." in send("/console/account/sessions")
    assert "there is no such passkey" in send("/console/account/passkey", passkey="x").lower()


def test_health_says_what_works_and_what_does_not(console: ConsoleStage) -> None:
    assert "Everything works" in console.get("carol", "/console/health").text


def test_a_form_of_somebody_elses_session_is_not_taken(console: ConsoleStage) -> None:
    opened: Opened = console.sessions["olivia"]
    answer = console.client("rita").post(
        "/console/account/sessions", data={"form_token": csrf_token(opened.token)}
    )
    assert answer.status_code == 403


def test_a_reviewer_who_is_invited_waits_until_a_second_person_confirms(console: ConsoleStage) -> None:
    sent = {"login": "nora", "name": "Nora", "role": "reviewer", "back": "/console/staff"}
    invited = console.post("olivia", "/console/staff", **sent)
    assert "It opens nothing yet" in invited.text
    link = re.search(r"/console/join/[\w-]{43}", invited.text)
    assert link is not None
    early = console.get(None, link[0])
    assert early.status_code == 409
    assert "when a second person has confirmed it" in early.text
    assert "waits for a second person" in console.get("carol", "/console/staff").text
    assert "Nora is to be reviewer" in console.get("rita", "/console").text
    assert "Nora is to be" not in console.get("olivia", "/console").text
    own = console.get("olivia", "/console/nominations").text
    assert "You named them" in own
    assert "I spoke with them" not in own
    nora = next(
        one.member.id for one in console.service.staff.read_accounts(LOCAL) if one.member.name == "Nora"
    )
    place = f"/console/nominations/{nora}"
    refused = console.post("olivia", f"{place}/confirm")
    assert refused.status_code == 409
    assert "another person has to look" in refused.text
    assert "Named by" in console.get("rita", "/console/nominations").text
    assert console.post("rita", f"{place}/confirm").headers["location"].endswith("nomination-confirmed")
    assert "Welcome, Nora" in console.get(None, link[0]).text
    assert "nora" in console.get("carol", "/console/nominations?format=csv").text.lower()
    assert "Nothing waits" in console.post("rita", f"{place}/decline").text
    raised = console.post(
        "olivia", f"/console/staff/{console.people['carol'].member.id}/role", role="reviewer"
    )
    assert raised.headers["location"].endswith("done=named")
    declined = console.post("olivia", f"/console/nominations/{console.people['carol'].member.id}/decline")
    assert declined.headers["location"].endswith("nomination-declined")
    assert "Keys" in console.get("carol", "/console/keys").text
