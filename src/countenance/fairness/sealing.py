"""Signed reports: whose they are, that nothing in them was changed, and that the ledger has them.

A report is checked from its file and the log's public key alone: no server, no database.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import rfc8785

from countenance.errors import InvalidInputError, LedgerError
from countenance.ledger.canonical import parse_leaf
from countenance.ledger.note import VerifierKey, open_note
from countenance.ledger.proof import InclusionProof

HEADER: Final = "countenance fairness report v1"
"""First line of what is signed: with two words in it, it is the origin of no log's checkpoint."""

BESIDE: Final = frozenset({"record", "failures"})
"""Keys that stand beside what was measured, and that the digest does not cover."""

_LONGEST: Final = 1 << 28


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedReport:
    """What a report's signature says, and whatever is wrong with it, as sentences.

    `signed_by` names the key; `files` are the files beside it that the note names, with whether
    each is as it was when it was signed, or None where it was not looked at.
    """

    digest: str
    signed_by: str | None
    entry: int | None
    files: tuple[tuple[str, bool | None], ...]
    findings: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Tell whether nothing is wrong."""
        return not self.findings


def content_of(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was measured, without what stands beside it."""
    return {name: value for name, value in document.items() if name not in BESIDE}


def content_digest(document: Mapping[str, Any]) -> str:
    """Return the SHA-256 (hex) of the canonical JSON (RFC 8785) of what was measured."""
    return hashlib.sha256(rfc8785.dumps(content_of(document))).hexdigest()


def note_text(document: Mapping[str, Any], files: Mapping[str, bytes]) -> str:
    """Return what is signed of a report: its digest, its ledger entry, and digests of the files beside it.

    Raises `InvalidInputError` for a file's name that is more than a word.
    """
    record = document["record"]
    lines = [HEADER, f"digest {record['digest']}", f"entry {record['entry']}"]
    for name, content in sorted(files.items()):
        if not name or len(name.split()) != 1:
            raise InvalidInputError(f"`{name}` cannot name a file of a report")
        lines.append(f"file {name} {hashlib.sha256(content).hexdigest()}")
    return "".join(f"{line}\n" for line in lines)


def verify_report(text: str, keys: Sequence[VerifierKey], files: Mapping[str, bytes]) -> VerifiedReport:
    """Return what holds of a `report.json`, checked against the public `keys`.

    (1) The figures have the digest that the record names. (2) One of the keys signed that
    digest. (3) The ledger entry that stands in the report names the same digest, and (4) is
    proved to be in the log that one of the keys signs. (5) `files`, by name, are those that
    were signed. Raises `InvalidInputError` for text that is no report.
    """
    document = _document(text)
    record = document["record"]
    digest = content_digest(document)
    findings = []
    if digest != record.get("digest"):
        findings.append("the figures are not those that the report's digest was made of")
    signer, named, wrong = _signed(record, digest, keys)
    findings += [*wrong, *_on_the_ledger(record, digest, keys)]
    checked = tuple((name, _same(files.get(name), expected)) for name, expected in named)
    findings += [f"`{name}` is not the file that was signed" for name, same in checked if same is False]
    entry = record.get("entry")
    return VerifiedReport(
        digest=digest,
        signed_by=signer,
        entry=entry if isinstance(entry, int) else None,
        files=checked,
        findings=tuple(findings),
    )


def _document(text: str) -> dict[str, Any]:
    try:
        if len(text) > _LONGEST:
            raise InvalidInputError("the text is too long for a fairness report")
        document = json.loads(text)
        if not isinstance(document, dict) or not isinstance(document.get("record"), dict):
            raise InvalidInputError("the text is not a fairness report")
        content_digest(document)
    except (ValueError, RecursionError) as error:
        raise InvalidInputError("the text is not a fairness report") from error
    return document


def _signed(
    record: Mapping[str, Any], digest: str, keys: Sequence[VerifierKey]
) -> tuple[str | None, list[tuple[str, str]], list[str]]:
    """Return who signed, the files that the note names with their digests, and what is wrong."""
    note = record.get("signature")
    if not isinstance(note, str):
        return None, [], ["the report is not signed"]
    try:
        text, signers = open_note(note, keys)
    except LedgerError as error:
        return None, [], [error.message]
    lines = [line.split(" ") for line in text.splitlines()]
    said = {words[0]: words[1] for words in lines[1:] if len(words) == len(("name", "value"))}
    wrong = []
    if text.partition("\n")[0] != HEADER:
        wrong.append("the note does not speak of a fairness report")
    if said.get("digest") != digest or said.get("entry") != str(record.get("entry")):
        wrong.append("the note was signed for another report")
    named = [(words[1], words[2]) for words in lines if words[0] == "file" and len(words) == len("abc")]
    return signers[0].name, named, wrong


def _on_the_ledger(record: Mapping[str, Any], digest: str, keys: Sequence[VerifierKey]) -> list[str]:
    leaf, proof = record.get("leaf"), record.get("proof")
    if not isinstance(leaf, str) or not isinstance(proof, str):
        return ["the report has no proof that the ledger knows of it"]
    try:
        proved = InclusionProof.parse(proof)
        proved.verify(leaf.encode(), keys)
        entry = parse_leaf(leaf.encode())
    except LedgerError as error:
        return [error.message]
    wrong = []
    if entry.get("fairness") != digest or proved.index != record.get("entry"):
        wrong.append("the ledger entry speaks of another report")
    if entry.get("type") != "measurement:completed":
        wrong.append("the ledger entry does not close a measurement")
    return wrong


def _same(content: bytes | None, expected: str) -> bool | None:
    return None if content is None else hashlib.sha256(content).hexdigest() == expected
