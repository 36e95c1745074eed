"""Records and receipts of consent in the shape of ISO/IEC TS 27560:2023, with the words of DPV 2.3.

The mapping of fields is that of the guide of W3C's community group (`guides/consent-27560`). What
the specification calls mandatory is in every record, which `missing_fields` checks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final

from countenance.biometrics.model import GalleryId, SubjectId
from countenance.consent.model import Capture, Consent, LegalBasis, RecordId
from countenance.consent.notice import Notice, RetentionStart
from countenance.ledger.canonical import canonical_json, utc_text
from countenance.ledger.model import JsonValue
from countenance.policy.model import Jurisdiction, Purpose
from countenance.policy.places import enclosing

SCHEMA: Final = "https://w3id.org/dpv/schema/dpv-27560#"
SCHEMA_VERSION: Final = "ISO/IEC TS 27560:2023"
CONTEXT: Final[Mapping[str, JsonValue]] = {
    "dpv": "https://w3id.org/dpv#",
    "pd": "https://w3id.org/dpv/pd#",
    "loc": "https://w3id.org/dpv/loc#",
    "ai": "https://w3id.org/dpv/ai#",
    "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
    "dct": "http://purl.org/dc/terms/",
    "schema": "https://schema.org/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "countenance": "urn:countenance:",
}
VALID_STATES: Final = frozenset({"dpv:ConsentGiven", "dpv:RenewedConsentGiven"})
"""States in which what was agreed to may be done; in every other one it may not."""

EVERY_STATE: Final = VALID_STATES | {
    "dpv:ConsentUnknown",
    "dpv:ConsentRequested",
    "dpv:ConsentRequestDeferred",
    "dpv:ConsentRefused",
    "dpv:ConsentWithdrawn",
    "dpv:ConsentExpired",
    "dpv:ConsentRevoked",
    "dpv:ConsentTerminated",
    "dpv:ConsentInvalidated",
}
"""The states of DPV, and `ConsentTerminated`, which the guide has where the vocabulary says revoked."""

_PURPOSES: Final[Mapping[Purpose, str]] = {
    Purpose.IDENTITY_VERIFICATION: "dpv:IdentityVerification",
    Purpose.ACCESS_CONTROL: "dpv:IdentityAuthentication",
    Purpose.PERSONALISATION: "dpv:Personalisation",
    Purpose.RESEARCH_MEASUREMENT: "dpv:ResearchAndDevelopment",
}
_BASES: Final[Mapping[LegalBasis, tuple[str, ...]]] = {
    LegalBasis.CONSENT: ("dpv:ExplicitlyExpressedConsent",),
    LegalBasis.LEGAL_OBLIGATION: ("dpv:LegalObligation",),
    LegalBasis.VITAL_INTERESTS: ("dpv:VitalInterest",),
    LegalBasis.PUBLIC_INTEREST: ("dpv:PublicInterest",),
    LegalBasis.LEGAL_CLAIMS: ("dpv:LegitimateInterest",),
    LegalBasis.COURT_ORDER: ("dpv:LegalObligation",),
}
_EUROPEAN: Final[Mapping[LegalBasis, str]] = {
    LegalBasis.CONSENT: "eu-gdpr:A9-2-a",
    LegalBasis.VITAL_INTERESTS: "eu-gdpr:A9-2-c",
    LegalBasis.LEGAL_CLAIMS: "eu-gdpr:A9-2-f",
    LegalBasis.COURT_ORDER: "eu-gdpr:A9-2-f",
    LegalBasis.PUBLIC_INTEREST: "eu-gdpr:A9-2-g",
    LegalBasis.LEGAL_OBLIGATION: "eu-gdpr:A9-2-g",
}
_ECONOMIC_AREA: Final = frozenset({"EU", "IS", "LI", "NO"})
_STARTS: Final[Mapping[RetentionStart, str]] = {
    RetentionStart.CAPTURE: "the capture",
    RetentionStart.LAST_INTERACTION: "the subject's last interaction",
    RetentionStart.PURPOSE_SATISFIED: "the day on which the purpose is satisfied",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What a record is made of. `address` is where everybody can read the notice, `recorded_by` an actor.

    `renewed` says that a consent of the same subject in the same gallery was valid until now.
    """

    id: RecordId
    gallery_id: GalleryId
    subject_id: SubjectId
    customer_id: str
    recorded_by: str
    notice: Notice
    address: str
    capture: Capture
    method: str
    basis: LegalBasis
    minor: bool
    instruments: frozenset[str]
    given: datetime
    expires: datetime | None
    renewed: bool


def is_european(codes: frozenset[str]) -> bool:
    """Tell whether the GDPR's profile is the one to follow: somewhere in the European Economic Area."""
    return bool(enclosing(frozenset(map(Jurisdiction, codes))) & _ECONOMIC_AREA)


def record_document(recorded: Recorded) -> dict[str, JsonValue]:
    """Return the record as JSON-LD: header, processing, parties, events."""
    draft = recorded.notice.draft
    profile = "record-eu-gdpr" if is_european(draft.jurisdictions) else "record"
    return {
        "@context": dict(CONTEXT),
        "@id": f"urn:countenance:consent:{recorded.id}",
        "@type": "dpv:ConsentRecord",
        "dct:conformsTo": SCHEMA + profile,
        "dct:hasVersion": SCHEMA_VERSION,
        "dct:identifier": recorded.id,
        "dct:created": utc_text(recorded.given),
        "dpv:hasDataSubject": _subject(recorded),
        "dpv:hasDataController": _controller(recorded),
        "dpv:hasJurisdiction": tuple(f"loc:{code}" for code in sorted(draft.jurisdictions)),
        "dpv:hasNotice": _notice(recorded),
        "dpv:hasProcess": tuple(_process(recorded, one) for one in sorted(recorded.capture.purposes)),
        "dpv:hasRecipient": draft.recipients or ("none",),
        "dpv:hasConsentControl": {
            "@type": "dpv:WithdrawConsent",
            "dpv:isExercisedAt": draft.withdraw_at,
        },
        "dpv:hasRight": _rights(recorded),
        "dpv:hasConsentStatus": (_event(recorded),),
        "countenance:capture": _capture(recorded),
    }


def _subject(recorded: Recorded) -> dict[str, JsonValue]:
    kind = "dpv:Child" if recorded.minor else "dpv:DataSubject"
    return {"@type": kind, "dct:identifier": recorded.subject_id, "countenance:gallery": recorded.gallery_id}


def _controller(recorded: Recorded) -> dict[str, JsonValue]:
    party = recorded.notice.draft.controller
    told: dict[str, JsonValue] = {
        "@type": "dpv:DataController",
        "dct:identifier": recorded.customer_id,
        "dpv:hasName": party.name,
        "dpv:hasAddress": party.address,
        "dpv:hasContact": party.contact,
    }
    optional = {"schema:email": party.email, "schema:telephone": party.phone, "schema:url": party.url}
    return told | {name: value for name, value in optional.items() if value}


def _notice(recorded: Recorded) -> dict[str, JsonValue]:
    notice = recorded.notice
    return {
        "@id": recorded.address,
        "@type": "dpv:ConsentNotice",
        "dct:identifier": notice.name,
        "dct:date": utc_text(notice.published),
        "dct:language": recorded.capture.language,
        "countenance:digest": notice.digest,
        "countenance:shown": utc_text(recorded.capture.shown),
    }


def _process(recorded: Recorded, purpose: Purpose) -> dict[str, JsonValue]:
    draft = recorded.notice.draft
    grounds = list(_BASES[recorded.basis])
    if is_european(draft.jurisdictions):
        grounds.append(_EUROPEAN[recorded.basis])
    period = f"P{draft.retention_days}D"
    return {
        "@type": "dpv:Process",
        "dpv:hasPurpose": {
            "@id": f"urn:countenance:purpose:{purpose.value}",
            "skos:broader": _PURPOSES.get(purpose, "dpv:Purpose"),
        },
        "dpv:hasLegalBasis": tuple(grounds),
        "dpv:hasPersonalData": (
            {
                "@type": ("pd:FacialPrint", "pd:Biometric", "dpv:SpecialCategoryPersonalData"),
                "dpv:hasNecessity": "dpv:Required",
            },
        ),
        "dpv:hasProcessing": ("dpv:Collect", "dpv:Store", "dpv:Match", "dpv:Erase"),
        "dpv:hasTechnology": "ai:FaceRecognition",
        "dpv:hasStorageCondition": (
            {"@type": "dpv:StorageLocation", "dpv:hasLocation": draft.storage},
            {
                "@type": "dpv:StorageDuration",
                "dpv:hasDuration": {
                    "@type": "dpv:TemporalDuration",
                    "schema:duration": period,
                    "dct:description": f"counted from {_STARTS[draft.retention_from]}",
                },
            },
            {"@type": "dpv:StorageDeletion", "dpv:hasDuration": period},
        ),
    }


def _rights(recorded: Recorded) -> tuple[JsonValue, ...]:
    place = recorded.notice.draft.withdraw_at
    articles = ("A7-3", "A15", "A16", "A17", "A21", "A77")
    if not is_european(recorded.notice.draft.jurisdictions):
        return ({"@type": "dpv:DataSubjectRight", "dpv:isExercisedAt": place},)
    return tuple(
        {"@type": ("dpv:DataSubjectRight", f"eu-gdpr:{article}"), "dpv:isExercisedAt": place}
        for article in articles
    )


def _event(recorded: Recorded) -> dict[str, JsonValue]:
    consent = recorded.basis is LegalBasis.CONSENT
    state = "dpv:RenewedConsentGiven" if recorded.renewed else "dpv:ConsentGiven"
    kinds = (state, "dpv:ExplicitlyExpressedConsent") if consent else ("dpv:LegalBasis",)
    guardian = recorded.capture.guardian
    return {
        "@type": kinds,
        "dpv:isIndicatedAtTime": utc_text(recorded.given),
        "dct:valid": _validity(recorded),
        "dpv:isIndicatedBy": "dpv:DataSubject" if guardian is None else "dpv:ParentOfDataSubject",
        "dpv:hasIndicationMethod": recorded.method,
        "dpv:isImplementedByEntity": recorded.recorded_by,
    }


def _validity(recorded: Recorded) -> str:
    """Return an ISO 8601 interval, open where it ends with its withdrawal."""
    end = utc_text(recorded.expires) if recorded.expires is not None else ".."
    return f"{utc_text(recorded.given)}/{end}"


def _capture(recorded: Recorded) -> dict[str, JsonValue]:
    capture = recorded.capture
    told: dict[str, JsonValue] = {
        "basis": recorded.basis.value,
        "instruments": tuple(sorted(recorded.instruments)),
        "minor": recorded.minor,
    }
    if capture.release is not None:
        told["release"] = {
            "signed_by": capture.release.signed_by,
            "signed": utc_text(capture.release.signed),
            "statements_sha256": capture.release.statements,
        }
    if capture.guardian is not None:
        told["guardian"] = {
            "name": capture.guardian.name,
            "relation": capture.guardian.relation.value,
            "attested": capture.guardian.attested,
        }
    if capture.alternative:
        told["alternative"] = capture.alternative
    return told


def commitment_of(document: Mapping[str, JsonValue], salt: bytes) -> str:
    """Return what the ledger holds of a record: SHA-256 (hex) of salt and canonical bytes."""
    return sha256(salt + canonical_json(document)).hexdigest()


MANDATORY: Final = (
    "dct:hasVersion",
    "dct:identifier",
    "dpv:hasDataSubject",
    "dpv:hasNotice",
    "dpv:hasProcess",
    "dpv:hasDataController",
    "dpv:hasJurisdiction",
    "dpv:hasRecipient",
    "dpv:hasConsentControl",
    "dpv:hasConsentStatus",
)
_MANDATORY_INSIDE: Final[Mapping[str, tuple[str, ...]]] = {
    "dpv:hasDataSubject": ("dct:identifier",),
    "dpv:hasNotice": ("@id", "dct:language"),
    "dpv:hasProcess": (
        "dpv:hasPurpose",
        "dpv:hasLegalBasis",
        "dpv:hasPersonalData",
        "dpv:hasStorageCondition",
    ),
    "dpv:hasDataController": ("@type", "dct:identifier", "dpv:hasAddress", "dpv:hasName", "dpv:hasContact"),
    "dpv:hasConsentControl": ("dpv:isExercisedAt",),
    "dpv:hasConsentStatus": (
        "@type",
        "dpv:isIndicatedAtTime",
        "dct:valid",
        "dpv:isImplementedByEntity",
    ),
}


def missing_fields(document: Mapping[str, JsonValue]) -> tuple[str, ...]:
    """Return the mandatory fields of the specification that a record lacks or leaves empty."""
    missing = [name for name in MANDATORY if not document.get(name)]
    for name, inner in _MANDATORY_INSIDE.items():
        value = document.get(name)
        items = value if isinstance(value, (tuple, list)) else (value,)
        missing += [
            f"{name}.{part}"
            for item in items
            if isinstance(item, Mapping)
            for part in inner
            if not item.get(part)
        ]
    return tuple(missing)


def status_of(consent: Consent, at: datetime) -> dict[str, JsonValue]:
    """Return the event that ended a consent, or that it holds, as of a moment."""
    if consent.withdrawn is not None and consent.withdrawn <= at:
        state, since = "dpv:ConsentWithdrawn", consent.withdrawn
    elif consent.expires is not None and consent.expires <= at:
        state, since = "dpv:ConsentExpired", consent.expires
    else:
        state, since = "dpv:ConsentGiven", consent.given
    return {"@type": state, "dpv:isIndicatedAtTime": utc_text(since)}
