"""The console as an application: every page, and what answers where there is none."""

from __future__ import annotations

from itertools import chain
from typing import Final

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from countenance.app import Countenance
from countenance.entrypoints.console import (
    account,
    applications,
    asking,
    audit,
    cases,
    coming,
    conditions,
    consent_notices,
    consents,
    customers,
    decisions,
    erasures,
    examiners,
    examining,
    fairness,
    fairness_monitor,
    galleries,
    health,
    incidents,
    keys,
    leases,
    ledger,
    nominations,
    notice_form,
    overview,
    packs,
    provider,
    retention,
    reviews,
    signing_in,
    simulation,
    staff,
    subject_requests,
    terms,
    trying,
    webhooks,
)
from countenance.entrypoints.console.navigation import EVERYBODY, HOME
from countenance.entrypoints.console.visits import Page, Visit
from countenance.entrypoints.pages.site import PagesAt, look_of, site_of
from countenance.errors import NotFoundError

PACKAGE: Final = "countenance.entrypoints.console"


def nothing(_: Visit) -> Response:
    """Say that there is nothing here."""
    raise NotFoundError("no such page")


_ELSEWHERE: Final = tuple(
    Page(path=f"{HOME}{rest}", handler=nothing, roles=EVERYBODY, method=method)
    for rest in ("", "/{rest:path}")
    for method in ("GET", "POST")
)

PAGES: Final[tuple[Page, ...]] = tuple(
    chain(
        signing_in.PAGES,
        account.PAGES,
        provider.PAGES,
        overview.PAGES,
        examining.PAGES,
        cases.PAGES,
        examiners.PAGES,
        incidents.PAGES,
        fairness.PAGES,
        fairness_monitor.PAGES,
        asking.PAGES,
        decisions.PAGES,
        simulation.PAGES,
        packs.PAGES,
        coming.PAGES,
        ledger.PAGES,
        audit.PAGES,
        galleries.PAGES,
        consents.PAGES,
        subject_requests.PAGES,
        notice_form.PAGES,
        consent_notices.PAGES,
        retention.PAGES,
        erasures.PAGES,
        webhooks.PAGES,
        applications.PAGES,
        reviews.PAGES,
        leases.PAGES,
        customers.PAGES,
        conditions.PAGES,
        terms.PAGES,
        keys.PAGES,
        trying.PAGES,
        staff.PAGES,
        nominations.PAGES,
        health.PAGES,
    )
)
"""Every page, in the order in which paths are compared."""


class Console:
    """Answers what lies below `/console`, and passes on everything else."""

    def __init__(self, app: ASGIApp, service: Countenance) -> None:
        look = look_of(HOME, PACKAGE, layout="console.html")
        pages = site_of(look, [page.route(service, look) for page in (*PAGES, *_ELSEWHERE)])
        self._pages = PagesAt(app, HOME, pages)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request, or pass it on."""
        await self._pages(scope, receive, send)
