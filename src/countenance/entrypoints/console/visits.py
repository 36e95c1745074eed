"""One request of a person: who it is, what may be seen, and how it is answered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Final
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from countenance.app import Countenance
from countenance.entrypoints.console.cookies import keep, token_of
from countenance.entrypoints.console.navigation import HOME, LOGIN, menu
from countenance.entrypoints.console.notices import NOTICES
from countenance.entrypoints.identity import actor_behind, require
from countenance.entrypoints.pages.faults import Fault, told
from countenance.entrypoints.pages.forms import Form, read_form
from countenance.entrypoints.pages.same_origin import sent_from_here
from countenance.entrypoints.pages.site import Look
from countenance.errors import CountenanceError, InvalidInputError, UnauthenticatedError
from countenance.staff.model import By, Member, Opened, StaffRole, Stage
from countenance.staff.sessions import csrf_token, right_csrf_token
from countenance.vetting.model import Actor

FORM_TOKEN: Final = "form_token"  # noqa: S105  the name of a field
CONFIRM: Final = "/console/confirm"
HELD: Final = "held."
"""What the names of fields begin with that wait for a confirmation."""

_FULL: Final = frozenset({Stage.FULL})
_NOT_OURS: Final = Fault(
    HTTPStatus.FORBIDDEN,
    "This form cannot be taken",
    "It was not sent by a page of this session, or the session has ended meanwhile. Nothing was done.",
    "Open the page again and send it from there.",
)


@dataclass(frozen=True, slots=True)
class Visit:
    """A request on its way to a handler. `opened` is None for somebody who has not signed in."""

    service: Countenance
    look: Look
    request: Request
    form: Form
    opened: Opened | None

    @property
    def signed_in(self) -> Opened:
        """Return the session; raises `UnauthenticatedError` where there is none."""
        if self.opened is None:
            raise UnauthenticatedError("nobody is signed in here")
        return self.opened

    @property
    def member(self) -> Member:
        """Return who has signed in."""
        return self.signed_in.member

    @property
    def actor(self) -> Actor:
        """Return who has signed in, as somebody who acts."""
        return actor_behind(self.member)

    @property
    def by(self) -> By:
        """Return who has signed in, as somebody who changes accounts."""
        return By.of(self.member)

    @property
    def now(self) -> datetime:
        """Return the moment."""
        return self.service.parts.clock()

    @property
    def query(self) -> dict[str, str]:
        """Return the fields of the address, one value each."""
        return dict(self.request.query_params)

    @property
    def path(self) -> str:
        """Return the path of the page."""
        return self.request.url.path

    def part(self, name: str) -> str:
        """Return a part of the path."""
        return str(self.request.path_params[name])

    def page(self, template: str, *, status: int = HTTPStatus.OK, **values: object) -> Response:
        """Return the page of a template, with what every page needs."""
        return self.look.page(template, {**self._surroundings(), **values}, status)

    def show(self, template: str, values: Mapping[str, object]) -> Response:
        """Return the page of a template with `values`."""
        return self.look.page(template, {**self._surroundings(), **values})

    def fault(self, fault: Fault) -> Response:
        """Return the page of a fault, with the menu of whoever has signed in."""
        values = {
            "layout": self.look.layout,
            "title": fault.title,
            "happened": fault.happened,
            "advice": fault.advice,
            "reference": fault.reference,
        }
        return self.page("fault.html", status=fault.status, **values)

    def go(self, path: str, *, done: str | None = None) -> Response:
        """Send the browser to another page, which says what was `done` (a word of `NOTICES`)."""
        address = path if done is None else f"{path}{'&' if '?' in path else '?'}{urlencode({'done': done})}"
        return RedirectResponse(address, status_code=HTTPStatus.SEE_OTHER)

    def carry_on(self, response: Response, opened: Opened) -> Response:
        """Let the browser hold the text of a session that was opened or rotated."""
        return keep(self.request, response, opened.token)

    def _surroundings(self) -> Mapping[str, object]:
        full = self.opened is not None and self.opened.session.stage is Stage.FULL
        role = self.opened.member.role if self.opened is not None and full else None
        return {
            "rooms": menu(role, self.path, {}) if role is not None else (),
            "member": self.opened.member if self.opened is not None and full else None,
            "form_token": csrf_token(self.opened.token) if self.opened is not None else "",
            "now": self.now,
            "path": self.path,
            "notice": NOTICES.get(self.query.get("done", "")),
            "errors": {},
            "values": {},
        }


Handler = Callable[[Visit], Response]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page: where it is, who may see it, and what answers.

    `roles` None is for whoever comes. `stages` are the stages of a sign-in in which it is open,
    `confirmed` asks whoever acts to have proved anew who it is, `files` takes images.
    """

    path: str
    handler: Handler
    roles: frozenset[StaffRole] | None
    method: str = "GET"
    stages: frozenset[Stage] = _FULL
    confirmed: bool = False
    files: bool = False

    def route(self, service: Countenance, look: Look) -> Route:
        """Return the route of this page."""

        async def endpoint(request: Request) -> Response:
            try:
                form = await self._form(request, service)
            except CountenanceError as error:
                return look.fault(told(error))
            visit = Visit(service, look, request, form, None)
            return await run_in_threadpool(answer, self, visit)

        return Route(self.path, endpoint, methods=[self.method])

    async def _form(self, request: Request, service: Countenance) -> Form:
        if self.method == "GET":
            return Form()
        return await read_form(request, largest_file=service.parts.max_image_bytes if self.files else 0)


def answer(page: Page, stranger: Visit) -> Response:
    """Answer a request: who is it, may that be seen, was it sent from here; then the page."""
    visit = _recognised(page, stranger)
    try:
        if visit.opened is None and page.roles is not None:
            return _to_login(visit)
        if page.roles is not None and visit.member.role not in page.roles:
            require(visit.service, visit.actor, frozenset())
        if page.method != "GET":
            _require_own_form(visit)
        if page.confirmed and not visit.signed_in.session.freshly_confirmed(visit.now):
            return _ask_who_it_is(visit)
        return page.handler(visit)
    except NotOurFormError:
        return visit.fault(_NOT_OURS)
    except CountenanceError as error:
        return visit.fault(told(error))


def _ask_who_it_is(visit: Visit) -> Response:
    """Ask for the proofs, and hold what was typed meanwhile; files are sent again."""
    back = inside(visit.form.text("back") or HOME)
    if visit.form.files:
        return visit.go(f"{CONFIRM}?{urlencode({'next': back})}")
    return visit.page(
        "confirm.html",
        status=HTTPStatus.FORBIDDEN,
        account=visit.service.staff.read_accounts.own(visit.member),
        next=back,
        then=visit.path,
        kept=held_fields(visit.form),
    )


def held_fields(form: Form) -> list[tuple[str, str]]:
    """Return the fields of a form under the names by which they are held until somebody has confirmed."""
    return [
        (f"{HELD}{name}", value)
        for name, values in form.fields.items()
        if name != FORM_TOKEN
        for value in values
    ]


class NotOurFormError(Exception):
    """A form that no page of this session has sent; never leaves this module."""


def inside(address: str) -> str:
    """Return the address if it is one of the console's own, else the overview: nobody is sent elsewhere."""
    own = address == HOME or address.startswith((f"{HOME}/", f"{HOME}?"))
    return address if own and "\\" not in address and "//" not in address else HOME


def corrected(error: InvalidInputError) -> str:
    """Return an error's message as a sentence for a form."""
    return f"{error.message[:1].upper()}{error.message[1:]}."


def _recognised(page: Page, stranger: Visit) -> Visit:
    token = token_of(stranger.request)
    if token is None:
        return stranger
    try:
        opened = stranger.service.staff.read_session(token, stages=page.stages)
    except UnauthenticatedError:
        return stranger
    return Visit(stranger.service, stranger.look, stranger.request, stranger.form, opened)


def _require_own_form(visit: Visit) -> None:
    if not sent_from_here(visit.request):
        raise NotOurFormError("the form comes from elsewhere")
    if visit.opened is not None and not right_csrf_token(visit.opened.token, visit.form.text(FORM_TOKEN)):
        raise NotOurFormError("the form is not one of this session")


def _to_login(visit: Visit) -> Response:
    asked = visit.request.url
    wanted = asked.path + (f"?{asked.query}" if asked.query else "")
    sought = "" if wanted == HOME or visit.request.method != "GET" else f"?{urlencode({'next': wanted})}"
    return visit.go(f"{LOGIN}{sought}")
