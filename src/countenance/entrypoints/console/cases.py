"""Cases as those see them who decide on them: where each stands, what examiners said, release, appeals."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from starlette.responses import Response

from countenance.biometrics.model import Candidate
from countenance.entrypoints.console.examining import FEATURES, OBSERVATIONS, VERDICTS
from countenance.entrypoints.console.navigation import READERS
from countenance.entrypoints.console.visits import Handler, Page, Visit, corrected
from countenance.entrypoints.pages.tables import Column, arranged
from countenance.entrypoints.pages.words import capital, plain
from countenance.errors import InvalidInputError, SeparationError, StateError
from countenance.oversight.certificate import LeadCertificate
from countenance.oversight.checklist import Sheet
from countenance.oversight.model import OPEN, Case, CaseId, CaseState, CloseReason, Paper
from countenance.recognition.cases.reading import CaseDossier, JudgedList, as_of
from countenance.recognition.cases.release import certificate
from countenance.staff.model import StaffRole
from countenance.vetting.model import Actor

PATH: Final = "/console/cases"
_ONE: Final = f"{PATH}/{{case_id}}"
_DECIDE: Final = frozenset({StaffRole.REVIEWER})
_READ: Final = frozenset({StaffRole.REVIEWER, StaffRole.AUDITOR})
_APPEAL: Final = frozenset({StaffRole.ADMINISTRATOR, StaffRole.AUDITOR})
_AUTHORISE: Final = frozenset({StaffRole.REVIEWER, StaffRole.ADMINISTRATOR})

STATES: Final[Mapping[CaseState, tuple[str, str, str]]] = {
    CaseState.HELD: ("wait", "waits for examiners", "Nobody has judged it yet, and nobody sees its result."),
    CaseState.IN_REVIEW: (
        "wait",
        "being judged",
        "Examiners are at work, each alone. What they say is theirs.",
    ),
    CaseState.ADJUDICATION: ("wait", "examiners differ", "One more is asked, who does not know that."),
    CaseState.AGREED: (
        "wait",
        "waits for release",
        "Enough examiners agree. Nothing leaves before somebody who took no part releases it.",
    ),
    CaseState.RELEASED: (
        "good",
        "released as a lead",
        "The customer can read it until it ends. It is a lead.",
    ),
    CaseState.NO_LEAD: ("plain", "no lead", "Nothing left. Picture, list and sheets are destroyed."),
    CaseState.EXPIRED: ("plain", "over", "Its time is over. Picture, list and sheets are destroyed."),
    CaseState.WITHDRAWN: ("plain", "withdrawn", "Picture, list and sheets are destroyed."),
    CaseState.OVERTURNED: (
        "bad",
        "overturned",
        "An appeal was upheld. Everybody who had been given the lead was told.",
    ),
}
"""For each state the kind of it, the word for it, and what it means."""

REASONS: Final[Mapping[CloseReason, str]] = {
    CloseReason.NO_AGREEMENT: "Examiners did not agree on anybody of the list.",
    CloseReason.TIME_OVER: "Nobody judged it in time.",
    CloseReason.LEAD_OVER: "The lead has ended.",
    CloseReason.NOT_AUTHORISED: "No authorisation came for the emergency use.",
    CloseReason.NOBODY_LEFT: "Nobody on the list agrees to be compared any more.",
    CloseReason.NOT_EXAMINABLE: "The images that examiners need are not kept.",
    CloseReason.BY_REQUESTER: "The customer took it back.",
    CloseReason.RELEASE_REFUSED: "The release was refused, whatever examiners agreed on.",
    CloseReason.APPEAL_UPHELD: "An appeal was upheld.",
}
PAPERS: Final = [(paper.value, capital(plain(paper))) for paper in Paper]

COLUMNS: Final[tuple[Column[Case], ...]] = (
    Column("id", "Case", lambda one: one.id),
    Column("state", "Stands", lambda one: one.state.value, key=lambda one: one.state.value),
    Column("kind", "For", lambda one: one.kind.value, key=lambda one: one.kind.value),
    Column("customer", "Customer", lambda one: one.customer_id, key=lambda one: one.customer_id),
    Column("examiners", "Examiners", lambda one: one.examiners, number=True),
    Column("opened", "Opened", lambda one: one.opened.isoformat(), key=lambda one: one.opened),
    Column("due", "Ends", lambda one: one.due.isoformat(), key=lambda one: one.due),
)


@dataclass(frozen=True, slots=True)
class Said:
    """What one examiner said of one candidate: sign and words of the verdict, and the checklist."""

    sign: str
    text: str
    features: Sequence[tuple[str, str]]

    @classmethod
    def of(cls, sheet: Sheet) -> Said:
        """Return a sheet in words."""
        value = "none" if sheet.verdict is None else str(sheet.verdict)
        sign, text = next((sign, text) for word, sign, text in VERDICTS if word == value)
        features = [(FEATURES[one.feature][0], OBSERVATIONS[one.observation]) for one in sheet.observed]
        return cls(sign, text, features)


@dataclass(frozen=True, slots=True)
class Row:
    """A candidate with what each examiner said of it, in the order of the examiners."""

    candidate: Candidate
    agreed: bool
    said: Sequence[Said | None]


def index(visit: Visit) -> Response:
    """Show cases, and how held results turned out."""
    wanted = visit.query.get("state", "")
    state = next((one for one in CaseState if one.value == wanted), None)
    states = frozenset({state}) if state is not None else frozenset[CaseState]()
    found = visit.service.oversight.read_bench.all(visit.actor, states)
    table = arranged(PATH, visit.query, COLUMNS, found, order="-opened")
    if (file := table.file()) is not None:
        return file
    return visit.page(
        "cases.html",
        table=table,
        states=STATES,
        standing={one.id: STATES[as_of(one, visit.now).state] for one in found},
        wanted=wanted,
        options=[(one.value, capital(STATES[one][1])) for one in CaseState],
        figures=visit.service.oversight.figures(visit.actor),
    )


def one(visit: Visit) -> Response:
    """Show a case whole, as far as this visitor may see it."""
    return _one(visit, {})


def _one(visit: Visit, errors: Mapping[str, str]) -> Response:
    case = as_of(visit.service.oversight.read_bench.one(visit.actor, _id(visit)), visit.now)
    dossier, closed = _dossier(visit, case)
    role = visit.member.role
    return visit.page(
        "case.html",
        status=HTTPStatus.CONFLICT if errors else HTTPStatus.OK,
        case=case,
        standing=STATES[case.state],
        reason=REASONS.get(case.reason) if case.reason is not None else None,
        dossier=dossier,
        closed=closed,
        rows=_rows(dossier) if dossier is not None else (),
        known=[(one, *_known(one)) for one in dossier.judged] if dossier is not None else (),
        lead=_lead(dossier) if dossier is not None else None,
        open_appeal=dossier is not None and any(one.upheld is None for one in dossier.file.appeals),
        names=visit.service.staff.read_accounts.names(visit.member),
        decides=role in _DECIDE,
        appeals=role in _APPEAL,
        authorises=role in _AUTHORISE,
        papers=PAPERS,
        sent=visit.form,
        errors=errors,
    )


def release(visit: Visit) -> Response:
    """Let the lead leave."""
    return _act(visit, lambda: visit.service.oversight.release_lead(*_with_reasons(visit)), "case-released")


def refuse(visit: Visit) -> Response:
    """Let it not leave."""
    return _act(
        visit, lambda: visit.service.oversight.release_lead.refuse(*_with_reasons(visit)), "case-refused"
    )


def appeal(visit: Visit) -> Response:
    """Ask other people to look again, for somebody concerned."""
    return _act(visit, lambda: visit.service.oversight.appeal(*_with_reasons(visit)), "case-appealed")


def judge(visit: Visit) -> Response:
    """Vote on the appeal."""
    actor, case_id, reasons = _with_reasons(visit)
    uphold = visit.form.text("uphold") == "yes"
    vote = visit.service.oversight.judge_appeal
    return _act(visit, lambda: vote(actor, case_id, uphold=uphold, reasons=reasons), "case-judged")


def authorise(visit: Visit) -> Response:
    """Put the authorisation of an emergency use on record."""
    paper = next((one for one in Paper if one.value == visit.form.text("paper")), None)
    if paper is None:
        return _one(visit, {"paper": "Choose which paper authorises it."})
    put = visit.service.oversight.authorise_emergency
    return _act(
        visit, lambda: put(visit.actor, _id(visit), paper, visit.form.text("reference")), "authorised"
    )


def probe(visit: Visit) -> Response:
    """Give the picture that was asked with, as examiners saw it."""
    image = visit.service.oversight.read_bench.probe(visit.actor, _id(visit))
    headers = {"Content-Security-Policy": "sandbox; default-src 'none'", "Content-Disposition": "inline"}
    return Response(image, media_type="image/jpeg", headers=headers)


def disclose(visit: Visit) -> Response:
    """Give the disclosure bundle out, which is put on the ledger."""
    case_id = _id(visit)
    try:
        bundle = visit.service.oversight.disclose(visit.actor, case_id)
    except (StateError, SeparationError) as error:
        return _one(visit, {"": corrected(InvalidInputError(error.message))})
    disposition = f'attachment; filename="{case_id}.zip"'
    return Response(bundle, media_type="application/zip", headers={"Content-Disposition": disposition})


def _act(visit: Visit, act: Callable[[], object], done: str) -> Response:
    try:
        act()
    except (InvalidInputError, StateError, SeparationError) as error:
        return _one(visit, {"": corrected(InvalidInputError(error.message))})
    return visit.go(f"{PATH}/{_id(visit)}", done=done)


def _with_reasons(visit: Visit) -> tuple[Actor, CaseId, str]:
    return visit.actor, _id(visit), visit.form.text("reasons")


def _id(visit: Visit) -> CaseId:
    return CaseId(visit.part("case_id"))


def _dossier(visit: Visit, case: Case) -> tuple[CaseDossier | None, str | None]:
    """Return what examiners said, or why this visitor is not shown it."""
    if visit.member.role not in _READ or case.state in OPEN:
        return None, None
    try:
        return visit.service.oversight.read_bench.dossier(visit.actor, case.id), None
    except (StateError, SeparationError) as error:
        return None, corrected(InvalidInputError(error.message))


def _rows(dossier: CaseDossier) -> Sequence[Row]:
    return [
        Row(
            candidate=candidate,
            agreed=candidate.reference_id in dossier.file.agreed,
            said=[_said(judged, candidate.reference_id) for judged in dossier.judged],
        )
        for candidate in dossier.candidates
    ]


def _said(judged: JudgedList, reference_id: str) -> Said | None:
    found = (one for one in judged.places if one.reference_id == reference_id)
    return next((Said.of(one.sheet) for one in found), None)


def _known(judged: JudgedList) -> tuple[int, int]:
    """Return how many known faces were on the list, and how many of them were taken for somebody else."""
    known = [one for one in judged.places if one.mated is False]
    return len(known), sum(one.sheet.supports for one in known)


def _lead(dossier: CaseDossier) -> LeadCertificate | None:
    if dossier.case.state is not CaseState.RELEASED:
        return None
    agreed = [one for one in dossier.candidates if one.reference_id in dossier.file.agreed]
    return certificate(dossier.case, dossier.file, tuple(sorted(one.subject_id for one in agreed)))


def _deciding(act: str, handler: Handler, roles: frozenset[StaffRole]) -> Page:
    return Page(path=f"{_ONE}/{act}", handler=handler, roles=roles, method="POST", confirmed=True)


PAGES: Final = (
    Page(path=PATH, handler=index, roles=READERS),
    Page(path=_ONE, handler=one, roles=READERS),
    Page(path=f"{_ONE}/probe", handler=probe, roles=_READ),
    _deciding("release", release, _DECIDE),
    _deciding("refuse", refuse, _DECIDE),
    _deciding("judge", judge, _DECIDE),
    _deciding("authorise", authorise, _AUTHORISE),
    _deciding("disclosure", disclose, _READ),
    Page(path=f"{_ONE}/appeal", handler=appeal, roles=_APPEAL, method="POST"),
)
