"""Decisions read in bulk, as they are stored: nothing is parsed that nobody looks at."""

from __future__ import annotations

from typing import Final

from sqlalchemy import ColumnElement, bindparam, select

from countenance.policy.simulation import Recorded
from countenance.storage.prepared import Row
from countenance.storage.tables import decision_texts, decisions
from countenance.storage.types import Moment

SAID: Final = decision_texts.c.text.label("decision")
"""What a decision says, as canonical JSON, in statements on `WITH_TEXTS`."""

WITH_TEXTS: Final = decisions.join(decision_texts, decision_texts.c.digest == decisions.c.decision_digest)
STORED: Final = select(
    decisions.c.entry,
    decisions.c.id,
    decisions.c.customer_id,
    decisions.c.actor_id,
    decisions.c.question,
    SAID,
    decisions.c.asked,
).select_from(WITH_TEXTS)
"""Whole records."""


def says(pattern: ColumnElement[str] | str, escape: str | None = None) -> ColumnElement[bool]:
    """Return the condition that a decision's text is like a pattern; each text is looked at once."""
    like = decision_texts.c.text.like(pattern, escape=escape)
    return decisions.c.decision_digest.in_(select(decision_texts.c.digest).where(like).correlate(None))


RECORDED: Final = (
    select(decisions.c.entry, decisions.c.id, decisions.c.customer_id, decisions.c.question, SAID)
    .select_from(WITH_TEXTS)
    .where(
        decisions.c.entry > bindparam("after"),
        decisions.c.asked >= bindparam("since", type_=Moment),
        decisions.c.asked < bindparam("until", type_=Moment),
    )
    .order_by(decisions.c.entry.asc())
    .limit(bindparam("most"))
)
"""A page of records in the order of their entries, beginning after the entry `after`."""


def recorded_of(row: Row) -> Recorded:
    """Return the record of a row."""
    return Recorded(
        entry=row.entry, id=row.id, customer=row.customer_id, question=row.question, decision=row.decision
    )
