"""Manifests and their proofs as JSON and back, with hashes in hexadecimal."""

from __future__ import annotations

from typing import Any

from countenance.errors import InvalidInputError
from countenance.ledger.manifest import BITS, Absence, Manifest, Presence
from countenance.ledger.model import JsonValue


def manifest_to_json(manifest: Manifest) -> dict[str, JsonValue]:
    """Return root and size."""
    return {"root": manifest.root.hex(), "size": manifest.size}


def manifest_from_json(told: Any) -> Manifest:  # noqa: ANN401  parsed JSON
    """Return root and size, or raise `InvalidInputError`."""
    try:
        root, size = bytes.fromhex(told["root"]), told["size"]
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidInputError("a manifest has a root and a size") from error
    if not isinstance(size, int) or size < 0:
        raise InvalidInputError("a manifest has a root and a size")
    return Manifest(root, size)


def presence_to_json(presence: Presence) -> dict[str, JsonValue]:
    """Return the commitment and the hashes beside its path, from the root downwards."""
    return {"commitment": presence.commitment.hex(), "path": tuple(item.hex() for item in presence.path)}


def presence_from_json(told: Any) -> Presence:  # noqa: ANN401  parsed JSON
    """Return the proof, or raise `InvalidInputError`."""
    try:
        commitment, path = told["commitment"], told["path"]
        if not isinstance(path, list) or len(path) > BITS:
            raise InvalidInputError("the path is not one of a manifest")
        return Presence(bytes.fromhex(commitment), tuple(bytes.fromhex(item) for item in path))
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidInputError("a proof has a commitment and a path") from error


def absence_to_json(absence: Absence) -> dict[str, JsonValue]:
    """Return the neighbours' proofs, null for the end of the tree."""
    return {
        "before": presence_to_json(absence.before) if absence.before is not None else None,
        "after": presence_to_json(absence.after) if absence.after is not None else None,
    }


def absence_from_json(told: Any) -> Absence:  # noqa: ANN401  parsed JSON
    """Return the proof, or raise `InvalidInputError`."""
    try:
        before, after = told["before"], told["after"]
    except (KeyError, TypeError) as error:
        raise InvalidInputError("a proof of absence names two neighbours or the end") from error
    return Absence(
        presence_from_json(before) if before is not None else None,
        presence_from_json(after) if after is not None else None,
    )
