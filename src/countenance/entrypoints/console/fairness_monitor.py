"""What is watched of live outcomes, with intervals, the incidents it opened, and audits by outsiders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from starlette.responses import Response

from countenance.biometrics.model import GalleryId
from countenance.entrypoints.console.navigation import READERS
from countenance.entrypoints.console.visits import Page, Visit
from countenance.entrypoints.pages.tables import Column, arranged
from countenance.fairness.audits import Audit, AuditState
from countenance.fairness.intervals import rate_of
from countenance.fairness.model import Rate, Tally
from countenance.fairness.monitored import Measure, Watched
from countenance.fairness.sequential import MEAN_TRIALS_BETWEEN_FALSE_ALARMS, REFERENCE, Stream

MONITOR: Final = "/console/fairness/monitoring"
AUDITS: Final = "/console/fairness/audits"
MEASURES: Final[Mapping[Measure, str]] = {
    Measure.NO_MATCH: "Claims without a match",
    Measure.NOT_ACQUIRED: "Images without a usable face",
    Measure.LOW_SCORE: "Matches with a low score",
    Measure.OVERRIDDEN: "Searches whose candidates nobody supported",
    Measure.APPEALED: "Leads appealed against",
    Measure.OVERTURNED: "Leads overturned on appeal",
}
STATES: Final[Mapping[AuditState, tuple[str, str]]] = {
    AuditState.REGISTERED: ("wait", "waits for a reviewer"),
    AuditState.OPEN: ("good", "open for calls"),
    AuditState.UNDER_EMBARGO: ("wait", "under embargo"),
    AuditState.PUBLISHED: ("good", "published"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One rate of one gallery, with its interval; `state` is a kind of state and a word."""

    watched: Watched
    lease: str
    rate: Rate
    state: tuple[str, str]

    @property
    def order(self) -> float:
        """Return how near it is to an alarm, 0 to 1; -1 while what is normal is being learned."""
        stream = self.watched.stream
        return -1.0 if stream.baseline is None else stream.level / MEAN_TRIALS_BETWEEN_FALSE_ALARMS


COLUMNS: Final[tuple[Column[Row], ...]] = (
    Column("state", "Stands", lambda one: one.state[1], key=lambda one: one.order),
    Column("gallery", "Gallery", lambda one: one.watched.gallery_id, key=lambda one: one.watched.gallery_id),
    Column("lease", "Lease", lambda one: one.lease, key=lambda one: one.lease),
    Column("measure", "What is counted", lambda one: one.watched.measure.value),
    Column("rate", "Rate", lambda one: one.rate.rate, key=lambda one: one.rate.rate or 0.0),
    Column("lower", "Interval", lambda one: f"{one.rate.lower} to {one.rate.upper}"),
    Column("trials", "Trials", lambda one: one.rate.trials, key=lambda one: one.rate.trials, number=True),
    Column("normal", "Normal up to", lambda one: one.watched.stream.baseline),
    Column("alarms", "Alarms", lambda one: one.watched.stream.alarms, number=True),
)


def monitoring(visit: Visit) -> Response:
    """Show every rate that is watched, the nearest to an alarm first, and the incidents that were opened."""
    views = visit.service.console.browse.galleries(visit.actor)
    leases = {view.gallery.id: view.gallery.lease_id for view in views}
    watched = visit.service.gate.read_monitor(visit.actor)
    rows = [row_of(one, leases.get(GalleryId(one.gallery_id)) or "") for one in watched]
    table = arranged(MONITOR, visit.query, COLUMNS, rows, order="-state")
    if (file := table.file()) is not None:
        return file
    incidents = visit.service.gate.read_incidents(visit.actor)
    return visit.page(
        "fairness_monitoring.html",
        table=table,
        measures=MEASURES,
        reference=REFERENCE,
        between=MEAN_TRIALS_BETWEEN_FALSE_ALARMS,
        incidents=[one for one in incidents if one.by == "monitor"],
        groups=[(one, *rated(one.stream)) for one in visit.service.gate.read_monitor.groups(visit.actor)],
    )


def row_of(watched: Watched, lease: str) -> Row:
    """Return one stream with its rate, its interval, and how it stands."""
    rate, state = rated(watched.stream)
    return Row(watched=watched, lease=lease, rate=rate, state=state)


def rated(stream: Stream) -> tuple[Rate, tuple[str, str]]:
    """Return a stream's rate with its interval, and how it stands."""
    rate = rate_of(Tally(stream.errors, stream.trials), groups=1)
    if stream.baseline is None:
        state = ("wait", f"insufficient evidence: {stream.trials} of {REFERENCE} trials")
    elif stream.alarms:
        state = ("bad", "has alarmed")
    else:
        state = ("good", "as before")
    return rate, state


def audits(visit: Visit) -> Response:
    """Show every external audit with its embargo, those under it too."""
    found: tuple[Audit, ...] = visit.service.gate.read_audits(visit.actor)
    return visit.page("fairness_audits.html", audits=found, states=STATES)


PAGES: Final = (
    Page(path=MONITOR, handler=monitoring, roles=READERS),
    Page(path=AUDITS, handler=audits, roles=READERS),
)
