"""Detection whose faces are kept for a while, so that later acts can name them."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from countenance.biometrics.faces import EVERY_SIZE, Extraction, LeastSize
from countenance.biometrics.model import GalleryId
from countenance.errors import ConcurrentWriteError, InvalidInputError, LimitReachedError, RefusedError
from countenance.ledger import Entry, EventType
from countenance.policy.model import Act, ObligationKind, Permit, Purpose
from countenance.recognition.asking import Ask, Permission, Request
from countenance.recognition.loose_faces.model import LooseFace, LooseFaceId
from countenance.recognition.model import Gallery
from countenance.recognition.ports import FaceEngine, UnitOfWork
from countenance.recognition.reporting import Report
from countenance.vetting.model import Actor, Lease

MAX_FACES = 100
MOST_KEPT = 100_000
"""Faces that are kept under one lease at once."""

SHORTEST = timedelta(seconds=60)
LONGEST = timedelta(days=1)
_COMPARING = (Act.VERIFY, Act.IDENTIFY, Act.SEARCH_STORED)
_AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Keep:
    """An image whose faces are to be kept for `lifetime`, 60 seconds to a day, under `label`."""

    image: bytes
    lifetime: timedelta
    label: str
    limit: int = MAX_FACES
    least: LeastSize = EVERY_SIZE


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFaces:
    """The faces found, the largest first, each with its id; the image's size in pixels, 0 without a face."""

    faces: tuple[tuple[LooseFaceId, Extraction], ...]
    decision_id: str
    permitted_by: int
    entry: int


@dataclass(frozen=True, slots=True)
class KeepFaces:
    """Find faces and keep a template of each, with permission and on the record.

    A template is made to be compared. So it is made only where the gate would permit the
    lease one act that compares, as things stand; otherwise that act is asked for and refused.
    The later act asks for itself.
    """

    ask: Ask
    report: Report
    engine: FaceEngine
    unit_of_work: Callable[[], UnitOfWork]

    def __call__(self, actor: Actor, asked: Keep) -> KeptFaces:
        """Return the faces, or raise `RefusedError`, `ImageError`, `InvalidInputError` or `BusyError`."""
        if not SHORTEST <= asked.lifetime <= LONGEST:
            raise InvalidInputError("a face is kept for 60 to 86400 seconds")
        with self.engine.admission():
            with self.unit_of_work() as work:
                self._require_use(work, actor)
                permission = self.ask(work, actor, Request(act=Act.DETECT))
            with self.report.failures_of(Act.DETECT, permission):
                seen = self.engine.extract_all(asked.image, limit=asked.limit, least=asked.least)
                return self._store(permission, asked, seen)

    def _require_use(self, work: UnitOfWork, actor: Actor) -> None:
        """Raise `RefusedError` where no act that compares would be permitted."""
        lease = work.leases.get(actor.lease_id) if actor.lease_id is not None else None
        if lease is None:
            return
        requests = tuple(_comparing(lease))
        if any(self._would_permit(work, actor, lease, one) for one in requests):
            return
        request = requests[0] if requests else Request(act=Act.VERIFY)
        permission = self.ask(work, actor, request)
        with self.report.failures_of(request.act, permission):
            raise ConcurrentWriteError("what is permitted has changed meanwhile; try again")

    def _would_permit(self, work: UnitOfWork, actor: Actor, lease: Lease, request: Request) -> bool:
        """Tell whether a request would be permitted; in a gallery that is yet to be made, if it were."""
        name = request.gallery_id
        if name is None or work.galleries.get(name) is not None:
            return isinstance(self.ask.foresee(work, actor, request), Permit)
        return any(
            isinstance(
                self.ask.foresee(work, actor, request, imagined=self._imagined(lease, name, purpose)), Permit
            )
            for purpose in sorted(lease.terms.purposes)
        )

    def _imagined(self, lease: Lease, name: GalleryId, purpose: Purpose) -> Gallery:
        return Gallery(
            id=name,
            customer_id=lease.customer_id,
            lease_id=lease.id,
            purpose=purpose,
            pipeline=self.engine.pipeline,
            scraped=False,
            created=self.report.clock(),
        )

    def _store(self, permission: Permission, asked: Keep, seen: tuple[Extraction, ...]) -> KeptFaces:
        photograph, now = str(uuid.uuid4()), self.report.clock()
        named = tuple((LooseFaceId(str(uuid.uuid4())), one) for one in seen)
        lifetime = _allowed(permission, asked.lifetime)
        with self.unit_of_work() as work:
            work.become_writer()
            if work.loose_faces.count(permission.lease.id) + len(named) > MOST_KEPT:
                raise LimitReachedError(f"a lease keeps at most {MOST_KEPT} faces at once")
            for face_id, one in named:
                face = LooseFace(
                    id=face_id,
                    lease_id=permission.lease.id,
                    photograph=photograph,
                    template=one.template,
                    reasons=one.face.reasons,
                    label=asked.label,
                    issued=now,
                    expires=now + lifetime,
                )
                work.loose_faces.add(face)
            fields = {
                "faces": len(seen),
                "kept": len(named),
                "kept_seconds": round(lifetime.total_seconds()),
            }
            entry = self.report.completed(work, EventType.DETECTION_COMPLETED, permission, fields)
            work.commit()
        return KeptFaces(
            faces=named,
            decision_id=permission.decision_id,
            permitted_by=permission.entry,
            entry=entry,
        )


@dataclass(frozen=True, slots=True)
class DestroyExpired:
    """Destroy the faces whose time is over, and put on the record how many there were."""

    report: Report
    unit_of_work: Callable[[], UnitOfWork]

    def __call__(self) -> int:
        """Return how many were destroyed, after as many transactions as it takes."""
        total = 0
        while True:
            with self.unit_of_work() as work:
                now = self.report.clock()
                gone = work.loose_faces.destroy_expired(now, limit=_AT_ONCE)
                if not gone:
                    return total
                work.ledger.append(Entry(EventType.LOOSE_FACES_DESTROYED, now, {"faces": len(gone)}))
                work.commit()
            total += len(gone)


def _allowed(permission: Permission, lifetime: timedelta) -> timedelta:
    """Return how long a face may be kept under the permit's duties; raises `RefusedError` for not at all."""
    if permission.obligation(ObligationKind.DELETE_PROBE) is not None:
        raise RefusedError(
            "refused: what was looked at must be deleted at once, so that no face can be kept",
            decision_id=permission.decision_id,
            entry=permission.entry,
            reasons=tuple(reason.id for reason in permission.permit.reasons),
        )
    hours = permission.obligation(ObligationKind.EXPIRE_RESULT)
    return min(lifetime, timedelta(hours=hours)) if hours is not None else lifetime


def _comparing(lease: Lease) -> Iterator[Request]:
    """Yield the acts of the lease that compare a face: with each gallery, then with none."""
    acts = [act for act in _COMPARING if act in lease.terms.acts]
    for name in sorted(lease.terms.galleries):
        for act in acts:
            if act is not Act.SEARCH_STORED:
                yield Request(act=act, gallery_id=GalleryId(name))
    for act in acts:
        if act is not Act.IDENTIFY:
            yield Request(act=act)
