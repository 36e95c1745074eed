"""Facts of an erasure as JSON and back: digests in hexadecimal, moments in UTC, no floats."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from countenance.ledger import JsonValue
from countenance.ledger.canonical import canonical_json, utc_text
from countenance.ledger.manifest import Manifest
from countenance.ledger.manifest_json import (
    absence_from_json,
    absence_to_json,
    manifest_from_json,
    manifest_to_json,
    presence_from_json,
    presence_to_json,
)
from countenance.recognition.erasure.model import (
    Cause,
    Cleared,
    ErasureFacts,
    Limit,
    Probe,
    Removed,
    Unreached,
)


def facts_to_json(facts: ErasureFacts) -> dict[str, JsonValue]:
    """Return the facts as a receipt shows them."""
    return {
        "cause": facts.cause.value,
        "subject": facts.subject,
        "manifest": {"before": manifest_to_json(facts.before), "after": manifest_to_json(facts.after)},
        "removed": tuple(_removed(one) for one in facts.removed),
        "cleared": {name: count for name, count in asdict(facts.cleared).items() if count},
        "unreached": tuple(limit_to_json(limit) for limit in facts.limits),
    }


def manifest_fields(before: Manifest, after: Manifest) -> dict[str, JsonValue]:
    """Return what the ledger says of a change: both roots (hex), and how many references there are now."""
    return {"before": before.root.hex(), "after": after.root.hex(), "size": after.size}


def limit_to_json(limit: Limit) -> dict[str, JsonValue]:
    """Return one thing that was not reached."""
    until = utc_text(limit.until) if limit.until is not None else None
    return {"what": limit.what.value, "until": until, "count": limit.count}


def probe_to_json(probe: Probe) -> dict[str, JsonValue]:
    """Return what the search with the erased templates gave."""
    return {
        "ran": probe.ran,
        "at": utc_text(probe.at),
        "templates": probe.templates,
        "found": probe.found,
        "same_photograph": probe.same_photograph,
        "index": {"rows": probe.rows, "sequence": probe.sequence, "digest": probe.digest},
    }


def to_bytes(document: Mapping[str, JsonValue]) -> bytes:
    """Return the RFC 8785 form."""
    return canonical_json(document)


def facts_from_bytes(data: bytes) -> ErasureFacts:
    """Return the facts of what `facts_to_json` and `to_bytes` gave."""
    told = json.loads(data)
    manifest = told["manifest"]
    return ErasureFacts(
        cause=Cause(told["cause"]),
        subject=told["subject"],
        before=manifest_from_json(manifest["before"]),
        after=manifest_from_json(manifest["after"]),
        removed=tuple(_removed_of(one) for one in told["removed"]),
        cleared=Cleared(**told["cleared"]),
        limits=tuple(
            Limit(
                what=Unreached(one["what"]),
                until=datetime.fromisoformat(one["until"]) if one["until"] is not None else None,
                count=one["count"],
            )
            for one in told["unreached"]
        ),
    )


def probe_from_bytes(data: bytes) -> Probe:
    """Return what `probe_to_json` and `to_bytes` were given."""
    told = json.loads(data)
    index = told.pop("index")
    return Probe(**{**told, **index, "at": datetime.fromisoformat(told["at"])})


def _removed(one: Removed) -> dict[str, JsonValue]:
    return {
        "commitment": one.commitment.hex(),
        "before": presence_to_json(one.before),
        "after": absence_to_json(one.after),
    }


def _removed_of(told: Any) -> Removed:  # noqa: ANN401  parsed JSON
    return Removed(
        commitment=bytes.fromhex(told["commitment"]),
        before=presence_from_json(told["before"]),
        after=absence_from_json(told["after"]),
    )
