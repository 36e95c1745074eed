"""Which evidence stands behind an act, and how a report comes to count.

A report of a measurement that was made here is registered by one reviewer: what is in it stands on
the ledger, and its groups, threshold and caps were settled there before an image was read. One
made elsewhere is brought by an administrator, with its signature, and confirmed by a reviewer.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from countenance.errors import InvalidInputError, LedgerError, StateError
from countenance.fairness.evidence import Evidence, EvidenceId, Step, evidence_of
from countenance.fairness.sealing import verify_report
from countenance.ledger import Entry, EventType, FieldValue, JsonValue, Person
from countenance.ledger.canonical import parse_leaf
from countenance.ledger.note import VerifierKey
from countenance.policy.evidence import KindOfUse
from countenance.recognition.ports import UnitOfWork
from countenance.recognition.watching.reports import keep_brought
from countenance.vetting.access import ADMINISTRATORS, REVIEWERS_ONLY, STAFF, Access
from countenance.vetting.model import Actor
from countenance.vetting.reviewing import checked_reason

MOST_BYTES: Final = 32 << 20
"""Bytes of a report that is brought from elsewhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """A report made elsewhere: its `report.json`, and the public key of the log that signed it."""

    text: str
    key: str
    uses: frozenset[KindOfUse]
    reason: str


@dataclass(frozen=True, slots=True)
class RegisterEvidence:
    """Let a report count at the gate."""

    access: Access
    unit_of_work: Callable[[], UnitOfWork]
    new_id: Callable[[str], str]

    def __call__(self, actor: Actor, entry: int, uses: frozenset[KindOfUse], reason: str) -> Evidence:
        """Return the report of the measurement that ledger entry `entry` completed; it counts from now on.

        `uses` are the kinds of use that its data is like, which a reviewer judges. Raises
        `ForbiddenError`, `NotFoundError`, `InvalidInputError` for another entry, `StateError` where it
        is registered already, and `SeparationError` for whoever ran the measurement.
        """
        text = checked_reason(reason)
        with self.unit_of_work() as work:
            person = self.access.person(work, actor, REVIEWERS_ONLY)
            fields = self._entry(work, actor, entry)
            made = evidence_of(fields, EvidenceId(self.new_id("evi")), uses)
            if any(one.entry == entry for one in work.evidence.all()):
                raise StateError(f"entry {entry} is registered already")
            decision = work.decisions.get(str(fields.get("decision")))
            if decision is not None and decision.actor_id == actor.id:
                self.access.apart(work, actor, "who ran the measurement does not register it")
            step = Step(by=person, reason=text, at=self.access.clock())
            registered = replace(made, entry=entry, registered=step)
            return _keep(work, actor, registered, EventType.EVIDENCE_REGISTERED)

    def propose(self, actor: Actor, brought: Brought) -> Evidence:
        """Return a report made elsewhere, which counts once a reviewer has confirmed it.

        Its figures have their digest, the log's key signed them, and the log's entry is proved, or
        `InvalidInputError` is raised. Role: administrator, as a person.
        """
        text = checked_reason(brought.reason)
        if len(brought.text) > MOST_BYTES:
            raise InvalidInputError(f"a report has at most {MOST_BYTES} characters")
        with self.unit_of_work() as work:
            person = self.access.person(work, actor, ADMINISTRATORS)
        fields, signed_by = _proved(brought)
        made = evidence_of(fields, EvidenceId(self.new_id("evi")), brought.uses)
        with self.unit_of_work() as work:
            if any(one.report == made.report and one.uses == made.uses for one in work.evidence.all()):
                raise StateError(f"report `{made.report}` was brought already")
            step = Step(by=person, reason=text, at=self.access.clock())
            proposed = replace(made, signed_by=signed_by, proposed=step)
            keep_brought(work, brought.text, self.access.clock())
            return _keep(work, actor, proposed, EventType.EVIDENCE_PROPOSED)

    def confirm(self, actor: Actor, evidence_id: EvidenceId, reason: str) -> Evidence:
        """Return the report, which counts from now on.

        Raises `ForbiddenError`, `NotFoundError`, `StateError`, `InvalidInputError`, and
        `SeparationError` for whoever brought it.
        """
        text = checked_reason(reason)
        with self.unit_of_work() as work:
            person = self.access.person(work, actor, REVIEWERS_ONLY)
            held = self._held(work, actor, evidence_id)
            if held.registered is not None or held.withdrawn is not None or held.proposed is None:
                raise StateError(f"report `{evidence_id}` does not wait to be confirmed")
            if held.proposed.by == person:
                self.access.apart(work, actor, "who brought a report does not confirm it: another one looks")
            step = Step(by=person, reason=text, at=self.access.clock())
            return _keep(work, actor, replace(held, registered=step), EventType.EVIDENCE_REGISTERED)

    def withdraw(self, actor: Actor, evidence_id: EvidenceId, reason: str) -> Evidence:
        """Return the report, which counts no more; no older one takes its place.

        Any reviewer may, since it only ever makes the gate stricter. Raises like `confirm`.
        """
        text = checked_reason(reason)
        with self.unit_of_work() as work:
            person = self.access.person(work, actor, REVIEWERS_ONLY)
            held = self._held(work, actor, evidence_id)
            if held.withdrawn is not None:
                raise StateError(f"report `{evidence_id}` is withdrawn already")
            step = Step(by=person, reason=text, at=self.access.clock())
            return _keep(work, actor, replace(held, withdrawn=step), EventType.EVIDENCE_WITHDRAWN)

    def _held(self, work: UnitOfWork, actor: Actor, evidence_id: EvidenceId) -> Evidence:
        held = work.evidence.get(evidence_id)
        if held is None:
            self.access.refuse(work, actor, "evidence", f"no report `{evidence_id}`")
        return held

    def _entry(self, work: UnitOfWork, actor: Actor, entry: int) -> dict[str, JsonValue]:
        if not 0 <= entry < work.ledger.size():
            self.access.refuse(work, actor, "entry", f"no entry `{entry}`")
        return dict(parse_leaf(work.ledger.leaf(entry)))


@dataclass(frozen=True, slots=True)
class ReadEvidence:
    """Show which reports there are, and who let them count."""

    access: Access
    unit_of_work: Callable[[], UnitOfWork]

    def __call__(self, actor: Actor) -> tuple[Evidence, ...]:
        """Return every report, the one that was measured last first, or raise `ForbiddenError`."""
        with self.unit_of_work() as work:
            self.access.role(work, actor, STAFF)
            return work.evidence.all()


def _proved(brought: Brought) -> tuple[dict[str, JsonValue], str]:
    """Return the entry of a log elsewhere that speaks of the report, and the key that signed it."""
    try:
        key = VerifierKey.parse(brought.key.strip())
        checked = verify_report(brought.text, (key,), {})
    except LedgerError as error:
        raise InvalidInputError(f"the report cannot be checked: {error.message}") from error
    if not checked.ok or checked.entry is None:
        found = checked.findings[0] if checked.findings else "it names no ledger entry"
        raise InvalidInputError(f"the report does not hold: {found}")
    return dict(parse_leaf(_leaf(brought.text))), str(key)


def _leaf(text: str) -> bytes:
    """Return the ledger's leaf that stands in a report that was checked."""
    leaf = json.loads(text)["record"]["leaf"]
    return str(leaf).encode()


def _keep(work: UnitOfWork, actor: Actor, evidence: Evidence, event: EventType) -> Evidence:
    work.evidence.put(evidence)
    last = evidence.withdrawn or evidence.registered or evidence.proposed
    fields: dict[str, FieldValue] = {
        "evidence": evidence.id,
        "report": evidence.report,
        "model": evidence.model_digest,
        "threshold_ppb": evidence.threshold_ppb,
        "uses": tuple(sorted(evidence.uses)),
        "measured": evidence.measured.isoformat(),
        "entry": evidence.entry,
        "by": Person(last.by) if last is not None else None,
        "actor": actor.id,
    }
    work.ledger.append(Entry(event, last.at if last is not None else evidence.measured, fields))
    work.commit()
    return evidence
