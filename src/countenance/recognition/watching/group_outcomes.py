"""Rates by group, of subjects who recorded a group for this purpose: counted where enough of them did.

The ledger names a subject by its commitment; only for one that recorded something is it looked up
which groups an outcome belongs to. What is kept are counts of a group, never whose they are, and
they are forgotten once fewer than `FEWEST` subjects carry the group.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from countenance.biometrics.model import GalleryId, SubjectId
from countenance.consent.notice import named_version
from countenance.fairness.labels import FEWEST, LabelledSubject, WatchedGroup
from countenance.fairness.monitored import Measure
from countenance.fairness.sequential import observe
from countenance.recognition.ports import UnitOfWork

MEASURES: Final = frozenset({Measure.NO_MATCH, Measure.NOT_ACQUIRED})
"""What is watched by group: rates of claims and enrolments, which name their subject."""

GroupTrials = dict[tuple[str, Measure, str], list[bool]]
Calibrated = Callable[[Measure], float]


@dataclass(frozen=True, slots=True)
class NamedTrial:
    """One outcome of a subject that the ledger names by its commitment (hex)."""

    gallery_id: str
    commitment: str
    measure: Measure
    error: bool


def named_trials(
    documents: Iterable[Mapping[str, Any]],
    told: Callable[[Mapping[str, Any]], Iterable[tuple[Measure, bool]]],
) -> list[NamedTrial]:
    """Return the outcomes that `told` finds in entries which name a gallery and a subject, in their order."""
    return [
        NamedTrial(gallery, subject, measure, error)
        for one in documents
        if isinstance(gallery := one.get("gallery"), str) and isinstance(subject := one.get("subject"), str)
        for measure, error in told(one)
        if measure in MEASURES
    ]


def labelled(work: UnitOfWork, gallery_id: str, now: datetime) -> tuple[LabelledSubject, ...]:
    """Return the subjects whose labels may be used: their consent holds, and its notice asks for them."""
    return tuple(
        one for one in work.group_labels.in_gallery(gallery_id) if one.answers and _agreed(work, one, now)
    )


def trials_by_group(
    trials: Iterable[NamedTrial], subjects: Mapping[str, tuple[LabelledSubject, ...]]
) -> GroupTrials:
    """Return the outcomes by gallery, measure and group, of groups that enough `subjects` carry."""
    answers = {one.commitment: one.answers for held in subjects.values() for one in held}
    enough = {gallery_id: groups_of(held) for gallery_id, held in subjects.items()}
    found: GroupTrials = {}
    for trial in trials:
        for name, word in answers.get(trial.commitment, {}).items():
            group = f"{name}: {word}"
            if enough[trial.gallery_id][group] >= FEWEST:
                found.setdefault((trial.gallery_id, trial.measure, group), []).append(trial.error)
    return found


def groups_of(subjects: Iterable[LabelledSubject]) -> Counter[str]:
    """Return how many subjects carry each group."""
    return Counter(f"{name}: {word}" for one in subjects for name, word in one.answers.items())


def forget_small(work: UnitOfWork, subjects: Mapping[str, tuple[LabelledSubject, ...]]) -> None:
    """Forget what was counted of groups that too few carry by now."""
    for gallery_id, held in subjects.items():
        carried = groups_of(held)
        for one in work.group_labels.watched((gallery_id,)):
            if carried[one.group] < FEWEST:
                work.group_labels.unwatch(one)


def watch_group(
    work: UnitOfWork,
    key: tuple[str, Measure, str],
    errors: list[bool],
    subjects: int,
    terms: tuple[str, float],
) -> bool:
    """Test one group's rate after each of its trials, keep what came of it, and tell whether it alarmed.

    `terms` are those under which the normal rate is learned, and the rate that is known to be normal.
    """
    gallery_id, measure, group = key
    under, calibrated = terms
    held = {(one.measure, one.group): one for one in work.group_labels.watched((gallery_id,))}
    before = held.get((measure, group))
    if before is None or before.under != under:
        before = WatchedGroup(
            gallery_id=gallery_id, measure=measure, group=group, under=under, subjects=subjects
        )
    stream, alarmed = observe(before.stream, errors, calibrated=calibrated)
    work.group_labels.watch(
        WatchedGroup(
            gallery_id=gallery_id,
            measure=measure,
            group=group,
            under=under,
            subjects=subjects,
            stream=stream,
        )
    )
    return alarmed


def _agreed(work: UnitOfWork, one: LabelledSubject, now: datetime) -> bool:
    consent = work.consents.get(GalleryId(one.gallery_id), SubjectId(one.subject_id))
    if consent is None or not consent.valid_at(now):
        return False
    named = named_version(consent.notice)
    notice = work.consent_notices.get(*named) if named is not None else None
    if notice is None:
        return False
    offered = {asked.name: asked.answers for asked in notice.draft.fairness_groups}
    return all(word in offered.get(name, ()) for name, word in one.answers.items())
