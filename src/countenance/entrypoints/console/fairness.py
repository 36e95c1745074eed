"""Fairness reports: which count at the gate, what they show of each lease's caps, and one opened."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, Final

from starlette.responses import Response

from countenance.entrypoints.console.fairness_view import (
    FIGURES,
    STANDINGS,
    USES,
    Shown,
    bars,
    behind_leases,
    figure_of,
    held_by,
    reports,
)
from countenance.entrypoints.console.navigation import READERS
from countenance.entrypoints.console.visits import Page, Visit, corrected
from countenance.entrypoints.pages.fairness_sections import sections
from countenance.entrypoints.pages.fairness_systems import systems_sections
from countenance.entrypoints.pages.tables import Column, arranged
from countenance.errors import InvalidInputError, NotFoundError, SeparationError, StateError
from countenance.fairness.evidence import EvidenceId
from countenance.fairness.reports import GROUPS, REPORT
from countenance.policy.evidence import KindOfUse
from countenance.staff.model import StaffRole

PATH: Final = "/console/fairness"
_ONE: Final = f"{PATH}/reports/{{digest}}"
_REVIEWERS: Final = frozenset({StaffRole.REVIEWER})
_MEDIA: Final[Mapping[str, str]] = {
    "report.html": "text/html; charset=utf-8",
    "report.pdf": "application/pdf",
    REPORT: "application/json",
}
_KIND: Final = {"pass": "good", "fail": "bad", "insufficient": "wait", "none": "wait"}

COLUMNS: Final[tuple[Column[Shown], ...]] = (
    Column("verdict", "Verdict", lambda one: one.verdict[1], key=lambda one: one.verdict[1]),
    Column("name", "Report", lambda one: one.name, key=lambda one: one.name),
    Column("state", "Counts", lambda one: one.standing[1], key=lambda one: one.standing[1]),
    Column("measured", "Measured", lambda one: one.measured, key=lambda one: one.measured),
    Column("model", "Model", lambda one: one.model_digest),
    Column("digest", "Digest", lambda one: one.digest),
)


def index(visit: Visit) -> Response:
    """Show how the evidence stands behind each lease, then every report."""
    table = arranged(PATH, visit.query, COLUMNS, reports(visit), order="-measured")
    if (file := table.file()) is not None:
        return file
    return visit.show("fairness.html", {"table": table, "behind": behind_leases(visit), **_words()})


def one(visit: Visit) -> Response:
    """Show a report whole."""
    return _one(visit, {})


def _one(visit: Visit, errors: Mapping[str, str]) -> Response:
    shown = _shown(visit)
    document = None
    if shown.kept is not None:
        document = visit.service.gate.read_reports.one(visit.actor, shown.digest).document
    told = _told(document) if document is not None and shown.kept and shown.kept.kind == GROUPS else None
    incidents = visit.service.gate.read_incidents(visit.actor)
    return visit.page(
        "fairness_report_page.html",
        status=HTTPStatus.CONFLICT if errors else HTTPStatus.OK,
        shown=shown,
        document=document,
        told=told,
        systems=systems_sections(document) if document is not None and "systems" in document else None,
        held=held_by(visit, shown),
        incidents=[one for one in incidents if one.evidence == shown.digest],
        reviews=visit.member.role in _REVIEWERS,
        names=visit.service.staff.read_accounts.names(visit.member),
        sent=visit.form,
        errors=errors,
        **_words(),
    )


def _told(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the sections of a report by group, with a bar for each rate."""
    told = sections(document)
    rows = told["rates"][0]["rows"]
    return {
        **told,
        "kind": _KIND[told["verdict"]["style"]],
        "bars": [
            ("Two people taken for one (FMR)", bars(document["groups"], "fmr", [one["fmr"] for one in rows])),
            ("One person not recognised (FNMR)", bars(document["groups"], "fnmr", [r["fnmr"] for r in rows])),
        ],
    }


def download(visit: Visit) -> Response:
    """Send a file of a report as it was signed."""
    name, digest = visit.part("name"), visit.part("digest")
    content = visit.service.gate.read_reports.file(visit.actor, digest, name)
    headers = {"Content-Disposition": f'attachment; filename="fairness-{digest[:12]}-{name}"'}
    return Response(content, media_type=_MEDIA.get(name, "application/octet-stream"), headers=headers)


def register(visit: Visit) -> Response:
    """Let a measurement that was made here count at the gate."""
    shown, gate = _shown(visit), visit.service.gate
    if shown.kept is None:
        raise NotFoundError("no such report is kept")
    entry, uses = shown.kept.entry, frozenset(KindOfUse(one) for one in KindOfUse if visit.form.text(one))
    return _do(visit, lambda: gate.register_evidence(visit.actor, entry, uses, visit.form.text("reason")))


def confirm(visit: Visit) -> Response:
    """Let a report that somebody else brought count."""
    act, named = visit.service.gate.register_evidence, EvidenceId(visit.form.text("evidence"))
    return _do(visit, lambda: act.confirm(visit.actor, named, visit.form.text("reason")))


def withdraw(visit: Visit) -> Response:
    """Let a report count no more."""
    act, named = visit.service.gate.register_evidence, EvidenceId(visit.form.text("evidence"))
    return _do(visit, lambda: act.withdraw(visit.actor, named, visit.form.text("reason")))


def _do(visit: Visit, act: Callable[[], object]) -> Response:
    try:
        act()
    except (InvalidInputError, StateError, SeparationError) as error:
        return _one(visit, {"reason": corrected(InvalidInputError(error.message))})
    return visit.go(f"{PATH}/reports/{visit.part('digest')}", done="evidence-recorded")


def _shown(visit: Visit) -> Shown:
    digest = visit.part("digest")
    found = next((shown for shown in reports(visit) if shown.digest == digest), None)
    if found is None:
        raise NotFoundError("no such report is kept")
    return found


def _words() -> dict[str, object]:
    return {"uses": USES, "figures": FIGURES, "standings": STANDINGS, "figure_of": figure_of}


def _act(act: str, handler: Callable[[Visit], Response]) -> Page:
    return Page(path=f"{_ONE}/{act}", handler=handler, roles=_REVIEWERS, method="POST", confirmed=True)


PAGES: Final = (
    Page(path=PATH, handler=index, roles=READERS),
    Page(path=_ONE, handler=one, roles=READERS),
    Page(path=f"{_ONE}/files/{{name}}", handler=download, roles=READERS),
    _act("registration", register),
    _act("confirmation", confirm),
    _act("withdrawal", withdraw),
)
