"""Checking the receipt of an erasure with nothing but the receipt and the log's key.

A receipt is a text in canonical JSON, two entries of the log, and their proofs. The argument, in
the order in which it is checked: (1) both entries are in a log whose head the key has signed;
(2) the later one commits to the text; (3) the earlier one, made with the erasure, names the same
erasure and the same two manifests; (4) each commitment that the text names was in the manifest
before; (5) none is in the manifest after; (6) the sizes differ by just as many; (7) the search
afterwards has found nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from countenance.errors import CountenanceError, InvalidInputError, LedgerError
from countenance.ledger.canonical import canonical_json, parse_leaf
from countenance.ledger.manifest import verify_absence, verify_presence
from countenance.ledger.manifest_json import absence_from_json, manifest_from_json, presence_from_json
from countenance.ledger.model import EventType
from countenance.ledger.note import VerifierKey
from countenance.ledger.proof import InclusionProof

FORMAT: Final = "countenance/erasure-receipt@1"
LONGEST: Final = 16_000_000
"""Bytes of the longest receipt that is read: 50 references of a gallery of any size need far less."""

_MOST_REFERENCES: Final = 10_000


class ReceiptFault(StrEnum):
    """What is wrong with a receipt."""

    FORM = "form"
    NOT_IN_THE_LOG = "not_in_the_log"
    ANOTHER_TEXT = "another_text"
    ANOTHER_ERASURE = "another_erasure"
    NOT_THERE_BEFORE = "not_there_before"
    THERE_AFTER = "there_after"
    COUNT = "count"
    FOUND_AFTERWARDS = "found_afterwards"


@dataclass(frozen=True, slots=True)
class ReceiptCheck:
    """What checking found: each fault with the words for it, none where all holds.

    `log` and `size` are those of the signed head under which the later entry was proved.
    """

    faults: tuple[tuple[ReceiptFault, str], ...]
    erasure: str | None = None
    references: int = 0
    log: str | None = None
    size: int | None = None

    @property
    def ok(self) -> bool:
        """Tell whether nothing is wrong."""
        return not self.faults

    def to_json(self) -> dict[str, Any]:
        """Return the check as a document."""
        return {
            "ok": self.ok,
            "erasure": self.erasure,
            "references": self.references,
            "log": self.log,
            "size": self.size,
            "faults": [{"fault": fault.value, "text": text} for fault, text in self.faults],
        }


def check_receipt(data: bytes, keys: Sequence[VerifierKey] = ()) -> ReceiptCheck:
    """Check a receipt; without `keys` the key in it is used, which shows no more than that it is whole.

    Never raises for what `data` holds.
    """
    try:
        body, entries = _parts(data)
        signers = list(keys) or [VerifierKey.parse(body["signer"])]
    except (InvalidInputError, LedgerError) as error:
        return ReceiptCheck(((ReceiptFault.FORM, error.message),))
    faults: list[tuple[ReceiptFault, str]] = []
    leaves: list[Mapping[str, Any]] = []
    indexes: list[int] = []
    log, size = None, None
    for leaf, text in entries:
        try:
            proof = InclusionProof.parse(text)
            checkpoint = proof.verify(leaf, signers)  # (1)
            leaves.append(parse_leaf(leaf))
            indexes.append(proof.index)
            log, size = log or checkpoint.origin, size or checkpoint.size
        except (LedgerError, InvalidInputError) as error:
            faults.append((ReceiptFault.NOT_IN_THE_LOG, error.message))
    if not faults:
        if indexes[1] != body["entry"]:
            faults.append((ReceiptFault.ANOTHER_ERASURE, "the erasure's entry is at another place"))
        faults += _entries(body, *leaves)
        faults += _manifests(body)
    return ReceiptCheck(tuple(faults), body["erasure"], len(body["removed"]), log, size)


def _parts(data: bytes) -> tuple[dict[str, Any], list[tuple[bytes, str]]]:
    """Return the text as a document, and both entries with their proofs, the later one first."""
    if len(data) > LONGEST:
        raise InvalidInputError("the file is too long for a receipt")
    try:
        document = json.loads(data)
        body, told = document["receipt"], document["entries"]
        entries = [(one["leaf"].encode(), str(one["proof"])) for one in told]
        known = body["format"] == FORMAT and len(entries) == 2  # noqa: PLR2004  the two of the argument
        texts = all(isinstance(body[name], str) for name in ("erasure", "gallery", "signer"))
        whole = isinstance(body["removed"], list) and len(body["removed"]) <= _MOST_REFERENCES
        counted = isinstance(body["entry"], int) and isinstance(body["probe"]["found"], int)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise InvalidInputError("the file is no receipt of an erasure") from error
    if not (known and texts and whole and counted):
        raise InvalidInputError("the file is no receipt of an erasure")
    return body, entries


def _entries(
    body: Mapping[str, Any], completed: Mapping[str, Any], erased: Mapping[str, Any]
) -> list[tuple[ReceiptFault, str]]:
    """Return what is wrong with what the log says of it."""
    faults = []
    try:
        digest = hashlib.sha256(canonical_json(body)).hexdigest()
    except (ValueError, TypeError, RecursionError):
        digest = ""
    if completed["type"] != EventType.ERASURE_COMPLETED or completed.get("receipt") != digest:  # (2)
        faults.append((ReceiptFault.ANOTHER_TEXT, "the log does not commit to this text"))
    manifest = body.get("manifest")
    roots = erased.get("manifest")
    if not isinstance(manifest, dict) or not isinstance(roots, dict):
        return [*faults, (ReceiptFault.ANOTHER_ERASURE, "the manifests are missing")]
    same = (
        erased["type"] == EventType.SUBJECT_ERASED
        and erased.get("erasure") == completed.get("erasure") == body["erasure"]
        and erased.get("gallery") == body["gallery"]
        and erased.get("subject") == body.get("subject")
        and erased.get("references") == len(body["removed"])
        and completed.get("erased") == body["entry"]
        and _root(manifest, "before") == roots.get("before")
        and _root(manifest, "after") == roots.get("after")
    )
    if not same:  # (3)
        text = "the entry that was made with the erasure says something else"
        faults.append((ReceiptFault.ANOTHER_ERASURE, text))
    return faults


def _root(manifest: Mapping[str, Any], side: str) -> str | None:
    told = manifest.get(side)
    return told.get("root") if isinstance(told, dict) else None


def _manifests(body: Mapping[str, Any]) -> list[tuple[ReceiptFault, str]]:
    """Return what is wrong with what was there before and is not there after."""
    faults = []
    try:
        before = manifest_from_json(body["manifest"]["before"])
        after = manifest_from_json(body["manifest"]["after"])
    except (CountenanceError, KeyError, TypeError):
        return [(ReceiptFault.FORM, "the manifests cannot be read")]
    commitments = set()
    for one in body["removed"]:
        try:
            commitment = bytes.fromhex(one["commitment"])
            commitments.add(commitment)
            verify_presence(before.root, commitment, presence_from_json(one["before"]))  # (4)
        except (CountenanceError, KeyError, TypeError, ValueError) as error:
            faults.append((ReceiptFault.NOT_THERE_BEFORE, _words(error)))
            continue
        try:
            verify_absence(after.root, commitment, absence_from_json(one["after"]))  # (5)
        except (CountenanceError, KeyError, TypeError) as error:
            faults.append((ReceiptFault.THERE_AFTER, _words(error)))
    if before.size - after.size != len(body["removed"]) or len(commitments) != len(body["removed"]):  # (6)
        faults.append((ReceiptFault.COUNT, "the manifests differ by another number of references"))
    if body["probe"]["found"]:  # (7)
        faults.append((ReceiptFault.FOUND_AFTERWARDS, "the search afterwards found what was erased"))
    return faults


def _words(error: Exception) -> str:
    return error.message if isinstance(error, CountenanceError) else "the proof cannot be read"
