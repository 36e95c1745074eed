"""The overview: what needs this person now, then how the installation stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from starlette.responses import Response

from countenance.entrypoints.console.conditions import PATH as CONDITIONS
from countenance.entrypoints.console.conditions import speaking
from countenance.entrypoints.console.navigation import EVERYBODY, HOME, OVERSEERS, READERS
from countenance.entrypoints.console.nominations import PATH as NOMINATIONS
from countenance.entrypoints.console.visits import Page, Visit
from countenance.entrypoints.pages.words import counted, day, left
from countenance.recognition.model import DecisionSearch
from countenance.staff.model import StaffRole
from countenance.staff.standing import locked
from countenance.vetting.dossier import ApplicationState

_SOON: Final = timedelta(days=30)
_KEYS_SOON: Final = timedelta(days=14)
_FEW_CODES: Final = 3
_RECENT: Final = 5


@dataclass(frozen=True, slots=True)
class Task:
    """Something that waits for this person: how pressing (`bad` or `wait`), what, and where to do it."""

    kind: str
    title: str
    text: str
    path: str
    label: str


def overview(visit: Visit) -> Response:
    """Show what waits, and the last day."""
    reads = visit.member.role in READERS
    browse = visit.service.console.browse
    recent = None
    if reads:
        sought = DecisionSearch(permitted=False)
        recent = browse.decisions(visit.actor, sought, skip=0, limit=_RECENT).records
    return visit.page(
        "overview.html",
        tasks=_tasks(visit),
        last_day=browse.last_day(visit.actor) if reads else None,
        refusals=recent,
        size=browse.ledger_size(visit.actor) if visit.member.customer is None else None,
    )


def _tasks(visit: Visit) -> list[Task]:
    found = [*_own(visit)]
    if visit.member.role in OVERSEERS:
        found += [*_accounts(visit), *_leases(visit), *_keys(visit)]
    if visit.member.role in {StaffRole.REVIEWER, StaffRole.ADMINISTRATOR}:
        found += _nominations(visit)
    if visit.member.role in {StaffRole.REVIEWER, StaffRole.APPLICANT}:
        found += _applications(visit)
    if visit.member.role is StaffRole.REVIEWER:
        found += _conditions(visit)
    return sorted(found, key=lambda task: task.kind)


def _own(visit: Visit) -> list[Task]:
    own = visit.service.staff.read_accounts.own(visit.member)
    if own.recovery >= _FEW_CODES:
        return []
    text = "If you lose your device you need one of them to sign in."
    title = f"You have {counted(own.recovery, 'recovery code')} left"
    return [Task("wait", title, text, "/console/account", "Make new ones")]


def _applications(visit: Visit) -> list[Task]:
    """Return what waits for this reviewer's vote, or for the applicant's answer."""
    reviews = visit.member.role is StaffRole.REVIEWER
    state = ApplicationState.SUBMITTED if reviews else ApplicationState.REFUSED
    read = visit.service.vetting.read_applications
    found = []
    for one in read.all(visit.actor, state=state):
        if reviews and any(
            vote.reviewer == visit.actor.person for vote in read.one(visit.actor, one.id).votes
        ):
            continue
        title = "An application waits for your review" if reviews else "An application was refused"
        text = f"{one.customer_id}, sent {day(one.changed)}. Two people have to look at it."
        if not reviews:
            text = "Read the reasons and what would have to be otherwise; you can write on, or appeal."
        found.append(Task("wait", title, text, f"/console/applications/{one.id}", "Look at it"))
    return found


def _conditions(visit: Visit) -> list[Task]:
    """Return the conditions on which one officer has spoken and this one has not."""
    text = "Read the law that is relied on, and say whether you come to the same answer."
    return [
        Task("wait", "A condition waits for a second officer", text, f"{CONDITIONS}/{one.id}", "Look at it")
        for one in visit.service.vetting.conditions.all(visit.actor)
        if visit.now.date() < one.expires
        and (waits := speaking(one))
        and visit.actor.person not in {officer.person for officer in waits}
    ]


def _nominations(visit: Visit) -> list[Task]:
    """Return the people who wait for a second person's word, which this one can give."""
    text = "Somebody named them, and a second person has to confirm it. Speak with them first."
    return [
        Task("wait", f"{one.member.name} is to be {one.nomination.role}", text, NOMINATIONS, "Look at it")
        for one in visit.service.staff.nominations.all(visit.by)
        if one.nomination.waits and visit.member.id not in {one.nomination.by, one.member.id}
    ]


def _accounts(visit: Visit) -> list[Task]:
    found = []
    for account in visit.service.staff.read_accounts(visit.by):
        member, path = account.member, f"/console/staff/{account.member.id}"
        if locked(member, visit.now):
            text = f"{counted(member.failures, 'wrong try', 'wrong tries')} to sign in. Was it they?"
            found.append(Task("bad", f"{member.name}'s account waits", text, path, "Look at it"))
        elif not account.password and account.invited_until is None and member.disabled is None:
            text = "They cannot sign in until they get a new link."
            found.append(
                Task("wait", f"{member.name}'s invitation has expired", text, path, "Send a new one")
            )
    return found


def _leases(visit: Visit) -> list[Task]:
    found = []
    for lease in visit.service.list_leases(visit.actor):
        if not lease.terms.revoked and _nears(lease.terms.expires, visit.now, _SOON):
            title = f"The lease {lease.id} ends {left(lease.terms.expires, visit.now)}"
            text = f"From {day(lease.terms.expires)} on, every question under it is refused."
            found.append(Task("wait", title, text, "/console/leases", "See leases"))
    return found


def _keys(visit: Visit) -> list[Task]:
    found = []
    for key in visit.service.list_keys(visit.actor):
        if key.revoked is None and key.expires is not None and _nears(key.expires, visit.now, _KEYS_SOON):
            title = f"The key “{key.label}” ends {left(key.expires, visit.now)}"
            text = "Whoever works with it needs another one before that."
            found.append(Task("wait", title, text, "/console/keys", "See keys"))
    return found


def _nears(end: datetime, now: datetime, within: timedelta) -> bool:
    return now < end <= now + within


PAGES: Final = (Page(path=HOME, handler=overview, roles=EVERYBODY),)
