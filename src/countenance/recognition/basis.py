"""On which basis a subject's reference is enrolled and compared, and everything that is missing of it.

Which parts consent must have is nowhere listed here: the gate is asked what it would say without
consent, and what a law then asks for beside it is what the consent must have been given with.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from countenance.biometrics.model import GalleryId, SubjectId
from countenance.consent.capture import CONSENT_PARTS
from countenance.consent.model import LegalBasis
from countenance.policy.instruments import CONSENT, Instrument
from countenance.policy.model import Act, Decision, Permit, Question
from countenance.recognition.ports import Decider, UnitOfWork

_CONSENT_MISSING: Final = "consent.missing"
_INSTEAD: Final = frozenset({Instrument.LEGAL_BASIS.value, Instrument.ARTICLE_9_GROUND.value})
"""What rules take in place of consent: where one of these is asked for, consent is."""

_INSTRUMENTS: Final = frozenset(instrument.value for instrument in Instrument)


@dataclass(frozen=True, slots=True)
class Basis:
    """What is on record of a subject's basis: whether any holds now, and whether consent is it.

    `instruments` came with it; there are none without a basis that holds.
    """

    holds: bool | None
    consent: bool | None
    instruments: frozenset[str] = frozenset()
    minor: bool = False


NOBODY: Final = Basis(None, None)
"""No gallery, so that nobody's basis is asked about."""

EVERYBODY: Final = Basis(holds=True, consent=True)
"""Whoever takes part has agreed: those who have not are passed over one by one."""


def basis_of(work: UnitOfWork, gallery_id: GalleryId, subject_id: SubjectId, at: datetime) -> Basis:
    """Return the subject's basis in a gallery at a moment."""
    held = work.consents.get(gallery_id, subject_id)
    if held is None or not held.valid_at(at):
        return Basis(holds=False, consent=False)
    return Basis(
        holds=True,
        consent=held.basis is LegalBasis.CONSENT,
        instruments=held.instruments,
        minor=held.minor,
    )


def everybody_in(work: UnitOfWork, gallery_id: GalleryId, at: datetime) -> Basis:
    """Return the basis of all who take part in a search; with minors among them it is one of a minor.

    A guardian's consent counts where every one of them has it.
    """
    held = work.consents.minors(gallery_id, at)
    if held is None:
        return EVERYBODY
    return replace(EVERYBODY, minor=True, instruments=held & {Instrument.GUARDIAN_CONSENT.value})


def with_whole_consent(decide: Decider, question: Question) -> Question:
    """Return the question of an enrolment with consent counted only where it has all that the law asks."""
    if question.act is not Act.ENROL or question.consent is not True or question.lease is None:
        return question
    without = replace(question, consent=False)
    return without if _missing_parts(decide(without)) else question


def missing_words(decide: Decider, question: Question, decision: Decision, basis: Basis) -> tuple[str, ...]:
    """Return everything that stands between a subject and a permit, as words of closed lists, sorted.

    `consent`, and the names of instruments without which it is refused. Empty for a permit, and
    for a refusal for other reasons.
    """
    if isinstance(decision, Permit) or question.gallery is None or question.lease is None:
        return ()
    words = frozenset(_missing(decision, basis))
    certain = words & (CONSENT_PARTS | {CONSENT})
    complete = replace(question, consent=True, instruments=question.instruments | words)
    with_all = _refusals(decide(complete))
    needed = (
        word
        for word in words - certain
        if _refusals(decide(replace(complete, instruments=complete.instruments - {word}))) != with_all
    )
    return tuple(sorted([*certain, *needed]))


def _refusals(decision: Decision) -> frozenset[tuple[str, str]]:
    """Return what refuses; nothing for a permit. A duty that is not fulfilled refuses nothing."""
    if isinstance(decision, Permit):
        return frozenset()
    return frozenset((reason.id, reason.text) for reason in decision.reasons)


def _missing(decision: Decision, basis: Basis) -> Iterator[str]:
    refusing = {reason.id for reason in decision.reasons}
    for condition in decision.conditions:
        rule, _, word = condition.id.partition(":")
        if condition.met or rule not in refusing:
            continue
        if rule == _CONSENT_MISSING or word in _INSTEAD or word == CONSENT:
            if not (basis.holds and basis.consent):
                yield CONSENT
        elif word in _INSTRUMENTS:
            yield word


def _missing_parts(decision: Decision) -> frozenset[str]:
    words = {one.id.partition(":")[2] for one in decision.conditions if not one.met}
    return frozenset(words & CONSENT_PARTS)
