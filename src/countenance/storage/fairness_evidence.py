"""Fairness evidence, sealed under the master key; the newest of a model and threshold by an index."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Select, bindparam, select

from countenance.fairness.evidence import Evidence, EvidenceId
from countenance.policy.evidence import KindOfUse
from countenance.storage.incidents_tables import fairness_evidence as table
from countenance.storage.secrecy import Keyring
from countenance.storage.session import Session
from countenance.storage.vetting_sealing import Kept, KeptStatements

_EVIDENCE: Final = KeptStatements(table)
_ONE: Final = select(table).where(table.c.evidence_id == bindparam("evidence_id"))
_ALL: Final = select(table).order_by(table.c.measured.desc(), table.c.evidence_id)


def _newest(use: KindOfUse) -> Select[tuple[object, ...]]:
    return (
        select(table)
        .where(
            table.c.model_digest == bindparam("model"),
            table.c.threshold_ppb == bindparam("threshold"),
            table.c[use.value],
            table.c.registered.is_not(None),
        )
        .order_by(table.c.measured.desc(), table.c.registered.desc(), table.c.evidence_id)
        .limit(1)
    )


_NEWEST: Final = {use: _newest(use) for use in KindOfUse}


class SqlEvidenceRecords:
    """Reports by id."""

    __slots__ = ("_kept",)

    def __init__(self, session: Session, keyring: Keyring) -> None:
        self._kept = Kept(session, keyring, _EVIDENCE, Evidence)

    def put(self, evidence: Evidence) -> None:
        """Store `evidence`, replacing one of the same id."""
        row = {
            "evidence_id": evidence.id,
            "model_digest": evidence.model_digest,
            "threshold_ppb": evidence.threshold_ppb,
            "one_to_one": KindOfUse.ONE_TO_ONE in evidence.uses,
            "one_to_many": KindOfUse.ONE_TO_MANY in evidence.uses,
            "measured": evidence.measured,
            "registered": evidence.registered.at if evidence.registered is not None else None,
        }
        self._kept.put(row, evidence)

    def get(self, evidence_id: EvidenceId) -> Evidence | None:
        """Return the report, or None."""
        return next(iter(self._kept.read(_ONE, {"evidence_id": evidence_id})), None)

    def newest(self, model_digest: str, threshold_ppb: int, use: KindOfUse) -> Evidence | None:
        """Return the report that was measured last among those registered, withdrawn ones too, or None."""
        asked = {"model": model_digest, "threshold": threshold_ppb}
        return next(iter(self._kept.read(_NEWEST[use], asked)), None)

    def all(self) -> tuple[Evidence, ...]:
        """Return every report, the one that was measured last first."""
        return self._kept.read(_ALL, {})
