"""Factors of the use itself: who, for what, where, of whom, with what at stake (RF1 to RF5)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from countenance.policy.instruments import Instrument
from countenance.policy.model import Act, Camera, Purpose, Space
from countenance.vetting.dossier import Factor
from countenance.vetting.findings import CONSEQUENTIAL, Assessment, FactorFinding, Finding, finding
from countenance.vetting.use import Consequence, LegalBasis, PopulationGroup

LONGEST_TERM: Final = 366
"""Days after which every lease ends, however good its reasons were."""

ATTESTED_WITHIN: Final = 365
"""Days after which a signed word about whom the customer acts for is asked for anew."""

MOST_CANDIDATES: Final = 50

_BILLION: Final = 1_000_000_000
_ENROLLED: Final = frozenset({Act.ENROL, Act.IDENTIFY, Act.WATCH, Act.ERASE})
_MOBILE: Final = frozenset({Camera.BODY_WORN, Camera.DASH, Camera.DRONE})
_FOREIGN_TO_OWN_DEVICE: Final = _MOBILE | {Camera.FIXED}


def organisation(a: Assessment) -> Iterator[FactorFinding]:
    """RF1: a signed word about whom the customer acts for, agreeing with the record."""
    factor, signed = Factor.ORGANISATION, a.use.attestation
    if not a.customer.jurisdictions:
        yield finding(factor, Finding.MISSING, "customer", "the customer's record names no jurisdiction")
    if signed is None:
        yield finding(factor, Finding.MISSING, "attestation", "nobody has signed for whom the customer acts")
        return
    if not signed.signed_by.strip():
        yield finding(factor, Finding.MISSING, "attestation.signed_by", "the attestation names no signer")
    if signed.signed > a.on:
        yield finding(
            factor, Finding.CONTRADICTORY, "attestation.signed", "the attestation is signed in the future"
        )
    elif a.older_than(signed.signed, ATTESTED_WITHIN):
        text = f"the attestation is older than {ATTESTED_WITHIN} days"
        yield finding(factor, Finding.STALE, "attestation.signed", text)
    if signed.acts_for != a.customer.acts_for:
        text = "the attestation names others for whom the customer acts than its record does"
        yield finding(factor, Finding.CONTRADICTORY, "attestation.acts_for", text)
    if a.lacks(signed.evidence):
        text = "the signed attestation is not among the files on record"
        yield finding(factor, Finding.MISSING, "attestation.evidence", text)


def purpose_and_scale(a: Assessment) -> Iterator[FactorFinding]:
    """RF2: what for, which operations, how much, for how long; and the terms of use."""
    use, factor = a.use, Factor.PURPOSE_AND_SCALE
    asked: tuple[tuple[str, object, str], ...] = (
        ("title", use.title.strip(), "the use has no title"),
        ("description", use.description.strip(), "the use is not described"),
        ("acts", use.acts, "no operation is named"),
        ("purposes", use.purposes, "no purpose is named"),
        ("searches_per_day", use.searches_per_day, "the number of uses a day is not stated"),
        ("camera_count", use.camera_count is not None, "the number of cameras is not stated"),
        ("galleries", use.galleries or not use.acts & _ENROLLED, "no gallery is named to enrol or search in"),
        ("n_max", use.n_max or not use.galleries, "the most subjects of a gallery are not stated"),
        ("model_digests", use.model_digests or not a.recognises, "no model is named"),
        ("fmr_ppb", use.fmr_ppb or not a.recognises, "the highest false match rate is not stated"),
        (
            "max_candidates",
            use.max_candidates or not a.searches,
            "the length of candidate lists is not stated",
        ),
        ("begins", use.begins, "the beginning is not stated"),
        ("expires", use.expires, "the end is not stated"),
    )
    for field, there, text in asked:
        if not there:
            yield finding(factor, Finding.MISSING, field, text)
    if use.terms_of_use != a.terms_of_use:
        text = f"version `{a.terms_of_use}` of the terms of use is not accepted"
        yield finding(factor, Finding.MISSING, "terms_of_use", text)
    yield from _scale(a)
    yield from _term(a)


def _scale(a: Assessment) -> Iterator[FactorFinding]:
    use, factor = a.use, Factor.PURPOSE_AND_SCALE
    if use.fmr_ppb is not None and not 0 < use.fmr_ppb < _BILLION:
        yield finding(
            factor, Finding.CONTRADICTORY, "fmr_ppb", "a false match rate lies between 0 and a billion"
        )
    elif a.searches and use.fmr_ppb and use.n_max and use.fmr_ppb * use.n_max > _BILLION:
        text = (
            f"with {use.n_max} subjects and {use.fmr_ppb} false matches in a billion comparisons, "
            "a search of somebody who is not enrolled is expected to find somebody"
        )
        yield finding(factor, Finding.CONTRADICTORY, "n_max", text)
    if use.max_candidates is not None and use.max_candidates > MOST_CANDIDATES:
        text = f"a candidate list has at most {MOST_CANDIDATES} places"
        yield finding(factor, Finding.PROHIBITED, "max_candidates", text)


def _term(a: Assessment) -> Iterator[FactorFinding]:
    begins, expires, factor = a.use.begins, a.use.expires, Factor.PURPOSE_AND_SCALE
    if expires is None or begins is None:
        return
    if expires <= begins:
        yield finding(factor, Finding.CONTRADICTORY, "expires", "the use ends before it begins")
    elif expires <= a.on:
        yield finding(factor, Finding.STALE, "expires", "the use would be over already")
    elif (expires - max(begins, a.on)).days > LONGEST_TERM:
        text = f"a lease ends after at most {LONGEST_TERM} days"
        yield finding(factor, Finding.PROHIBITED, "expires", text)


def space_and_camera(a: Assessment) -> Iterator[FactorFinding]:
    """RF3: kinds of places and cameras, and pairs of them that no review can allow."""
    use, factor = a.use, Factor.SPACE_AND_CAMERA
    if not use.spaces:
        yield finding(factor, Finding.MISSING, "spaces", "no kind of place is named")
    if not use.cameras:
        yield finding(factor, Finding.MISSING, "cameras", "no kind of camera is named")
    if Space.PROTECTED in use.spaces:
        text = "no camera recognises people where they undress, wash, pray or are treated"
        yield finding(factor, Finding.PROHIBITED, "spaces", text)
    if a.searches and use.cameras & _MOBILE and use.spaces & {Space.PUBLIC, Space.PUBLIC_ACCOMMODATION}:
        text = "moving cameras do not search among people in public"
        yield finding(factor, Finding.PROHIBITED, "cameras", text)
    if use.spaces == {Space.OWN_DEVICE} and use.cameras & _FOREIGN_TO_OWN_DEVICE:
        text = "the subjects are said to be at their own devices, the cameras are others"
        yield finding(factor, Finding.CONTRADICTORY, "cameras", text)
    if (
        Space.WORKPLACE in use.spaces
        and use.population.groups
        and (PopulationGroup.WORKERS not in use.population.groups)
    ):
        text = "the place is a workplace, and workers are not among those concerned"
        yield finding(factor, Finding.CONTRADICTORY, "population.groups", text)


def population(a: Assessment) -> Iterator[FactorFinding]:
    """RF4: who is concerned, and whether they have a choice."""
    use, factor = a.use, Factor.POPULATION
    people = use.population
    if not people.groups:
        yield finding(factor, Finding.MISSING, "population.groups", "it is not said who is concerned")
    if a.enrols and people.enrolment_optional is None:
        text = "it is not said whether enrolment is a choice"
        yield finding(factor, Finding.MISSING, "population.enrolment_optional", text)
    if a.recognises and people.enrolment_optional is not False and not people.alternative.strip():
        text = "it is not said what is offered to those who are not enrolled"
        yield finding(factor, Finding.MISSING, "population.alternative", text)
    if people.enrolment_optional is False and use.legal_basis is LegalBasis.CONSENT:
        text = "the use rests on consent, and enrolment is no choice"
        yield finding(factor, Finding.CONTRADICTORY, "population.enrolment_optional", text)
    if PopulationGroup.MINORS in people.groups:
        yield from _minors(a)


def _minors(a: Assessment) -> Iterator[FactorFinding]:
    factor = Factor.POPULATION
    if Purpose.APPREHENDED_SUSPECT in a.use.purposes:
        text = "an apprehended suspect who is a minor is not identified by machine"
        yield finding(factor, Finding.PROHIBITED, "population.groups", text)
    if a.enrols and not any(one.kind is Instrument.GUARDIAN_CONSENT for one in a.use.instruments):
        text = "minors are enrolled, and the form for their guardians' consent is not on record"
        yield finding(factor, Finding.MISSING, "instruments", text)


def consequence(a: Assessment) -> Iterator[FactorFinding]:
    """RF5: what is at stake, and what the wrongly rejected do."""
    use, factor = a.use, Factor.CONSEQUENCE
    if not use.consequences:
        yield finding(
            factor, Finding.MISSING, "consequences", "it is not said what an error does to a person"
        )
    if Consequence.NONE in use.consequences and len(use.consequences) > 1:
        text = "nothing is said to be at stake, and something"
        yield finding(factor, Finding.CONTRADICTORY, "consequences", text)
    if use.consequences == {Consequence.NONE} and use.purposes & CONSEQUENTIAL:
        text = "for this purpose much is at stake, whatever the application says"
        yield finding(factor, Finding.CONTRADICTORY, "consequences", text)
    if a.recognises and not use.fallback.strip():
        text = "it is not said which other way the wrongly rejected have"
        yield finding(factor, Finding.MISSING, "fallback", text)
