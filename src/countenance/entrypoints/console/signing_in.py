"""Signing in, step by step, and out."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Final
from urllib.parse import urlencode

import segno
from starlette.responses import Response

from countenance.entrypoints.console.cookies import drop
from countenance.entrypoints.console.navigation import EVERYBODY, HOME, LOGIN
from countenance.entrypoints.console.parties import party_of, the_party
from countenance.entrypoints.console.visits import Handler, Page, Visit, corrected, inside
from countenance.errors import InvalidInputError, UnauthenticatedError
from countenance.staff.codes import enrolment_uri
from countenance.staff.model import Opened, Stage
from countenance.staff.own_account import Enrolled

STEP: Final = "/console/login/step"
ENROL: Final = "/console/enrol"
_HALFWAY: Final = frozenset({Stage.PASSWORD})
_ENROLLING: Final = frozenset({Stage.ENROLLING, Stage.FULL})
_WRONG: Final = (
    "That did not work: something you typed is not right, or the account waits after too many tries. "
    "Check it and try again; after several wrong tries wait a minute, or ask an administrator."
)


def login(visit: Visit) -> Response:
    """Show the form."""
    provider = visit.service.parts.provider
    return visit.page(
        "login.html",
        next=inside(visit.query.get("next", HOME)),
        login="",
        provider=provider.name if provider is not None else None,
    )


def enter(visit: Visit) -> Response:
    """Take login and password, and go on to the second step."""
    wanted = inside(visit.form.text("next"))
    try:
        opened = visit.service.staff.sign_in(visit.form.text("login"), visit.form.secret("password"))
    except UnauthenticatedError:
        provider = visit.service.parts.provider
        return visit.page(
            "login.html",
            status=HTTPStatus.UNAUTHORIZED,
            next=wanted,
            login=visit.form.text("login"),
            provider=provider.name if provider is not None else None,
            errors={"login": _WRONG},
        )
    step = ENROL if opened.session.stage is Stage.ENROLLING else STEP
    return visit.carry_on(visit.go(f"{step}?{urlencode({'next': wanted})}"), opened)


def step(visit: Visit) -> Response:
    """Show the ways to give the second proof."""
    return _step(visit, inside(visit.query.get("next", HOME)))


def _step(visit: Visit, wanted: str, *, problem: str | None = None) -> Response:
    account = visit.service.staff.read_accounts.own(visit.member)
    return visit.page(
        "second_factor.html",
        status=HTTPStatus.UNAUTHORIZED if problem else HTTPStatus.OK,
        next=wanted,
        code=account.code,
        passkeys=account.passkeys if party_of(visit) is not None else 0,
        errors={problem: _WRONG} if problem else {},
    )


def _second(visit: Visit, field: str, prove: Callable[[Opened, str], Opened]) -> Response:
    wanted = inside(visit.form.text("next"))
    try:
        opened = prove(visit.signed_in, visit.form.text(field))
    except UnauthenticatedError:
        return _step(visit, wanted, problem=field)
    return visit.carry_on(visit.go(wanted), opened)


def with_code(visit: Visit) -> Response:
    """Take a code of the moment."""
    return _second(visit, "code", visit.service.staff.second_factor.with_code)


def with_recovery(visit: Visit) -> Response:
    """Take a recovery code."""
    return _second(visit, "recovery", visit.service.staff.second_factor.with_recovery)


def passkey_question(visit: Visit) -> Response:
    """Return what a passkey is to sign."""
    asked = visit.service.staff.second_factor.ask_passkey(visit.signed_in, the_party(visit))
    return Response(asked.options, media_type="application/json")


def with_passkey(visit: Visit) -> Response:
    """Take what a passkey has signed."""
    party = the_party(visit)

    def prove(opened: Opened, answer: str) -> Opened:
        return visit.service.staff.second_factor.with_passkey(opened, answer, party)

    return _second(visit, "answer", prove)


def leave(visit: Visit) -> Response:
    """End the session."""
    visit.service.staff.sign_out(visit.signed_in)
    return drop(visit.request, visit.go(LOGIN, done="signed-out"))


def invitation(visit: Visit) -> Response:
    """Show who was invited, and ask for a password."""
    invited = visit.service.staff.accept_invitation.look(visit.part("token"))
    return visit.page("invitation.html", invited=invited, token=visit.part("token"))


def join(visit: Visit) -> Response:
    """Set the password, and go on to the second step."""
    accept, token = visit.service.staff.accept_invitation, visit.part("token")
    password = visit.form.secret("password")
    if password != visit.form.secret("again"):
        return _again(visit, {"again": "The two passwords differ."})
    try:
        opened = accept(token, password)
    except InvalidInputError as error:
        return _again(visit, {"password": corrected(error)})
    return visit.carry_on(visit.go(ENROL), opened)


def _again(visit: Visit, errors: dict[str, str]) -> Response:
    token = visit.part("token")
    invited = visit.service.staff.accept_invitation.look(token)
    return visit.page(
        "invitation.html", status=HTTPStatus.BAD_REQUEST, invited=invited, token=token, errors=errors
    )


def enrol(visit: Visit) -> Response:
    """Show what makes a second factor."""
    return _enrol(visit, {})


def _enrol(visit: Visit, errors: dict[str, str]) -> Response:
    secret = visit.service.staff.second_factors.new_code_secret(visit.signed_in)
    return visit.page(
        "enrol_factor.html",
        status=HTTPStatus.BAD_REQUEST if errors else HTTPStatus.OK,
        secret=secret,
        qr=_qr(enrolment_uri(secret, visit.member.login)),
        passkeys_possible=party_of(visit) is not None,
        errors=errors,
    )


def enrol_code(visit: Visit) -> Response:
    """Let an authenticator app count."""
    try:
        enrolled = visit.service.staff.second_factors.confirm_code(visit.signed_in, visit.form.text("code"))
    except InvalidInputError as error:
        return _enrol(visit, {"code": corrected(error)})
    return _enrolled(visit, enrolled, "code")


def enrol_question(visit: Visit) -> Response:
    """Return what a device is asked to make."""
    asked = visit.service.staff.second_factors.ask_for_passkey(visit.signed_in, the_party(visit))
    return Response(asked.options, media_type="application/json")


def enrol_passkey(visit: Visit) -> Response:
    """Keep the passkey that a device has made."""
    try:
        enrolled = visit.service.staff.second_factors.add_passkey(
            visit.signed_in, visit.form.text("answer"), visit.form.text("label"), the_party(visit)
        )
    except InvalidInputError as error:
        return _enrol(visit, {"label": corrected(error)})
    return _enrolled(visit, enrolled, "passkey")


def _enrolled(visit: Visit, enrolled: Enrolled, done: str) -> Response:
    opened = enrolled.opened
    if not enrolled.recovery_codes:
        return visit.carry_on(visit.go("/console/account", done=done), opened)
    after = Visit(visit.service, visit.look, visit.request, visit.form, opened)
    page = after.page("recovery_codes.html", codes=enrolled.recovery_codes, next=HOME)
    return visit.carry_on(page, opened)


def _qr(text: str) -> str:
    """Return a QR code as an address of a picture that holds it."""
    return str(segno.make(text, error="m").svg_data_uri(scale=4, border=2))


def _halfway(path: str, handler: Handler) -> Page:
    return Page(path=path, handler=handler, roles=EVERYBODY, stages=_HALFWAY, method="POST")


def _making(path: str, handler: Handler) -> Page:
    return Page(path=path, handler=handler, roles=EVERYBODY, stages=_ENROLLING, method="POST")


PAGES: Final = (
    Page(path=LOGIN, handler=login, roles=None),
    Page(path=LOGIN, handler=enter, roles=None, method="POST"),
    Page(path=STEP, handler=step, roles=EVERYBODY, stages=_HALFWAY),
    _halfway("/console/login/code", with_code),
    _halfway("/console/login/recovery", with_recovery),
    _halfway("/console/login/passkey", with_passkey),
    _halfway("/console/login/passkey/question", passkey_question),
    Page(path="/console/logout", handler=leave, roles=EVERYBODY, method="POST"),
    Page(path="/console/join/{token}", handler=invitation, roles=None),
    Page(path="/console/join/{token}", handler=join, roles=None, method="POST"),
    Page(path=ENROL, handler=enrol, roles=EVERYBODY, stages=_ENROLLING),
    _making("/console/enrol/code", enrol_code),
    _making("/console/enrol/passkey/question", enrol_question),
    _making("/console/enrol/passkey", enrol_passkey),
)
