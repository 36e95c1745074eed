"""Hashes an entry, makes or checks a proof."""

from countenance.ledger.model import Entry, EventType, JsonValue

__all__ = ["Entry", "EventType", "JsonValue"]
