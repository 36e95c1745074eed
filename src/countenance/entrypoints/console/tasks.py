"""What waits for somebody, as the overview tells it; here what subjects' rights ask for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from countenance.entrypoints.console.desk import SEERS, acting
from countenance.entrypoints.console.erasures import PATH as ERASURES
from countenance.entrypoints.console.navigation import OVERSEERS
from countenance.entrypoints.console.subject_requests import KINDS
from countenance.entrypoints.console.subject_requests import PATH as REQUESTS
from countenance.entrypoints.console.visits import Visit
from countenance.entrypoints.console.webhooks import PATH as WEBHOOKS
from countenance.entrypoints.console.webhooks import listed
from countenance.entrypoints.pages.words import capital, counted, day, left
from countenance.errors import NotFoundError
from countenance.recognition.subjects.model import RequestState
from countenance.staff.model import StaffRole

NEAR: Final = timedelta(days=7)
"""How long before it is due an answer is asked for by itself."""

_FOLLOWED_WITHIN: Final = timedelta(minutes=10)
_MOST: Final = 5


@dataclass(frozen=True, slots=True)
class Task:
    """Something that waits for this person: how pressing (`bad` or `wait`), what, and where to do it."""

    kind: str
    title: str
    text: str
    path: str
    label: str


def of_rights(visit: Visit) -> list[Task]:
    """Return what subjects' rights ask of the visitor: answers, erasures, addresses that fail."""
    found: list[Task] = []
    try:
        if visit.member.role is StaffRole.OPERATOR:
            found += _requests(visit)
        if visit.member.role in OVERSEERS:
            found += _clocks(visit)
        if visit.member.role in SEERS:
            found += [*_erasures(visit), *_webhooks(visit)]
    except NotFoundError:  # somebody whose customer has no lease yet, or who has left it
        return found
    return found


def _requests(visit: Visit) -> list[Task]:
    """Return each request whose answer is late or nearly due, and how many others wait."""
    open_ones = visit.service.rights.requests.all(acting(visit), state=RequestState.OPEN)
    near = [one for one in open_ones if one.due <= visit.now + NEAR]
    found = []
    for one in near[:_MOST]:
        late = one.overdue_at(visit.now)
        what = capital(KINDS[one.kind])
        title = (
            f"{what}: the answer is late, it was due {left(one.due, visit.now)}"
            if late
            else f"{what}: an answer is due {left(one.due, visit.now)}"
        )
        text = f"Asked on {day(one.filed)}, due on {day(one.due)}. The law gives a month."
        found.append(Task("bad" if late else "wait", title, text, f"{REQUESTS}/{one.id}", "Answer it"))
    others = len(open_ones) - len(found)
    if others:
        title = f"{counted(others, 'request')} of subjects {'waits' if others == 1 else 'wait'} for an answer"
        found.append(Task("wait", title, "The soonest due stands first.", REQUESTS, "See them"))
    return found


def _clocks(visit: Visit) -> list[Task]:
    """Return the customers that are late with answers, or soon will be; nothing of what was asked."""
    found = []
    for clock in visit.service.rights.clocks(visit.actor):
        text = f"{counted(clock.waiting, 'request')} of its subjects open. Speak with the customer."
        path, label = f"/console/customers/{clock.customer_id}", "See the customer"
        if clock.late:
            title = f"{clock.customer_id} is late with {counted(clock.late, 'answer')} to subjects"
            found.append(Task("bad", title, text, path, label))
        elif clock.next_due <= visit.now + NEAR:
            title = f"{clock.customer_id} owes a subject an answer {left(clock.next_due, visit.now)}"
            found.append(Task("wait", title, text, path, label))
    return found


def _erasures(visit: Visit) -> list[Task]:
    """Return erasures whose receipt waits longer than processes take to follow."""
    since = visit.now - _FOLLOWED_WITHIN
    late = [one for one in visit.service.rights.erasures.unfinished(visit.actor) if one.erased < since]
    if not late:
        return []
    title = f"{counted(len(late), 'erasure')} {'is' if len(late) == 1 else 'are'} not finished"
    text = "The references are gone. A process has not told for ten minutes that its memory followed."
    return [Task("bad", title, text, ERASURES, "See them")]


def _webhooks(visit: Visit) -> list[Task]:
    """Return the addresses to which messages were given up."""
    actor = acting(visit)
    found = []
    for endpoint in visit.service.rights.webhooks.all(actor):
        held = listed(visit, actor, endpoint)
        if held.dead:
            title = (
                f"{counted(held.dead, 'message')} to a webhook {'was' if held.dead == 1 else 'were'} given up"
            )
            text = f"Three days of tries failed at an address of {endpoint.customer_id}."
            found.append(Task("bad", title, text, f"{WEBHOOKS}/{endpoint.id}", "Look at the answers"))
    return found


__all__ = ["Task", "of_rights"]
