"""Questions and decisions as canonical JSON (RFC 8785) and back, so that a decision can be replayed.

The same value has the same bytes, and reading them gives an equal value back. Sets are sorted
lists, dates ISO 8601, a moment keeps its offset from UTC, since the calendar of the place
decides which law binds. A decision has the shape that `countenance policy explain --json` prints.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Final, TypeVar, cast

from countenance.errors import InvalidInputError
from countenance.policy.encoding import Encoded, canonical
from countenance.policy.evidence import EvidenceFacts
from countenance.policy.model import (
    Act,
    Camera,
    Condition,
    CustomerKind,
    Decision,
    Denial,
    GalleryFacts,
    Jurisdiction,
    LeaseTerms,
    Obligation,
    ObligationKind,
    Permit,
    Purpose,
    Question,
    Reason,
    Space,
)
from countenance.policy.parsing import Json, flag, number, only, optional, rows_of, set_of, text, texts
from countenance.policy.reopening import HumanRightsPoint, Reopening
from countenance.policy.standing_codec import (
    caps_document,
    caps_from,
    evidence_document,
    evidence_from,
    stopping_document,
    stopping_from,
)

Value = TypeVar("Value")

_PERMIT: Final = "permit"
_DENY: Final = "deny"


def question_to_json(question: Question) -> bytes:
    """Return the canonical bytes of `question`.

    Raises `InvalidInputError` for text or a number that has no canonical form.
    """
    return _QUESTIONS.encoded(question, _timeless)


def question_from_json(data: bytes) -> Question:
    """Return the question that `data` was made from, or raise `InvalidInputError`."""
    document = _document(data)
    try:
        return _question(document)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InvalidInputError(f"the recorded question cannot be read: {error}") from error


def decision_to_json(decision: Decision) -> bytes:
    """Return the canonical bytes of `decision`; raises like `question_to_json`."""
    return _DECISIONS.encoded(decision, lambda value: canonical(decision_document(value)))


def decision_from_json(data: bytes) -> Decision:
    """Return the decision that `data` was made from, or raise `InvalidInputError`."""
    document = _document(data)
    try:
        return _decision(document)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InvalidInputError(f"the recorded decision cannot be read: {error}") from error


def question_document(question: Question) -> dict[str, object]:
    """Return `question` as what JSON can hold; what is at rest (no re-opening, not suspended) is left out."""
    document: dict[str, object] = {
        "act": question.act.value,
        "on": question.on.isoformat(),
        "customer_kind": question.customer_kind,
        "acts_for": sorted(question.acts_for),
        "jurisdictions": sorted(question.jurisdictions),
        "purpose": question.purpose,
        "space": question.space,
        "camera": question.camera,
        "consent": question.consent,
        "minor": question.minor,
        "instruments": sorted(question.instruments),
        "model_digest": question.model_digest,
        "lease": _lease_document(question.lease) if question.lease is not None else None,
        "gallery": _gallery_document(question.gallery) if question.gallery is not None else None,
    }
    if question.reopenings:
        document["reopenings"] = [_reopening_document(one) for one in question.reopenings]
    if question.incidents:
        document["incidents"] = [stopping_document(one) for one in question.incidents]
    if question.evidence is not None:
        document["evidence"] = evidence_document(question.evidence)
    return document


def decision_document(decision: Decision) -> dict[str, object]:
    """Return `decision` as what JSON can hold; a denial has no obligations."""
    obligations = decision.obligations if isinstance(decision, Permit) else ()
    return {
        "decision": _PERMIT if isinstance(decision, Permit) else _DENY,
        "reasons": [reason_document(reason) for reason in decision.reasons],
        "conditions": [
            {"id": condition.id, "text": condition.text, "met": condition.met}
            for condition in decision.conditions
        ],
        "obligations": [
            {"kind": obligation.kind.value, "value": obligation.value} for obligation in obligations
        ],
        "digests": dict(decision.digests),
    }


def reason_document(reason: Reason) -> dict[str, object]:
    """Return `reason` as what JSON can hold, its dates as ISO 8601."""
    return {
        "id": reason.id,
        "pack": reason.pack,
        "text": reason.text,
        "source": reason.source,
        "from": reason.valid_from.isoformat() if reason.valid_from is not None else None,
        "until": reason.valid_until.isoformat() if reason.valid_until is not None else None,
        "reopens": reason.reopens,
    }


def _lease_document(lease: LeaseTerms) -> dict[str, object]:
    standing = {name: True for name in _STANDING if getattr(lease, name)}
    duties = {"obligations": sorted(lease.obligations)} if lease.obligations else {}
    caps = {"caps": caps_document(lease.caps)} if lease.caps is not None else {}
    return {
        **standing,
        **duties,
        **caps,
        "id": lease.id,
        "acts": sorted(lease.acts),
        "purposes": sorted(lease.purposes),
        "galleries": sorted(lease.galleries),
        "spaces": sorted(lease.spaces),
        "cameras": sorted(lease.cameras),
        "model_digests": sorted(lease.model_digests),
        "fmr_ppb": lease.fmr_ppb,
        "n_max": lease.n_max,
        "examiners": lease.examiners,
        "instruments": sorted(lease.instruments),
        "not_before": lease.not_before.isoformat(),
        "expires": lease.expires.isoformat(),
        "revoked": lease.revoked,
    }


def _gallery_document(gallery: GalleryFacts) -> dict[str, object]:
    return {
        "id": gallery.id,
        "purpose": gallery.purpose.value,
        "model_digest": gallery.model_digest,
        "subjects": gallery.subjects,
        "scraped": gallery.scraped,
    }


def _question(row: Json) -> Question:
    only(row, "question", _QUESTION_FIELDS)
    lease, gallery = row["lease"], row["gallery"]
    return Question(
        act=Act(text(row["act"])),
        on=datetime.fromisoformat(text(row["on"])),
        customer_kind=optional(CustomerKind, row["customer_kind"]),
        acts_for=set_of(CustomerKind, row["acts_for"]),
        jurisdictions=frozenset(Jurisdiction(code) for code in texts(row["jurisdictions"])),
        purpose=optional(Purpose, row["purpose"]),
        space=optional(Space, row["space"]),
        camera=optional(Camera, row["camera"]),
        consent=None if row["consent"] is None else flag(row["consent"]),
        minor=flag(row["minor"]),
        instruments=frozenset(texts(row["instruments"])),
        model_digest=None if row["model_digest"] is None else text(row["model_digest"]),
        lease=None if lease is None else _lease(cast("Json", lease)),
        gallery=None if gallery is None else _gallery(cast("Json", gallery)),
        reopenings=tuple(_reopening(entry) for entry in rows_of(row.get("reopenings", []))),
        evidence=_evidence(row.get("evidence")),
        incidents=tuple(stopping_from(entry) for entry in rows_of(row.get("incidents", []))),
    )


def _evidence(row: object) -> EvidenceFacts | None:
    return None if row is None else evidence_from(cast("Json", row))


def _lease(row: Json) -> LeaseTerms:
    only(row, "lease", _LEASE_FIELDS)
    return LeaseTerms(
        id=text(row["id"]),
        acts=set_of(Act, row["acts"]),
        purposes=set_of(Purpose, row["purposes"]),
        galleries=frozenset(texts(row["galleries"])),
        spaces=set_of(Space, row["spaces"]),
        cameras=set_of(Camera, row["cameras"]),
        model_digests=frozenset(texts(row["model_digests"])),
        fmr_ppb=number(row["fmr_ppb"]),
        n_max=number(row["n_max"]),
        examiners=number(row["examiners"]),
        instruments=frozenset(texts(row["instruments"])),
        not_before=datetime.fromisoformat(text(row["not_before"])),
        expires=datetime.fromisoformat(text(row["expires"])),
        revoked=flag(row["revoked"]),
        obligations=set_of(ObligationKind, row.get("obligations", [])),
        caps=None if row.get("caps") is None else caps_from(cast("Json", row["caps"])),
        suspended=flag(row.get("suspended", False)),
        terms_due=flag(row.get("terms_due", False)),
        reverification_due=flag(row.get("reverification_due", False)),
    )


def _reopening_document(reopening: Reopening) -> dict[str, object]:
    return {
        "rule": reopening.rule,
        "officers": list(reopening.officers),
        "citation": reopening.citation,
        "answered": sorted(reopening.answered),
        "decided": reopening.decided.isoformat(),
        "expires": reopening.expires.isoformat(),
    }


def _reopening(row: Json) -> Reopening:
    only(row, "re-opening", frozenset(Reopening.__slots__))
    return Reopening(
        rule=text(row["rule"]),
        officers=tuple(texts(row["officers"])),
        citation=text(row["citation"]),
        answered=set_of(HumanRightsPoint, row["answered"]),
        decided=date.fromisoformat(text(row["decided"])),
        expires=date.fromisoformat(text(row["expires"])),
    )


def _gallery(row: Json) -> GalleryFacts:
    only(row, "gallery", _GALLERY_FIELDS)
    return GalleryFacts(
        id=text(row["id"]),
        purpose=Purpose(text(row["purpose"])),
        model_digest=text(row["model_digest"]),
        subjects=number(row["subjects"]),
        scraped=flag(row["scraped"]),
    )


def _decision(row: Json) -> Decision:
    only(row, "decision", frozenset({"decision", "reasons", "conditions", "obligations", "digests"}))
    reasons = tuple(_reason(entry) for entry in rows_of(row["reasons"]))
    conditions = tuple(
        Condition(text(entry["id"]), text(entry["text"]), met=flag(entry["met"]))
        for entry in rows_of(row["conditions"])
    )
    digests = {name: text(digest) for name, digest in cast("Json", row["digests"]).items()}
    if row["decision"] == _DENY:
        return Denial(reasons, conditions, digests)
    if row["decision"] != _PERMIT:
        raise ValueError(f"`{row['decision']}` is no decision")
    obligations = tuple(
        Obligation(
            ObligationKind(text(entry["kind"])), None if entry["value"] is None else number(entry["value"])
        )
        for entry in rows_of(row["obligations"])
    )
    return Permit(reasons, conditions, obligations, digests)


def _reason(row: Json) -> Reason:
    return Reason(
        id=text(row["id"]),
        pack=text(row["pack"]),
        text=text(row["text"]),
        source=text(row["source"]),
        valid_from=None if row["from"] is None else date.fromisoformat(text(row["from"])),
        valid_until=None if row["until"] is None else date.fromisoformat(text(row["until"])),
        reopens=None if row["reopens"] is None else text(row["reopens"]),
    )


_QUESTION_FIELDS: Final = frozenset(Question.__slots__)
_LEASE_FIELDS: Final = frozenset(LeaseTerms.__slots__)
_GALLERY_FIELDS: Final = frozenset(GalleryFacts.__slots__)
_STANDING: Final = ("suspended", "terms_due", "reverification_due")


def _timeless(question: Question) -> bytes:
    """Return the canonical bytes of a question, of which all but its moment are known from an equal one.

    Equal questions can be written differently only by the zones of their moments; where another
    one than `on` may be in a zone that is not UTC, nothing is remembered.
    """
    if question.reopenings or question.incidents or question.evidence is not None:
        return canonical(question_document(question))
    lease = question.lease
    if lease is not None and (lease.not_before.tzinfo is not UTC or lease.expires.tzinfo is not UTC):
        return canonical(question_document(question))
    circumstances = question.circumstances
    around = _AROUND.get(circumstances)
    if around is None:
        around = _around(question)
        if len(_AROUND) >= _MOST_AROUND:
            _AROUND.clear()
        _AROUND[circumstances] = around
    return b"".join((around[0], question.on.isoformat().encode(), around[1]))


def _around(question: Question) -> tuple[bytes, bytes]:
    """Return what stands before and after the moment of a question."""
    document = question_document(replace(question, on=_EPOCH))
    before, on, after = canonical(document).partition(_AT_EPOCH)
    return before + _ON, on[-1:] + after


_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_ON: Final = b'"on":"'
_AT_EPOCH: Final = _ON + _EPOCH.isoformat().encode() + b'"'
_MOST_AROUND: Final = 256
_AROUND: Final[dict[tuple[object, ...], tuple[bytes, bytes]]] = {}
_QUESTIONS: Final[Encoded[Question]] = Encoded(16)
_DECISIONS: Final[Encoded[Decision]] = Encoded(256)


def _document(data: bytes) -> Json:
    try:
        document = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise InvalidInputError("the record is not JSON") from error
    if not isinstance(document, dict):
        raise InvalidInputError("the record is not a JSON object")
    return document
