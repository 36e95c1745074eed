"""External audits: registered by hash, approved by a second person, run by the outsider, published by time.

The outsider's key stands under a lease that permits nothing. Its calls come through one door,
which counts them and acts under a second lease of a customer that is made for the audit: it covers
no gallery, so that nothing real can be touched, and only the two images of a call are looked at.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from countenance.errors import BusyError, LimitReachedError, StateError
from countenance.fairness.audits import (
    Audit,
    AuditId,
    AuditResult,
    AuditState,
    AuditTerms,
    AuditVerdict,
    checked_digest,
)
from countenance.fairness.evidence import Step
from countenance.ledger import Entry, EventType, JsonValue
from countenance.oversight.incidents import IncidentKind
from countenance.policy.model import Act, Camera, CustomerKind, Jurisdiction, LeaseTerms, Purpose, Space
from countenance.recognition.acts.comparison import Compare, ComparisonResult, Pair
from countenance.recognition.incidents import MONITOR, Found, OpenIncident
from countenance.recognition.ports import UnitOfWork
from countenance.vetting.access import ADMINISTRATORS, REVIEWERS_ONLY, STAFF, Access
from countenance.vetting.keys import IssuedKey, make_key
from countenance.vetting.model import (
    Actor,
    ApiKey,
    Customer,
    CustomerId,
    KeyId,
    Lease,
    LeaseChange,
    LeaseId,
    LeaseOrigin,
    Role,
)
from countenance.vetting.reviewing import checked_reason
from countenance.vetting.versions import change_lease

MOST: Final = 1_000
"""Audits of an installation."""

_MINUTE: Final = 60
_OUTSIDERS: Final = frozenset({Role.OPERATOR})


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """What an outside party hands in: its verdict, a summary in words, the digest of its whole report."""

    verdict: AuditVerdict
    summary: str
    report: str


@dataclass(frozen=True, slots=True)
class OpenedAudit:
    """An audit that may begin, with the party's key at the only moment at which it is known."""

    audit: Audit
    issued: IssuedKey


@dataclass(frozen=True, slots=True)
class AdministerAudits:
    """Register an outsider's protocol, let it begin as a second person, and answer what it found."""

    access: Access
    unit_of_work: Callable[[], UnitOfWork]
    new_id: Callable[[str], str]
    jurisdictions: frozenset[Jurisdiction]
    fmr_ppb: int

    def register(self, actor: Actor, terms: AuditTerms, reason: str) -> Audit:
        """Return the audit, whose protocol is on the ledger from now on; a reviewer lets it begin.

        Raises `ForbiddenError`, `InvalidInputError`, `LimitReachedError`, and `StateError` for a
        repetition of an audit that is not published. Role: administrator, as a person.
        """
        text = checked_reason(reason)
        with self.unit_of_work() as work:
            person = self.access.person(work, actor, ADMINISTRATORS)
            if len(work.audits.all()) >= MOST:
                raise LimitReachedError(f"an installation has at most {MOST} audits")
            now = self.access.clock()
            first = work.audits.get(terms.retest_of) if terms.retest_of is not None else None
            if terms.retest_of is not None and (
                first is None or first.state(now) is not AuditState.PUBLISHED
            ):
                raise StateError(f"`{terms.retest_of}` is no published audit that could be repeated")
            step = Step(by=person, reason=text, at=now)
            audit = Audit(id=AuditId(self.new_id("aud")), terms=terms, registered=step)
            _keep(work, actor, audit, (EventType.AUDIT_REGISTERED, now))
            work.commit()
        return audit

    def approve(self, actor: Actor, audit_id: AuditId, reason: str) -> OpenedAudit:
        """Return the audit, open from now on, with the key for the party.

        Raises `ForbiddenError`, `NotFoundError`, `StateError`, `InvalidInputError`, and
        `SeparationError` for whoever registered it. Role: reviewer, as a person.
        """
        text = checked_reason(reason)
        with self.unit_of_work() as work:
            person = self.access.person(work, actor, REVIEWERS_ONLY)
            audit = self._held(work, actor, audit_id)
            if audit.approved is not None:
                raise StateError(f"audit `{audit_id}` was let begin already")
            if audit.registered.by == person:
                self.access.apart(work, actor, "who registers an audit does not let it begin")
            now = self.access.clock()
            name = audit_id.replace("_", "-")
            opened = replace(
                audit,
                approved=Step(by=person, reason=text, at=now),
                closes=now + timedelta(days=audit.terms.test_days),
                key_lease=name,
                run_lease=f"{name}-run",
            )
            issued = self._tenant(work, actor, opened, now)
            _keep(work, actor, opened, (EventType.AUDIT_OPENED, now))
            work.commit()
        return OpenedAudit(opened, issued)

    def respond(self, actor: Actor, audit_id: AuditId, text: str) -> Audit:
        """Return the audit with the operator's answer, which is published beside the result.

        Raises `ForbiddenError`, `NotFoundError`, `InvalidInputError`, and `StateError` before there
        is a result and once it is published.
        """
        answer = checked_reason(text, "text")
        with self.unit_of_work() as work:
            person = self.access.person(work, actor, ADMINISTRATORS)
            audit = self._held(work, actor, audit_id)
            now = self.access.clock()
            if audit.state(now) is not AuditState.UNDER_EMBARGO:
                raise StateError(
                    f"audit `{audit_id}` is `{audit.state(now)}`: there is nothing to answer now"
                )
            answered = replace(audit, response=Step(by=person, reason=answer, at=now))
            _keep(work, actor, answered, (EventType.AUDIT_ANSWERED, now))
            work.commit()
        return answered

    def _held(self, work: UnitOfWork, actor: Actor, audit_id: AuditId) -> Audit:
        audit = work.audits.get(audit_id)
        if audit is None:
            self.access.refuse(work, actor, "audit", f"no audit `{audit_id}`")
        return audit

    def _tenant(self, work: UnitOfWork, actor: Actor, audit: Audit, now: datetime) -> IssuedKey:
        """Make the customer, the two leases and the key of an audit."""
        customer = Customer(
            id=CustomerId(audit.key_lease),
            name=f"Audit by {audit.terms.party}",
            kind=CustomerKind.RESEARCH,
            jurisdictions=self.jurisdictions,
        )
        work.customers.put(customer)
        why = (LeaseChange.GRANTED, f"for the external audit `{audit.id}`")
        for name, acts in ((audit.key_lease, frozenset[Act]()), (audit.run_lease, frozenset({Act.VERIFY}))):
            change_lease(work, actor, self._lease(audit, name, acts, now), why, now)
        asked = ApiKey(
            id=KeyId(""),
            secret_digest=b"",
            role=Role.OPERATOR,
            lease_id=LeaseId(audit.key_lease),
            label=f"audit {audit.id}",
            created=now,
            expires=audit.closes,
            revoked=None,
        )
        issued = make_key(work, asked, now, signs=False)
        fields: dict[str, JsonValue] = {
            "key": issued.key.id,
            "role": issued.key.role.value,
            "lease": issued.key.lease_id,
            "actor": actor.id,
        }
        work.ledger.append(Entry(EventType.KEY_ISSUED, now, fields))
        return issued

    def _lease(self, audit: Audit, name: str, acts: frozenset[Act], now: datetime) -> Lease:
        terms = LeaseTerms(
            id=name,
            acts=acts,
            purposes=frozenset({Purpose.RESEARCH_MEASUREMENT}),
            galleries=frozenset(),
            spaces=frozenset({Space.CONTROLLED}),
            cameras=frozenset({Camera.FILE}),
            model_digests=frozenset(),
            fmr_ppb=self.fmr_ppb,
            n_max=0,
            examiners=0,
            instruments=frozenset(one.value for one in audit.terms.instruments),
            not_before=now,
            expires=audit.closes or now,
            revoked=False,
        )
        people = (audit.registered.by, audit.approved.by if audit.approved is not None else "")
        return Lease(
            customer_id=CustomerId(audit.key_lease),
            terms=terms,
            max_candidates=1,
            approved_by=tuple(sorted(people)),
            origin=LeaseOrigin.BUILT_IN,
        )


@dataclass(frozen=True, slots=True)
class RunAudit:
    """What the outside party does with its key: see where it stands, compare, hand in what it found."""

    access: Access
    compare: Callable[[], Compare]
    open_incident: OpenIncident
    unit_of_work: Callable[[], UnitOfWork]

    def mine(self, actor: Actor) -> Audit:
        """Return the audit that the key was made for, or record and raise `NotFoundError`."""
        with self.unit_of_work() as work:
            return self._mine(work, actor)

    def __call__(self, actor: Actor, pair: Pair) -> ComparisonResult:
        """Return what comparing two images comes to.

        Raises `NotFoundError` for another key, `StateError` once the audit is over, `BusyError`
        beyond the calls of a minute, `LimitReachedError` beyond those of the audit, and what
        comparing raises. A call is counted before it is made, whatever comes of it.
        """
        with self.unit_of_work() as work:
            work.become_writer()
            audit = self._mine(work, actor)
            now = self.access.clock()
            if audit.state(now) is not AuditState.OPEN:
                raise StateError(f"audit `{audit.id}` is `{audit.state(now)}`: it makes no calls")
            seconds = int(now.timestamp())
            in_minute, in_all = work.audits.calls(audit.id, seconds // _MINUTE)
            if in_all >= audit.terms.most_calls:
                raise LimitReachedError(f"the {audit.terms.most_calls} calls of the audit are made")
            if in_minute >= audit.terms.calls_a_minute:
                wait = _MINUTE - seconds % _MINUTE
                raise BusyError("the calls of this minute are made; try again", retry_after=wait)
            work.audits.count(audit.id, seconds // _MINUTE)
            work.commit()
        asked = replace(
            pair, purpose=Purpose.RESEARCH_MEASUREMENT, space=Space.CONTROLLED, camera=Camera.FILE
        )
        return self.compare()(replace(actor, lease_id=LeaseId(audit.run_lease)), asked)

    def report(self, actor: Actor, handed: Handed) -> Audit:
        """Return the audit with its result, under embargo from now on; nothing of it can be changed.

        One that failed opens an incident at once. Raises `NotFoundError`, `StateError` and
        `InvalidInputError`.
        """
        checked_digest(handed.report, "report")
        summary = checked_reason(handed.summary, "summary")
        with self.unit_of_work() as work:
            work.become_writer()
            audit = self._mine(work, actor)
            now = self.access.clock()
            if audit.state(now) is not AuditState.OPEN:
                raise StateError(f"audit `{audit.id}` is `{audit.state(now)}`: it takes no result")
            _, calls = work.audits.calls(audit.id, 0)
            result = AuditResult(
                verdict=handed.verdict,
                summary=summary,
                report=handed.report,
                at=now,
                calls=calls,
            )
            reported = replace(audit, result=result)
            _keep(work, actor, reported, (EventType.AUDIT_REPORTED, now))
            if handed.verdict is AuditVerdict.FAILED:
                found = Found(
                    kind=IncidentKind.AUDIT_FAILED,
                    reason=f"the external audit `{audit.id}` came to the verdict that the system failed",
                    evidence=handed.report,
                )
                self.open_incident.within(work, MONITOR, found, by=f"audit:{audit.id}")
            work.commit()
        return reported

    def _mine(self, work: UnitOfWork, actor: Actor) -> Audit:
        self.access.role(work, actor, _OUTSIDERS)
        audit = work.audits.of_lease(actor.lease_id) if actor.lease_id is not None else None
        if audit is None:
            self.access.refuse(work, actor, "audit", "no audit stands behind this key")
        return audit


@dataclass(frozen=True, slots=True)
class ReadAudits:
    """Show audits: to staff every one, to everybody those whose embargo is over."""

    access: Access
    unit_of_work: Callable[[], UnitOfWork]

    def __call__(self, actor: Actor) -> tuple[Audit, ...]:
        """Return every audit, the newest first, or raise `ForbiddenError`."""
        with self.unit_of_work() as work:
            self.access.role(work, actor, STAFF)
            return work.audits.all()

    def published(self) -> tuple[Audit, ...]:
        """Return the audits that everybody may read, the newest first. Whatever they found."""
        now = self.access.clock()
        with self.unit_of_work() as work:
            return tuple(one for one in work.audits.all() if one.state(now) is AuditState.PUBLISHED)

    def put_on_record(self) -> int:
        """Say on the ledger of each audit that it is published, once; return how many were said."""
        now = self.access.clock()
        with self.unit_of_work() as work:
            due = [
                one
                for one in work.audits.all()
                if one.published is None and one.state(now) is AuditState.PUBLISHED
            ]
            if not due:
                return 0
        with self.unit_of_work() as work:
            work.become_writer()
            due = [one for one in work.audits.all() if one.id in {held.id for held in due}]
            for one in due:
                if one.published is None:
                    entry = work.ledger.append(Entry(EventType.AUDIT_PUBLISHED, now, _fields(one, MONITOR)))
                    work.audits.put(replace(one, published=entry))
            work.commit()
        return len(due)


def _keep(work: UnitOfWork, actor: Actor, audit: Audit, event: tuple[EventType, datetime]) -> None:
    kind, at = event
    work.audits.put(audit)
    work.ledger.append(Entry(kind, at, _fields(audit, actor)))


def _fields(audit: Audit, actor: Actor) -> dict[str, JsonValue]:
    """Return what the ledger is to say: digests and dates, and none of what people wrote."""
    ends, result = audit.embargo_ends, audit.result
    return {
        "audit": audit.id,
        "protocol": audit.terms.protocol,
        "retest_of": audit.terms.retest_of,
        "closes": audit.closes.isoformat() if audit.closes is not None else None,
        "embargo_ends": ends.isoformat() if ends is not None else None,
        "verdict": result.verdict.value if result is not None else None,
        "report": result.report if result is not None else None,
        "calls": result.calls if result is not None else None,
        "actor": actor.id,
    }
