"""Hashes an entry, makes or checks a proof."""

from countenance.ledger.model import Entry, EventType, FieldValue, JsonValue, Person, Written

__all__ = ["Entry", "EventType", "FieldValue", "JsonValue", "Person", "Written"]
