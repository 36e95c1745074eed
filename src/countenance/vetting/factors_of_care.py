"""Factors of the care taken: oversight, notice, fairness, retention, law, redress (RF6 to RF13)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from countenance.policy.model import Camera, Purpose, Space
from countenance.vetting.dossier import REVIEWERS, Factor
from countenance.vetting.findings import Assessment, FactorFinding, Finding, finding
from countenance.vetting.use import FairnessEvidence, LegalBasis, LegalInstrument

FAIRNESS_WITHIN: Final = 365
"""Days after which error rates are measured anew."""

ERASURE_WITHIN: Final = 180
"""Days after which erasing is tried anew."""

CONSULTED_WITHIN: Final = 730
CONSULTED_PEOPLE: Final = 10
MOST_RETENTION: Final = 1095
"""Days: three years, the longest that Illinois allows."""

MOST_ANSWER_DAYS: Final = 31
SHORTEST_NOTICE: Final = 60
"""Characters below which a notice cannot say who looks, what for, and how to object."""

_RULE_OF_THREE: Final = 3_000_000_000
_GROUPS: Final = 2
_INSTRUMENTS: Final = {
    LegalBasis.STATUTE: frozenset(
        {"statute_authorises", "required_by_law", "federal_mandate", "legal_basis"}
    ),
    LegalBasis.WARRANT: frozenset({"warrant"}),
    LegalBasis.COURT_ORDER: frozenset({"court_order", "judicial_authorisation"}),
    LegalBasis.VITAL_INTERESTS: frozenset({"legal_basis", "urgency", "exigent_circumstances"}),
    LegalBasis.PUBLIC_DOMAIN: frozenset({"legal_basis", "article_9_ground"}),
}
"""Which papers each legal basis can rest on."""


def human_review(a: Assessment) -> Iterator[FactorFinding]:
    """RF6: who judges, trained how, with which authority, wherever anybody is affected."""
    design, factor = a.use.oversight, Factor.HUMAN_REVIEW
    if not a.use.consequential:
        return
    if design.may_override is False:
        text = "nobody may disagree with the machine, and people are affected"
        yield finding(factor, Finding.PROHIBITED, "oversight.may_override", text)
    asked: tuple[tuple[str, object, str], ...] = (
        ("examiners", design.examiners, "it is not said how many people judge"),
        ("who", design.who.strip(), "it is not said who judges"),
        ("training", design.training.strip(), "it is not said how those who judge are trained"),
        ("may_override", design.may_override is not None, "it is not said whether people may disagree"),
        ("blind", design.blind is not None, "it is not said whether people judge without scores and names"),
    )
    for field, there, text in asked:
        if not there:
            yield finding(factor, Finding.MISSING, f"oversight.{field}", text)
    if a.searches and design.examiners is not None and 0 < design.examiners < REVIEWERS:
        text = f"where one is searched among many and people are affected, {REVIEWERS} judge"
        yield finding(factor, Finding.CONTRADICTORY, "oversight.examiners", text)


def notice(a: Assessment) -> Iterator[FactorFinding]:
    """RF7: what people read before a camera sees them; files have no passers-by."""
    told, factor = a.use.notice, Factor.NOTICE
    if a.use.cameras == {Camera.FILE}:
        return
    if len(told.text.strip()) < SHORTEST_NOTICE:
        text = "the notice is missing, or too short to say who looks, what for, and how to object"
        yield finding(factor, Finding.MISSING, "notice.text", text)
    if not told.places.strip():
        yield finding(factor, Finding.MISSING, "notice.places", "it is not said where the notice is shown")
    if not told.languages:
        yield finding(factor, Finding.MISSING, "notice.languages", "the notice names no language")


def fairness(a: Assessment) -> Iterator[FactorFinding]:
    """RF8: error rates by group for this model, threshold, camera and population, fresh and sufficient."""
    measured, factor = a.use.fairness, Factor.FAIRNESS
    if not a.recognises:
        return
    if measured is None:
        yield finding(factor, Finding.MISSING, "fairness", "no error rates by group are on record")
        return
    if a.lacks(measured.evidence):
        text = "the report of error rates is not among the files on record"
        yield finding(factor, Finding.MISSING, "fairness.evidence", text)
    if measured.measured > a.on:
        text = "the error rates are measured in the future"
        yield finding(factor, Finding.CONTRADICTORY, "fairness.measured", text)
    elif a.older_than(measured.measured, FAIRNESS_WITHIN):
        text = f"the error rates are older than {FAIRNESS_WITHIN} days"
        yield finding(factor, Finding.STALE, "fairness.measured", text)
    yield from _covers(a, measured)


def _covers(a: Assessment, measured: FairnessEvidence) -> Iterator[FactorFinding]:
    use, factor = a.use, Factor.FAIRNESS
    if measured.model_digest not in use.model_digests:
        text = "the error rates are those of a model that is not applied for"
        yield finding(factor, Finding.CONTRADICTORY, "fairness.model_digest", text)
    if use.fmr_ppb is not None and measured.fmr_ppb > use.fmr_ppb:
        text = "the error rates were measured at a laxer threshold than the one applied for"
        yield finding(factor, Finding.CONTRADICTORY, "fairness.fmr_ppb", text)
    if not use.cameras <= measured.cameras:
        missing = ", ".join(sorted(use.cameras - measured.cameras))
        text = f"nothing is measured for the cameras {missing}"
        yield finding(factor, Finding.MISSING, "fairness.cameras", text)
    if not use.population.groups <= measured.population:
        missing = ", ".join(sorted(use.population.groups - measured.population))
        text = f"nothing is measured for {missing}"
        yield finding(factor, Finding.MISSING, "fairness.population", text)
    enough = measured.fewest_trials * measured.fmr_ppb >= _RULE_OF_THREE
    if measured.groups < _GROUPS or not enough:
        text = (
            f"{measured.groups} groups with {measured.fewest_trials} trials in the smallest are too few: "
            "three divided by the rate are needed, of at least two groups"
        )
        yield finding(factor, Finding.MISSING, "fairness.fewest_trials", text)


def retention(a: Assessment) -> Iterator[FactorFinding]:
    """RF9: how long references are kept, and a try at erasing them."""
    kept, factor = a.use.retention, Factor.RETENTION
    if not a.enrols:
        return
    if kept is None:
        yield finding(factor, Finding.MISSING, "retention", "it is not said how long references are kept")
        return
    if not 0 <= kept.days <= MOST_RETENTION:
        text = f"references are kept for at most {MOST_RETENTION} days after their purpose is met"
        yield finding(factor, Finding.PROHIBITED, "retention.days", text)
    if kept.erasure_tested is None:
        text = "erasing was never tried"
        yield finding(factor, Finding.MISSING, "retention.erasure_tested", text)
    elif kept.erasure_tested > a.on:
        text = "erasing is tried in the future"
        yield finding(factor, Finding.CONTRADICTORY, "retention.erasure_tested", text)
    elif a.older_than(kept.erasure_tested, ERASURE_WITHIN):
        text = f"erasing was last tried more than {ERASURE_WITHIN} days ago"
        yield finding(factor, Finding.STALE, "retention.erasure_tested", text)
    if kept.evidence and a.lacks(kept.evidence):
        text = "the record of the try is not among the files on record"
        yield finding(factor, Finding.MISSING, "retention.evidence", text)


def legal_basis(a: Assessment) -> Iterator[FactorFinding]:
    """RF10: the basis, its papers, and what the gate says of the whole."""
    use, factor = a.use, Factor.LEGAL_BASIS
    if use.legal_basis is None:
        yield finding(factor, Finding.MISSING, "legal_basis", "no legal basis is named")
    elif use.legal_basis is LegalBasis.CONSENT:
        if use.purposes & {Purpose.CRIMINAL_INVESTIGATION, Purpose.APPREHENDED_SUSPECT, Purpose.BORDER}:
            text = "nobody can freely agree to this purpose"
            yield finding(factor, Finding.CONTRADICTORY, "legal_basis", text)
    elif not any(one.kind in _INSTRUMENTS[use.legal_basis] for one in use.instruments):
        text = f"the use rests on `{use.legal_basis}`, and no such paper is named"
        yield finding(factor, Finding.MISSING, "instruments", text)
    for at, paper in enumerate(use.instruments):
        yield from _instrument(a, paper, f"instruments[{at}]")
    denied = [one for one in a.foreseen if not one.permitted]
    if denied and len(denied) == len(a.foreseen):
        rules = ", ".join(dict.fromkeys(reason.id for one in denied for reason in one.reasons))
        text = f"the gate would refuse everything that is applied for, by {rules}"
        yield finding(factor, Finding.PROHIBITED, "acts", text)
    elif denied:
        text = (
            f"the gate would refuse {len(denied)} of {len(a.foreseen)} combinations; the dry run names them"
        )
        yield finding(factor, Finding.FOR_PEOPLE, "acts", text)


def _instrument(a: Assessment, paper: LegalInstrument, field: str) -> Iterator[FactorFinding]:
    factor, name = Factor.LEGAL_BASIS, f"`{paper.kind}`"
    if not paper.reference.strip() or not paper.signed_by.strip():
        text = f"the paper {name} names no reference or no signer"
        yield finding(factor, Finding.MISSING, field, text)
    if a.lacks(paper.evidence):
        text = f"the paper {name} is not among the files on record"
        yield finding(factor, Finding.MISSING, f"{field}.evidence", text)
    ends, expires = paper.valid_until, a.use.expires
    if paper.valid_from is None:
        text = f"it is not said from when the paper {name} is valid"
        yield finding(factor, Finding.MISSING, f"{field}.valid_from", text)
    elif ends is not None and ends <= paper.valid_from:
        text = f"the paper {name} ends before it begins"
        yield finding(factor, Finding.CONTRADICTORY, f"{field}.valid_until", text)
    elif a.use.begins is not None and paper.valid_from > max(a.use.begins, a.on):
        text = f"the paper {name} begins after the use"
        yield finding(factor, Finding.CONTRADICTORY, f"{field}.valid_from", text)
    if ends is not None and ends <= a.on:
        yield finding(factor, Finding.STALE, f"{field}.valid_until", f"the paper {name} is over")
    elif ends is not None and expires is not None and ends < expires:
        text = f"the paper {name} ends before the lease would"
        yield finding(factor, Finding.CONTRADICTORY, f"{field}.valid_until", text)
    beyond = paper.beyond(a.use)
    if beyond:
        words = ", ".join(f"`{word}`" for word in beyond)
        text = f"the paper {name} does not speak of {words}: it counts for a use of what it names alone"
        yield finding(factor, Finding.CONTRADICTORY, field, text)


def independent_test(a: Assessment) -> Iterator[FactorFinding]:
    """RF11: a way for outsiders to measure."""
    offered, factor = a.use.independent_test, Factor.INDEPENDENT_TEST
    if not a.recognises:
        return
    if offered is None or not offered.offered:
        text = "outsiders are offered no test of accuracy and bias"
        yield finding(factor, Finding.MISSING, "independent_test", text)
    elif not offered.how.strip():
        text = "it is not said how outsiders can test"
        yield finding(factor, Finding.MISSING, "independent_test.how", text)


def appeals(a: Assessment) -> Iterator[FactorFinding]:
    """RF12: somebody who answers, within a month."""
    channel, factor = a.use.appeals, Factor.APPEALS
    if channel is None or not channel.contact.strip():
        yield finding(factor, Finding.MISSING, "appeals", "it is not said where people complain")
        return
    if not 0 < channel.answer_days <= MOST_ANSWER_DAYS:
        text = f"complaints are answered within {MOST_ANSWER_DAYS} days"
        yield finding(factor, Finding.PROHIBITED, "appeals.answer_days", text)


def consultation(a: Assessment) -> Iterator[FactorFinding]:
    """RF13: people asked beforehand, where the use is consequential or in public."""
    held, factor = a.use.consultation, Factor.CONSULTATION
    in_public = bool(
        a.use.spaces & {Space.PUBLIC, Space.PUBLIC_ACCOMMODATION, Space.SEMI_PUBLIC, Space.SCHOOL}
    )
    if held is None:
        if a.recognises and (a.use.consequential or in_public):
            text = "nobody was asked who will stand before the camera"
            yield finding(factor, Finding.MISSING, "consultation", text)
        return
    if held.people < CONSULTED_PEOPLE:
        text = f"fewer than {CONSULTED_PEOPLE} people were asked"
        yield finding(factor, Finding.MISSING, "consultation.people", text)
    if held.held > a.on:
        text = "the consultation is held in the future"
        yield finding(factor, Finding.CONTRADICTORY, "consultation.held", text)
    elif a.older_than(held.held, CONSULTED_WITHIN):
        text = f"the consultation is older than {CONSULTED_WITHIN} days"
        yield finding(factor, Finding.STALE, "consultation.held", text)
    if held.evidence and a.lacks(held.evidence):
        text = "the record of the consultation is not among the files on record"
        yield finding(factor, Finding.MISSING, "consultation.evidence", text)
