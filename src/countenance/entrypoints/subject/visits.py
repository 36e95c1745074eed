"""One request of a subject: whose session it is, in which language, and how it is answered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from countenance import errors
from countenance.app import Countenance
from countenance.entrypoints.pages.forms import Form, read_form
from countenance.entrypoints.pages.same_origin import sent_from_here
from countenance.entrypoints.pages.site import Look
from countenance.entrypoints.subject.cookies import keep, token_of
from countenance.entrypoints.subject.languages import TEXTS, Language, language_of
from countenance.errors import BusyError, CountenanceError, UnauthenticatedError
from countenance.recognition.subjects.model import OpenedSession
from countenance.staff.sessions import csrf_token, right_csrf_token

HOME: Final = "/subject"
ENTER: Final = "/subject/enter"
FORM_TOKEN: Final = "form_token"  # noqa: S105  the name of a field
LANGUAGE: Final = "countenance-language"

AT_ONCE: Final = 8
"""Requests for these pages that are worked on at once; one more is told to come again."""

LONGEST_QUERY: Final = 500
_YEAR: Final = 31_536_000

FAULTS: Final[Mapping[type[CountenanceError], tuple[str, HTTPStatus]]] = {
    errors.CountenanceError: ("away", HTTPStatus.SERVICE_UNAVAILABLE),
    errors.NotFoundError: ("nothing", HTTPStatus.NOT_FOUND),
    errors.ForbiddenError: ("nothing", HTTPStatus.NOT_FOUND),
    errors.BusyError: ("busy", HTTPStatus.TOO_MANY_REQUESTS),
    errors.ConcurrentWriteError: ("stale", HTTPStatus.CONFLICT),
    errors.InvalidInputError: ("text", HTTPStatus.BAD_REQUEST),
    errors.LimitReachedError: ("limit", HTTPStatus.CONFLICT),
    errors.StateError: ("already", HTTPStatus.CONFLICT),
    errors.LegalHoldError: ("held", HTTPStatus.CONFLICT),
    errors.ConflictError: ("already", HTTPStatus.CONFLICT),
}
"""What a page says of an error, by its nearest class; never the error's own words, which are in English."""


@dataclass(slots=True)
class Door:
    """What all requests have in common: the installation, the look, and how many are worked on."""

    service: Countenance
    look: Look
    busy: int = 0


@dataclass(frozen=True, slots=True)
class Visit:
    """A request on its way to a handler. `opened` is None for somebody without a session."""

    door: Door
    request: Request
    language: Language
    form: Form = field(default_factory=Form)
    opened: OpenedSession | None = None

    @property
    def service(self) -> Countenance:
        """Return the installation."""
        return self.door.service

    @property
    def mine(self) -> OpenedSession:
        """Return the session; raises `UnauthenticatedError` where there is none."""
        if self.opened is None:
            raise UnauthenticatedError("nobody is signed in here")
        return self.opened

    @property
    def query(self) -> dict[str, str]:
        """Return the fields of the address, one value each."""
        return dict(self.request.query_params)

    @property
    def address(self) -> str:
        """Return where the request comes from, for counting wrong tries."""
        return self.request.client.host if self.request.client is not None else "unknown"

    def part(self, name: str) -> str:
        """Return a part of the path."""
        return str(self.request.path_params[name])

    def page(self, template: str, *, status: int = HTTPStatus.OK, **values: object) -> Response:
        """Return the page of a template, with what every page needs."""
        surroundings: dict[str, object] = {
            "t": self.language,
            "language": self.language.tag,
            "languages": [(tag, texts["language"], self._in(tag)) for tag, texts in TEXTS.items()],
            "opened": self.opened,
            "form_token": csrf_token(self.opened.token) if self.opened is not None else "",
            "problem": None,
        }
        return self.door.look.page(template, {**surroundings, **values}, status)

    def fault(self, key: str, status: int) -> Response:
        """Return the page of a fault, in the reader's language."""
        answer = self.page("subject_fault.html", status=status, key=key)
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            answer.headers["Retry-After"] = "1"
        return answer

    def go(self, path: str, *, done: str | None = None) -> Response:
        """Send the browser to another page, which says what was `done`."""
        address = path if done is None else f"{path}?{urlencode({'done': done})}"
        return RedirectResponse(address, status_code=HTTPStatus.SEE_OTHER)

    def carry_on(self, response: Response, opened: OpenedSession) -> Response:
        """Let the browser hold the text of a session."""
        return keep(self.request, response, opened.token)

    def _in(self, tag: str) -> str:
        """Return the address of this page in another language; a one-time code is not repeated in it."""
        path = self.request.url.path if self.request.method == "GET" else HOME
        return f"{path}?{urlencode({'lang': tag, **{k: v for k, v in self.query.items() if k in _KEPT}})}"


_KEPT: Final = frozenset({"kind", "about"})
Handler = Callable[[Visit], Response]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page: where it is and what answers. `closed` ones ask for a session."""

    path: str
    handler: Handler
    method: str = "GET"
    closed: bool = True

    def route(self, door: Door) -> Route:
        """Return the route of this page."""

        async def endpoint(request: Request) -> Response:
            language = _language(request)
            stranger = Visit(door, request, language)
            if len(request.url.query) > LONGEST_QUERY:
                return stranger.fault("nothing", HTTPStatus.NOT_FOUND)
            if door.busy >= AT_ONCE:
                return stranger.fault("busy", HTTPStatus.TOO_MANY_REQUESTS)
            door.busy += 1
            try:
                form = await read_form(request) if self.method == "POST" else Form()
                visit = Visit(door, request, language, form)
                response = await run_in_threadpool(answer, self, visit)
            except CountenanceError as error:
                response = stranger.fault(*told(error))
            finally:
                door.busy -= 1
            return _remembering(request, response)

        return Route(self.path, endpoint, methods=[self.method])


def told(error: CountenanceError) -> tuple[str, HTTPStatus]:
    """Return what a page says of an error, and its status."""
    return next(FAULTS[kind] for kind in type(error).__mro__ if kind in FAULTS)


def answer(page: Page, stranger: Visit) -> Response:
    """Answer a request: whose is it, was it sent from here; then the page."""
    visit = _recognised(stranger)
    try:
        if page.closed and visit.opened is None:
            return visit.go(ENTER, done="ended" if token_of(visit.request) else None)
        if page.method == "POST" and not _sent_from_this_session(visit):
            return visit.fault("form", HTTPStatus.FORBIDDEN)
        return page.handler(visit)
    except BusyError:
        return visit.fault("busy", HTTPStatus.TOO_MANY_REQUESTS)
    except UnauthenticatedError:
        return visit.go(ENTER, done="ended")
    except CountenanceError as error:
        return visit.fault(*told(error))


def _recognised(stranger: Visit) -> Visit:
    token = token_of(stranger.request)
    if token is None:
        return stranger
    try:
        opened = stranger.service.subjects.read_session(token)
    except UnauthenticatedError:
        return stranger
    return Visit(stranger.door, stranger.request, stranger.language, stranger.form, opened)


def _sent_from_this_session(visit: Visit) -> bool:
    if not sent_from_here(visit.request):
        return False
    return visit.opened is None or right_csrf_token(visit.opened.token, visit.form.text(FORM_TOKEN))


def _language(request: Request) -> Language:
    return language_of(
        request.query_params.get("lang"),
        request.cookies.get(LANGUAGE),
        accepts=request.headers.get("accept-language", ""),
    )


def _remembering(request: Request, response: Response) -> Response:
    """Let the browser remember a language that was chosen, and nothing else."""
    chosen = request.query_params.get("lang", "")
    if chosen in TEXTS:
        response.set_cookie(
            LANGUAGE,
            chosen,
            max_age=_YEAR,
            path=HOME,
            secure=request.url.scheme == "https",
            httponly=True,
            samesite="strict",
        )
    response.headers["Content-Language"] = language_of(chosen, _language(request).tag).tag
    return response
