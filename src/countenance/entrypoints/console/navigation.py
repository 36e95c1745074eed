"""Which pages there are for whom, in the order in which they are shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from countenance.staff.model import OUTSIDE, StaffRole

HOME: Final = "/console"
LOGIN: Final = "/console/login"
EVERYBODY: Final = frozenset(StaffRole)
STAFF: Final = EVERYBODY - OUTSIDE
READERS: Final = frozenset({StaffRole.ADMINISTRATOR, StaffRole.AUDITOR, StaffRole.REVIEWER})
OVERSEERS: Final = frozenset({StaffRole.ADMINISTRATOR, StaffRole.AUDITOR})
EXAMINERS: Final = frozenset({StaffRole.EXAMINER})
OPERATORS: Final = frozenset({StaffRole.OPERATOR})
ADMINISTRATORS: Final = frozenset({StaffRole.ADMINISTRATOR})


@dataclass(frozen=True, slots=True)
class Room:
    """A page that the menu names."""

    path: str
    label: str
    icon: str
    roles: frozenset[StaffRole]


@dataclass(frozen=True, slots=True)
class Shown:
    """A page of the menu as one visitor sees it; `count` is what waits there."""

    path: str
    label: str
    icon: str
    current: bool
    count: int


@dataclass(frozen=True, slots=True)
class Group:
    """Pages under one heading."""

    title: str
    rooms: tuple[Shown, ...]


_MENU: Final[Mapping[str, tuple[Room, ...]]] = {
    "Now": (
        Room(HOME, "Overview", "home", EVERYBODY),
        Room("/console/examine", "Lists to judge", "examine", EXAMINERS),
        Room("/console/ask", "Ask a question", "ask", EVERYBODY),
        Room("/console/try", "Try it", "try", frozenset({StaffRole.ADMINISTRATOR, StaffRole.REVIEWER})),
    ),
    "Who may use it": (
        Room("/console/applications", "Applications", "applications", READERS | {StaffRole.APPLICANT}),
        Room("/console/leases", "Leases", "leases", READERS | {StaffRole.APPLICANT}),
        Room("/console/customers", "Customers", "customers", READERS),
        Room("/console/terms", "Terms of use", "terms", READERS | {StaffRole.APPLICANT}),
        Room("/console/conditions", "Conditions", "conditions", READERS),
        Room("/console/coming", "What comes", "retention", READERS | {StaffRole.APPLICANT}),
    ),
    "People who judge": (
        Room("/console/cases", "Cases", "cases", READERS),
        Room("/console/examiners", "Examiners", "staff", READERS),
        Room("/console/incidents", "Incidents", "incidents", READERS),
        Room("/console/fairness", "Fairness", "fairness", READERS),
    ),
    "Rights of subjects": (
        Room("/console/subjects", "Subjects", "subjects", OPERATORS),
        Room("/console/requests", "Requests", "requests", OPERATORS),
        Room("/console/notices", "Notices", "notices", OPERATORS),
        Room("/console/retention", "Retention", "retention", OPERATORS | ADMINISTRATORS),
        Room("/console/erasures", "Erasures", "erasures", OPERATORS | OVERSEERS),
        Room("/console/webhooks", "Webhooks", "webhooks", OPERATORS | OVERSEERS),
    ),
    "The record": (
        Room("/console/decisions", "Decisions", "decisions", READERS),
        Room("/console/simulation", "Simulate", "ask", READERS),
        Room("/console/packs", "Packs", "terms", READERS),
        Room("/console/ledger", "Ledger", "ledger", STAFF),
        Room("/console/audit", "Audit the log", "audit", STAFF),
        Room("/console/galleries", "Galleries", "galleries", READERS),
    ),
    "The installation": (
        Room("/console/keys", "Keys", "keys", OVERSEERS),
        Room("/console/staff", "Staff", "staff", OVERSEERS),
        Room("/console/nominations", "Nominations", "nominations", READERS),
        Room("/console/health", "System health", "health", OVERSEERS),
    ),
}


def menu(role: StaffRole, path: str, counts: Mapping[str, int]) -> tuple[Group, ...]:
    """Return the menu of a role, with the page of `path` marked and `counts` (by path) beside the pages."""
    return tuple(
        group
        for title, rooms in _MENU.items()
        if (
            group := Group(
                title,
                tuple(
                    Shown(room.path, room.label, room.icon, _in(room.path, path), counts.get(room.path, 0))
                    for room in rooms
                    if role in room.roles
                ),
            )
        ).rooms
    )


def _in(room: str, path: str) -> bool:
    return path == room or (room != HOME and path.startswith(f"{room}/"))
