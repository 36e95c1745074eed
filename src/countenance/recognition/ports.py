"""What the acts need of storage, engine and index."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self

from countenance.recognition.engine_ports import FaceEngine as FaceEngine  # noqa: PLC0414  named from here
from countenance.recognition.engine_ports import SearchIndex as SearchIndex  # noqa: PLC0414  as above
from countenance.recognition.engine_ports import SearchSnapshots as SearchSnapshots  # noqa: PLC0414  as above

if TYPE_CHECKING:  # named and never called here: loading them all would be a fifth of a start
    from countenance.biometrics.model import (
        GalleryId,
        ReferenceId,
        SubjectId,
    )
    from countenance.consent.ports import ConsentNotices, ConsentRecords, Consents, RetentionRecords
    from countenance.fairness.audits import Audits
    from countenance.fairness.evidence import EvidenceRecords
    from countenance.fairness.labels import GroupLabels
    from countenance.fairness.monitored import Monitored
    from countenance.fairness.reports import FairnessReports
    from countenance.ledger.ports import CosignedCheckpoints, Ledger
    from countenance.oversight.incidents import Incidents
    from countenance.oversight.ports import Cases, Examining, Notices, Portraits
    from countenance.policy.model import Decision, Question
    from countenance.policy.simulation import Recorded
    from countenance.policy.texts import KeptText, TextKind
    from countenance.recognition.collections.ports import Collections, EnrolledFaces
    from countenance.recognition.erasure.ports import Erasures, Manifests, Searchers
    from countenance.recognition.log.ports import ComingNotices, InstalledPacks
    from countenance.recognition.loose_faces.ports import LooseFaces
    from countenance.recognition.model import (
        DecisionRecord,
        DecisionSearch,
        Gallery,
        GalleryChange,
        GallerySearch,
        Reference,
    )
    from countenance.recognition.rosters.ports import DynamicGroups, RosterFaces, RosterPersons, Rosters
    from countenance.recognition.subjects.ports import (
        Appearances,
        SubjectAccess,
        SubjectEntries,
        SubjectRequests,
    )
    from countenance.recognition.webhooks.ports import Webhooks
    from countenance.staff.ports import Invitations, StaffMembers, StaffSessions
    from countenance.vetting.dossier_ports import (
        Conditions,
        Dossiers,
        LeaseVersions,
        PublishedTerms,
        Reviews,
    )
    from countenance.vetting.listing import Span
    from countenance.vetting.model import CustomerId
    from countenance.vetting.ports import AccessCredentials, ApiKeys, Customers, Leases
    from countenance.vetting.publication import Publications


class Galleries(Protocol):
    """Galleries by id."""

    def add(self, gallery: Gallery) -> None:
        """Store `gallery`; raises `AlreadyExistsError`."""
        ...

    def get(self, gallery_id: GalleryId) -> Gallery | None:
        """Return the gallery, or None."""
        ...

    def of_customer(self, customer_id: CustomerId) -> tuple[Gallery, ...]:
        """Return the customer's galleries, ordered by id."""
        ...

    def page(self, sought: GallerySearch, span: Span) -> tuple[Gallery, ...]:
        """Return the galleries of a span, in the order that is `sought`, found by the database."""
        ...

    def count(self, sought: GallerySearch) -> int:
        """Return how many galleries are `sought`."""
        ...

    def keep_images(self, gallery_id: GalleryId, *, keep: bool) -> None:
        """Set whether images of references are kept from now on; raises `NotFoundError`."""
        ...

    def remove(self, gallery_id: GalleryId) -> None:
        """Remove the gallery with all that belongs to it, keys included, or raise `NotFoundError`."""
        ...


class References(Protocol):
    """References of subjects, encrypted under one key a subject and gallery.

    Durability: with the unit of work. The subject's key is wrapped by the master key, made
    with the first reference and destroyed by `erase`; after that, what a backup or a disk
    image still holds of the subject cannot be read.
    """

    def add(self, reference: Reference) -> None:
        """Store `reference`; raises `AlreadyExistsError` for its id."""
        ...

    def of_subject(self, gallery_id: GalleryId, subject_id: SubjectId) -> tuple[Reference, ...]:
        """Return the subject's references, ordered by id; empty for an unknown subject."""
        ...

    def subjects(
        self, gallery_id: GalleryId, *, after: SubjectId | None, limit: int
    ) -> tuple[SubjectId, ...]:
        """Return up to `limit` enrolled subjects whose ids sort after `after`, ordered by id."""
        ...

    def subject_count(self, gallery_id: GalleryId) -> int:
        """Return the number of enrolled subjects of the gallery."""
        ...

    def remove(self, reference_id: ReferenceId) -> None:
        """Remove one reference, or raise `NotFoundError`."""
        ...

    def erase(self, gallery_id: GalleryId, subject_id: SubjectId) -> tuple[ReferenceId, ...]:
        """Remove all of the subject's references and destroy the subject's key.

        Returns the ids that were removed; empty for an unknown subject.
        """
        ...

    def commitment(self, gallery_id: GalleryId, subject_id: SubjectId) -> bytes | None:
        """Return HMAC-SHA-256 of the subject's id under the subject's key; None without a key.

        The ledger names subjects only so: once the key is destroyed, nobody can link them.
        """
        ...

    def commitments(self, gallery_id: GalleryId, subject_id: SubjectId) -> tuple[bytes, ...]:
        """Return the subject's commitments in the gallery's manifest, 32 bytes each, in order.

        Each is HMAC-SHA-256 of a template in its place, under a key derived from the subject's.
        """
        ...

    def changes(self, gallery_id: GalleryId, *, after: int) -> Iterable[GalleryChange]:
        """Yield the changes of the gallery with a sequence above `after`, in order.

        A reference that was added and removed since may be left out of both. From 0 this is
        the whole gallery: start-up and catching up are the same path.
        """
        ...


class Decisions(Protocol):
    """Decisions by id, kept for as long as the ledger."""

    def add(self, record: DecisionRecord) -> None:
        """Store `record`; raises `AlreadyExistsError`."""
        ...

    def get(self, decision_id: str) -> DecisionRecord | None:
        """Return the record, or None."""
        ...

    def search(self, sought: DecisionSearch, *, skip: int, limit: int) -> tuple[DecisionRecord, ...]:
        """Return up to `limit` records that are `sought`, after the first `skip`, in the order asked for."""
        ...

    def count(self, sought: DecisionSearch) -> int:
        """Return how many records are `sought`."""
        ...

    def recorded(self, *, since: datetime, until: datetime, after: int, limit: int) -> tuple[Recorded, ...]:
        """Return up to `limit` records asked from `since` until `until` (excluded), as they are stored.

        They come in the order of their ledger entries, beginning after the entry `after`.
        """
        ...


class IdempotencyRecords(Protocol):
    """Answers that were given, so that a write sent twice happens once."""

    def claim(self, *, actor_id: str, key: str, request_digest: bytes, at: datetime) -> bytes | None:
        """Return the stored answer, or None after claiming the key for this request.

        Raises `IdempotencyMismatchError` if the key was used for another request, and
        `ConcurrentWriteError` while another holder of the claim is at work; a claim older
        than a minute without an answer may be taken over.
        """
        ...

    def complete(self, *, actor_id: str, key: str, answer: bytes) -> None:
        """Store the answer of a claimed key."""
        ...

    def release(self, *, actor_id: str, key: str) -> None:
        """Give up a claim whose act failed, so that it can be tried again."""
        ...

    def forget(self, before: datetime) -> int:
        """Drop what was claimed before that moment, answered or not; return how many there were.

        An answer holds a subject's id, so it is kept no longer than it can be asked for.
        """
        ...


class Decider(Protocol):
    """Answers questions; pure, so safe to call from many threads."""

    def __call__(self, question: Question) -> Decision:
        """Return the decision for `question`; the same for ever for the same packs."""
        ...


class PolicyTexts(Protocol):
    """Texts by kind and digest, for as long as the database; durable with the unit of work."""

    def keep(self, text: KeptText, at: datetime) -> bool:
        """Keep a text; tell whether it was not kept before."""
        ...

    def known(self) -> frozenset[tuple[TextKind, str]]:
        """Return kind and digest of every text, without the texts: every start asks."""
        ...

    def find(self, kind: TextKind, digest: str) -> KeptText | None:
        """Return the text, or None."""
        ...


class UnitOfWork(Protocol):
    """One transaction over every room's storage.

    Entered with `with`; whatever was not committed when it leaves is rolled back. Readers
    see committed work only. Raises `ConcurrentWriteError` where another writer was first,
    `StorageFullError` and `StorageError` where the database cannot do it.
    """

    customers: Customers
    leases: Leases
    keys: ApiKeys
    credentials: AccessCredentials
    consents: Consents
    cases: Cases
    examining: Examining
    portraits: Portraits
    notices: Notices
    galleries: Galleries
    references: References
    decisions: Decisions
    idempotency: IdempotencyRecords
    ledger: Ledger
    cosigned: CosignedCheckpoints
    collections: Collections
    faces: EnrolledFaces
    staff: StaffMembers
    sessions: StaffSessions
    invitations: Invitations
    loose_faces: LooseFaces
    rosters: Rosters
    roster_persons: RosterPersons
    roster_faces: RosterFaces
    dynamic_groups: DynamicGroups
    lease_versions: LeaseVersions
    dossiers: Dossiers
    reviews: Reviews
    conditions: Conditions
    published_terms: PublishedTerms
    publications: Publications
    policy_texts: PolicyTexts
    installed_packs: InstalledPacks
    coming_notices: ComingNotices
    manifests: Manifests
    erasures: Erasures
    searchers: Searchers
    incidents: Incidents
    evidence: EvidenceRecords
    fairness_reports: FairnessReports
    group_labels: GroupLabels
    monitored: Monitored
    audits: Audits
    consent_records: ConsentRecords
    consent_notices: ConsentNotices
    retention: RetentionRecords
    subject_access: SubjectAccess
    subject_requests: SubjectRequests
    subject_entries: SubjectEntries
    appearances: Appearances
    webhooks: Webhooks

    def __enter__(self) -> Self:
        """Begin."""
        ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Roll back what was not committed."""
        ...

    def become_writer(self) -> None:
        """Take the writer's turn before anything is read, so that it cannot change until the commit.

        Without it the first write makes sure of the reads, and raises `ConcurrentWriteError`
        where one of them has changed. Raises the same if another writer takes too long.
        """
        ...

    def commit(self) -> None:
        """Make everything durable at once, ledger entries included.

        All that anybody committed before, ahead or not, is durable then too.
        """
        ...

    def commit_ahead(self) -> None:
        """Let everybody see what was done; it outlives this process, and the machine once anybody commits.

        For what must be on record before the next step, while no answer leaves before a `commit`.
        """
        ...
