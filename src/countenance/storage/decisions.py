"""Decisions as they were made. What they say is kept once, however often it is said."""

from __future__ import annotations

import hashlib
from datetime import datetime
from functools import lru_cache
from typing import Final

from sqlalchemy import bindparam

from countenance.errors import AlreadyExistsError
from countenance.policy.codec import (
    decision_from_json,
    decision_to_json,
    question_from_json,
    question_to_json,
)
from countenance.policy.simulation import Recorded
from countenance.recognition.model import DecisionRecord, DecisionSearch
from countenance.storage.decision_reading import RECORDED, STORED, recorded_of
from countenance.storage.decision_search import COUNT, NEWEST, OLDEST, parameters_of
from countenance.storage.prepared import Row
from countenance.storage.session import Session
from countenance.storage.statements import insert_if_absent, insert_if_absent_beside
from countenance.storage.tables import decision_texts, decisions
from countenance.vetting.model import CustomerId

_DECISION: Final = STORED.where(decisions.c.id == bindparam("id"))
_INSERT: Final = insert_if_absent_beside(
    decisions, decision_texts.c.digest == bindparam("decision_digest", type_=decision_texts.c.digest.type)
)
_INSERT_TEXT: Final = insert_if_absent(decision_texts)


class SqlDecisions:
    """Decisions by id."""

    __slots__ = ("_session",)

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, record: DecisionRecord) -> None:
        """Store `record`; raises `AlreadyExistsError`."""
        text = decision_to_json(record.decision)
        digest = _digest_of(text)
        row = {
            "id": record.id,
            "customer_id": record.customer_id,
            "actor_id": record.actor_id,
            "question": question_to_json(record.question).decode(),
            "decision_digest": digest,
            "entry": record.entry,
            "asked": record.asked,
        }
        if self._session.insert_new(_INSERT, row):
            return
        self._session.write(_INSERT_TEXT, {"digest": digest, "text": text.decode()})
        if not self._session.insert_new(_INSERT, row):
            raise AlreadyExistsError(f"there is a decision `{record.id}` already")

    def get(self, decision_id: str) -> DecisionRecord | None:
        """Return the record, or None."""
        rows = self._session.read(_DECISION, {"id": decision_id})
        return _decision(rows[0]) if rows else None

    def search(self, sought: DecisionSearch, *, skip: int, limit: int) -> tuple[DecisionRecord, ...]:
        """Return up to `limit` records that are `sought`, after the first `skip`, in the order asked for."""
        statement = OLDEST if sought.oldest_first else NEWEST
        rows = self._session.read(statement, {**parameters_of(sought), "most": limit, "skip": skip})
        return tuple(map(_decision, rows))

    def count(self, sought: DecisionSearch) -> int:
        """Return how many records are `sought`."""
        return int(self._session.read(COUNT, parameters_of(sought))[0].number)

    def recorded(self, *, since: datetime, until: datetime, after: int, limit: int) -> tuple[Recorded, ...]:
        """Return up to `limit` records as they are stored, in the order of their entries."""
        span = {"since": since, "until": until, "after": after, "most": limit}
        return tuple(map(recorded_of, self._session.read(RECORDED, span)))


@lru_cache(maxsize=256)
def _digest_of(text: bytes) -> bytes:
    """Return the digest that a text is kept under; the same few texts are kept again and again."""
    return hashlib.sha256(text).digest()


def _decision(row: Row) -> DecisionRecord:
    return DecisionRecord(
        id=row.id,
        customer_id=None if row.customer_id is None else CustomerId(row.customer_id),
        actor_id=row.actor_id,
        question=question_from_json(row.question.encode()),
        decision=decision_from_json(row.decision.encode()),
        entry=row.entry,
        asked=row.asked,
    )
