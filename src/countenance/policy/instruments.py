"""Papers that can be on record: warrants, releases, reports, and what a law asks for before an act.

A closed list like the others. An instrument says that a document exists and was examined in
the review of an application or with the request; naming one here never makes it so. No
instrument re-opens a refusal: that takes a recorded decision of people (`reopening.py`).
"""

from __future__ import annotations

from enum import StrEnum

ORDER_PREFIX = "order:"
"""`order:us-ftc-riteaid` on record says that this customer is the party whom that order binds."""

CONSENT = "consent"
"""Word for the subjects' consent where a rule takes it in place of an instrument."""


class Instrument(StrEnum):
    """A document on record that a rule can ask for."""

    ACCOUNTABILITY_REPORT = "accountability_report"
    ALTERNATIVE_OFFERED = "alternative_offered"
    ANNEX_II_OFFENCE = "annex_ii_offence"
    ANNUAL_REPORT = "annual_report"
    ARTICLE_9_GROUND = "article_9_ground"
    BIAS_CHECK = "bias_check"
    CORROBORATION = "corroboration"
    COURT_ORDER = "court_order"
    DATABASES_LIMITED = "databases_limited"
    DECEASED_PERSON = "deceased_person"
    DEFENCE_DISCLOSURE = "defence_disclosure"
    DELETION_SCHEDULE = "deletion_schedule"
    DETENTION_PHOTOGRAPH_ONLY = "detention_photograph_only"
    DPIA = "dpia"
    ENUMERATED_CRIME = "enumerated_crime"
    EU_DATABASE_REGISTRATION = "eu_database_registration"
    EXIGENT_CIRCUMSTANCES = "exigent_circumstances"
    FEDERAL_MANDATE = "federal_mandate"
    FRIA = "fria"
    GUARDIAN_CONSENT = "guardian_consent"
    HIGH_RISK_CONFORMITY = "high_risk_conformity"
    INDEPENDENT_REVIEW = "independent_review"
    INDEPENDENT_TEST_INTERFACE = "independent_test_interface"
    JUDICIAL_AUTHORISATION = "judicial_authorisation"
    LEGAL_BASIS = "legal_basis"
    LIMITS_OF_USE = "limits_of_use"
    LOCATION_POLICY = "location_policy"
    MODEL_POLICY = "model_policy"
    NATIONAL_LAW_OPT_IN = "national_law_opt_in"
    NIST_EVALUATION = "nist_evaluation"
    NOTICE_BEFORE_CAPTURE = "notice_before_capture"
    NOTICE_OF_INTENT = "notice_of_intent"
    NOTIFIED_AUTHORITIES = "notified_authorities"
    OPERATIONAL_TESTING = "operational_testing"
    OPERATOR_TRAINING = "operator_training"
    OVERSIGHT_DISPROPORTIONATE = "oversight_disproportionate"
    POLICE_FILE = "police_file"
    PROBABLE_CAUSE = "probable_cause"
    PUBLIC_POLICY = "public_policy"
    RELEASE_BEFORE_CAPTURE = "release_before_capture"
    REQUIRED_BY_LAW = "required_by_law"
    STATUTE_AUTHORISES = "statute_authorises"
    TARGETED_PERSON = "targeted_person"
    URGENCY = "urgency"
    WARRANT = "warrant"
    WATCHLIST_POLICY = "watchlist_policy"
    WRITTEN_NOTICE_OF_COLLECTION = "written_notice_of_collection"
    WRITTEN_NOTICE_OF_PURPOSE_AND_TERM = "written_notice_of_purpose_and_term"
    WRITTEN_RELEASE = "written_release"
    WRITTEN_REQUEST = "written_request"

    @property
    def text(self) -> str:
        """Return what must be on record, as a clause that can stand in a list."""
        return _TEXTS[self]


_I = Instrument
_TEXTS = {
    _I.ACCOUNTABILITY_REPORT: "an accountability report, reviewed in public and no older than the law allows",
    _I.ALTERNATIVE_OFFERED: "an equal way that needs no biometrics, offered to everybody",
    _I.ANNEX_II_OFFENCE: "the suspected offence is one of Annex II with a maximum of at least four years",
    _I.ANNUAL_REPORT: "records kept for a yearly public report",
    _I.ARTICLE_9_GROUND: "a ground of GDPR Article 9(2) other than explicit consent",
    _I.BIAS_CHECK: "positive steps taken to find out whether the software is biased",
    _I.CORROBORATION: "independent evidence, since a result alone is no probable cause",
    _I.COURT_ORDER: "a court order for this search",
    _I.DATABASES_LIMITED: "the reference gallery holds licence, identity or detention photographs only",
    _I.DECEASED_PERSON: "the person sought is known to be dead",
    _I.DEFENCE_DISCLOSURE: "disclosure of the use to the defence",
    _I.DELETION_SCHEDULE: "a schedule of retention and deletion",
    _I.DETENTION_PHOTOGRAPH_ONLY: "no sketch or composite as probe",
    _I.DPIA: "a data protection impact assessment",
    _I.ENUMERATED_CRIME: "the offence is one of the serious crimes that the statute lists",
    _I.EU_DATABASE_REGISTRATION: "registration in the EU database (Article 49)",
    _I.EXIGENT_CIRCUMSTANCES: "exigent circumstances, written down with their reason",
    _I.FEDERAL_MANDATE: "a federal mandate to use the technology",
    _I.FRIA: "a fundamental rights impact assessment (Article 27)",
    _I.GUARDIAN_CONSENT: "consent of the minor's guardian",
    _I.HIGH_RISK_CONFORMITY: "conformity of the system with the duties for high-risk AI",
    _I.INDEPENDENT_REVIEW: "review by somebody independent before the surveillance",
    _I.INDEPENDENT_TEST_INTERFACE: "an interface through which outsiders can test accuracy and bias",
    _I.JUDICIAL_AUTHORISATION: "prior authorisation by a judge or an independent authority for this use",
    _I.LEGAL_BASIS: "another legal basis than consent, examined for every subject touched",
    _I.LIMITS_OF_USE: "limits in time, place and persons for this use",
    _I.LOCATION_POLICY: "a policy that limits officers' choice of where cameras are deployed",
    _I.MODEL_POLICY: "the State Police model policy, or a stricter one, adopted",
    _I.NATIONAL_LAW_OPT_IN: "a national law that allows this use (Article 5(5))",
    _I.NIST_EVALUATION: "a NIST evaluation with at least 98 % true positives in every demographic group",
    _I.NOTICE_BEFORE_CAPTURE: "notice given to the subject before capture",
    _I.NOTICE_OF_INTENT: "a notice of intent filed with the legislative authority",
    _I.NOTIFIED_AUTHORITIES: "notification of the market surveillance and data protection authorities",
    _I.OPERATIONAL_TESTING: "a test under operational conditions before deployment",
    _I.OPERATOR_TRAINING: "periodic training of everybody who operates the system",
    _I.OVERSIGHT_DISPROPORTIONATE: "a law that holds the second examiner to be disproportionate here",
    _I.POLICE_FILE: "documentation of each use in the police file, and a yearly report",
    _I.PROBABLE_CAUSE: "probable cause that an unidentified person in the image committed a serious crime",
    _I.PUBLIC_POLICY: "a public written policy on use and retention",
    _I.RELEASE_BEFORE_CAPTURE: "the subject's consent before capture",
    _I.REQUIRED_BY_LAW: "a federal, state or local law that requires the use",
    _I.STATUTE_AUTHORISES: "a statute that expressly authorises the use",
    _I.TARGETED_PERSON: "one specific person, offence, proceeding or threat to which the search is tied",
    _I.URGENCY: "duly justified urgency, with the request for authorisation filed in time",
    _I.WARRANT: "a warrant",
    _I.WATCHLIST_POLICY: "a policy that limits officers' choice of who is put on a watchlist",
    _I.WRITTEN_NOTICE_OF_COLLECTION: "a notice in writing that biometrics are collected or stored",
    _I.WRITTEN_NOTICE_OF_PURPOSE_AND_TERM: "a notice in writing of the specific purpose and length of term",
    _I.WRITTEN_RELEASE: "a written release by the subject or the legally authorised representative",
    _I.WRITTEN_REQUEST: "a written request to the registry, State Police or FBI",
}
_CONSENT_TEXT = "the consent of every subject concerned"


def words_of(text: str) -> tuple[tuple[str, ...], ...]:
    """Parse `warrant|court_order fria` into groups: each group must be met, by any of its words.

    Raises `ValueError` with the word that is neither `consent` nor an `Instrument`.
    """
    groups = tuple(tuple(group.split("|")) for group in text.split())
    for word in (word for group in groups for word in group):
        if word != CONSENT:
            Instrument(word)
    return groups


def text_of(group: tuple[str, ...]) -> str:
    """Return what meets `group`, in words."""
    texts = [Instrument(word).text for word in group if word != CONSENT]
    if CONSENT in group:
        texts.append(_CONSENT_TEXT)
    return ", or ".join(texts)
