"""The own account: password, second factors, recovery codes, sessions; and proving anew who one is."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from starlette.responses import Response

from countenance.entrypoints.console.navigation import EVERYBODY, HOME
from countenance.entrypoints.console.parties import party_of, the_party
from countenance.entrypoints.console.visits import CONFIRM, HELD, Page, Visit, corrected, inside
from countenance.errors import InvalidInputError, UnauthenticatedError
from countenance.staff.model import Opened
from countenance.staff.own_account import name_of

PATH: Final = "/console/account"
_WRONG: Final = "That was not right, or the account waits after too many tries. Check it and try again."


def account(visit: Visit) -> Response:
    """Show the own account."""
    return _account(visit, {})


def _account(visit: Visit, errors: dict[str, str]) -> Response:
    provider = visit.service.parts.provider
    held = visit.service.staff.second_factors.passkeys(visit.signed_in)
    return visit.page(
        "account.html",
        status=HTTPStatus.BAD_REQUEST if errors else HTTPStatus.OK,
        account=visit.service.staff.read_accounts.own(visit.member),
        pseudonym=visit.service.read_pseudonyms(visit.actor, visit.member.id),
        passkeys=[(name_of(key), key) for key in held],
        passkeys_possible=party_of(visit) is not None,
        provider=provider.name if provider is not None else None,
        errors=errors,
    )


def password(visit: Visit) -> Response:
    """Set another password."""
    form = visit.form
    if form.secret("new") != form.secret("again"):
        return _account(visit, {"again": "The two passwords differ."})
    try:
        opened = visit.service.staff.change_password(visit.signed_in, form.secret("old"), form.secret("new"))
    except InvalidInputError as error:
        return _account(visit, {"new": corrected(error)})
    except UnauthenticatedError:
        return _account(visit, {"old": _WRONG})
    return visit.carry_on(visit.go(PATH, done="password"), opened)


def recovery(visit: Visit) -> Response:
    """Make new recovery codes, and show them this once."""
    codes = visit.service.staff.second_factors.new_recovery_codes(visit.signed_in)
    return visit.page("recovery_codes.html", codes=codes, next=PATH)


def remove_passkey(visit: Visit) -> Response:
    """Forget a passkey."""
    try:
        visit.service.staff.second_factors.remove_passkey(visit.signed_in, visit.form.text("passkey"))
    except InvalidInputError as error:
        return _account(visit, {"": corrected(error)})
    return visit.go(PATH, done="passkey-removed")


def end_sessions(visit: Visit) -> Response:
    """End every other session."""
    opened = visit.service.staff.sign_out.everywhere(visit.signed_in)
    return visit.carry_on(visit.go(PATH, done="sessions"), opened)


def confirmation(visit: Visit) -> Response:
    """Ask for the proofs."""
    return _confirmation(visit, inside(visit.query.get("next", HOME)), {})


def _confirmation(visit: Visit, wanted: str, errors: dict[str, str]) -> Response:
    return visit.page(
        "confirm.html",
        status=HTTPStatus.UNAUTHORIZED if errors else HTTPStatus.OK,
        account=visit.service.staff.read_accounts.own(visit.member),
        next=wanted,
        then=_then(visit),
        kept=_held(visit),
        errors=errors,
    )


def confirm(visit: Visit) -> Response:
    """Take a password and a code."""
    form, wanted = visit.form, inside(visit.form.text("next"))
    try:
        opened = visit.service.staff.confirm.with_password(
            visit.signed_in, form.secret("password"), form.text("code")
        )
    except UnauthenticatedError:
        return _confirmation(visit, wanted, {"password": _WRONG})
    return _confirmed(visit, wanted, opened)


def _confirmed(visit: Visit, wanted: str, opened: Opened) -> Response:
    """Go on: back to the page, or with what was typed there, once its sender says so."""
    then = _then(visit)
    if not then:
        return visit.carry_on(visit.go(wanted, done="confirmed"), opened)
    after = Visit(visit.service, visit.look, visit.request, visit.form, opened)
    fields = [(name.removeprefix(HELD), value) for name, value in _held(visit)]
    page = after.page("confirmed.html", then=then, next=wanted, fields=fields)
    return visit.carry_on(page, opened)


def _then(visit: Visit) -> str:
    """Return where a form waits to be sent, or nothing."""
    then = visit.form.text("then")
    return then if inside(then) == then and then != HOME else ""


def _held(visit: Visit) -> list[tuple[str, str]]:
    fields = visit.form.fields.items()
    return [(name, value) for name, values in fields if name.startswith(HELD) for value in values]


def confirm_question(visit: Visit) -> Response:
    """Return what a passkey is to sign."""
    asked = visit.service.staff.confirm.ask_passkey(visit.signed_in, the_party(visit))
    return Response(asked.options, media_type="application/json")


def confirm_passkey(visit: Visit) -> Response:
    """Take what a passkey has signed."""
    wanted = inside(visit.form.text("next"))
    try:
        opened = visit.service.staff.confirm.with_passkey(
            visit.signed_in, visit.form.text("answer"), the_party(visit)
        )
    except UnauthenticatedError:
        return _confirmation(visit, wanted, {"": _WRONG})
    return _confirmed(visit, wanted, opened)


PAGES: Final = (
    Page(path=PATH, handler=account, roles=EVERYBODY),
    Page(path=f"{PATH}/password", handler=password, roles=EVERYBODY, method="POST"),
    Page(path=f"{PATH}/recovery", handler=recovery, roles=EVERYBODY, method="POST", confirmed=True),
    Page(path=f"{PATH}/passkey", handler=remove_passkey, roles=EVERYBODY, method="POST", confirmed=True),
    Page(path=f"{PATH}/sessions", handler=end_sessions, roles=EVERYBODY, method="POST"),
    Page(path=CONFIRM, handler=confirmation, roles=EVERYBODY),
    Page(path=CONFIRM, handler=confirm, roles=EVERYBODY, method="POST"),
    Page(path=f"{CONFIRM}/passkey/question", handler=confirm_question, roles=EVERYBODY, method="POST"),
    Page(path=f"{CONFIRM}/passkey", handler=confirm_passkey, roles=EVERYBODY, method="POST"),
)
