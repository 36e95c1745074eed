"""One application as a reviewer sees it, and what a reviewer says of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from http import HTTPStatus
from typing import Final

from starlette.responses import Response

from countenance.entrypoints.console.applications import ONE, PATH, SEES, WRITES, id_of
from countenance.entrypoints.console.caps_form import CAP_FIELDS, caps_asked, caps_in_words
from countenance.entrypoints.console.conversation import conversation_of, field_of, say
from countenance.entrypoints.console.use_fields import FIELDS, Kind, UseField
from countenance.entrypoints.console.use_form import values_of
from countenance.entrypoints.console.visits import Handler, Page, Visit, corrected
from countenance.entrypoints.pages.duties import duties_of
from countenance.entrypoints.pages.words import capital, day
from countenance.errors import ConflictError, InvalidInputError, SeparationError
from countenance.policy.model import Obligation, ObligationKind
from countenance.staff.model import StaffRole
from countenance.vetting.dossier import AppealId, Factor, FactorMark
from countenance.vetting.factor_texts import FACTORS, FactorText
from countenance.vetting.factors import JUDGED
from countenance.vetting.findings import FactorFinding, Finding
from countenance.vetting.minting import IMPOSABLE
from countenance.vetting.reading import ApplicationView
from countenance.vetting.reviewing import Approval, Marked, Refusal

REVIEWERS: Final = frozenset({StaffRole.REVIEWER})
_TALKERS: Final = REVIEWERS | WRITES
_APPELLANTS: Final = frozenset({StaffRole.APPLICANT, StaffRole.ADMINISTRATOR, StaffRole.AUDITOR})


@dataclass(frozen=True, slots=True)
class FactorView:
    """A factor with its findings and marks: `state` is `met`, `open`, `contradicted` or `prohibited`."""

    factor: Factor
    about: FactorText
    state: str
    findings: tuple[FactorFinding, ...]
    marks: tuple[FactorMark, ...]
    question: str | None


def one(visit: Visit) -> Response:
    """Show the application: what the gate would permit, the factors, the evidence, the reviews."""
    return _shown(visit, {})


def _shown(visit: Visit, errors: Mapping[str, str]) -> Response:
    read = visit.service.vetting.read_applications
    view = read.one(visit.actor, id_of(visit))
    number = view.draft.number
    changes = read.compare(visit.actor, view.application.id, number - 1, number) if number > 1 else ()
    factors = _factors(view)
    return visit.page(
        "application.html",
        status=HTTPStatus.CONFLICT if errors else HTTPStatus.OK,
        view=view,
        factors=factors,
        blocking=[finding for finding in view.findings if finding.blocks],
        permitted=[one for one in view.foreseen if one.permitted],
        refused=[one for one in view.foreseen if not one.permitted],
        changes=changes,
        conversation=conversation_of(visit, view.application),
        said=_said(view),
        names=visit.service.staff.read_accounts.names(visit.member),
        writes=visit.member.role in WRITES,
        reviews=visit.member.role in REVIEWERS,
        appeals_now=visit.member.role in _APPELLANTS,
        cap_fields=CAP_FIELDS,
        caps_sent=any(visit.form.text(field.name) for field in CAP_FIELDS),
        caps_of={vote.reviewer: caps_in_words(vote.caps) for vote in view.votes if vote.caps is not None},
        obligations=duties_of([Obligation(kind, 0) for kind in ObligationKind if kind in IMPOSABLE]),
        sent=visit.form,
        errors=errors,
    )


def mark(visit: Visit) -> Response:
    """Put the judgement of the factors on record."""
    marks = []
    for factor in JUDGED:
        verdict = visit.form.text(f"{factor}.satisfied")
        if verdict:
            reason = visit.form.text(f"{factor}.reason")
            marks.append(Marked(factor=factor, satisfied=verdict == "yes", reason=reason))
    return _act(visit, lambda: visit.service.vetting.mark_factors(visit.actor, id_of(visit), marks))


def approve(visit: Visit) -> Response:
    """Vote for it."""
    caps, wrong = caps_asked(visit.form)
    if wrong:
        return _shown(visit, wrong)

    def act() -> object:
        form = visit.form
        approval = Approval(
            reasons=form.text("approve_reasons"),
            expires=_day(form.text("expires"), "expires"),
            reverify=_day(form.text("reverify"), "reverify"),
            conditions=tuple(line for line in form.text("conditions").splitlines() if line.strip()),
            obligations=frozenset(kind for kind in ObligationKind if kind.value in form.all("obligations")),
            caps=caps,
            examiners=int(form.text("examiners")) if form.text("examiners").isdecimal() else 0,
        )
        return visit.service.vetting.approve(visit.actor, id_of(visit), approval)

    return _act(visit, act)


def refuse(visit: Visit) -> Response:
    """Refuse it."""
    refusal = Refusal(reasons=visit.form.text("refuse_reasons"), reopening=visit.form.text("reopening"))
    return _act(visit, lambda: visit.service.vetting.refuse(visit.actor, id_of(visit), refusal))


def message(visit: Visit) -> Response:
    """Ask the other side, or answer it."""
    try:
        say(visit, id_of(visit))
    except (InvalidInputError, ConflictError, SeparationError) as error:
        told = corrected(InvalidInputError(error.message.replace("`text`", "this")))
        return _shown(visit, {field_of(visit): told})
    return visit.go(f"{PATH}/{id_of(visit)}", done="said")


def appeal(visit: Visit) -> Response:
    """Ask other people to look."""
    return _act(
        visit, lambda: visit.service.vetting.appeal(visit.actor, id_of(visit), visit.form.text("grounds"))
    )


def judge(visit: Visit) -> Response:
    """Vote on an appeal."""
    form = visit.form

    def act() -> object:
        return visit.service.vetting.judge_appeal(
            visit.actor,
            AppealId(visit.part("appeal_id")),
            uphold=form.text("uphold") == "yes",
            reasons=form.text("judge_reasons"),
        )

    return _act(visit, act)


def _act(visit: Visit, act: Callable[[], object]) -> Response:
    try:
        act()
    except (InvalidInputError, ConflictError, SeparationError) as error:
        return _shown(visit, {"": corrected(InvalidInputError(error.message))})
    return visit.go(f"{PATH}/{id_of(visit)}", done="reviewed")


def _day(text: str, field: str) -> datetime:
    try:
        return datetime.combine(date.fromisoformat(text), time(tzinfo=UTC))
    except ValueError:
        raise InvalidInputError(f"`{field}` needs a day such as 2027-01-31") from None


def _factors(view: ApplicationView) -> Sequence[FactorView]:
    return [
        FactorView(
            factor=factor,
            about=about,
            state=_state(view, factor),
            findings=tuple(one for one in view.findings if one.factor is factor),
            marks=tuple(one for one in view.marks if one.factor is factor),
            question=JUDGED.get(factor),
        )
        for factor, about in FACTORS.items()
    ]


def _state(view: ApplicationView, factor: Factor) -> str:
    kinds = {one.kind for one in view.findings if one.factor is factor}
    marks = [one for one in view.marks if one.factor is factor]
    if Finding.PROHIBITED in kinds:
        return "prohibited"
    if Finding.CONTRADICTORY in kinds or any(not one.satisfied for one in marks):
        return "contradicted"
    if kinds & {Finding.MISSING, Finding.STALE} or (Finding.FOR_PEOPLE in kinds and not marks):
        return "open"
    return "met"


def _said(view: ApplicationView) -> Sequence[tuple[str, str]]:
    """Return what is applied for: the fields that say something, in the words of their lists."""
    values = values_of(view.draft.use)
    files = {one.digest: one.name for one in view.evidence}
    shown = ((field, values[field.path]) for field in FIELDS if values[field.path])
    return [
        (field.label.removesuffix(": one in …").removesuffix(" of one in …"), _in_words(field, value, files))
        for field, value in shown
    ]


def _in_words(field: UseField, value: object, files: Mapping[str, str]) -> str:
    words: dict[str, str] = {**dict(field.options), **files}
    if isinstance(value, list):
        return ", ".join(words.get(word, word) for word in map(str, value))
    told = _WORDS.get(field.kind)
    text = str(value)
    return told(text) if told is not None else words.get(text, text)


_WORDS: Final[Mapping[Kind, Callable[[str], str]]] = {
    Kind.DAY: lambda text: day(date.fromisoformat(text)),
    Kind.RATE: lambda text: f"1 in {int(text):,}",
    Kind.NUMBER: lambda text: f"{int(text):,}",
    Kind.YES_NO: capital,
}
"""How what a field says is told where it is read and not written."""


def _reviewing(path: str, handler: Handler) -> Page:
    return Page(path=path, handler=handler, roles=REVIEWERS, method="POST")


PAGES: Final = (
    Page(path=ONE, handler=one, roles=SEES),
    _reviewing(f"{ONE}/marks", mark),
    Page(path=f"{ONE}/approve", handler=approve, roles=REVIEWERS, method="POST", confirmed=True),
    _reviewing(f"{ONE}/refuse", refuse),
    Page(path=f"{ONE}/messages", handler=message, roles=_TALKERS, method="POST"),
    Page(path=f"{ONE}/appeal", handler=appeal, roles=_APPELLANTS, method="POST"),
    _reviewing(f"{ONE}/appeals/{{appeal_id}}", judge),
)
