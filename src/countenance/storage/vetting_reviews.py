"""Marks, votes, appeals, versions of leases, and what officers decided of conditions."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, or_, select

from countenance.errors import AlreadyExistsError
from countenance.policy.reopening import Reopening
from countenance.storage.secrecy import Keyring
from countenance.storage.session import Session
from countenance.storage.vetting_sealing import Kept, KeptStatements
from countenance.storage.vetting_tables import (
    appeals,
    condition_decisions,
    factor_marks,
    lease_versions,
    review_votes,
)
from countenance.vetting.conditions import ConditionDecision, ConditionDecisionId
from countenance.vetting.dossier import Appeal, AppealId, ApplicationId, FactorMark, Vote
from countenance.vetting.model import LeaseId, LeaseVersion

_MARKS: Final = KeptStatements(factor_marks)
_VOTES: Final = KeptStatements(review_votes)
_APPEALS: Final = KeptStatements(appeals)
_VERSIONS: Final = KeptStatements(lease_versions)
_CONDITIONS: Final = KeptStatements(condition_decisions)

_MARKS_OF: Final = (
    select(factor_marks)
    .where(
        factor_marks.c.application_id == bindparam("application_id"),
        factor_marks.c.round == bindparam("round"),
    )
    .order_by(factor_marks.c.factor, factor_marks.c.reviewer)
)
_VOTES_OF: Final = (
    select(review_votes)
    .where(
        review_votes.c.application_id == bindparam("application_id"),
        review_votes.c.round == bindparam("round"),
    )
    .order_by(review_votes.c.cast_at, review_votes.c.reviewer)
)
_ALL_APPEALS: Final = select(appeals).order_by(appeals.c.filed, appeals.c.appeal_id)
_APPEAL: Final = select(appeals).where(appeals.c.appeal_id == bindparam("appeal_id"))
_VERSIONS_OF: Final = (
    select(lease_versions)
    .where(lease_versions.c.lease_id == bindparam("lease_id"))
    .order_by(lease_versions.c.version)
)
_ALL_CONDITIONS: Final = select(condition_decisions).order_by(
    condition_decisions.c.proposed, condition_decisions.c.decision_id
)
_CONDITION: Final = select(condition_decisions).where(
    condition_decisions.c.decision_id == bindparam("decision_id")
)
_MET: Final = _ALL_CONDITIONS.where(
    condition_decisions.c.met.is_not(None),
    or_(condition_decisions.c.unmet.is_(None), condition_decisions.c.unmet > bindparam("then")),
)


class SqlReviews:
    """What people said in reviews, sealed under the master key."""

    __slots__ = ("_appeals", "_marks", "_votes")

    def __init__(self, session: Session, keyring: Keyring) -> None:
        self._marks = Kept(session, keyring, _MARKS, FactorMark)
        self._votes = Kept(session, keyring, _VOTES, Vote)
        self._appeals = Kept(session, keyring, _APPEALS, Appeal)

    def put_mark(self, mark: FactorMark) -> None:
        """Store the mark, replacing this reviewer's earlier one of the same factor and round."""
        row = {
            "application_id": mark.application_id,
            "round": mark.round,
            "factor": mark.factor.value,
            "reviewer": mark.reviewer,
        }
        self._marks.put(row, mark)

    def marks(self, application_id: ApplicationId, round_: int) -> tuple[FactorMark, ...]:
        """Return the marks of a round, ordered by factor, then reviewer."""
        return self._marks.read(_MARKS_OF, {"application_id": application_id, "round": round_})

    def add_vote(self, vote: Vote) -> None:
        """Store the vote; raises `AlreadyExistsError` where this reviewer has voted in this round."""
        row = {
            "application_id": vote.application_id,
            "round": vote.round,
            "reviewer": vote.reviewer,
            "cast_at": vote.cast,
        }
        if not self._votes.add(row, vote):
            raise AlreadyExistsError(f"`{vote.reviewer}` has voted already")

    def votes(self, application_id: ApplicationId, round_: int) -> tuple[Vote, ...]:
        """Return the votes of a round, ordered by the moment, then reviewer."""
        return self._votes.read(_VOTES_OF, {"application_id": application_id, "round": round_})

    def put_appeal(self, appeal: Appeal) -> None:
        """Store the appeal, replacing one of the same id."""
        self._appeals.put({"appeal_id": appeal.id, "filed": appeal.filed}, appeal)

    def appeal(self, appeal_id: AppealId) -> Appeal | None:
        """Return the appeal, or None."""
        return next(iter(self._appeals.read(_APPEAL, {"appeal_id": appeal_id})), None)

    def appeals(self) -> tuple[Appeal, ...]:
        """Return every appeal, the oldest first."""
        return self._appeals.read(_ALL_APPEALS, {})


class SqlLeaseVersions:
    """Every version of every lease."""

    __slots__ = ("_versions",)

    def __init__(self, session: Session, keyring: Keyring) -> None:
        self._versions = Kept(session, keyring, _VERSIONS, LeaseVersion)

    def add(self, version: LeaseVersion) -> None:
        """Store a version; raises `AlreadyExistsError` for its number."""
        lease = version.lease
        if not self._versions.add({"lease_id": lease.id, "version": lease.version}, version):
            raise AlreadyExistsError(f"there is a version {lease.version} of lease `{lease.id}` already")

    def of_lease(self, lease_id: LeaseId) -> tuple[LeaseVersion, ...]:
        """Return the lease's versions, the first one first."""
        return self._versions.read(_VERSIONS_OF, {"lease_id": lease_id})


class SqlConditions:
    """What officers decided, sealed under the master key."""

    __slots__ = ("_decisions", "_session")

    def __init__(self, session: Session, keyring: Keyring) -> None:
        self._session = session
        self._decisions = Kept(session, keyring, _CONDITIONS, ConditionDecision)

    def put(self, decision: ConditionDecision) -> None:
        """Store the decision, replacing one of the same id."""
        row = {
            "decision_id": decision.id,
            "proposed": decision.met_by[0].at,
            "met": decision.met,
            "unmet": decision.unmet,
        }
        self._decisions.put(row, decision)

    def get(self, decision_id: ConditionDecisionId) -> ConditionDecision | None:
        """Return the decision, or None."""
        return next(iter(self._decisions.read(_CONDITION, {"decision_id": decision_id})), None)

    def all(self) -> tuple[ConditionDecision, ...]:
        """Return every decision, the oldest first."""
        return self._decisions.read(_ALL_CONDITIONS, {})

    def reopenings(self, at: datetime) -> tuple[Reopening, ...]:
        """Return what is re-opened at a moment."""
        held = self._session.lasting(_MET, lambda: self._decisions.read(_MET, {"then": at}))
        found = (decision.reopening(at) for decision in held)
        return tuple(one for one in found if one is not None)
