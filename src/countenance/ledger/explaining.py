"""An entry told in sentences, for people who were handed one and shall not have to read JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from countenance.ledger.canonical import RESERVED, parse_leaf
from countenance.ledger.model import JsonValue
from countenance.ledger.narrative import moment_in

_ACTS: Final = {
    "detection": "to find the faces in an image",
    "enrolment": "to store a reference of a subject",
    "verification": "to compare a probe with one subject",
    "identification": "to search a gallery for the mates of a probe",
    "search": "to compare loose images with each other",
    "measurement": "to measure how often the pipeline errs",
}
_OUTCOMES: Final = {
    "permitted": "Somebody asked {act}. The gate permitted it; only then was anything looked at.",
    "refused": "Somebody asked {act}. The gate refused it, and nothing was looked at.",
    "completed": "What was permitted {act} has been done.",
    "failed": "What was permitted {act} was begun and did not succeed.",
    "held": "A search found candidates, which wait for people: nobody has been told of them yet.",
    "registered": "What is to be measured was settled before anything was looked at.",
}
_SENTENCES: Final = {
    "request:refused": "Somebody asked without a key or a right that allows it, and was turned away.",
    "subject:erased": "A subject was erased: the key under which its data lay was destroyed.",
    "consent:given": "A subject's agreement was put on record.",
    "consent:withdrawn": "A subject withdrew its agreement; what rested on it is erased.",
    "references:removed": "References of subjects were removed from a gallery.",
    "ledger_key:rotated": "The log has a new key that signs its checkpoints; the one before signs beside it.",
    "ledger_key:retired": "The log's older key signs no more; the newer one signs alone.",
    "master_key:rotated": "The key under which everything else is kept was changed.",
    "lease:granted": "A use was approved for a time: from now on acts within it can be permitted.",
    "lease:suspended": "An approved use was stopped for now: no act within it is permitted.",
    "lease:resumed": "An approved use that had been stopped may go on.",
    "lease:revoked": "An approved use was ended for good.",
    "erasure:completed": "An erasure was completed: what was destroyed is committed to here.",
    "key:issued": "A key for the API was issued.",
    "key:rotated": "A key for the API was replaced by another.",
    "key:revoked": "A key for the API was ended.",
    "customer:registered": "An organisation was registered.",
    "gallery:created": "A gallery was made: a reference database for one purpose.",
    "gallery:deleted": "A gallery was deleted with everything in it.",
    "application:submitted": "An application for a use was submitted.",
    "application:approved": "An application for a use was approved.",
    "application:refused": "An application for a use was refused.",
    "session:opened": "Somebody who works here signed in.",
    "session:closed": "Somebody who works here signed out.",
    "session:refused": "Somebody tried to sign in and was turned away.",
}
_FIELDS: Final = {
    "decision": "id of the decision that this belongs to",
    "permit": "entry that permitted it",
    "permitted": "what the gate answered",
    "act": "what was asked for",
    "actor": "who acted: the id of a key or an account, never a name",
    "customer": "organisation that it concerned",
    "lease": "approved use under which it was asked",
    "gallery": "gallery that it concerned",
    "purpose": "what it was to be for",
    "subject": "a keyed digest that stands for the subject; without its key nobody can tell for whom",
    "question": "digest of the question that the gate was asked",
    "rules": "rules that decided",
    "digests": "digests of rules, laws and models in force",
    "references": "how many references",
    "outcome": "what came of it",
    "candidates": "how many subjects reached the threshold",
    "case": "id of the case that people decide",
    "emergency": "emergency that was declared",
    "art12": "what Article 12 of the EU's AI Act asks a log of identification to hold",
    "manifest": "commitment to what the gallery holds",
    "erasure": "id of the erasure",
    "cause": "why it was done",
    "error": "code of what went wrong",
    "reasons": "codes of what went wrong",
    "before": "public key that signed before",
    "person": "a keyed digest that stands for whoever reviewed or holds the key",
    "examiner": "a keyed digest that stands for the examiner",
    "verified_by": "keyed digests that stand for the examiners whose verdicts count",
    "reviewers": "keyed digests that stand for the reviewers who decided",
    "officers": "keyed digests that stand for the officers who decided",
    "judges": "keyed digests that stand for whoever judged the appeal",
    "by": "a keyed digest that stands for whoever did it, or the part of the program that did",
    "staff": "id of the account of a person who works here",
    "role": "what the account may do",
    "what": "what was asked for",
}


@dataclass(frozen=True, slots=True)
class Explanation:
    """An entry in words: what happened, when, and what each field holds (name, meaning, value)."""

    title: str
    sentence: str
    moment: datetime | None
    fields: tuple[tuple[str, str, str], ...]


def explain(leaf: bytes) -> Explanation:
    """Return what a leaf says in words; raises `LedgerError` for one that the log does not write."""
    document = parse_leaf(leaf)
    kind = str(document["type"])
    fields = tuple(
        (name, _FIELDS.get(name, ""), _value(value))
        for name, value in document.items()
        if name not in RESERVED
    )
    return Explanation(kind, _sentence(kind), moment_in(str(document["t"])), fields)


def _sentence(kind: str) -> str:
    told = _SENTENCES.get(kind)
    if told is not None:
        return told
    subject, _, past = kind.partition(":")
    if subject in _ACTS and past in _OUTCOMES:
        return _OUTCOMES[past].format(act=_ACTS[subject])
    return f"{_capital(subject.replace('_', ' '))}: {past.replace('_', ' ') or 'recorded'}."


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _value(value: JsonValue) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {_value(item)}" for name, item in value.items()) or "nothing"
    if isinstance(value, (list, tuple)):
        return ", ".join(map(_value, value)) or "nothing"
    return str(value)
