"""Finding decisions by what they say: one statement an order, whatever is left open.

Questions and decisions are stored as canonical JSON (RFC 8785), in which a quotation mark within a
text is escaped: what looks like a field and its value is one.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from sqlalchemy import Text, and_, bindparam, func, or_, select

from countenance.recognition.model import DecisionSearch
from countenance.storage.decision_reading import STORED, says
from countenance.storage.statements import literally
from countenance.storage.tables import decisions
from countenance.storage.types import Moment

_TEXT: Final = bindparam("text", type_=Text)
_CUSTOMER: Final = bindparam("customer", type_=Text)
_FIRST: Final = datetime(1, 1, 1, tzinfo=UTC)
_LAST: Final = datetime(9999, 12, 31, tzinfo=UTC)
_SOUGHT: Final = and_(
    decisions.c.asked >= bindparam("since", type_=Moment),
    decisions.c.asked < bindparam("until", type_=Moment),
    decisions.c.question.like(bindparam("act", type_=Text)),
    says(bindparam("outcome", type_=Text)),
    or_(_CUSTOMER == "", decisions.c.customer_id == _CUSTOMER),
    or_(
        _TEXT == "",
        decisions.c.id == _TEXT,
        decisions.c.actor_id == _TEXT,
        says(bindparam("rule", type_=Text), escape="!"),
    ),
)
_PAGE: Final = STORED.where(_SOUGHT).limit(bindparam("most")).offset(bindparam("skip"))

NEWEST: Final = _PAGE.order_by(decisions.c.entry.desc())
OLDEST: Final = _PAGE.order_by(decisions.c.entry.asc())
COUNT: Final = select(func.count().label("number")).select_from(decisions).where(_SOUGHT)


def parameters_of(sought: DecisionSearch) -> dict[str, object]:
    """Return the parameters of the statements; what is left open matches everything."""
    outcome = {None: "%", True: '%"decision":"permit"%', False: '%"decision":"deny"%'}[sought.permitted]
    return {
        "since": sought.since or _FIRST,
        "until": sought.until or _LAST,
        "act": "%" if sought.act is None else f'%"act":"{sought.act.value}"%',
        "outcome": outcome,
        "customer": sought.customer_id or "",
        "text": sought.text,
        "rule": f'%"id":"{literally(sought.text)}"%',
    }
