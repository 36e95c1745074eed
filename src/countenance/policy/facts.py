"""From a question to what Cedar is asked: typed facts, with what was left out made strictest.

The context is written as JSON text from pieces that are kept, since it is the gate's cost on
every act. The lease is an entity, parsed once for each lease.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final

from cedarpy import Entities, Schema

from countenance.errors import InvalidInputError
from countenance.policy.evidence import EvidenceFacts, FairnessCaps
from countenance.policy.instruments import ORDER_PREFIX
from countenance.policy.model import (
    Camera,
    CustomerKind,
    GalleryFacts,
    Jurisdiction,
    LeaseTerms,
    Purpose,
    Question,
    Space,
)
from countenance.policy.places import enclosing
from countenance.policy.projection import Projection
from countenance.policy.schema import CLOSED_LISTS, schema

ASKER: Final = {"type": "Asker", "id": "asker"}
UNLEASED: Final = {"type": "Unleased", "id": "unleased"}
_NO_LEASE: Final[dict[str, Any]] = {"uid": UNLEASED, "attrs": {}, "parents": []}

_TYPES: Final = {words: name for name, words in CLOSED_LISTS.items()}
_FIGURES: Final = ("subjects", "fmr_ppb", "fnmr_ppb", "fte_ppb", "ratio_ppb", "gallery_limit")
_MILLISECOND: Final = timedelta(milliseconds=1)


def kinds_of(question: Question) -> frozenset[CustomerKind]:
    """Return the asker's own kind and every kind it acts for, or every kind if its own is not known.

    "By or for": whoever acts for a police department is bound like one.
    """
    if question.customer_kind is None:
        return frozenset(CustomerKind)
    return question.acts_for | {question.customer_kind}


def unstated(question: Question) -> tuple[str, ...]:
    """Return the names of what the question leaves out and a rule could ask for."""
    given: tuple[tuple[str, object], ...] = (
        ("customer_kind", question.customer_kind),
        ("jurisdictions", question.jurisdictions or None),
        ("purpose", question.purpose),
        ("space", question.space),
        ("camera", question.camera),
        ("consent", question.consent),
    )
    return tuple(name for name, value in given if value is None)


def instruments_of(question: Question) -> frozenset[str]:
    """Return the instruments on record with the request or with the lease."""
    return question.instruments | question.lease.instruments if question.lease else question.instruments


def consented(question: Question) -> bool:
    """Tell whether consent or another legal basis covers every subject whose reference is touched.

    The operator's own measuring of loose files touches no reference and makes no claim about
    anybody, so there is nobody whose consent could be missing; that holds for the kind
    `operator` alone, acting for nobody else, under a lease for `research_measurement`.
    """
    if question.consent or question.lease is None or question.gallery is not None:
        return question.consent is True
    return (
        question.customer_kind is CustomerKind.OPERATOR
        and question.acts_for <= {CustomerKind.OPERATOR}
        and question.purpose is Purpose.RESEARCH_MEASUREMENT
    )


@dataclass(frozen=True, slots=True)
class World:
    """What the packs and records around a question add to its facts.

    `places` are all jurisdictions that a rule names: where a question names none, it may be any
    of them. `reopened` are the rules that are re-opened on the day. `strictest` is how the gate
    decides; without it, what was left out is taken as if it spoke against no rule at all, which
    serves to tell the rules that refuse in any case from those that an answer could satisfy.
    """

    places: frozenset[Jurisdiction]
    reopened: frozenset[str]
    strictest: bool = True


def context(question: Question, world: World) -> str:
    """Return the context of `question` as JSON.

    Raises `InvalidInputError` for a jurisdiction that is none and for a moment that has no
    place on the calendar in UTC.
    """
    strictest = world.strictest
    nobody = question.customer_kind is None and not strictest
    kinds = question.acts_for if nobody else kinds_of(question)
    anywhere = world.places if strictest else frozenset()
    where = enclosing(question.jurisdictions) if question.jurisdictions else anywhere
    consent = consented(question) or (question.consent is None and not strictest)
    left_out = frozenset(unstated(question)) if strictest else frozenset()
    instruments = instruments_of(question)
    evidence = "" if question.evidence is None else _evidence(question.evidence, question.on)
    gallery = "" if question.gallery is None else f',"gallery":{_gallery(question.gallery)}'
    return (
        f'{{"act":"{question.act}","day":"{question.on.date().isoformat()}","now":"{_floor(question.on)}"'
        f',"kinds":{_entities(CustomerKind, kinds)},"jurisdictions":{_texts(where)}'
        f',"purposes":{_one(Purpose, question.purpose, strictest)}'
        f',"spaces":{_one(Space, question.space, strictest)}'
        f',"cameras":{_one(Camera, question.camera, strictest)},"consent":{_boolean(consent)}'
        f',"minor":{_boolean(question.minor)},"instruments":{_texts(instruments)}'
        f',"orders":{_orders(instruments)},"reopened":{_texts(world.reopened)}'
        f',"unstated":{_texts(left_out)},"stopped":{_stopped(question)}'
        f',"model":{json.dumps(question.model_digest or "")}{gallery}{evidence}}}'
    )


@lru_cache(maxsize=1024)
def lease_entities(lease: LeaseTerms) -> Entities:
    """Return the lease as Cedar's entity, validated against the schema.

    Raises `ValueError` where a number of the lease does not fit into 64 bits.
    """
    return _parsed(_lease(lease), schema())


@lru_cache(maxsize=1)
def no_lease_entities() -> Entities:
    """Return what stands where the lease would, in a question that has none."""
    return _parsed(_NO_LEASE, schema())


def older_lease_entities(lease: LeaseTerms | None, older: Projection, schema: Schema) -> Entities:
    """Return the lease, or what stands in its place, as far as an earlier schema knows it; raises so too."""
    entity = _NO_LEASE if lease is None else _lease(lease)
    return _parsed({**entity, "attrs": older.lease(entity["attrs"])}, schema)


def _lease(lease: LeaseTerms) -> dict[str, Any]:
    attributes: dict[str, object] = {
        "acts": sorted(lease.acts),
        "purposes": _references(Purpose, lease.purposes),
        "galleries": sorted(lease.galleries),
        "spaces": _references(Space, lease.spaces),
        "cameras": _references(Camera, lease.cameras),
        "models": sorted(lease.model_digests),
        "fmr_ppb": lease.fmr_ppb,
        "n_max": lease.n_max,
        "examiners": lease.examiners,
        "not_before": _ceiling(lease.not_before),
        "expires": _floor(lease.expires),
        "revoked": lease.revoked,
        "suspended": lease.suspended,
        "terms_due": lease.terms_due,
        "reverification_due": lease.reverification_due,
    }
    if lease.caps is not None:
        attributes["caps"] = _caps(lease.caps)
    return {"uid": {"type": "Lease", "id": lease.id}, "attrs": attributes, "parents": []}


def _parsed(entity: Mapping[str, object], schema: Schema) -> Entities:
    return Entities.from_json_str(json.dumps([entity]), schema)


def _gallery(gallery: GalleryFacts) -> str:
    return json.dumps(
        {
            "id": gallery.id,
            "purpose": {"type": "Purpose", "id": gallery.purpose},
            "model": gallery.model_digest,
            "subjects": gallery.subjects,
            "scraped": gallery.scraped,
        }
    )


def _one(words: type[StrEnum], value: StrEnum | None, strictest: bool) -> str:  # noqa: FBT001  private
    if value is not None:
        return _entities(words, frozenset((value,)))
    return _entities(words, frozenset(words) if strictest else frozenset())


@lru_cache(maxsize=1024)
def _entities(words: type[StrEnum], values: frozenset[StrEnum]) -> str:
    return json.dumps(_references(words, values))


def _references(words: type[StrEnum], values: Iterable[StrEnum]) -> list[dict[str, str]]:
    return [{"type": _TYPES[words], "id": value.value} for value in sorted(values)]


@lru_cache(maxsize=1024)
def _texts(values: frozenset[str]) -> str:
    return json.dumps(sorted(values))


@lru_cache(maxsize=1024)
def _orders(instruments: frozenset[str]) -> str:
    return json.dumps(sorted(name for name in instruments if name.startswith(ORDER_PREFIX)))


def _stopped(question: Question) -> str:
    return _texts(frozenset(one.stops for one in question.incidents)) if question.incidents else "[]"


def _evidence(evidence: EvidenceFacts, on: datetime) -> str:
    """Return the report that there is beside what is asked of it, or nothing where there is none."""
    report = evidence.report
    if report is None or evidence.model_digest is None or evidence.threshold_ppb is None:
        return ""
    figures = {name: value for name in _FIGURES if (value := getattr(report, name)) is not None}
    told = {
        "use": evidence.use,
        "uses": sorted(report.uses),
        "asked_model": evidence.model_digest,
        "model": report.model_digest,
        "asked_threshold": evidence.threshold_ppb,
        "threshold": report.threshold_ppb,
        "age": (on.date() - report.measured).days,
        **figures,
    }
    return f',"evidence":{json.dumps(told)}'


def _caps(caps: FairnessCaps) -> dict[str, int]:
    limits = {one.name: getattr(caps, one.name) for one in fields(caps)}
    return {name: limit for name, limit in limits.items() if limit is not None}


def _boolean(value: bool) -> str:  # noqa: FBT001  JSON's spelling of its only argument
    return "true" if value else "false"


def _floor(moment: datetime) -> str:
    """Return the moment in UTC, cut to the milliseconds that Cedar's datetime has."""
    try:
        return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"
    except OverflowError as error:
        raise InvalidInputError(f"`{moment.isoformat()}` has no place on the calendar in UTC") from error


def _ceiling(moment: datetime) -> str:
    """Return the moment rounded up to milliseconds: a lease never begins early."""
    return _floor(moment + _MILLISECOND - timedelta(microseconds=1))
