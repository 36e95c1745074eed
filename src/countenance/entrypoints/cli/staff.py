"""`countenance staff`: the first administrator's account, and help for who cannot sign in any more."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from countenance.entrypoints.cli.context import CommandLine
from countenance.entrypoints.cli.options import JsonFlag
from countenance.entrypoints.cli.wording import moment
from countenance.errors import NotFoundError
from countenance.staff.accounts import Account
from countenance.staff.invitations import Newcomer
from countenance.staff.model import LOCAL, Invited, Member, StaffRole
from countenance.vetting.authority import LOCAL_ADMINISTRATOR
from countenance.vetting.model import CustomerId, PersonId

app = typer.Typer(
    no_args_is_help=True,
    help="Invite people to the console, list their accounts, and help who cannot sign in any more.",
)

LoginArgument = Annotated[str, typer.Argument(metavar="LOGIN", help="Login of the account.")]


@app.command("invite")
def invite(  # noqa: PLR0913  one parameter an option
    context: typer.Context,
    *,
    login: Annotated[
        str, typer.Argument(metavar="LOGIN", help="3 to 64 small letters, digits, dots, dashes.")
    ],
    name: Annotated[str, typer.Option("--name", help="The person's name, shown to staff alone.")],
    role: Annotated[StaffRole, typer.Option("--role", help="What the account may do; it has one role.")],
    customer: Annotated[
        str | None,
        typer.Option(
            "--customer", help="Id of the customer; for applicants and operators, and only for them."
        ),
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Make an account and print its link, once. Whoever opens the link sets the password."""
    line = CommandLine.of(context)
    newcomer = Newcomer(login=login, name=name, role=role, customer=customer)
    if customer is not None:
        line.countenance.vetting.read_customers.one(LOCAL_ADMINISTRATOR, CustomerId(customer))
    invited = line.countenance.staff.invite(LOCAL, newcomer)
    if customer is not None:
        person = PersonId(invited.member.id)
        members = line.countenance.vetting.members
        members.add(LOCAL_ADMINISTRATOR, CustomerId(customer), person, invited.member.name)
    _show(line, invited, as_json=as_json)


@app.command("reset")
def reset(
    context: typer.Context,
    *,
    login: LoginArgument,
    yes: Annotated[bool, typer.Option("--yes", help="Do it without asking.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Take password, second factors and recovery codes away, and print a link to begin anew."""
    line = CommandLine.of(context)
    account = _account(line, login)
    line.confirm(f"Take everything away that proves who `{login}` is?", yes=yes)
    _show(line, line.countenance.staff.invite.again(LOCAL, account.member.id), as_json=as_json)


@app.command("unlock")
def unlock(context: typer.Context, *, login: LoginArgument, as_json: JsonFlag = False) -> None:
    """Let an account listen again that waits after too many wrong tries."""
    line = CommandLine.of(context)
    member = line.countenance.staff.change_account.unlock(LOCAL, _account(line, login).member.id)
    _tell(line, member, f"`{login}` can sign in again", as_json=as_json)


@app.command("close")
def close(context: typer.Context, *, login: LoginArgument, as_json: JsonFlag = False) -> None:
    """Close an account at once, with every session of it."""
    line = CommandLine.of(context)
    member = line.countenance.staff.change_account.disable(LOCAL, _account(line, login).member.id)
    _tell(line, member, f"`{login}` is closed", as_json=as_json)


@app.command("confirm")
def confirm(context: typer.Context, *, login: LoginArgument, as_json: JsonFlag = False) -> None:
    """Confirm an account that waits for a second person, where nobody in the console can do it."""
    line = CommandLine.of(context)
    member = line.countenance.staff.nominations.confirm(LOCAL, _account(line, login).member.id)
    _tell(
        line, member, f"`{login}` holds the role `{member.role}`, confirmed at this machine", as_json=as_json
    )


@app.command("list")
def list_all(context: typer.Context, *, as_json: JsonFlag = False) -> None:
    """List every account: its role, how it stands, and by what its owner signs in."""
    line = CommandLine.of(context)
    accounts = line.countenance.staff.read_accounts(LOCAL)
    if as_json:
        line.output.document({"accounts": [_document(account) for account in accounts]})
    elif not accounts:
        line.output.say("Nobody yet. `countenance staff invite LOGIN` makes the first account.")
    else:
        rows = [
            (one.member.login, one.member.name, one.member.role.value, _standing(one), one.member.id)
            for one in accounts
        ]
        line.output.table(("login", "name", "role", "stands", "id on the ledger"), rows)


def _account(line: CommandLine, login: str) -> Account:
    for account in line.countenance.staff.read_accounts(LOCAL):
        if account.member.login == login.strip().casefold():
            return account
    raise NotFoundError(f"no account `{login}`")


def _standing(account: Account) -> str:
    if account.nomination is not None and account.nomination.waits:
        return "waits for a second person"
    if account.member.disabled is not None:
        return "closed"
    if account.member.failures and account.member.locked_until is not None:
        return f"waited until {moment(account.member.locked_until)}"
    return "open" if account.password else "invited"


def _document(account: Account) -> dict[str, Any]:
    return {
        **_member(account.member),
        "standing": _standing(account),
        "code": account.code,
        "passkeys": account.passkeys,
        "recovery_codes": account.recovery,
    }


def _member(member: Member) -> dict[str, Any]:
    return {
        "staff_id": member.id,
        "login": member.login,
        "name": member.name,
        "role": member.role.value,
        "customer": member.customer,
    }


def _tell(line: CommandLine, member: Member, text: str, *, as_json: bool) -> None:
    if as_json:
        line.output.document(_member(member))
    else:
        line.output.say(text)


def _show(line: CommandLine, invited: Invited, *, as_json: bool) -> None:
    parts = line.countenance.parts
    origin = parts.console_origin
    if origin is None:
        host, port = parts.listen
        origin = f"http://{'localhost' if host in {'127.0.0.1', '::1'} else host}:{port}"
    link = f"{origin}/console/join/{invited.token}"
    expires = moment(invited.invitation.expires)
    if as_json:
        line.output.document({**_member(invited.member), "link": link, "expires": expires})
        return
    line.output.note(f"Hand this link to {invited.member.name} alone: it works once, until {expires}.")
    typer.echo(link)
