"""Leases: what each allows in plain language, how long, and the button that stops it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from starlette.responses import Response

from countenance.entrypoints.console.applications import SEES
from countenance.entrypoints.console.caps_form import caps_in_words
from countenance.entrypoints.console.listing import order_of, span_of, table_of
from countenance.entrypoints.console.visits import Handler, Page, Visit, corrected
from countenance.entrypoints.pages.duties import duties_foreseen
from countenance.entrypoints.pages.tables import PAGE, Column
from countenance.entrypoints.pages.words import counted, day, one_in, plain
from countenance.errors import ConflictError, InvalidInputError, SeparationError
from countenance.recognition.acts.galleries import GalleryView
from countenance.recognition.model import GallerySearch
from countenance.staff.model import StaffRole
from countenance.vetting.dossier import ApplicationId
from countenance.vetting.listing import KeySearch, LeaseOrder, LeaseSearch, LeaseStanding, Listed, Span
from countenance.vetting.listing import standing_of as stands_at
from countenance.vetting.model import Actor, ApiKey, Lease, LeaseId
from countenance.vetting.use import FairnessEvidence

PATH: Final = "/console/leases"
_ONE: Final = f"{PATH}/{{lease_id}}"
_STOPPERS: Final = frozenset({StaffRole.REVIEWER, StaffRole.ADMINISTRATOR})
_OVERSEERS: Final = frozenset({StaffRole.ADMINISTRATOR, StaffRole.AUDITOR})
_LONGEST: Final = 2_000
_KINDS: Final = {
    LeaseStanding.REVOKED: "bad",
    LeaseStanding.SUSPENDED: "bad",
    LeaseStanding.OVER: "wait",
    LeaseStanding.TO_COME: "wait",
    LeaseStanding.OVERDUE: "bad",
    LeaseStanding.IN_FORCE: "good",
}

COLUMNS: Final[tuple[Column[Lease], ...]] = (
    Column("lease", "Lease", lambda lease: lease.id, key=lambda lease: lease.id),
    Column("customer", "Customer", lambda lease: lease.customer_id, key=lambda lease: lease.customer_id),
    Column("acts", "What", lambda lease: " ".join(sorted(lease.terms.acts))),
    Column("purposes", "Purpose", lambda lease: " ".join(sorted(lease.terms.purposes))),
    Column("expires", "Ends", lambda one: one.terms.expires.isoformat(), key=lambda one: one.terms.expires),
)


def standing_of(lease: Lease, visit: Visit) -> tuple[str, str]:
    """Return how a lease stands: the kind of state, and the word for it."""
    standing = stands_at(lease, visit.now)
    return _KINDS[standing], standing.value


def in_words(lease: Lease) -> str:
    """Return what a lease allows, as one paragraph made of its fields."""
    terms = lease.terms
    acts = _and(plain(act) for act in sorted(terms.acts)) or "do nothing"
    where = [_and(plain(space) for space in sorted(terms.spaces)) or "nowhere"]
    where.append(_and(plain(camera) for camera in sorted(terms.cameras)) or "with no camera")
    galleries = (
        f" It reaches {counted(len(terms.galleries), 'gallery', 'galleries')} "
        f"({', '.join(sorted(terms.galleries))}) of at most {counted(terms.n_max, 'subject')} each."
        if terms.galleries
        else " It reaches no gallery, and nobody who is enrolled."
    )
    people = (
        f" Every search is held until {terms.examiners} people have judged it alone."
        if terms.examiners
        else ""
    )
    return (
        f"The customer “{lease.customer_id}” may {acts}, "
        f"for {_and(plain(one) for one in sorted(terms.purposes))}, "
        f"{', '.join(where)}. A threshold may let at most {one_in(terms.fmr_ppb)} strangers pass, and a list "
        f"has at most {counted(lease.max_candidates, 'candidate')}.{galleries}{people} "
        f"It began on {day(terms.not_before)} and ends on {day(terms.expires)}."
    )


def index(visit: Visit) -> Response:
    """Show the leases that the visitor may see."""
    query = {name: value[:_LONGEST] for name, value in visit.query.items()}
    wanted = next((one for one in LeaseStanding if one.value == query.get("standing")), None)
    order, descending = order_of(query, LeaseOrder, "expires")
    sought = LeaseSearch(
        standing=(wanted, visit.now) if wanted is not None else None, order=order, descending=descending
    )
    found = visit.service.vetting.read_leases.page(visit.actor, sought, span_of(query))
    stands: Column[Lease] = Column("standing", "Stands", lambda lease: standing_of(lease, visit)[1])
    table = table_of(PATH, query, (*COLUMNS, stands), found, sort=f"{'-' * descending}{order}")
    if (file := table.file()) is not None:
        return file
    standing = {lease.id: standing_of(lease, visit) for lease in found.rows}
    return visit.page("leases.html", table=table, standing=standing, wanted=wanted or "")


def one(visit: Visit) -> Response:
    """Show a lease whole."""
    return _one(visit, {})


def _one(visit: Visit, errors: dict[str, str]) -> Response:
    lease = visit.service.vetting.read_leases.one(visit.actor, LeaseId(visit.part("lease_id")))
    role = visit.member.role
    galleries = _galleries(visit, lease)
    keys = _keys(visit, lease) if role in _OVERSEERS else None
    terms = visit.service.vetting.terms()[-1]
    foreseen = visit.service.vetting.foresee_lease(visit.actor, lease.id)
    return visit.page(
        "lease.html",
        lease=lease,
        foreseen=foreseen,
        refused=[one for one in foreseen if not one.permitted],
        nothing_permitted=not any(one.permitted for one in foreseen),
        duties=duties_foreseen(foreseen),
        words=in_words(lease),
        names=visit.service.staff.read_accounts.names(visit.member),
        standing=standing_of(lease, visit),
        history=visit.service.vetting.read_leases.history(visit.actor, lease.id),
        keys=keys.rows if keys is not None else (),
        more_keys=keys.total - len(keys.rows) if keys is not None else 0,
        shows_keys=keys is not None,
        stops=role in _STOPPERS,
        reviews=role is StaffRole.REVIEWER,
        galleries=[(view.gallery.id, view.subjects) for view in galleries.rows] if galleries else [],
        more_galleries=galleries.total - len(galleries.rows) if galleries else 0,
        fairness=_fairness(visit, lease),
        caps=caps_in_words(lease.terms.caps) if lease.terms.caps is not None else (),
        terms=terms,
        accepts=role is StaffRole.APPLICANT and lease.terms_of_use != terms.version,
        sent=visit.form,
        errors=errors,
    )


def suspend(visit: Visit) -> Response:
    """Press the stop button."""
    return _change(visit, "suspended", visit.service.vetting.suspend_lease)


def resume(visit: Visit) -> Response:
    """Let it go on."""
    return _change(visit, "resumed", visit.service.vetting.resume_lease)


def revoke(visit: Visit) -> Response:
    """End it for good."""
    return _change(visit, "revoked", visit.service.vetting.revoke_lease)


def accept(visit: Visit) -> Response:
    """Accept the newest terms of use."""
    lease_id = LeaseId(visit.part("lease_id"))
    visit.service.vetting.accept_terms(visit.actor, lease_id, visit.form.text("version"))
    return visit.go(f"{PATH}/{lease_id}", done="terms")


def _change(visit: Visit, done: str, act: Callable[[Actor, LeaseId, str], Lease]) -> Response:
    lease_id = LeaseId(visit.part("lease_id"))
    try:
        act(visit.actor, lease_id, visit.form.text("reason"))
    except (InvalidInputError, ConflictError, SeparationError) as error:
        return _one(visit, {"reason": corrected(InvalidInputError(error.message))})
    return visit.go(f"{PATH}/{lease_id}", done=done)


def _fairness(visit: Visit, lease: Lease) -> FairnessEvidence | None:
    """Return the error rates that the lease was approved on, where an application names them."""
    if lease.application_id is None:
        return None
    application_id = ApplicationId(lease.application_id)
    return visit.service.vetting.read_applications.one(visit.actor, application_id).draft.use.fairness


def _keys(visit: Visit, lease: Lease) -> Listed[ApiKey]:
    """Return the first keys in force under a lease."""
    sought = KeySearch(in_force=visit.now, lease_id=lease.id)
    return visit.service.list_keys.page(visit.actor, sought, Span(limit=PAGE))


def _galleries(visit: Visit, lease: Lease) -> Listed[GalleryView] | None:
    """Return the first galleries under a lease, where the visitor may know of them."""
    if visit.member.role is StaffRole.APPLICANT:
        return None
    sought = GallerySearch(lease_id=lease.id)
    return visit.service.console.browse.galleries_page(visit.actor, sought, Span(limit=PAGE))


def _and(words: Iterable[str]) -> str:
    listed = list(words)
    return " and ".join([", ".join(listed[:-1]), listed[-1]] if len(listed) > 1 else listed)


def _dangerous(act: str, handler: Handler, roles: frozenset[StaffRole]) -> Page:
    return Page(path=f"{_ONE}/{act}", handler=handler, roles=roles, method="POST", confirmed=True)


PAGES: Final = (
    Page(path=PATH, handler=index, roles=SEES),
    Page(path=_ONE, handler=one, roles=SEES),
    _dangerous("suspend", suspend, _STOPPERS),
    _dangerous("resume", resume, frozenset({StaffRole.REVIEWER})),
    _dangerous("revoke", revoke, _STOPPERS),
    Page(path=f"{_ONE}/terms", handler=accept, roles=frozenset({StaffRole.APPLICANT}), method="POST"),
)
