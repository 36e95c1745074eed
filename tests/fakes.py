"""In-memory stand-ins for every port of storage, a clock that is set by hand, and ids in sequence.

They are held to the same contract suites as the real ones (`tests/contract/`), so a test
that uses them proves as much about the services as one that uses a database.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Self, TypeVar

from countenance.biometrics.model import GalleryId, ReferenceId, SubjectId
from countenance.consent.model import Consent
from countenance.errors import (
    AlreadyExistsError,
    ConcurrentWriteError,
    IdempotencyMismatchError,
    NotFoundError,
    StorageError,
)
from countenance.ledger import merkle
from countenance.ledger.canonical import leaf_bytes
from countenance.ledger.checkpoint import Checkpoint
from countenance.ledger.model import Entry, Person, Veiled
from countenance.ledger.note import Signer, VerifierKey
from countenance.policy.codec import decision_to_json, question_to_json
from countenance.policy.pack_history import PackStep
from countenance.policy.simulation import Recorded
from countenance.policy.texts import KeptText, TextKind
from countenance.recognition.log.model import ComingNotice
from countenance.recognition.model import (
    DecisionRecord,
    DecisionSearch,
    Gallery,
    GalleryChange,
    GallerySearch,
    Reference,
    gallery_place,
    gallery_text,
)
from countenance.recognition.subjects.model import Place
from countenance.vetting.keys import in_force
from countenance.vetting.listing import (
    CustomerSearch,
    KeySearch,
    LeaseSearch,
    Span,
    customer_place,
    folded,
    key_place,
    lease_place,
    lowered,
    standing_of,
)
from countenance.vetting.model import AccessCredential, ApiKey, Customer, CustomerId, KeyId, Lease, LeaseId
from fakes_azure import (
    AzureState,
    FakeDynamicGroups,
    FakeLooseFaces,
    FakeRosterFaces,
    FakeRosterPersons,
    FakeRosters,
    without_note,
    without_person_of,
    without_roster,
)
from fakes_collections import (
    CollectionState,
    FakeCollections,
    FakeEnrolledFaces,
    without_gallery,
    without_reference,
    without_users_of,
)
from fakes_consent import (
    ConsentState,
    FakeConsentNotices,
    FakeConsentRecords,
    FakeRetentionRecords,
    without_consent_of,
)
from fakes_erasure import ErasureState, FakeErasures, FakeManifests, FakeSearchers, commitment_to
from fakes_incidents import (
    FakeAudits,
    FakeEvidenceRecords,
    FakeFairnessReports,
    FakeGroupLabels,
    FakeIncidents,
    FakeMonitored,
    IncidentState,
)
from fakes_log import FakeCosigned, LogState
from fakes_oversight import (
    FakeCases,
    FakeExamining,
    FakeNotices,
    FakePortraits,
    OversightState,
    without_cases_of,
)
from fakes_packs import FakeComingNotices, FakeInstalledPacks
from fakes_publication import FakePolicyTexts, FakePublications
from fakes_staff import FakeInvitations, FakeStaffMembers, FakeStaffSessions, StaffState, matches
from fakes_subjects import (
    FakeAppearances,
    FakeSubjectAccess,
    FakeSubjectEntries,
    FakeSubjectRequests,
    SubjectState,
)
from fakes_vetting import (
    FakeConditions,
    FakeDossiers,
    FakeLeaseVersions,
    FakePublishedTerms,
    FakeReviews,
    VettingState,
    spanned,
)
from fakes_webhooks import FakeWebhooks, WebhookState

Value = TypeVar("Value")
Pair = tuple[str, str]


class FakeClock:
    """A clock that stands still until it is told to move."""

    def __init__(self, start: datetime = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)) -> None:
        self.moment = start

    def __call__(self) -> datetime:
        return self.moment

    def advance(self, step: timedelta) -> datetime:
        self.moment += step
        return self.moment

    def set(self, moment: datetime) -> None:
        self.moment = moment


class SequentialIds:
    """`dec_1`, `ref_2`, ...: one number for all prefixes, so that no two ids are alike."""

    def __init__(self) -> None:
        self._next = 0

    def __call__(self, prefix: str) -> str:
        self._next += 1
        return f"{prefix}_{self._next}"


@dataclass
class Claim:
    request_digest: bytes
    claimed: datetime
    answer: bytes | None = None


@dataclass
class State(
    SubjectState,
    WebhookState,
    ConsentState,
    CollectionState,
    AzureState,
    StaffState,
    VettingState,
    IncidentState,
    OversightState,
    ErasureState,
    LogState,
):
    """All that is stored. Values are never changed in place, so that a copy of the maps is a snapshot."""

    customers: dict[CustomerId, Customer] = field(default_factory=dict)
    leases: dict[LeaseId, Lease] = field(default_factory=dict)
    keys: dict[KeyId, ApiKey] = field(default_factory=dict)
    credentials: dict[KeyId, AccessCredential] = field(default_factory=dict)
    consents: dict[Pair, Consent] = field(default_factory=dict)
    galleries: dict[GalleryId, Gallery] = field(default_factory=dict)
    references: dict[ReferenceId, Reference] = field(default_factory=dict)
    subject_keys: dict[Pair, bytes] = field(default_factory=dict)
    changes: dict[int, tuple[GalleryId, ReferenceId, bool]] = field(default_factory=dict)
    decisions: dict[str, DecisionRecord] = field(default_factory=dict)
    claims: dict[Pair, Claim] = field(default_factory=dict)
    policy_texts: dict[tuple[TextKind, str], tuple[KeptText, datetime]] = field(default_factory=dict)
    pack_steps: dict[int, PackStep] = field(default_factory=dict)
    coming: dict[tuple[str, date, str], ComingNotice] = field(default_factory=dict)
    leaves: tuple[bytes, ...] = ()
    checkpoint: str = ""
    sequence: int = 0
    version: int = 0

    def snapshot(self) -> State:
        return State(
            **{
                name: copy(getattr(self, name))
                if isinstance(getattr(self, name), dict)
                else getattr(self, name)
                for name in self.__dataclass_fields__
            }
        )


class MemoryStore:
    """What a database is to the real ones. Calling it makes a unit of work."""

    def __init__(self, signer: Signer | None = None) -> None:
        self.signer = signer or Signer("localhost/fake", hashlib.sha256(b"fake").digest())
        self.state = State()
        self.writer = threading.Lock()
        self.commits = 0
        self.waited: list[bool] = []
        """For each commit of a write, whether it waited for the disk."""

    def __call__(self) -> FakeUnitOfWork:
        return FakeUnitOfWork(self)


class FakeUnitOfWork:
    """Reads one snapshot; the first write makes it the one writer, if what it read is still so."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store
        self._state: State | None = None
        self._reads: list[tuple[Callable[[State], Any], Any]] = []
        self._writing = self._open = False
        self.customers = FakeCustomers(self)
        self.leases = FakeLeases(self)
        self.keys = FakeApiKeys(self)
        self.credentials = FakeAccessCredentials(self)
        self.consents = FakeConsents(self)
        self.cases = FakeCases(self)
        self.examining = FakeExamining(self)
        self.portraits = FakePortraits(self)
        self.notices = FakeNotices(self)
        self.galleries = FakeGalleries(self)
        self.references = FakeReferences(self)
        self.decisions = FakeDecisions(self)
        self.idempotency = FakeIdempotencyRecords(self)
        self.ledger = FakeLedger(self, store.signer)
        self.collections = FakeCollections(self)
        self.faces = FakeEnrolledFaces(self)
        self.staff = FakeStaffMembers(self)
        self.sessions = FakeStaffSessions(self)
        self.invitations = FakeInvitations(self)
        self.loose_faces = FakeLooseFaces(self)
        self.rosters = FakeRosters(self)
        self.roster_persons = FakeRosterPersons(self)
        self.roster_faces = FakeRosterFaces(self)
        self.dynamic_groups = FakeDynamicGroups(self)
        self.lease_versions = FakeLeaseVersions(self)
        self.dossiers = FakeDossiers(self)
        self.reviews = FakeReviews(self)
        self.conditions = FakeConditions(self)
        self.published_terms = FakePublishedTerms(self)
        self.publications = FakePublications(self)
        self.policy_texts = FakePolicyTexts(self)
        self.installed_packs, self.coming_notices = FakeInstalledPacks(self), FakeComingNotices(self)
        self.manifests = FakeManifests(self)
        self.erasures = FakeErasures(self)
        self.searchers = FakeSearchers(self)
        self.incidents = FakeIncidents(self)
        self.evidence, self.fairness_reports = FakeEvidenceRecords(self), FakeFairnessReports(self)
        self.monitored, self.group_labels = FakeMonitored(self), FakeGroupLabels(self)
        self.audits = FakeAudits(self)
        self.cosigned = FakeCosigned(self)
        self.subject_access, self.subject_requests = FakeSubjectAccess(self), FakeSubjectRequests(self)
        self.subject_entries, self.appearances = FakeSubjectEntries(self), FakeAppearances(self)
        self.consent_records = FakeConsentRecords(self)
        self.consent_notices = FakeConsentNotices(self)
        self.retention = FakeRetentionRecords(self)
        self.incidents = FakeIncidents(self)

    @property
    def webhooks(self) -> FakeWebhooks:
        return FakeWebhooks(self)

    def __enter__(self) -> Self:
        self._open = True
        return self

    def __exit__(self, *_: object) -> None:
        self._open = False
        self._over()

    def become_writer(self) -> None:
        self.write()

    def commit(self) -> None:
        self._commit(lasting=True)

    def commit_ahead(self) -> None:
        self._commit(lasting=False)

    def _commit(self, *, lasting: bool) -> None:
        if not self._open:
            raise StorageError("the unit of work is over")
        if self._writing and self._state is not None:
            if len(self._state.leaves) != len(self._store.state.leaves):
                self._state.checkpoint = self.ledger.signed(self._state)
            self._state.version += 1
            self._store.state = self._state
            self._store.commits += 1
            self._store.waited.append(lasting)
        self._over()

    def _over(self) -> None:
        if self._writing:
            self._store.writer.release()
        self._state, self._writing = None, False
        self._reads.clear()

    def read(self, question: Callable[[State], Value]) -> Value:
        if not self._open:
            raise StorageError("the unit of work is over")
        if self._state is None:
            self._state = self._store.state
        answer = question(self._state)
        if not self._writing:
            self._reads.append((question, answer))
        return answer

    def write(self) -> State:
        if not self._open:
            raise StorageError("the unit of work is over")
        if not self._writing:
            if not self._store.writer.acquire(timeout=10):
                raise ConcurrentWriteError("another writer holds the store; try again")
            self._writing = True
            self._state = self._store.state.snapshot()
            if any(question(self._state) != answer for question, answer in self._reads):
                raise ConcurrentWriteError("what was read has changed meanwhile; try again")
            self._reads.clear()
        if self._state is None:
            raise AssertionError("a writer has a state")
        return self._state


@dataclass
class _Repository:
    unit: FakeUnitOfWork


class FakeCustomers(_Repository):
    def put(self, customer: Customer) -> None:
        self.unit.write().customers[customer.id] = customer

    def get(self, customer_id: CustomerId) -> Customer | None:
        return self.unit.read(lambda state: state.customers.get(customer_id))

    def all(self) -> tuple[Customer, ...]:
        return self.unit.read(lambda state: _by_id(state.customers))

    def page(self, sought: CustomerSearch, span: Span) -> tuple[Customer, ...]:
        placed = [(customer_place(one, sought.order), one) for one in self._sought(sought)]
        return spanned(placed, span, descending=sought.descending)

    def count(self, sought: CustomerSearch) -> int:
        return len(self._sought(sought))

    def _sought(self, sought: CustomerSearch) -> list[Customer]:
        text = folded(sought.text)
        return [
            one
            for one in self.all()
            if sought.kind in {None, one.kind}
            and any(text in part for part in (folded(one.name), one.id.lower()))
        ]


class FakeLeases(_Repository):
    def put(self, lease: Lease) -> None:
        self.unit.write().leases[lease.id] = lease

    def get(self, lease_id: LeaseId) -> Lease | None:
        return self.unit.read(lambda state: state.leases.get(lease_id))

    def held(self, lease_id: LeaseId) -> tuple[Lease, Customer] | None:
        lease = self.get(lease_id)
        customer = self.unit.customers.get(lease.customer_id) if lease is not None else None
        return (lease, customer) if lease is not None and customer is not None else None

    def all(self) -> tuple[Lease, ...]:
        return self.unit.read(lambda state: _by_id(state.leases))

    def page(self, sought: LeaseSearch, span: Span) -> tuple[Lease, ...]:
        placed = [(lease_place(one, sought.order), one) for one in self._sought(sought)]
        return spanned(placed, span, descending=sought.descending)

    def count(self, sought: LeaseSearch) -> int:
        return len(self._sought(sought))

    def _sought(self, sought: LeaseSearch) -> list[Lease]:
        return [
            one
            for one in self.all()
            if sought.customer_id in {None, one.customer_id}
            and (sought.standing is None or standing_of(one, sought.standing[1]) is sought.standing[0])
        ]


class FakeApiKeys(_Repository):
    def add(self, key: ApiKey) -> None:
        _add(self.unit.write().keys, key.id, key)

    def get(self, key_id: KeyId) -> ApiKey | None:
        return self.unit.read(lambda state: state.keys.get(key_id))

    def revoke(self, key_id: KeyId, at: datetime) -> None:
        keys = self.unit.write().keys
        if key_id not in keys:
            raise NotFoundError(f"there is no key `{key_id}`")
        if keys[key_id].revoked is None:
            keys[key_id] = replace(keys[key_id], revoked=at)

    def expire(self, key_id: KeyId, at: datetime) -> None:
        keys = self.unit.write().keys
        if key_id not in keys:
            raise NotFoundError(f"there is no key `{key_id}`")
        held = keys[key_id].expires
        if held is None or at < held:
            keys[key_id] = replace(keys[key_id], expires=at)

    def all(self) -> tuple[ApiKey, ...]:
        return self.unit.read(
            lambda state: tuple(sorted(state.keys.values(), key=lambda key: (key.created, key.id)))
        )

    def page(self, sought: KeySearch, span: Span) -> tuple[ApiKey, ...]:
        placed = [(key_place(one, sought.order), one) for one in self._sought(sought)]
        return spanned(placed, span, descending=sought.descending)

    def count(self, sought: KeySearch) -> int:
        return len(self._sought(sought))

    def _sought(self, sought: KeySearch) -> list[ApiKey]:
        return [
            one
            for one in self.all()
            if sought.lease_id in {None, one.lease_id}
            and (sought.in_force is None or in_force(one, sought.in_force))
        ]


class FakeAccessCredentials(_Repository):
    def add(self, credential: AccessCredential) -> None:
        state = self.unit.write()
        if credential.key_id not in state.keys:
            raise NotFoundError(f"there is no key `{credential.key_id}`")
        _add(state.credentials, credential.key_id, credential)

    def get(self, key_id: KeyId) -> AccessCredential | None:
        return self.unit.read(lambda state: state.credentials.get(key_id))

    def remove(self, key_id: KeyId) -> None:
        self.unit.write().credentials.pop(key_id, None)


class FakeConsents(_Repository):
    def put(self, consent: Consent) -> None:
        held = self.get(consent.gallery_id, consent.subject_id)
        objected = held.objected if held is not None and consent.withdrawn is None else None
        place = (consent.gallery_id, consent.subject_id)
        self.unit.write().consents[place] = replace(consent, objected=objected)

    def stop_use(self, gallery_id: GalleryId, subject_id: SubjectId, since: datetime | None) -> None:
        held = self.get(gallery_id, subject_id)
        if held is not None:
            self.unit.write().consents[gallery_id, subject_id] = replace(held, objected=since)

    def get(self, gallery_id: GalleryId, subject_id: SubjectId) -> Consent | None:
        return self.unit.read(lambda state: state.consents.get((gallery_id, subject_id)))

    def lapsed(self, gallery_id: GalleryId, at: datetime) -> frozenset[SubjectId]:
        def question(state: State) -> frozenset[SubjectId]:
            held = {
                subject: state.consents.get((gallery_id, subject)) for subject in _enrolled(state, gallery_id)
            }
            return frozenset(s for s, consent in held.items() if consent is None or not consent.valid_at(at))

        return self.unit.read(question)

    def minors(self, gallery_id: GalleryId, at: datetime) -> frozenset[str] | None:
        def question(state: State) -> frozenset[str] | None:
            held = [state.consents.get((gallery_id, subject)) for subject in _enrolled(state, gallery_id)]
            found = [one.instruments for one in held if one is not None and one.minor and one.valid_at(at)]
            return frozenset.intersection(*found) if found else None

        return self.unit.read(question)


class FakeGalleries(_Repository):
    def add(self, gallery: Gallery) -> None:
        _add(self.unit.write().galleries, gallery.id, gallery)

    def get(self, gallery_id: GalleryId) -> Gallery | None:
        return self.unit.read(lambda state: state.galleries.get(gallery_id))

    def of_customer(self, customer_id: CustomerId) -> tuple[Gallery, ...]:
        return self.unit.read(
            lambda state: tuple(g for g in _by_id(state.galleries) if g.customer_id == customer_id)
        )

    def page(self, sought: GallerySearch, span: Span) -> tuple[Gallery, ...]:
        count = self.unit.references.subject_count
        placed = [(gallery_place(one, count(one.id), sought.order), one) for one in self._sought(sought)]
        return spanned(placed, span, descending=sought.descending)

    def count(self, sought: GallerySearch) -> int:
        return len(self._sought(sought))

    def _sought(self, sought: GallerySearch) -> list[Gallery]:
        return [
            one
            for one in self.unit.read(lambda state: _by_id(state.galleries))
            if lowered(sought.text) in gallery_text(one)
            and sought.customer_id in {None, one.customer_id}
            and sought.lease_id in {None, one.lease_id}
        ]

    def keep_images(self, gallery_id: GalleryId, *, keep: bool) -> None:
        galleries = self.unit.write().galleries
        if gallery_id not in galleries:
            raise NotFoundError(f"there is no gallery `{gallery_id}`")
        galleries[gallery_id] = replace(galleries[gallery_id], keeps_images=keep)

    def remove(self, gallery_id: GalleryId) -> None:
        state = self.unit.write()
        if gallery_id not in state.galleries:
            raise NotFoundError(f"there is no gallery `{gallery_id}`")
        for subject_id in {subject for gallery, subject in state.subject_keys if gallery == gallery_id}:
            self.unit.references.erase(gallery_id, subject_id)
        del state.galleries[gallery_id]
        without_gallery(state, gallery_id)
        without_consent_of(state, gallery_id)
        without_roster(state, gallery_id)
        state.consents = {place: value for place, value in state.consents.items() if place[0] != gallery_id}
        without_cases_of(state, gallery_id)


class FakeReferences(_Repository):
    def add(self, reference: Reference) -> None:
        state = self.unit.write()
        if reference.id in state.references:
            raise AlreadyExistsError(f"there is `{reference.id}` already")
        if reference.gallery_id not in state.galleries:
            raise NotFoundError(f"there is no gallery `{reference.gallery_id}`")
        place = (reference.gallery_id, reference.subject_id)
        state.subject_keys.setdefault(place, secrets.token_bytes(32))
        state.references[reference.id] = reference
        self._log(state, reference, added=True)

    def of_subject(self, gallery_id: GalleryId, subject_id: SubjectId) -> tuple[Reference, ...]:
        return self.unit.read(lambda state: _of_subject(state, gallery_id, subject_id))

    def subjects(
        self, gallery_id: GalleryId, *, after: SubjectId | None, limit: int
    ) -> tuple[SubjectId, ...]:
        return self.unit.read(
            lambda state: tuple(s for s in _enrolled(state, gallery_id) if after is None or s > after)[:limit]
        )

    def subject_count(self, gallery_id: GalleryId) -> int:
        return self.unit.read(lambda state: len(_enrolled(state, gallery_id)))

    def remove(self, reference_id: ReferenceId) -> None:
        state = self.unit.write()
        if reference_id not in state.references:
            raise NotFoundError(f"there is no reference `{reference_id}`")
        self._log(state, state.references.pop(reference_id), added=False)
        without_reference(state, reference_id)
        without_note(state, reference_id)

    def erase(self, gallery_id: GalleryId, subject_id: SubjectId) -> tuple[ReferenceId, ...]:
        state = self.unit.write()
        gone = _of_subject(state, gallery_id, subject_id)
        without_users_of(state, gallery_id, subject_id)
        without_person_of(state, gallery_id, subject_id)
        self.unit.subject_requests.silence(Place(gallery_id, subject_id))
        for reference in gone:
            self._log(state, state.references.pop(reference.id), added=False)
            without_reference(state, reference.id)
            without_note(state, reference.id)
        state.subject_keys.pop((gallery_id, subject_id), None)
        return tuple(reference.id for reference in gone)

    def commitment(self, gallery_id: GalleryId, subject_id: SubjectId) -> bytes | None:
        key = self.unit.read(lambda state: state.subject_keys.get((gallery_id, subject_id)))
        return None if key is None else hmac.digest(key, subject_id.encode(), "sha256")

    def commitments(self, gallery_id: GalleryId, subject_id: SubjectId) -> tuple[bytes, ...]:
        return self.unit.read(
            lambda state: tuple(
                sorted(commitment_to(state, one) for one in _of_subject(state, gallery_id, subject_id))
            )
        )

    def changes(self, gallery_id: GalleryId, *, after: int) -> Iterator[GalleryChange]:
        def question(state: State) -> tuple[GalleryChange, ...]:
            return tuple(
                self._change(state, sequence, reference_id, added=added)
                for sequence, (gallery, reference_id, added) in sorted(state.changes.items())
                if gallery == gallery_id and sequence > after
            )

        return iter(self.unit.read(question))

    def _log(self, state: State, reference: Reference, *, added: bool) -> None:
        if not added:
            step = (reference.gallery_id, reference.id, True)
            state.changes = {sequence: known for sequence, known in state.changes.items() if known != step}
        state.sequence += 1
        state.changes[state.sequence] = (reference.gallery_id, reference.id, added)

    def _change(
        self, state: State, sequence: int, reference_id: ReferenceId, *, added: bool
    ) -> GalleryChange:
        subject_id, template = SubjectId(""), None
        if added:
            reference = state.references[reference_id]
            subject_id, template = reference.subject_id, reference.template
        return GalleryChange(
            sequence=sequence, reference_id=reference_id, subject_id=subject_id, template=template
        )


class FakeDecisions(_Repository):
    def add(self, record: DecisionRecord) -> None:
        _add(self.unit.write().decisions, record.id, record)

    def get(self, decision_id: str) -> DecisionRecord | None:
        return self.unit.read(lambda state: state.decisions.get(decision_id))

    def search(self, sought: DecisionSearch, *, skip: int, limit: int) -> tuple[DecisionRecord, ...]:
        found = sorted(self._all(sought), key=lambda record: record.entry, reverse=not sought.oldest_first)
        return tuple(found[skip : skip + limit])

    def count(self, sought: DecisionSearch) -> int:
        return len(self._all(sought))

    def recorded(self, *, since: datetime, until: datetime, after: int, limit: int) -> tuple[Recorded, ...]:
        span = DecisionSearch(since=since, until=until)
        found = sorted((one for one in self._all(span) if one.entry > after), key=lambda one: one.entry)
        return tuple(
            Recorded(
                entry=one.entry,
                id=one.id,
                customer=one.customer_id,
                question=question_to_json(one.question).decode(),
                decision=decision_to_json(one.decision).decode(),
            )
            for one in found[:limit]
        )

    def _all(self, sought: DecisionSearch) -> list[DecisionRecord]:
        return self.unit.read(lambda state: [one for one in state.decisions.values() if matches(sought, one)])


class FakeIdempotencyRecords(_Repository):
    def claim(self, *, actor_id: str, key: str, request_digest: bytes, at: datetime) -> bytes | None:
        claims = self.unit.write().claims
        held = claims.get((actor_id, key))
        if held is not None:
            if held.request_digest != request_digest:
                raise IdempotencyMismatchError(f"the key `{key}` was used for another request")
            if held.answer is not None:
                return held.answer
            if at - held.claimed < timedelta(seconds=60):
                raise ConcurrentWriteError(f"the request with the key `{key}` is being answered")
        claims[actor_id, key] = Claim(request_digest, at)
        return None

    def complete(self, *, actor_id: str, key: str, answer: bytes) -> None:
        claims = self.unit.write().claims
        if (actor_id, key) not in claims:
            raise NotFoundError(f"the key `{key}` is not claimed")
        claims[actor_id, key] = replace(claims[actor_id, key], answer=answer)

    def release(self, *, actor_id: str, key: str) -> None:
        claims = self.unit.write().claims
        held = claims.get((actor_id, key))
        if held is not None and held.answer is None:
            del claims[actor_id, key]

    def forget(self, before: datetime) -> int:
        claims = self.unit.write().claims
        old = [place for place, held in claims.items() if held.claimed < before]
        for place in old:
            del claims[place]
        return len(old)


class FakeLedger:
    def __init__(self, unit: FakeUnitOfWork, signer: Signer) -> None:
        self.unit, self.signer = unit, signer

    @property
    def key(self) -> VerifierKey:
        return self.signer.vkey

    @property
    def keys(self) -> tuple[VerifierKey, ...]:
        return self.signer.vkeys

    def pseudonym(self, person: str) -> str:
        return self.veil(Person(person))

    def veil(self, value: Veiled) -> str:
        kind, text = ("person", value.id) if isinstance(value, Person) else ("written", value.text)
        return f"{kind}_{hashlib.sha256(text.encode()).hexdigest()[:32]}"

    def append(self, entry: Entry) -> int:
        leaf = leaf_bytes(entry, self.veil)
        state = self.unit.write()
        state.leaves = (*state.leaves, leaf)
        return len(state.leaves) - 1

    def record(self, entry: Entry) -> None:
        self.append(entry)

    def size(self) -> int:
        return self.unit.read(lambda state: len(state.leaves))

    def leaf(self, index: int) -> bytes:
        leaves = self.unit.read(lambda state: state.leaves)
        if not 0 <= index < len(leaves):
            raise NotFoundError(f"there is no entry `{index}`")
        return leaves[index]

    def leaves(self, start: int, stop: int) -> Iterable[bytes]:
        leaves = self.unit.read(lambda state: state.leaves)
        if start < stop and not 0 <= start < stop <= len(leaves):
            raise NotFoundError(f"there are not all entries from `{start}` to `{stop - 1}`")
        return iter(leaves[start:stop])

    def nodes(self, nodes: Sequence[merkle.Node]) -> tuple[bytes, ...]:
        leaves = self.unit.read(lambda state: state.leaves)
        if any((index + 1) << level > len(leaves) for level, index in nodes):
            raise NotFoundError("the log has not completed every subtree asked for")
        spans = [leaves[index << level : (index + 1) << level] for level, index in nodes]
        return tuple(merkle.root_of(map(merkle.leaf_hash, span)) for span in spans)

    def checkpoint(self) -> str:
        committed = self.unit.read(lambda state: state.checkpoint)
        return committed or self.signed(State())

    def signed(self, state: State) -> str:
        root = merkle.root_of(map(merkle.leaf_hash, state.leaves))
        return self.signer.sign(Checkpoint(self.signer.vkey.name, len(state.leaves), root).text)

    def inclusion_proof(self, index: int, size: int) -> tuple[bytes, ...]:
        self._require(size)
        return merkle.inclusion_proof(index, size, self.nodes)

    def consistency_proof(self, old: int, new: int) -> tuple[bytes, ...]:
        self._require(new)
        return merkle.consistency_proof(old, new, self.nodes)

    def _require(self, size: int) -> None:
        if size > self.size():
            raise NotFoundError(f"the log has not grown to `{size}` entries")


def _by_id(values: Mapping[Any, Value]) -> tuple[Value, ...]:
    return tuple(value for _, value in sorted(values.items()))


def _add(values: dict[Any, Value], name: str, value: Value) -> None:
    if name in values:
        raise AlreadyExistsError(f"there is `{name}` already")
    values[name] = value


def _of_subject(state: State, gallery_id: GalleryId, subject_id: SubjectId) -> tuple[Reference, ...]:
    return tuple(
        r for r in _by_id(state.references) if (r.gallery_id, r.subject_id) == (gallery_id, subject_id)
    )


def _enrolled(state: State, gallery_id: GalleryId) -> tuple[SubjectId, ...]:
    return tuple(sorted({r.subject_id for r in state.references.values() if r.gallery_id == gallery_id}))
