"""Audits by outside parties, sealed under the master key, and how often each has called."""

from __future__ import annotations

from typing import Final

from sqlalchemy import bindparam, func, select, update

from countenance.fairness.audits import Audit, AuditId
from countenance.storage.incidents_tables import audit_calls, audits
from countenance.storage.secrecy import Keyring
from countenance.storage.session import Session
from countenance.storage.statements import insert_if_absent
from countenance.storage.vetting_sealing import Kept, KeptStatements

_AUDITS: Final = KeptStatements(audits)
_ONE: Final = select(audits).where(audits.c.audit_id == bindparam("audit"))
_OF_LEASE: Final = select(audits).where(audits.c.key_lease == bindparam("lease"))
_ALL: Final = select(audits).order_by(audits.c.registered.desc(), audits.c.audit_id)
_OF: Final = audit_calls.c.audit_id == bindparam("audit")
_THEN: Final = audit_calls.c.minute == bindparam("then")
_IN_MINUTE: Final = select(audit_calls.c.calls).where(_OF, _THEN)
_IN_ALL: Final = select(func.coalesce(func.sum(audit_calls.c.calls), 0).label("calls")).where(_OF)
_BEGIN: Final = insert_if_absent(audit_calls)
_MORE: Final = update(audit_calls).where(_OF, _THEN).values(calls=audit_calls.c.calls + 1)


class SqlAudits:
    """Audits by id."""

    __slots__ = ("_kept", "_session")

    def __init__(self, session: Session, keyring: Keyring) -> None:
        self._session = session
        self._kept = Kept(session, keyring, _AUDITS, Audit)

    def put(self, audit: Audit) -> None:
        """Store `audit`, replacing one of the same id."""
        row = {"audit_id": audit.id, "key_lease": audit.key_lease, "registered": audit.registered.at}
        self._kept.put(row, audit)

    def get(self, audit_id: AuditId) -> Audit | None:
        """Return the audit, or None."""
        return next(iter(self._kept.read(_ONE, {"audit": audit_id})), None)

    def of_lease(self, key_lease: str) -> Audit | None:
        """Return the audit whose key stands under that lease, or None."""
        return next(iter(self._kept.read(_OF_LEASE, {"lease": key_lease})), None) if key_lease else None

    def all(self) -> tuple[Audit, ...]:
        """Return every audit, the newest first."""
        return self._kept.read(_ALL, {})

    def calls(self, audit_id: AuditId, minute: int) -> tuple[int, int]:
        """Return how many calls were counted in a minute since the epoch, and in all."""
        now = self._session.read(_IN_MINUTE, {"audit": audit_id, "then": minute})
        (every,) = self._session.read(_IN_ALL, {"audit": audit_id})
        return (int(now[0].calls) if now else 0), int(every.calls)

    def count(self, audit_id: AuditId, minute: int) -> None:
        """Count one call."""
        if not self._session.write(_MORE, {"audit": audit_id, "then": minute}):
            self._session.insert_new(_BEGIN, {"audit_id": audit_id, "minute": minute, "calls": 1})
