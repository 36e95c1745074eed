"""How a public page is answered: within bounds, and with what a cache needs to keep it."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from http import HTTPStatus
from typing import Final, Generic, TypeVar

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from countenance.app import Countenance
from countenance.entrypoints.pages.faults import Fault, told
from countenance.entrypoints.pages.site import Look
from countenance.errors import BusyError, CountenanceError
from countenance.policy.publication import RulesOfTheDay
from countenance.vetting.publication import Refusals, Register

Value = TypeVar("Value")

AT_ONCE: Final = 8
"""Public requests that are worked on at once; one more is told to come again: acts keep their threads."""

LONGEST_QUERY: Final = 2_000
"""Characters of an address after its question mark; no form of these pages makes so many."""

MINUTE: Final = 60
FOR_EVER: Final = 31_536_000

_FRESH: Final = timedelta(seconds=2)
_COUNTED: Final = timedelta(seconds=30)
_TOO_LONG: Final = Fault(
    HTTPStatus.REQUEST_URI_TOO_LONG,
    "This address is too long",
    "No link or form of these pages makes an address like this one.",
    "Go back to the page and use its form.",
)
_DIGITS: Final = 32


class Kept(Generic[Value]):
    """A value that is read again when it is older than `fresh`: many readers, one reading. Thread-safe."""

    def __init__(
        self, read: Callable[[], Value], clock: Callable[[], datetime], *, fresh: timedelta = _FRESH
    ) -> None:
        self._read = read
        self._clock = clock
        self._fresh = fresh
        self._lock = threading.Lock()
        self._held: tuple[datetime, Value] | None = None

    def __call__(self) -> Value:
        """Return the value, at most `fresh` old."""
        with self._lock:
            now = self._clock()
            if self._held is None or not timedelta(0) <= now - self._held[0] < self._fresh:
                self._held = (now, self._read())
            return self._held[1]


@dataclass(slots=True)
class Sources:
    """What pages are made from, read at most every few seconds, and how many requests are worked on."""

    service: Countenance
    look: Look
    busy: int = 0
    of_page: Counter[str] = field(default_factory=Counter)
    register: Kept[Register] = field(init=False)
    refusals: Kept[Refusals] = field(init=False)
    rules: Kept[RulesOfTheDay] = field(init=False)

    def __post_init__(self) -> None:
        clock = self.service.parts.clock
        self.register = Kept(self._register, clock)
        self.refusals = Kept(self._refusals, clock, fresh=_COUNTED)
        self.rules = Kept(self.service.public.rules, clock, fresh=_COUNTED)

    def _register(self) -> Register:
        """Read it; the database is opened by the first reader."""
        return self.service.public.register()

    def _refusals(self) -> Refusals:
        return self.service.public.refusals()


@dataclass(frozen=True, slots=True)
class Reading:
    """One request on its way to a handler."""

    sources: Sources
    request: Request

    @property
    def service(self) -> Countenance:
        """Return the installation."""
        return self.sources.service

    @property
    def now(self) -> datetime:
        """Return the moment; a page shows its day alone, so that it stays the same while nothing changes."""
        return self.service.parts.clock()

    @property
    def query(self) -> dict[str, str]:
        """Return the fields of the address, one value each."""
        return dict(self.request.query_params)

    def part(self, name: str) -> str:
        """Return a part of the path."""
        return str(self.request.path_params[name])

    def page(self, template: str, **values: object) -> Response:
        """Return the page of a template, with what every page needs."""
        surroundings = {
            "path": self.request.url.path,
            "operator": self.service.public.operator,
            "today": self.now.date(),
        }
        return self.sources.look.page(template, {**surroundings, **values})


@dataclass(frozen=True, slots=True)
class Page:
    """A public page: where it is, what answers, and for how many seconds a cache may keep it.

    `listed` pages stand in the sitemap; `label` is what the menu calls them, empty for those outside it.
    `at_once` is how many requests for this page are worked on at once, of those for all pages.
    """

    path: str
    handler: Callable[[Reading], Response]
    seconds: int = MINUTE
    label: str = ""
    listed: bool = False
    at_once: int = AT_ONCE

    def route(self, sources: Sources) -> Route:
        """Return the route of this page, for GET and HEAD."""

        async def endpoint(request: Request) -> Response:
            if len(request.url.query) > LONGEST_QUERY:
                return sources.look.fault(_TOO_LONG)
            if sources.busy >= AT_ONCE or sources.of_page[self.path] >= self.at_once:
                return _busy(sources.look)
            sources.busy += 1
            sources.of_page[self.path] += 1
            try:
                return await run_in_threadpool(self.answer, Reading(sources, request))
            finally:
                sources.busy -= 1
                sources.of_page[self.path] -= 1

        return Route(self.path, endpoint, methods=["GET"])

    def answer(self, reading: Reading) -> Response:
        """Return the page, or that nothing has changed since the reader had it."""
        try:
            response = self.handler(reading)
        except CountenanceError as error:
            return reading.sources.look.fault(told(error))
        if response.status_code != HTTPStatus.OK:
            return response
        tag = f'"{sha256(response.body).hexdigest()[:_DIGITS]}"'
        kept = ", immutable" if self.seconds == FOR_EVER else ""
        headers = {"ETag": tag, "Cache-Control": f"public, max-age={self.seconds}{kept}"}
        if tag in _tags(reading.request):
            return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
        response.headers.update(headers)
        return response


def as_json(document: Mapping[str, object], name: str) -> Response:
    """Return a document as a JSON file called `name`."""
    return Response(
        json.dumps(document, ensure_ascii=False, indent=1),
        media_type="application/json",
        headers={"Content-Disposition": f'inline; filename="{name}.json"'},
    )


def _tags(request: Request) -> frozenset[str]:
    """Return the tags that the reader holds; a weak one is as good here."""
    held = request.headers.get("if-none-match", "")
    return frozenset(tag.strip().removeprefix("W/") for tag in held.split(","))


def _busy(look: Look) -> Response:
    answer = look.fault(told(BusyError("too many readers at once")))
    answer.headers["Retry-After"] = "1"
    return answer
