"""Consent of a subject to one gallery's purpose, or another legal basis, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, NewType

from countenance.biometrics.model import GalleryId, SubjectId
from countenance.policy.instruments import Instrument
from countenance.policy.model import Purpose

RecordId = NewType("RecordId", str)
"""Names one capture of consent, and stays its name whatever becomes of the consent."""


class LegalBasis(StrEnum):
    """Why a subject's reference may be kept and compared. A closed list."""

    CONSENT = "consent"
    LEGAL_OBLIGATION = "legal_obligation"
    VITAL_INTERESTS = "vital_interests"
    PUBLIC_INTEREST = "public_interest"
    LEGAL_CLAIMS = "legal_claims"
    COURT_ORDER = "court_order"


BASIS_INSTRUMENTS: Final[Mapping[LegalBasis, frozenset[str]]] = {
    LegalBasis.CONSENT: frozenset(),
    LegalBasis.LEGAL_OBLIGATION: frozenset({Instrument.REQUIRED_BY_LAW, Instrument.STATUTE_AUTHORISES}),
    LegalBasis.VITAL_INTERESTS: frozenset({Instrument.ARTICLE_9_GROUND, Instrument.EXIGENT_CIRCUMSTANCES}),
    LegalBasis.PUBLIC_INTEREST: frozenset({Instrument.ARTICLE_9_GROUND, Instrument.STATUTE_AUTHORISES}),
    LegalBasis.LEGAL_CLAIMS: frozenset({Instrument.ARTICLE_9_GROUND}),
    LegalBasis.COURT_ORDER: frozenset(
        {Instrument.COURT_ORDER, Instrument.WARRANT, Instrument.JUDICIAL_AUTHORISATION}
    ),
}
"""Which instruments show each basis; one of them must be on record with it. Consent shows itself."""


class CaptureMethod(StrEnum):
    """How a subject said yes. A closed list: silence and ticked boxes are not on it."""

    ELECTRONIC_SIGNATURE = "electronic_signature"
    SIGNED_FORM = "signed_form"
    SCREEN_FORM = "screen_form"
    RECORDED_STATEMENT = "recorded_statement"
    WITNESSED_STATEMENT = "witnessed_statement"


WRITTEN: Final = frozenset({CaptureMethod.ELECTRONIC_SIGNATURE, CaptureMethod.SIGNED_FORM})
"""Methods that leave a signature, as a written release needs it."""


class GuardianRelation(StrEnum):
    """In what capacity somebody agrees for a minor."""

    PARENT = "parent"
    LEGAL_GUARDIAN = "legal_guardian"
    COURT_APPOINTED = "court_appointed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A written release: the name that was signed with, and when.

    `statements` are the SHA-256 digests (hex) of the three statements that were shown before:
    what is taken, why and for how long, and the release itself.
    """

    signed_by: str
    signed: datetime
    statements: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Guardian:
    """Who agreed for a minor; `attested` says that the relation was declared, and by whom seen.

    Nobody's age is guessed: that a subject is a minor is what the customer was told.
    """

    name: str
    relation: GuardianRelation
    attested: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """How an agreement was reached under a notice that is published here.

    `language` is the BCP 47 tag of the text that was shown at the moment `shown`. `purposes` are
    those agreed to. `alternative` describes the equal way without biometrics that the subject was
    offered, empty where none was.
    """

    language: str
    purposes: frozenset[Purpose]
    shown: datetime
    release: Release | None = None
    guardian: Guardian | None = None
    alternative: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """A subject's agreement to be in one gallery, for that gallery's purpose.

    `notice` names the version of the text that the subject was shown, `method` how the
    agreement was given. `instruments` names what else is on record (a written release, a
    guardian's signature). Valid from `given` until `expires` (excluded) unless withdrawn; from
    `objected` on no use is made of it while an objection waits or stands. With
    another `basis` than consent the same holds of that basis. `record_id` names the record that
    receipts are made of; None where the notice is none that is published here.
    """

    gallery_id: GalleryId
    subject_id: SubjectId
    notice: str
    method: str
    instruments: frozenset[str]
    given: datetime
    expires: datetime | None
    withdrawn: datetime | None = None
    objected: datetime | None = None
    basis: LegalBasis = LegalBasis.CONSENT
    minor: bool = False
    record_id: RecordId | None = None

    def valid_at(self, moment: datetime) -> bool:
        """Tell whether the agreement holds at `moment`."""
        if moment < self.given or (self.expires is not None and moment >= self.expires):
            return False
        return all(end is None or moment < end for end in (self.withdrawn, self.objected))


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentRecord:
    """One capture as it was recorded: for ever the same, whatever becomes of the consent.

    `document` is the JSON text of the record in the shape of ISO/IEC TS 27560. The ledger's entry
    `entry` holds the SHA-256 of `salt` (32 bytes, hex) followed by the document's canonical bytes.
    """

    id: RecordId
    gallery_id: GalleryId
    subject_id: SubjectId
    given: datetime
    capture: Capture
    document: str
    salt: str
    entry: int
