"""Live outcomes, watched from the ledger: no act waits for it, and what was recorded is what counts.

Entries are followed in their order, each trial once, in the transaction that keeps what came of it; an
alarm opens its incident and narrows the lease in the same transaction. So a crash loses nothing
and counts nothing twice, and any number of processes may do it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from countenance.biometrics.model import GalleryId, Threshold
from countenance.errors import CalibrationError
from countenance.fairness.labels import WatchedGroup
from countenance.fairness.monitored import Measure, Watched
from countenance.fairness.sequential import observe
from countenance.oversight.incidents import Incident, IncidentKind, Scope, ScopeKind
from countenance.policy.schema import SEARCH
from countenance.recognition.incidents import MONITOR, Found, OpenIncident
from countenance.recognition.ports import UnitOfWork
from countenance.recognition.watching.group_outcomes import (
    NamedTrial,
    forget_small,
    groups_of,
    labelled,
    named_trials,
    trials_by_group,
    watch_group,
)
from countenance.recognition.watching.score_tally import ScoreTally, stricter
from countenance.vetting.access import STAFF, Access
from countenance.vetting.model import Actor, Lease
from countenance.vetting.narrowing import EXAMINERS, Narrowing

AT_ONCE: Final = 1_000
"""Entries that are followed in one transaction."""

KINDS: Final = {
    Measure.NO_MATCH: IncidentKind.NO_MATCH_RATE,
    Measure.NOT_ACQUIRED: IncidentKind.QUALITY_DRIFT,
    Measure.LOW_SCORE: IncidentKind.SCORE_DRIFT,
    Measure.OVERRIDDEN: IncidentKind.OVERRIDE_RATE_ALARM,
    Measure.APPEALED: IncidentKind.APPEAL_RATE_ALARM,
    Measure.OVERTURNED: IncidentKind.APPEAL_RATE_ALARM,
}
_ACTS: Final = ("verification", "identification", "search", "enrolment")
_UNACQUIRED: Final = frozenset({"face_not_found", "face_not_unique", "face_quality_low"})
_CASES: Final = {
    "case:agreed": (Measure.OVERRIDDEN, False),
    "case:released": (Measure.APPEALED, False),
    "case:appealed": (Measure.APPEALED, True),
    "case:confirmed": (Measure.OVERTURNED, False),
    "case:overturned": (Measure.OVERTURNED, True),
}
Trials = dict[tuple[str, Measure], list[bool]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What one look came to: entries followed, trials in them, and the incidents that alarms opened."""

    entries: int
    trials: int
    alarms: tuple[Incident, ...]


@dataclass(frozen=True, slots=True)
class WatchOutcomes:
    """Follow the ledger, test each rate after every trial, and let an alarm narrow the lease.

    `threshold_for` gives the calibrated FNMR, which is normal for a rate of claims without a
    match. `scores` are what this process has counted of scores, which no ledger holds.
    """

    open_incident: OpenIncident
    threshold_for: Callable[[int], Threshold]
    unit_of_work: Callable[[], UnitOfWork]
    scores: ScoreTally = field(default_factory=ScoreTally)

    def __call__(self, *, most: int = 100_000) -> Looked:
        """Follow up to about `most` entries, and return what came of them."""
        entries = trials = 0
        alarms: list[Incident] = []
        while entries < most:
            step = self._step()
            entries, trials = entries + step.entries, trials + step.trials
            alarms += step.alarms
            if step.entries < AT_ONCE:
                break
        return Looked(entries=entries, trials=trials, alarms=tuple({one.id: one for one in alarms}.values()))

    def _step(self) -> Looked:
        """Follow one stretch: read without a lock, then kept in one transaction."""
        with self.unit_of_work() as work:
            start = work.monitored.followed()
            stop = min(work.ledger.size(), start + AT_ONCE)
            leaves = list(work.ledger.leaves(start, stop)) if start < stop else []
        documents = [json.loads(leaf) for leaf in leaves]
        trials, named = trials_of(documents), named_trials(documents, _told)
        for gallery_id, low in self.scores.drain().items():
            trials.setdefault((gallery_id, Measure.LOW_SCORE), []).extend(low)
        if start == stop and not trials:
            return Looked(entries=0, trials=0, alarms=())
        with self.unit_of_work() as work:
            work.become_writer()
            if work.monitored.followed() != start:
                trials = {which: found for which, found in trials.items() if which[1] is Measure.LOW_SCORE}
                named = []
                stop = work.monitored.followed()  # somebody else was here, who saw no score of this process
            alarms = self._watched(work, trials) + self._watched_groups(work, named)
            work.monitored.follow(stop)
            work.commit()
        count = sum(map(len, trials.values()))
        return Looked(entries=len(leaves), trials=count, alarms=tuple(alarms))

    def _watched(self, work: UnitOfWork, trials: Trials) -> list[Incident]:
        alarms = []
        for (gallery_id, measure), found in sorted(trials.items()):
            lease = _lease_of(work, gallery_id)
            if lease is None:
                continue  # nothing more is asked of it, and nothing could be narrowed
            held = work.monitored.get(gallery_id, measure)
            under = _under(lease)
            if held is None or held.under != under:
                held = Watched(gallery_id=gallery_id, measure=measure, under=under)
            stream, alarmed = observe(held.stream, found, calibrated=self._calibrated(lease, measure))
            work.monitored.put(Watched(gallery_id=gallery_id, measure=measure, under=under, stream=stream))
            if alarmed:
                alarms.append(self._alarm(work, lease, (gallery_id, measure)))
        return alarms

    def _watched_groups(self, work: UnitOfWork, named: list[NamedTrial]) -> list[Incident]:
        """Test the rates of groups in galleries whose subjects recorded some; in most there are none."""
        now = self.open_incident.access.clock()
        subjects = {name: labelled(work, name, now) for name in {one.gallery_id for one in named}}
        forget_small(work, subjects)
        alarms = []
        for key, errors in sorted(trials_by_group(named, subjects).items()):
            gallery_id, measure, group = key
            lease = _lease_of(work, gallery_id)
            if lease is None:
                continue
            terms = (_under(lease), self._calibrated(lease, measure))
            if watch_group(work, key, errors, groups_of(subjects[gallery_id])[group], terms):
                alarms.append(self._alarm(work, lease, (gallery_id, measure), group))
        return alarms

    def _alarm(self, work: UnitOfWork, lease: Lease, which: tuple[str, Measure], group: str = "") -> Incident:
        gallery_id, measure = which
        where = f"gallery `{gallery_id}`" + (f", group `{group}`," if group else "")
        found = Found(
            kind=KINDS[measure],
            reason=f"the rate of `{measure}` in {where} has risen above what was normal",
            scope=Scope(kind=ScopeKind.LEASE, of=lease.id),
            narrowing=narrowing_of(lease),
        )
        return self.open_incident.within(work, MONITOR, found, by="monitor")

    def _calibrated(self, lease: Lease, measure: Measure) -> float:
        """Return the rate that the calibration says is normal, 0 where it says nothing of the measure."""
        if measure is Measure.LOW_SCORE:
            cut = stricter(self.threshold_for, lease.terms.fmr_ppb)
            return cut.fnmr.upper if cut is not None else 0.0
        if measure is not Measure.NO_MATCH:
            return 0.0
        try:
            return self.threshold_for(lease.terms.fmr_ppb).fnmr.upper
        except CalibrationError:
            return 0.0


@dataclass(frozen=True, slots=True)
class ReadMonitor:
    """Show what is watched, to staff; look at the ledger at once, for whoever sits at the machine."""

    access: Access
    unit_of_work: Callable[[], UnitOfWork]

    def __call__(self, actor: Actor) -> tuple[Watched, ...]:
        """Return all that is watched, ordered by gallery, then measure, or raise `ForbiddenError`."""
        with self.unit_of_work() as work:
            self.access.role(work, actor, STAFF)
            return work.monitored.all()

    def groups(self, actor: Actor) -> tuple[WatchedGroup, ...]:
        """Return what is watched by group, in the order of galleries, or raise `ForbiddenError`."""
        with self.unit_of_work() as work:
            self.access.role(work, actor, STAFF)
            return work.group_labels.watched()


def _lease_of(work: UnitOfWork, gallery_id: str) -> Lease | None:
    gallery = work.galleries.get(GalleryId(gallery_id))
    return work.leases.get(gallery.lease_id) if gallery is not None else None


def narrowing_of(lease: Lease) -> Narrowing:
    """Return how an alarm narrows a lease: held for people first; where it is held already, one to one."""
    searches = lease.terms.acts & SEARCH
    return Narrowing.ONE_TO_ONE if searches and lease.terms.examiners >= EXAMINERS else Narrowing.HELD


def trials_of(documents: Iterable[Mapping[str, Any]]) -> Trials:
    """Return the trials in entries of the ledger, in their order, by gallery and measure."""
    trials: Trials = {}
    for document in documents:
        gallery = document.get("gallery")
        if isinstance(gallery, str):
            for measure, error in _told(document):
                trials.setdefault((gallery, measure), []).append(error)
    return trials


def _told(document: Mapping[str, Any]) -> Iterable[tuple[Measure, bool]]:
    """Return the trials that one entry tells of."""
    kind = str(document.get("type"))
    if kind in _CASES:
        return (_CASES[kind],)
    if kind == "case:closed":
        return ((Measure.OVERRIDDEN, True),) if document.get("reason") == "no_agreement" else ()
    act, _, what = kind.partition(":")
    return _of_act(document, act, what) if act in _ACTS else ()


def _of_act(document: Mapping[str, Any], act: str, what: str) -> Iterable[tuple[Measure, bool]]:
    if what == "failed":
        return ((Measure.NOT_ACQUIRED, True),) if document.get("code") in _UNACQUIRED else ()
    if what not in {"completed", "held"} or "told" in document:
        return ()  # told of a case that was there: nothing was looked at
    acquired = (Measure.NOT_ACQUIRED, False)
    if act != "verification":
        return (acquired,)
    return (acquired, (Measure.NO_MATCH, document.get("outcome") == "no_match"))


def _under(lease: Lease) -> str:
    """Return what the normal rate was learned under: a new review, or another threshold, begins anew."""
    return f"{lease.terms.fmr_ppb}:{lease.terms.expires.isoformat()}"
