"""What stands besides the lease as JSON and back: open incidents."""

from __future__ import annotations

from countenance.policy.model import Stop, Stopping
from countenance.policy.parsing import Json, only, text


def stopping_document(stopping: Stopping) -> dict[str, object]:
    """Return an open incident as what JSON can hold."""
    return {"incident": stopping.incident, "kind": stopping.kind, "stops": stopping.stops.value}


def stopping_from(row: Json) -> Stopping:
    """Return the open incident that `row` was made from, or raise `ValueError`, `KeyError` or `TypeError`."""
    only(row, "incident", frozenset(Stopping.__slots__))
    return Stopping(incident=text(row["incident"]), kind=text(row["kind"]), stops=Stop(text(row["stops"])))
