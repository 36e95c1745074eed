"""Accounts of the console, by whoever sits at the machine."""

from __future__ import annotations

import pytest

from countenance.staff.invitations import Newcomer
from countenance.staff.model import LOCAL, By, StaffRole
from integration.cli.shell import Shell

OLGA = ("staff", "invite", "olga", "--name", "Olga", "--role", "administrator")


def test_the_first_administrator_gets_a_link_that_is_shown_once(shell: Shell) -> None:
    assert "Nobody yet" in shell.run("staff", "list").stdout
    invited = shell.run(*OLGA)
    assert invited.exit_code == 0
    (link,) = invited.stdout.splitlines()
    assert "/console/join/" in link
    token = link.rpartition("/")[2]
    assert shell.open().staff.accept_invitation.look(token).login == "olga"
    listed = shell.run("staff", "list").stdout
    assert "olga" in listed
    assert "invited" in listed
    assert token not in listed
    assert shell.types()[-1] == "staff:invited"


def test_an_account_is_reset_unlocked_and_closed(shell: Shell) -> None:
    first = shell.json(*OLGA)
    again = shell.json("staff", "reset", "olga", "--yes")
    assert again["link"] != first["link"]
    assert shell.json("staff", "unlock", "olga")["staff_id"] == first["staff_id"]
    assert shell.run("staff", "close", "olga").exit_code == 0
    (account,) = shell.json("staff", "list")["accounts"]
    assert account["standing"] == "closed"
    assert shell.types()[-3:] == ["staff:changed"] * 3


def test_a_reviewer_whom_nobody_else_can_confirm_is_confirmed_at_the_machine(shell: Shell) -> None:
    shell.json(*OLGA)
    cases = shell.open().staff
    (olga,) = cases.read_accounts(LOCAL)
    for login in ("rita", "ruth"):
        cases.invite(By.of(olga.member), Newcomer(login=login, name=login.title(), role=StaffRole.REVIEWER))
    standings = {one["login"]: one["standing"] for one in shell.json("staff", "list")["accounts"]}
    assert standings == {"olga": "invited", "rita": "invited", "ruth": "waits for a second person"}
    assert "confirmed at this machine" in shell.run("staff", "confirm", "ruth").stdout
    assert "nothing waits" in shell.run("staff", "confirm", "rita").stderr


@pytest.mark.parametrize(
    "arguments", [("unlock", "nobody"), ("reset", "nobody", "--yes"), ("close", "nobody")]
)
def test_an_account_that_is_not_there_is_named(shell: Shell, arguments: tuple[str, ...]) -> None:
    told = shell.run("staff", *arguments)
    assert told.exit_code != 0
    assert "no account `nobody`" in told.stderr


def test_a_reset_asks_first(shell: Shell) -> None:
    shell.json(*OLGA)
    assert "nobody can be asked here" in shell.run("staff", "reset", "olga").stderr


def test_a_login_that_is_none_or_taken_is_refused(shell: Shell) -> None:
    shell.json(*OLGA)
    assert "already" in shell.run(*OLGA).stderr
    wrong = shell.run("staff", "invite", "O L", "--name", "Olga", "--role", "auditor")
    assert "is no login" in wrong.stderr


def test_whoever_belongs_to_a_customer_is_a_member_of_it_from_the_invitation_on(shell: Shell) -> None:
    record = ("--name", "The Mill", "--kind", "private", "--jurisdiction", "CH")
    shell.json("customers", "register", "mill", *record)
    asked = ("--name", "Otto", "--role", "operator")
    assert shell.run("staff", "invite", "otto", *asked).exit_code == 2
    assert shell.run("staff", "invite", "otto", *asked, "--customer", "nowhere").exit_code == 5
    assert "Nobody yet" in shell.run("staff", "list").stdout
    invited = shell.json("staff", "invite", "otto", *asked, "--customer", "mill")
    shown = shell.json("customers", "show", "mill")
    assert [one["person"] for one in shown["members"]] == [invited["staff_id"]]
