"""One transaction over every room's tables. The only module that commits."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from importlib import import_module
from types import TracebackType
from typing import TYPE_CHECKING, Final, NamedTuple, Self

from countenance.errors import ConcurrentWriteError, StorageError
from countenance.storage.failures import told_plainly
from countenance.storage.group_commit import GroupCommit, Handed
from countenance.storage.ledger import NewestHead, SqlLedger
from countenance.storage.session import Session

if TYPE_CHECKING:  # named and never called here: loading them all would be a fifth of a start
    from countenance.consent.ports import ConsentNotices, ConsentRecords, Consents, RetentionRecords
    from countenance.fairness.audits import Audits
    from countenance.fairness.evidence import EvidenceRecords
    from countenance.fairness.labels import GroupLabels
    from countenance.fairness.monitored import Monitored
    from countenance.fairness.reports import FairnessReports
    from countenance.ledger.note import Signer
    from countenance.ledger.ports import CosignedCheckpoints, Ledger
    from countenance.oversight.incidents import Incidents
    from countenance.oversight.ports import Cases, Examining, Notices, Portraits
    from countenance.recognition.collections.ports import Collections, EnrolledFaces
    from countenance.recognition.erasure.ports import Erasures, Manifests, Searchers
    from countenance.recognition.log.ports import ComingNotices, InstalledPacks
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
    from countenance.storage.database import Database
    from countenance.storage.secrecy import Keyring
    from countenance.vetting.dossier_ports import Conditions, Dossiers, LeaseVersions, PublishedTerms, Reviews
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
    installed_packs: InstalledPacks
    coming_notices: ComingNotices
    manifests: Manifests
    erasures: Erasures
    searchers: Searchers
    cosigned: CosignedCheckpoints
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
        self.ledger = self._log = SqlLedger(self.session, signer, newest, veil=keyring.veil)
        self._together = together

    def __getattr__(self, name: str) -> object:
        """Make a repository at its first use: an act needs six of the thirty."""
        if name not in ROOMS:
            raise AttributeError(name)
        repository, keyed = _loaded(name)
        arguments = (self.session, self.keyring) if keyed else (self.session,)
        made = self.__dict__[name] = repository(*arguments)
        return made

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
            session.connection.proxied.commit()
    session.committed()
    if wrote and lasting:
        session.database.reach_disk()


class Room(NamedTuple):
    """Where a repository is: its module in `storage`, its class, and whether it needs the keys."""

    module: str
    name: str
    keyed: bool = False


ROOMS: Final[Mapping[str, Room]] = {
    "customers": Room("vetting", "SqlCustomers"),
    "leases": Room("vetting", "SqlLeases"),
    "consents": Room("consent", "SqlConsents"),
    "keys": Room("vetting", "SqlApiKeys"),
    "credentials": Room("vetting", "SqlAccessCredentials", keyed=True),
    "cases": Room("oversight", "SqlCases", keyed=True),
    "examining": Room("oversight_examining", "SqlExamining", keyed=True),
    "portraits": Room("oversight_portraits", "SqlPortraits", keyed=True),
    "notices": Room("oversight_examining", "SqlNotices"),
    "galleries": Room("recognition", "SqlGalleries"),
    "references": Room("references", "SqlReferences", keyed=True),
    "decisions": Room("decisions", "SqlDecisions"),
    "idempotency": Room("recognition", "SqlIdempotencyRecords", keyed=True),
    "collections": Room("collections", "SqlCollections"),
    "faces": Room("collections", "SqlEnrolledFaces"),
    "staff": Room("staff", "SqlStaffMembers", keyed=True),
    "sessions": Room("staff", "SqlStaffSessions"),
    "invitations": Room("staff", "SqlInvitations"),
    "loose_faces": Room("azure_loose_faces", "SqlLooseFaces", keyed=True),
    "rosters": Room("azure_rosters", "SqlRosters"),
    "roster_persons": Room("azure_rosters", "SqlRosterPersons", keyed=True),
    "roster_faces": Room("azure_rosters", "SqlRosterFaces", keyed=True),
    "dynamic_groups": Room("azure_groups", "SqlDynamicGroups"),
    "lease_versions": Room("vetting_reviews", "SqlLeaseVersions", keyed=True),
    "dossiers": Room("vetting_dossiers", "SqlDossiers", keyed=True),
    "reviews": Room("vetting_reviews", "SqlReviews", keyed=True),
    "conditions": Room("vetting_reviews", "SqlConditions", keyed=True),
    "published_terms": Room("published_terms", "SqlPublishedTerms"),
    "policy_texts": Room("policy_texts", "SqlPolicyTexts"),
    "publications": Room("publication", "SqlPublications"),
    "manifests": Room("manifests", "SqlManifests", keyed=True),
    "erasures": Room("erasures", "SqlErasures", keyed=True),
    "searchers": Room("erasures", "SqlSearchers"),
    "cosigned": Room("log_cosigned", "SqlCosignedCheckpoints"),
    "incidents": Room("incidents", "SqlIncidents", keyed=True),
    "evidence": Room("fairness_evidence", "SqlEvidenceRecords", keyed=True),
    "fairness_reports": Room("fairness_reports", "SqlFairnessReports", keyed=True),
    "group_labels": Room("group_labels", "SqlGroupLabels", keyed=True),
    "installed_packs": Room("policy_packs", "SqlInstalledPacks"),
    "coming_notices": Room("policy_packs", "SqlComingNotices"),
    "monitored": Room("monitored", "SqlMonitored", keyed=True),
    "audits": Room("audits", "SqlAudits", keyed=True),
    "consent_records": Room("consent_records", "SqlConsentRecords", keyed=True),
    "consent_notices": Room("consent_records", "SqlConsentNotices"),
    "retention": Room("consent_retention", "SqlRetentionRecords", keyed=True),
    "subject_access": Room("subjects", "SqlSubjectAccess"),
    "subject_requests": Room("subjects", "SqlSubjectRequests", keyed=True),
    "subject_entries": Room("subject_trail", "SqlSubjectEntries"),
    "appearances": Room("subject_trail", "SqlAppearances", keyed=True),
    "webhooks": Room("webhooks", "SqlWebhooks", keyed=True),
}
"""Where each repository is. It is loaded at the first use of its name: tables and statements are dear."""


@cache
def _loaded(name: str) -> tuple[Callable[..., object], bool]:
    module, name_of_class, keyed = ROOMS[name]
    return getattr(import_module(f"countenance.storage.{module}"), name_of_class), keyed


def unit_of_work_factory(database: Database, keyring: Keyring, signer: Signer) -> Callable[[], SqlUnitOfWork]:
    """Return what makes units of work; safe to call from many threads, each unit for one of them."""
    newest = NewestHead()
    together = GroupCommit(partial(write_together, lambda: SqlUnitOfWork(database, keyring, signer, newest)))
    return lambda: SqlUnitOfWork(database, keyring, signer, newest, together)
