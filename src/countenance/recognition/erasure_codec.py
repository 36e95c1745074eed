"""Facts of an erasure as JSON and back: digests in hexadecimal, moments in UTC, no floats."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from countenance.errors import InvalidInputError
from countenance.ledger import JsonValue
from countenance.ledger.canonical import canonical_json, utc_text
from countenance.ledger.manifest import Absence, Manifest, Presence
from countenance.recognition.erasure_model import (
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
        "manifest": {"before": _manifest(facts.before), "after": _manifest(facts.after)},
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
        before=_manifest_of(manifest["before"]),
        after=_manifest_of(manifest["after"]),
        removed=tuple(removed_from_json(one) for one in told["removed"]),
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


def removed_from_json(told: Any) -> Removed:  # noqa: ANN401  parsed JSON
    """Return commitment and proofs; raises `InvalidInputError` for what is none of that."""
    try:
        commitment = bytes.fromhex(told["commitment"])
        after = told["after"]
        return Removed(
            commitment=commitment,
            before=Presence(commitment, tuple(bytes.fromhex(item) for item in told["before"])),
            after=Absence(_neighbour_of(after["before"]), _neighbour_of(after["after"])),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidInputError("a proof in the receipt is not one") from error


def _removed(one: Removed) -> dict[str, JsonValue]:
    return {
        "commitment": one.commitment.hex(),
        "before": tuple(item.hex() for item in one.before.path),
        "after": {"before": _neighbour(one.after.before), "after": _neighbour(one.after.after)},
    }


def _neighbour(presence: Presence | None) -> dict[str, JsonValue] | None:
    if presence is None:
        return None
    return {"commitment": presence.commitment.hex(), "path": tuple(item.hex() for item in presence.path)}


def _neighbour_of(told: Any) -> Presence | None:  # noqa: ANN401  parsed JSON
    if told is None:
        return None
    return Presence(bytes.fromhex(told["commitment"]), tuple(bytes.fromhex(item) for item in told["path"]))


def _manifest(manifest: Manifest) -> dict[str, JsonValue]:
    return {"root": manifest.root.hex(), "size": manifest.size}


def _manifest_of(told: Any) -> Manifest:  # noqa: ANN401  parsed JSON
    return Manifest(bytes.fromhex(told["root"]), int(told["size"]))
