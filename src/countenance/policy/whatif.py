"""What would have to be otherwise: the smallest sets of changes under which a question is permitted.

Who asks, where, and whether a minor is concerned are facts and stay. What is done, for which
purpose, in which place and through which camera can be chosen; papers can be obtained; and one
can wait. All of it is searched, in order of how much changes, and every answer has been asked of
the gate itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from enum import StrEnum
from itertools import combinations, product
from typing import Any, Final

from countenance.errors import InvalidInputError
from countenance.policy.covering import covered
from countenance.policy.distinctions import classes, edges, in_force, reaching, require_searchable
from countenance.policy.gate import Policy
from countenance.policy.instruments import CONSENT, Instrument
from countenance.policy.model import Act, Camera, ObligationKind, Permit, Purpose, Question, Space
from countenance.policy.papers import REOPENING, Papers, sufficient, usable_papers, with_papers
from countenance.policy.places import enclosing

MOST_CHANGES: Final = 8
"""Most changes that an answer may take; what takes more is no small change."""

MOST_ANSWERS: Final = 12
"""Most answers of the smallest size that are returned."""


class Aspect(StrEnum):
    """What can change in a question, the least far-reaching first."""

    PAPERS = "papers"
    LEASE = "lease"
    CAMERA = "camera"
    SPACE = "space"
    GALLERY = "gallery"
    ACT = "act"
    PURPOSE = "purpose"
    ON = "on"
    REOPENING = "reopening"


STAYING: Final = frozenset({Aspect.ACT, Aspect.PURPOSE})
"""What stays unless told: another act is no answer, and a purpose is not chosen by what it permits."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change: any of `values` does, as no rule tells them apart."""

    aspect: Aspect
    values: tuple[str, ...]

    @property
    def text(self) -> str:
        """Return the change as it stands after "permitted"."""
        named = " or ".join(f"`{value}`" for value in self.values)
        if self.aspect is Aspect.PAPERS:
            named = _paper(self.values[0])
        return _TEXTS[self.aspect].format(named)


_TEXTS: Final = {
    Aspect.PAPERS: "with {}",
    Aspect.REOPENING: "after two or more named officers have re-opened {} on record",
    Aspect.LEASE: "under a lease that covers it",
    Aspect.CAMERA: "with the camera {}",
    Aspect.SPACE: "in a place of the kind {}",
    Aspect.GALLERY: "with a gallery that was not gathered without targeting",
    Aspect.ACT: "as {} instead",
    Aspect.PURPOSE: "for the purpose {}",
    Aspect.ON: "from {} on",
}


def _paper(name: str) -> str:
    if name == CONSENT:
        return "the consent of every subject concerned"
    return Instrument(name).text if name in set(Instrument) else f"`{name}`"


@dataclass(frozen=True, slots=True)
class Answer:
    """A set of changes none of which can be left out, with the question they make and its permit."""

    changes: tuple[Change, ...]
    question: Question
    permit: Permit

    @property
    def text(self) -> str:
        """Return the answer in words, the examiners that the permit asks for among them."""
        texts = [change.text for change in self.changes]
        examiners = [one.value for one in self.permit.obligations if _is_hold(one.kind)]
        if examiners and examiners[0]:
            texts.append(f"with {examiners[0]} examiners who judge what comes out")
        return f"Permitted {_joined(texts)}." if texts else "Permitted as it is."


@dataclass(frozen=True, slots=True)
class Outlook:
    """The answers of the smallest size; none where nothing that may change helps.

    `assumes_lease` is whether no lease was asked about, so that one which covers it was assumed.
    """

    answers: tuple[Answer, ...]
    assumes_lease: bool


@dataclass(frozen=True, slots=True)
class _Start:
    """A question with some of its own aspects changed, papers not counted."""

    question: Question
    changes: tuple[Change, ...]


def what_if(policy: Policy, question: Question, *, keep: frozenset[Aspect] = STAYING) -> Outlook:
    """Return the smallest sets of changes to `question`, `keep` left as it is, that `policy` permits.

    An aspect that the question leaves out may be said, whatever `keep` has: that changes nothing.
    Raises `InvalidInputError` where the question does not say who asks and where, for a place
    that is none, and for packs with rules that read more than closed lists, days and papers.
    """
    require_searchable(policy.rules.values())
    if question.customer_kind is None or not question.jurisdictions:
        raise InvalidInputError("say who asks and where: those are facts, so no search can change them")
    assumed = question.lease is None
    found: list[Answer] = []
    smallest = MOST_CHANGES
    dimensions = _dimensions(policy, question, keep)
    for size in range(min(len(dimensions), MOST_CHANGES) + 1):
        if size > smallest:
            break
        for start in _starts(question, dimensions, size):
            asked = covered(start.question) if assumed or _changes(start, Aspect.LEASE) else start.question
            allowed = _papers_allowed(policy, asked, keep)
            for papers in sufficient(policy, asked, allowed, most=smallest - size):
                answer = _answer(policy, asked, start.changes, papers)
                found.append(answer)
                smallest = min(smallest, len(answer.changes))
    best = sorted((one for one in found if len(one.changes) == smallest), key=_far_reaching)
    return Outlook(tuple(best[:MOST_ANSWERS]), assumed)


def _papers_allowed(policy: Policy, question: Question, keep: frozenset[Aspect]) -> Papers:
    ever = reaching(policy.rules.values(), question.act, enclosing(question.jurisdictions))
    rules = in_force(ever, question.on.date())
    every = usable_papers(rules, question.act, reopened=Aspect.REOPENING not in keep)
    if Aspect.PAPERS in keep:
        return frozenset(paper for paper in every if paper.startswith(REOPENING))
    return every


def _dimensions(
    policy: Policy, question: Question, keep: frozenset[Aspect]
) -> dict[Aspect, tuple[tuple[Change, dict[str, Any]], ...]]:
    """Return for each aspect that may change what it can change to, with the fields that say so."""
    rules = list(policy.rules.values())
    lists = {
        Aspect.ACT: ("act", tuple((act,) for act in Act)),
        Aspect.PURPOSE: ("purpose", classes(Purpose, rules)),
        Aspect.SPACE: ("space", classes(Space, rules)),
        Aspect.CAMERA: ("camera", classes(Camera, rules)),
    }
    found: dict[Aspect, tuple[tuple[Change, dict[str, Any]], ...]] = {}
    for aspect, (field, groups) in lists.items():
        own = getattr(question, field)
        found[aspect] = tuple(
            (Change(aspect, tuple(word.value for word in part)), {field: part[0]})
            for group in groups
            for part in _by_lease(question, field, group)
            if own not in part
        )
    if question.lease is not None:
        found[Aspect.LEASE] = ((Change(Aspect.LEASE, ()), {}),)
    if question.gallery is not None and question.gallery.scraped:
        gallery = replace(question.gallery, scraped=False)
        found[Aspect.GALLERY] = ((Change(Aspect.GALLERY, ()), {"gallery": gallery}),)
    found[Aspect.ON] = tuple(
        (Change(Aspect.ON, (day.isoformat(),)), {"on": datetime.combine(day, time(), UTC)})
        for day in edges(rules)
        if day > question.on.date()
    )
    unsaid = {aspect for aspect, (field, _) in lists.items() if getattr(question, field) is None}
    return {
        aspect: options
        for aspect, options in found.items()
        if options and (aspect not in keep or aspect in unsaid)
    }


def _by_lease(question: Question, field: str, group: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    """Part a class by what the question's own lease covers, which tells values apart as rules do."""
    if question.lease is None:
        yield group
        return
    covers = getattr(question.lease, f"{field}s")
    for part in (
        tuple(word for word in group if word in covers),
        tuple(word for word in group if word not in covers),
    ):
        if part:
            yield part


def _starts(
    question: Question, dimensions: dict[Aspect, tuple[tuple[Change, dict[str, Any]], ...]], size: int
) -> Iterator[_Start]:
    """Yield the question with every choice of `size` aspects changed."""
    for aspects in combinations(dimensions, size):
        for chosen in product(*(dimensions[aspect] for aspect in aspects)):
            fields = {name: value for _, own in chosen for name, value in own.items()}
            changed = replace(question, **fields)
            if changed.gallery is not None and "purpose" in fields:
                changed = replace(changed, gallery=replace(changed.gallery, purpose=fields["purpose"]))
            yield _Start(changed, tuple(change for change, _ in chosen))


def _changes(start: _Start, aspect: Aspect) -> bool:
    return any(change.aspect is aspect for change in start.changes)


def _answer(policy: Policy, asked: Question, changes: Iterable[Change], papers: Papers) -> Answer:
    """Return the answer, its permit as the gate gives it; a refusal here would be a fault of the search."""
    question = with_papers(asked, papers)
    permit = policy.decide(question)
    if not isinstance(permit, Permit):
        raise TypeError("the search found what the gate refuses")
    by_paper = [
        Change(Aspect.REOPENING, (paper.removeprefix(REOPENING),))
        if paper.startswith(REOPENING)
        else Change(Aspect.PAPERS, (paper,))
        for paper in sorted(papers)
    ]
    return Answer((*by_paper, *changes), question, permit)


def _far_reaching(answer: Answer) -> tuple[int, tuple[str, ...]]:
    order = list(Aspect)
    reach = sum(order.index(change.aspect) for change in answer.changes)
    return reach, tuple(value for change in answer.changes for value in change.values)


def _is_hold(kind: ObligationKind) -> bool:
    return kind is ObligationKind.HOLD_FOR_EXAMINERS


def _joined(texts: list[str]) -> str:
    return ", ".join(texts[:-1]) + (", and " if len(texts) > 1 else "") + texts[-1]
