"""Hashes an entry, makes or checks a proof."""

from countenance.ledger.model import Entry, EventType, JsonValue
from countenance.ledger.ports import Ledger

__all__ = ["Entry", "EventType", "JsonValue", "Ledger"]
