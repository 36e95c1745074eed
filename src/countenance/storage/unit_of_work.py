"""One transaction over every room's tables. The only module that commits."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import TracebackType
from typing import Final, Self

from countenance.consent.ports import ConsentNotices, ConsentRecords, Consents, RetentionRecords
from countenance.errors import ConcurrentWriteError, StorageError
from countenance.fairness.audits import Audits
from countenance.fairness.evidence import EvidenceRecords
from countenance.fairness.monitored import Monitored
from countenance.fairness.reports import FairnessReports
from countenance.ledger.note import Signer
from countenance.ledger.ports import CosignedCheckpoints, Ledger
from countenance.oversight.incidents import Incidents
from countenance.oversight.ports import Cases, Examining, Notices, Portraits
from countenance.recognition.collections.ports import Collections, EnrolledFaces
from countenance.recognition.erasure.ports import Erasures, Manifests, Searchers
from countenance.recognition.loose_faces.ports import LooseFaces
from countenance.recognition.ports import (
    Decisions,
    Galleries,
    IdempotencyRecords,
    PolicyTexts,
    References,
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
from countenance.storage.audits import SqlAudits
from countenance.storage.azure_groups import SqlDynamicGroups
from countenance.storage.azure_loose_faces import SqlLooseFaces
from countenance.storage.azure_rosters import SqlRosterFaces, SqlRosterPersons, SqlRosters
from countenance.storage.collections import SqlCollections, SqlEnrolledFaces
from countenance.storage.consent import SqlConsents
from countenance.storage.consent_records import SqlConsentNotices, SqlConsentRecords
from countenance.storage.consent_retention import SqlRetentionRecords
from countenance.storage.database import Database
from countenance.storage.erasures import SqlErasures, SqlSearchers
from countenance.storage.failures import told_plainly
from countenance.storage.fairness_evidence import SqlEvidenceRecords
from countenance.storage.group_commit import GroupCommit, Handed
from countenance.storage.incidents import SqlIncidents
from countenance.storage.ledger import NewestHead, SqlLedger
from countenance.storage.log_cosigned import SqlCosignedCheckpoints
from countenance.storage.manifests import SqlManifests
from countenance.storage.monitored import SqlMonitored
from countenance.storage.oversight import SqlCases
from countenance.storage.oversight_examining import SqlExamining, SqlNotices
from countenance.storage.oversight_portraits import SqlPortraits
from countenance.storage.policy_texts import SqlPolicyTexts
from countenance.storage.publication import SqlPublications
from countenance.storage.published_terms import SqlPublishedTerms
from countenance.storage.recognition import SqlDecisions, SqlGalleries, SqlIdempotencyRecords
from countenance.storage.references import SqlReferences
from countenance.storage.secrecy import Keyring
from countenance.storage.session import Session
from countenance.storage.staff import SqlInvitations, SqlStaffMembers, SqlStaffSessions
from countenance.storage.subject_trail import SqlAppearances, SqlSubjectEntries
from countenance.storage.subjects import SqlSubjectAccess, SqlSubjectRequests
from countenance.storage.vetting import SqlAccessCredentials, SqlApiKeys, SqlCustomers, SqlLeases
from countenance.storage.vetting_dossiers import SqlDossiers
from countenance.storage.vetting_reviews import SqlConditions, SqlLeaseVersions, SqlReviews
from countenance.storage.webhooks import SqlWebhooks
from countenance.vetting.dossier_ports import (
    Conditions,
    Dossiers,
    LeaseVersions,
    PublishedTerms,
    Reviews,
)
from countenance.vetting.ports import AccessCredentials, ApiKeys, Customers, Leases
from countenance.vetting.publication import Publications


class SqlUnitOfWork:
    """A unit of work on a database; made by `unit_of_work_factory`.

    Reading takes no lock. The first write makes this the one writer, after making sure that
    what was read is still so (see `countenance.storage.session`). After `commit` it can be
    read from, and written in, anew.
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
    collections: Collections
    faces: EnrolledFaces
    loose_faces: LooseFaces
    rosters: Rosters
    roster_persons: RosterPersons
    roster_faces: RosterFaces
    dynamic_groups: DynamicGroups
    staff: StaffMembers
    sessions: StaffSessions
    invitations: Invitations
    lease_versions: LeaseVersions
    dossiers: Dossiers
    reviews: Reviews
    conditions: Conditions
    published_terms: PublishedTerms
    publications: Publications
    policy_texts: PolicyTexts
    manifests: Manifests
    erasures: Erasures
    searchers: Searchers
    cosigned: CosignedCheckpoints
    incidents: Incidents
    evidence: EvidenceRecords
    fairness_reports: FairnessReports
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

    def __init__(
        self,
        database: Database,
        keyring: Keyring,
        signer: Signer,
        newest: NewestHead,
        together: GroupCommit | None = None,
    ) -> None:
        self.session = Session(database)
        self.keyring = keyring
        self.ledger = self._log = SqlLedger(self.session, signer, newest)
        self._together = together

    def __getattr__(self, name: str) -> object:
        """Make a repository at its first use: an act needs six of the thirty."""
        make = _ROOMS.get(name)
        if make is None:
            raise AttributeError(name)
        room = self.__dict__[name] = make(self)
        return room

    def __enter__(self) -> Self:
        """Begin; the connection is taken at the first statement."""
        self.session.open()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Roll back what was not committed."""
        self._log.forget()
        try:
            self.session.close()
        except StorageError:
            if error is None:
                raise

    def extend_log(self, leaves: Sequence[bytes]) -> None:
        """Append entries that others have handed in, one behind the other."""
        self._log.extend(leaves)

    def become_writer(self) -> None:
        """Take the writer's turn before anything is read."""
        self.session.become_writer()

    def commit(self) -> None:
        """Make everything durable at once, ledger entries included.

        If it raises, nothing of this unit of work has happened, unless it is the disk that fails
        after all was written: then it may have.
        """
        self._commit(lasting=True)

    def commit_ahead(self) -> None:
        """Let everybody see what was done, before it is on the disk."""
        self._commit(lasting=False)

    def _commit(self, *, lasting: bool) -> None:
        try:
            if self._log.recorded is not None and self._hand_in():
                return
            self._log.write_head()
            commit(self.session, lasting=lasting)
            self._log.committed()
        except BaseException:
            self._log.forget()
            self.session.roll_back()
            raise

    def _hand_in(self) -> bool:
        """Have what was recorded written with what others record, unless this unit of work writes itself."""
        leaves = self._log.recorded or []
        reads = self.session.hand_over() if self._together is not None else None
        if reads is None or self._together is None:
            self._log.extend(leaves)
            return False
        self._log.forget()
        self._together(leaves, reads)
        return True


def write_together(unit: Callable[[], SqlUnitOfWork], together: Sequence[Handed]) -> None:
    """Write what units of work have handed in, except of those whose reads are no longer so."""
    with unit() as work:
        work.become_writer()
        standing = []
        for one in together:
            if work.session.same(one.reads):
                standing.append(one)
            else:
                one.failure = ConcurrentWriteError("what was read has changed meanwhile; try again")
        work.extend_log([leaf for one in standing for leaf in one.leaves])
        work.commit()


def commit(session: Session, *, lasting: bool = True) -> None:
    """Commit what was written in `session`; what lasts is on the disk before this returns.

    If it raises, nothing was committed, unless it is the disk that failed: then what was
    committed may get lost.
    """
    wrote = session.wrote
    if session.connection is not None:
        with told_plainly():
            if wrote and not lasting:
                session.database.go_ahead(session.connection)
            session.connection.commit()
    session.committed()
    if wrote and lasting:
        session.database.reach_disk()


def _fairness_reports(work: SqlUnitOfWork) -> object:
    from countenance.storage.fairness_reports import SqlFairnessReports  # noqa: PLC0415  no act needs it

    return SqlFairnessReports(work.session, work.keyring)


_ROOMS: Final[Mapping[str, Callable[[SqlUnitOfWork], object]]] = {
    "customers": lambda work: SqlCustomers(work.session),
    "leases": lambda work: SqlLeases(work.session),
    "consents": lambda work: SqlConsents(work.session),
    "keys": lambda work: SqlApiKeys(work.session),
    "credentials": lambda work: SqlAccessCredentials(work.session, work.keyring),
    "cases": lambda work: SqlCases(work.session, work.keyring),
    "examining": lambda work: SqlExamining(work.session, work.keyring),
    "portraits": lambda work: SqlPortraits(work.session, work.keyring),
    "notices": lambda work: SqlNotices(work.session),
    "galleries": lambda work: SqlGalleries(work.session),
    "references": lambda work: SqlReferences(work.session, work.keyring, SqlConsents(work.session)),
    "decisions": lambda work: SqlDecisions(work.session),
    "idempotency": lambda work: SqlIdempotencyRecords(work.session, work.keyring),
    "collections": lambda work: SqlCollections(work.session),
    "faces": lambda work: SqlEnrolledFaces(work.session),
    "staff": lambda work: SqlStaffMembers(work.session, work.keyring),
    "sessions": lambda work: SqlStaffSessions(work.session),
    "invitations": lambda work: SqlInvitations(work.session),
    "loose_faces": lambda work: SqlLooseFaces(work.session, work.keyring),
    "rosters": lambda work: SqlRosters(work.session),
    "roster_persons": lambda work: SqlRosterPersons(work.session, work.keyring),
    "roster_faces": lambda work: SqlRosterFaces(work.session, work.keyring),
    "dynamic_groups": lambda work: SqlDynamicGroups(work.session),
    "lease_versions": lambda work: SqlLeaseVersions(work.session, work.keyring),
    "dossiers": lambda work: SqlDossiers(work.session, work.keyring),
    "reviews": lambda work: SqlReviews(work.session, work.keyring),
    "conditions": lambda work: SqlConditions(work.session, work.keyring),
    "published_terms": lambda work: SqlPublishedTerms(work.session),
    "policy_texts": lambda work: SqlPolicyTexts(work.session),
    "publications": lambda work: SqlPublications(work.session),
    "manifests": lambda work: SqlManifests(work.session, work.keyring),
    "erasures": lambda work: SqlErasures(work.session, work.keyring),
    "searchers": lambda work: SqlSearchers(work.session),
    "cosigned": lambda work: SqlCosignedCheckpoints(work.session),
    "incidents": lambda work: SqlIncidents(work.session, work.keyring),
    "evidence": lambda work: SqlEvidenceRecords(work.session, work.keyring),
    "fairness_reports": _fairness_reports,
    "monitored": lambda work: SqlMonitored(work.session, work.keyring),
    "audits": lambda work: SqlAudits(work.session, work.keyring),
    "consent_records": lambda work: SqlConsentRecords(work.session, work.keyring),
    "consent_notices": lambda work: SqlConsentNotices(work.session),
    "retention": lambda work: SqlRetentionRecords(work.session, work.keyring),
    "subject_access": lambda work: SqlSubjectAccess(work.session),
    "subject_requests": lambda work: SqlSubjectRequests(work.session, work.keyring),
    "subject_entries": lambda work: SqlSubjectEntries(work.session),
    "appearances": lambda work: SqlAppearances(work.session, work.keyring),
    "webhooks": lambda work: SqlWebhooks(work.session, work.keyring),
}
"""How each repository is made, at the first use of its name."""


def unit_of_work_factory(database: Database, keyring: Keyring, signer: Signer) -> Callable[[], SqlUnitOfWork]:
    """Return what makes units of work; safe to call from many threads, each unit for one of them."""
    newest = NewestHead()
    together = GroupCommit(partial(write_together, lambda: SqlUnitOfWork(database, keyring, signer, newest)))
    return lambda: SqlUnitOfWork(database, keyring, signer, newest, together)
