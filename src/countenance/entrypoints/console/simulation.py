"""Recorded questions asked again: under another pack, on a coming day, or both."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from http import HTTPStatus
from typing import Final
from urllib.parse import urlencode

from starlette.responses import Response

from countenance.entrypoints.console.navigation import READERS
from countenance.entrypoints.console.visits import Page, Visit
from countenance.entrypoints.pages.simulated import (
    because,
    beginning,
    change_words,
    day_of,
    tally_document,
)
from countenance.errors import BusyError, InvalidInputError, NotFoundError
from countenance.policy.packs import PackSource, shipped_pack, shipped_packs
from countenance.policy.simulation import Tally
from countenance.recognition.log.simulation import Proposal

PATH: Final = "/console/simulation"
MOST: Final = 200_000
"""Questions that a page asks again at most; the command line asks any number."""

_ROWS: Final = 200
_LONGEST: Final = 100


def index(visit: Visit) -> Response:
    """Show what can be tried, and what came of it once it is asked for."""
    query = {name: value[:_LONGEST].strip() for name, value in visit.query.items()}
    if not query.get("since"):
        return _page(visit, query)
    try:
        named = query.get("pack", "")
        pack = visit.service.policy.packs.source(visit.actor, named) if named else None
        tally = simulated(visit, proposal(visit, query, pack))
    except (InvalidInputError, NotFoundError, BusyError) as error:
        return _page(visit, query, error=error.message[:1].upper() + error.message[1:] + ".")
    if query.get("format") == "json":
        name = f"simulation-{query['since']}.json"
        return Response(
            json.dumps(tally_document(tally), ensure_ascii=False),
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
            media_type="application/json",
        )
    return _page(visit, query, tally=tally)


def simulated(visit: Visit, asked: Proposal) -> Tally:
    """Return what would change, for no more questions than a page asks; raises as the act does."""
    simulate = visit.service.policy.simulate
    count = simulate.count(visit.actor, asked)
    if count > MOST:
        raise InvalidInputError(
            f"there are {count:,} questions in that time, and a page asks at most {MOST:,}: take a shorter "
            "time, or `countenance policy simulate`"
        )
    return simulate(visit.actor, asked, lambda *_: None)


def proposal(visit: Visit, query: Mapping[str, str], pack: PackSource | None) -> Proposal:
    """Return what is asked for; raises `InvalidInputError` without a first day, and for no day."""
    since, until = day_of(query, "since"), day_of(query, "until")
    if since is None:
        raise InvalidInputError("say from which day on")
    return Proposal(
        pack=pack,
        since=beginning(since),
        until=beginning(until + timedelta(days=1)) if until is not None else visit.now + timedelta(days=1),
        on=day_of(query, "on"),
        renewed=query.get("renewed") == "yes",
    )


def _page(
    visit: Visit, query: Mapping[str, str], *, tally: Tally | None = None, error: str | None = None
) -> Response:
    return visit.page(
        "simulation.html",
        status=HTTPStatus.BAD_REQUEST if error else HTTPStatus.OK,
        query=query,
        packs=_packs(visit),
        usual=usual(visit),
        simulated=in_rows(tally) if tally is not None else None,
        json_url=f"{PATH}?{urlencode({**query, 'format': 'json'})}",
        error=error,
    )


def usual(visit: Visit) -> str:
    """Return the day that is offered to begin with."""
    return (visit.now - timedelta(days=30)).date().isoformat()


def in_rows(tally: Tally) -> Mapping[str, object]:
    """Return what a page shows of a simulation: the counts, and the first groups of changes in words."""
    groups = tally.ordered()
    rows = [(group, change_words(group), because(group)) for group in groups[:_ROWS]]
    return {"tally": tally, "rows": rows, "more": len(groups) - len(rows)}


def _packs(visit: Visit) -> list[tuple[str, str]]:
    """Return what can be tried: every shipped pack, each of its versions, and the installed ones."""
    found: list[tuple[str, str]] = []
    for name in shipped_packs():
        pack = shipped_pack(name)
        found.append((name, pack.title))
        found += [(f"{name}@{version}", f"{pack.title}: {version}") for version in pack.versions[1:]]
    shelf = visit.service.policy.packs.shelf(visit.actor)
    return [*found, *((step.name, f"{step.name}, edition {step.edition}") for step in shelf.in_force)]


PAGES: Final = (Page(path=PATH, handler=index, roles=READERS),)
