"""The overview: what needs this person now, then how the installation stands."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from starlette.responses import Response

from countenance.entrypoints.console.conditions import PATH as CONDITIONS
from countenance.entrypoints.console.conditions import speaking
from countenance.entrypoints.console.conversation import waiting
from countenance.entrypoints.console.examining import PATH as LISTS
from countenance.entrypoints.console.incidents import KINDS, STOPS
from countenance.entrypoints.console.navigation import EVERYBODY, HOME, OVERSEERS, READERS
from countenance.entrypoints.console.nominations import PATH as NOMINATIONS
from countenance.entrypoints.console.tasks import Task, of_rights
from countenance.entrypoints.console.visits import Page, Visit
from countenance.entrypoints.pages.words import counted, day, left
from countenance.oversight.model import CaseState
from countenance.recognition.model import DecisionSearch
from countenance.staff.model import StaffRole
from countenance.staff.standing import locked
from countenance.vetting.dossier import ApplicationState

_SOON: Final = timedelta(days=30)
_KEYS_SOON: Final = timedelta(days=14)
_FEW_CODES: Final = 3
_RECENT: Final = 5
_APPEALED: Final = "Two people judge the appeal who took no part in the case."


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
    found = [*_own(visit), *of_rights(visit)]
    if visit.member.role in OVERSEERS:
        found += [*_accounts(visit), *_leases(visit), *_keys(visit)]
    if visit.member.role in {StaffRole.REVIEWER, StaffRole.ADMINISTRATOR}:
        found += _nominations(visit)
    if visit.member.role in {StaffRole.REVIEWER, StaffRole.APPLICANT}:
        found += [*_applications(visit), *_questions(visit)]
    if visit.member.role is StaffRole.REVIEWER:
        found += [*_conditions(visit), *_cases(visit)]
    if visit.member.role is StaffRole.EXAMINER:
        found += _lists(visit)
    if visit.member.role in READERS:
        found += _incidents(visit)
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


def _questions(visit: Visit) -> list[Task]:
    """Return the applications about which the other side has asked something."""
    return [
        Task(
            "wait",
            f"{counted(one.questions, 'question')} to answer".capitalize(),
            f"About an application of {one.application.customer_id}. What you answer is kept with it.",
            f"/console/applications/{one.application.id}#conversation",
            "Read and answer",
        )
        for one in waiting(visit)
    ]


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


def _cases(visit: Visit) -> list[Task]:
    """Return the cases on which examiners agree, and those of which an appeal may wait."""
    wanted = frozenset({CaseState.AGREED, CaseState.RELEASED})
    text = "Nothing leaves before somebody who took no part in judging it has looked."
    return [
        Task("wait", "A lead waits for its release", text, f"/console/cases/{case.id}", "Look at it")
        if case.state is CaseState.AGREED
        else Task("wait", "A lead was appealed against", _APPEALED, f"/console/cases/{case.id}", "Look at it")
        for case in visit.service.oversight.read_bench.all(visit.actor, wanted)
        if case.state is CaseState.AGREED or case.appealed
    ]


def _lists(visit: Visit) -> list[Task]:
    """Return what an examiner has in hand, or how much waits."""
    held = visit.service.oversight.take_next.queue(visit.actor)
    if held.in_hand is not None:
        text = "Nobody else can judge it for you. Hand it in, or give it back."
        return [Task("wait", "You have a list in hand", text, f"{LISTS}/{held.in_hand}", "Go on with it")]
    if held.waiting:
        title = f"{counted(held.waiting, 'list')} to judge"
        return [Task("wait", title, "The oldest comes first.", LISTS, "Take the next one")]
    return []


def _incidents(visit: Visit) -> list[Task]:
    return [
        Task(
            "bad",
            f"Incident: {KINDS[one.kind]}",
            STOPS[one.stops] if one.stops is not None else "It stops nothing.",
            f"/console/incidents/{one.id}",
            "Look into it",
        )
        for one in visit.service.gate.read_incidents(visit.actor, only_open=True)
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
