"""Who may judge which case: authorised by somebody else, trained, not suspended, and with no part in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from countenance.errors import InvalidInputError, NaiveDateTimeError, NotFoundError, NotQualifiedError
from countenance.ledger import Entry, EventType, FieldValue, JsonValue, Person
from countenance.oversight.model import Case
from countenance.oversight.qualification import (
    Authorisation,
    Conflict,
    ExaminerRates,
    Unfit,
    below_bar,
    rates_of,
    unfit_for,
)
from countenance.oversight.rules import OversightRules
from countenance.policy.model import Purpose
from countenance.recognition.ports import UnitOfWork
from countenance.vetting.access import Access
from countenance.vetting.dossier import ApplicationId
from countenance.vetting.model import Actor, LeaseId, PersonId, Role
from countenance.vetting.persons import checked_person

EXAMINERS: Final = frozenset({Role.EXAMINER})
_ADMINISTRATORS: Final = frozenset({Role.ADMINISTRATOR})
_READS: Final = frozenset({Role.ADMINISTRATOR, Role.AUDITOR, Role.REVIEWER})
_LONGEST_TRAINING: Final = 200
_LONGEST_AUTHORISATION: Final = timedelta(days=2 * 366)

_SAID: Final = {
    Unfit.NOT_AUTHORISED: "nobody has authorised you for this kind of case",
    Unfit.TRAINING_OVER: "your training has ended",
    Unfit.SUSPENDED: "you are suspended until you are trained anew",
    Unfit.SHIFT_OVER: "you have judged as many lists as one shift holds",
    Unfit.CONFLICT: "you have to do with this case or its customer",
    Unfit.NOT_PROVED: "lists with known answers come first",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ExaminerView:
    """An examiner's authorisation, conflicts, and how often they err where the truth is known."""

    authorisation: Authorisation
    conflicts: tuple[Conflict, ...]
    rates: ExaminerRates


@dataclass(frozen=True, slots=True)
class Fitness:
    """Answer whether a person may judge a case now."""

    rules: OversightRules

    def unfit(self, work: UnitOfWork, person: str, kind: Purpose | None, at: datetime) -> Unfit | None:
        """Return why the person may not judge a case of `kind`, or a list with a known answer if None."""
        held = work.examining.authorisation(person)
        known, least = 0, self.rules.least_known
        if held is not None and least:
            known = work.examining.known_concluded(person, since=held.since)
        return unfit_for(held, kind, at, known=known, least_known=least)

    def conflicts(self, work: UnitOfWork, person: str, case: Case) -> bool:
        """Tell whether the person asked for it, decided on its lease, belongs to its customer, or said so."""
        if person == case.requester:
            return True
        if any(one.customer_id == case.customer_id for one in work.examining.conflicts(person)):
            return True
        lease = work.leases.get(LeaseId(case.lease_id))
        if lease is None:
            return True
        if any(member.person == person for member in work.dossiers.members(lease.customer_id)):
            return True
        return person in _who_decided(work, lease.id)

    def suspend_if_below(self, work: UnitOfWork, person: str, at: datetime) -> bool:
        """Suspend the person whose known answers are worse than the rules allow; tell whether it was done."""
        held = work.examining.authorisation(person)
        if held is None or held.suspended is not None:
            return False
        rates = rates_of(work.examining.trials(person, since=held.since))
        if not below_bar(rates, self.rules):
            return False
        work.examining.put_authorisation(replace(held, suspended=at))
        fields: dict[str, FieldValue] = {"examiner": Person(person), **_rate_fields(rates)}
        work.ledger.append(Entry(EventType.EXAMINER_SUSPENDED, at, fields))
        return True


def not_qualified(work: UnitOfWork, access: Access, actor: Actor, why: Unfit) -> NotQualifiedError:
    """Record that somebody unfit was turned away, commit, and return the error to be raised."""
    fields = {"actor": actor.id, "role": actor.role.value, "what": f"examiner:{why.value}"}
    work.ledger.record(Entry(EventType.REQUEST_REFUSED, access.clock(), fields))
    work.commit()
    return NotQualifiedError(_SAID[why], reasons=(why.value,))


def _who_decided(work: UnitOfWork, lease_id: LeaseId) -> frozenset[str]:
    """Return everybody who approved or changed a lease, judged its application, or wrote in it."""
    lease = work.leases.get(lease_id)
    if lease is None:
        return frozenset()
    people: set[str] = set(lease.approved_by)
    people.update(version.by for version in work.lease_versions.of_lease(lease.id))
    application = None
    if lease.application_id is not None:
        application = work.dossiers.get(ApplicationId(lease.application_id))
    if application is not None:
        people.update(application.authors)
        people.update((application.submitted_by,) if application.submitted_by is not None else ())
        people.update(application.ruling.reviewers if application.ruling is not None else ())
    return frozenset(people)


def _rate_fields(rates: ExaminerRates) -> dict[str, JsonValue]:
    """Return rates as the ledger holds them: errors per million, and trials."""
    fields: dict[str, JsonValue] = {}
    told = (("false_positives", rates.false_positives), ("false_negatives", rates.false_negatives))
    for name, rate in told:
        fields[f"{name}_ppm"] = round(rate.rate * 1_000_000) if rate is not None else None
        fields[f"{name}_trials"] = rate.trials if rate is not None else 0
    return fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """What an authorisation rests on: the record of the training, when it was, and until when it holds."""

    person: str
    kinds: frozenset[Purpose]
    training: str
    trained: datetime
    expires: datetime


@dataclass(frozen=True, slots=True)
class AuthoriseExaminers:
    """Say who may judge which kinds of case, until when; and who has to do with whom."""

    access: Access
    unit_of_work: Callable[[], UnitOfWork]

    def __call__(self, actor: Actor, asked: Training) -> Authorisation:
        """Authorise a person, or authorise anew after training: trials before it count no more.

        Raises `ForbiddenError`, `SeparationError` for oneself, and `InvalidInputError`.
        """
        person, now = checked_person(asked.person), self.access.clock()
        _check(asked, now)
        with self.unit_of_work() as work:
            work.become_writer()
            by = self.access.person(work, actor, _ADMINISTRATORS)
            if by == person:
                self.access.apart(work, actor, "nobody authorises themselves")
            held = Authorisation(
                person=person,
                kinds=asked.kinds,
                training=asked.training.strip(),
                trained=asked.trained,
                expires=asked.expires,
                authorised_by=by,
                since=now,
            )
            work.examining.put_authorisation(held)
            fields: dict[str, FieldValue] = {
                "examiner": Person(person),
                "kinds": tuple(sorted(kind.value for kind in asked.kinds)),
                "trained": asked.trained.isoformat(),
                "expires": asked.expires.isoformat(),
                "actor": actor.id,
            }
            work.ledger.append(Entry(EventType.EXAMINER_AUTHORISED, now, fields))
            work.commit()
        return held

    def conflict(self, actor: Actor, person: str, customer_id: str) -> Conflict:
        """Put down that a person has to do with a customer; examiners do so for themselves.

        Raises `ForbiddenError`, `InvalidInputError`, and `NotFoundError` for an unknown customer.
        """
        named, now = checked_person(person), self.access.clock()
        with self.unit_of_work() as work:
            by = self.access.person(work, actor, _ADMINISTRATORS | EXAMINERS)
            if actor.role is Role.EXAMINER and by != named:
                self.access.apart(work, actor, "an examiner declares their own conflicts")
            if not any(one.id == customer_id for one in work.customers.all()):
                raise NotFoundError(f"there is no customer `{customer_id}`")
            conflict = Conflict(person=named, customer_id=customer_id, declared=now)
            work.examining.put_conflict(conflict)
            fields: dict[str, FieldValue] = {
                "examiner": Person(named),
                "customer": customer_id,
                "actor": actor.id,
            }
            work.ledger.append(Entry(EventType.EXAMINER_CONFLICTED, now, fields))
            work.commit()
        return conflict


@dataclass(frozen=True, slots=True)
class ReadExaminers:
    """Show who may judge, with what is known of how often they err. An examiner sees only themselves."""

    access: Access
    unit_of_work: Callable[[], UnitOfWork]

    def all(self, actor: Actor) -> tuple[ExaminerView, ...]:
        """Return every examiner that the actor may see, ordered by person."""
        with self.unit_of_work() as work:
            person = self.access.person(work, actor, _READS | EXAMINERS)
            return tuple(
                _view(work, one)
                for one in work.examining.authorisations()
                if actor.role is not Role.EXAMINER or one.person == person
            )

    def one(self, actor: Actor, person: PersonId) -> ExaminerView:
        """Return one examiner, or raise `NotFoundError`."""
        for view in self.all(actor):
            if view.authorisation.person == person:
                return view
        raise NotFoundError(f"there is no examiner `{person}`")


def _view(work: UnitOfWork, held: Authorisation) -> ExaminerView:
    return ExaminerView(
        authorisation=held,
        conflicts=work.examining.conflicts(held.person),
        rates=rates_of(work.examining.trials(held.person, since=held.since)),
    )


def _check(asked: Training, now: datetime) -> None:
    for moment in (asked.trained, asked.expires):
        if moment.utcoffset() is None:
            raise NaiveDateTimeError(f"`{moment.isoformat()}` has no zone")
    if not asked.kinds:
        raise InvalidInputError("an authorisation names at least one kind of case")
    if not asked.training.strip() or len(asked.training) > _LONGEST_TRAINING:
        raise InvalidInputError(f"the record of the training has 1 to {_LONGEST_TRAINING} characters")
    if asked.trained > now:
        raise InvalidInputError("the training lies ahead; whoever judges has been trained")
    if not now < asked.expires <= now + _LONGEST_AUTHORISATION:
        raise InvalidInputError("an authorisation ends, within two years")
