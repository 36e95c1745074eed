"""One transaction over every room's tables. The only module that commits."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Self

from countenance.consent.ports import Consents
from countenance.errors import StorageError
from countenance.ledger.note import Signer
from countenance.ledger.ports import Ledger
from countenance.oversight.ports import Cases
from countenance.recognition.collection_ports import Collections, EnrolledFaces
from countenance.recognition.loose_face_ports import LooseFaces
from countenance.recognition.ports import Decisions, Galleries, IdempotencyRecords, References
from countenance.recognition.roster_ports import DynamicGroups, RosterFaces, RosterPersons, Rosters
from countenance.staff.ports import Invitations, StaffMembers, StaffSessions
from countenance.storage.azure_groups import SqlDynamicGroups
from countenance.storage.azure_loose_faces import SqlLooseFaces
from countenance.storage.azure_rosters import SqlRosterFaces, SqlRosterPersons, SqlRosters
from countenance.storage.collections import SqlCollections, SqlEnrolledFaces
from countenance.storage.consent import SqlConsents
from countenance.storage.database import Database
from countenance.storage.failures import told_plainly
from countenance.storage.ledger import SqlLedger
from countenance.storage.oversight import SqlCases
from countenance.storage.publication import SqlPublications
from countenance.storage.recognition import SqlDecisions, SqlGalleries, SqlIdempotencyRecords
from countenance.storage.references import SqlReferences
from countenance.storage.secrecy import Keyring
from countenance.storage.session import Session
from countenance.storage.staff import SqlInvitations, SqlStaffMembers, SqlStaffSessions
from countenance.storage.vetting import SqlAccessCredentials, SqlApiKeys, SqlCustomers, SqlLeases
from countenance.storage.vetting_dossiers import SqlDossiers
from countenance.storage.vetting_reviews import SqlConditions, SqlLeaseVersions, SqlReviews
from countenance.vetting.dossier_ports import Conditions, Dossiers, LeaseVersions, Reviews
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
    publications: Publications

    def __init__(self, database: Database, keyring: Keyring, signer: Signer) -> None:
        session = Session(database)
        consents = SqlConsents(session)
        ledger = SqlLedger(session, signer)
        self._session, self._log = session, ledger
        self.customers = SqlCustomers(session)
        self.leases = SqlLeases(session)
        self.keys = SqlApiKeys(session)
        self.credentials = SqlAccessCredentials(session, keyring)
        self.consents = consents
        self.cases = SqlCases(session, keyring)
        self.galleries = SqlGalleries(session)
        self.references = SqlReferences(session, keyring, consents)
        self.decisions = SqlDecisions(session)
        self.idempotency = SqlIdempotencyRecords(session, keyring)
        self.ledger = ledger
        self.collections = SqlCollections(session)
        self.faces = SqlEnrolledFaces(session)
        self.staff = SqlStaffMembers(session, keyring)
        self.sessions = SqlStaffSessions(session)
        self.invitations = SqlInvitations(session)
        self.loose_faces = SqlLooseFaces(session, keyring)
        self.rosters = SqlRosters(session)
        self.roster_persons = SqlRosterPersons(session, keyring)
        self.roster_faces = SqlRosterFaces(session, keyring)
        self.dynamic_groups = SqlDynamicGroups(session)
        self.lease_versions = SqlLeaseVersions(session, keyring)
        self.dossiers = SqlDossiers(session, keyring)
        self.reviews = SqlReviews(session, keyring)
        self.conditions = SqlConditions(session, keyring)
        self.publications = SqlPublications(session)

    def __enter__(self) -> Self:
        """Begin; the connection is taken at the first statement."""
        self._session.open()
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
            self._session.close()
        except StorageError:
            if error is None:
                raise

    def become_writer(self) -> None:
        """Take the writer's turn before anything is read."""
        self._session.become_writer()

    def commit(self) -> None:
        """Make everything durable at once, ledger entries included.

        If it raises, nothing of this unit of work has happened.
        """
        try:
            self._log.write_head()
            make_durable(self._session)
        except BaseException:
            self._session.roll_back()
            raise


def make_durable(session: Session) -> None:
    """Commit what was written in `session`; if it raises, nothing was."""
    if session.connection is not None:
        with told_plainly():
            session.connection.commit()
    session.made_durable()


def unit_of_work_factory(database: Database, keyring: Keyring, signer: Signer) -> Callable[[], SqlUnitOfWork]:
    """Return what makes units of work; safe to call from many threads, each unit for one of them."""
    return lambda: SqlUnitOfWork(database, keyring, signer)
