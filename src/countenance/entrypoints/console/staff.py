"""Accounts of the people who work here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from starlette.responses import Response

from countenance.entrypoints.console.navigation import ADMINISTRATORS, OVERSEERS
from countenance.entrypoints.console.visits import Handler, Page, Visit, corrected
from countenance.entrypoints.pages.tables import Column, arranged
from countenance.errors import AlreadyExistsError, InvalidInputError, NotFoundError
from countenance.staff.accounts import Account
from countenance.staff.invitations import Newcomer
from countenance.staff.model import OUTSIDE, By, Invited, Member, StaffId, StaffRole
from countenance.staff.standing import locked
from countenance.vetting.model import CustomerId, PersonId

PATH: Final = "/console/staff"
Change = Callable[[By, StaffId], Member]
_ROLES: Final = [(role.value, role.value.capitalize()) for role in StaffRole]

COLUMNS: Final[tuple[Column[Account], ...]] = (
    Column("name", "Name", lambda one: one.member.name, key=lambda one: one.member.name.casefold()),
    Column("login", "Login", lambda one: one.member.login, key=lambda one: one.member.login),
    Column("role", "Role", lambda one: one.member.role.value, key=lambda one: one.member.role.value),
    Column("standing", "Standing", lambda one: "closed" if one.member.disabled else "open"),
    Column("second", "Second step", lambda one: one.passkeys + int(one.code)),
    Column("id", "Id on the ledger", lambda one: one.member.id),
)


def index(visit: Visit) -> Response:
    """Show every account."""
    return _index(visit, {})


def _index(visit: Visit, errors: dict[str, str]) -> Response:
    accounts = visit.service.staff.read_accounts(visit.by)
    table = arranged(PATH, visit.query, COLUMNS, accounts, order="name")
    if (file := table.file()) is not None:
        return file
    return visit.page(
        "staff.html",
        table=table,
        waiting={one.member.id for one in accounts if locked(one.member, visit.now)},
        administers=visit.member.role in ADMINISTRATORS,
        roles=_ROLES,
        sent=visit.form,
        errors=errors,
    )


def invite(visit: Visit) -> Response:
    """Make an account, and show the link this once."""
    form = visit.form
    role = next((role for role in StaffRole if role.value == form.text("role")), StaffRole.AUDITOR)
    newcomer = Newcomer(
        login=form.text("login"),
        name=form.text("name"),
        role=role,
        customer=form.text("customer") or None,
    )
    try:
        if newcomer.customer is not None:
            visit.service.vetting.read_customers.one(visit.actor, CustomerId(newcomer.customer))
        invited = visit.service.staff.invite(visit.by, newcomer)
    except (InvalidInputError, AlreadyExistsError, NotFoundError) as error:
        return _index(visit, {"login": corrected(InvalidInputError(error.message))})
    member = invited.member
    if member.customer is not None:
        person = PersonId(member.id)
        visit.service.vetting.members.add(visit.actor, CustomerId(member.customer), person, member.name)
    return _invited(visit, invited)


def one(visit: Visit) -> Response:
    """Show one account."""
    account = visit.service.staff.read_accounts.one(visit.by, StaffId(visit.part("staff_id")))
    return visit.page(
        "staff_member.html",
        account=account,
        pseudonym=visit.service.read_pseudonyms(visit.actor, account.member.id),
        waits=locked(account.member, visit.now),
        administers=visit.member.role in ADMINISTRATORS and account.member.id != visit.member.id,
        roles=[option for option in _ROLES if option[0] not in OUTSIDE],
    )


def again(visit: Visit) -> Response:
    """Take every proof away, and show a link to begin anew."""
    return _invited(visit, visit.service.staff.invite.again(visit.by, StaffId(visit.part("staff_id"))))


def role(visit: Visit) -> Response:
    """Give the account another role."""
    wanted = next((one for one in StaffRole if one.value == visit.form.text("role")), None)
    if wanted is None:
        raise InvalidInputError("choose a role of the list")
    staff_id = StaffId(visit.part("staff_id"))
    after = visit.service.staff.change_account.role(visit.by, staff_id, wanted)
    return visit.go(f"{PATH}/{staff_id}", done="role" if after.role is wanted else "named")


def _changing(done: str, change: Callable[[Visit], Change]) -> Handler:
    def handler(visit: Visit) -> Response:
        staff_id = StaffId(visit.part("staff_id"))
        change(visit)(visit.by, staff_id)
        return visit.go(f"{PATH}/{staff_id}", done=done)

    return handler


def _invited(visit: Visit, invited: Invited) -> Response:
    host = visit.request.headers.get("host", "")
    link = f"{visit.request.url.scheme}://{host}/console/join/{invited.token}"
    nomination = visit.service.staff.read_accounts.one(visit.by, invited.member.id).nomination
    waits = nomination is not None and nomination.waits
    return visit.page("invited.html", invited=invited, link=link, waits=waits)


def _post(path: str, handler: Handler, *, confirmed: bool = True) -> Page:
    return Page(path=path, handler=handler, roles=ADMINISTRATORS, method="POST", confirmed=confirmed)


_ONE: Final = f"{PATH}/{{staff_id}}"

PAGES: Final = (
    Page(path=PATH, handler=index, roles=OVERSEERS),
    _post(PATH, invite),
    Page(path=_ONE, handler=one, roles=OVERSEERS),
    _post(f"{_ONE}/reset", again),
    _post(f"{_ONE}/role", role),
    _post(f"{_ONE}/disable", _changing("disabled", lambda visit: visit.service.staff.change_account.disable)),
    _post(f"{_ONE}/enable", _changing("enabled", lambda visit: visit.service.staff.change_account.enable)),
    _post(f"{_ONE}/unlock", _changing("unlocked", lambda visit: visit.service.staff.change_account.unlock)),
)
