"""Rehearsals: a subject that nobody is, enrolled and erased end to end, and looked for afterwards.

The canary's template is random numbers, never anybody's face, and it has no consent on record: so
it takes part in no comparison while it is there, which is for a moment. It goes through the very
erasure that people go through. What a rehearsal finds wrong opens an incident that stops enrolment in
the gallery until people have looked.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

import numpy as np

from countenance.biometrics.model import GalleryId, ReferenceId, Template
from countenance.errors import CountenanceError, NotFoundError
from countenance.ledger import Entry, EventType, JsonValue
from countenance.ledger.erasure_receipt import check_receipt
from countenance.ledger.manifest import verify_absence, verify_presence
from countenance.oversight.incidents import IncidentKind, Scope, ScopeKind
from countenance.policy.model import Stop
from countenance.recognition.erasure.codec import manifest_fields
from countenance.recognition.erasure.completion import LOADED_FOR_THE_PROBE, catch_up
from countenance.recognition.erasure.erasing import SAME_PHOTOGRAPH, Erase, Order
from countenance.recognition.erasure.model import CANARY, Cause, Drill, DrillFault, ErasureRecord
from countenance.recognition.erasure.receipts import receipt_of
from countenance.recognition.incidents import MONITOR, Found, OpenIncident
from countenance.recognition.model import Gallery, Reference
from countenance.recognition.ports import UnitOfWork

BY: Final = "erasure-drill"
_WHILE: Final = timedelta(minutes=5)
"""A canary that was enrolled so lately is another process's rehearsal."""

_COMPONENTS: Final = 128
"""Length of a template where the gallery has none to go by: nothing is compared with it."""


@dataclass(frozen=True, slots=True)
class _Canary:
    gallery: Gallery
    reference: Reference
    commitment: bytes
    searchable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RehearseErasure:
    """Enrol and erase a canary in a gallery, and record what came of it."""

    erase: Erase
    open_incident: OpenIncident
    unit_of_work: Callable[[], UnitOfWork]
    new_id: Callable[[str], str]
    clock: Callable[[], datetime]

    def __call__(self, gallery_id: GalleryId) -> Drill | None:
        """Return the result, or None where another process rehearses in the gallery just now.

        Raises `NotFoundError` for a gallery that is not there. Whatever else goes wrong is the
        result: it is on record, and has opened an incident.
        """
        started = self.clock()
        faults: list[DrillFault] = []
        record: ErasureRecord | None = None
        try:
            canary = self._enrolled(gallery_id, started)
            if canary is None:
                return None
            faults += self._before(canary)
            record = self._erased(canary.gallery)
            faults += self._after(canary, record)
        except NotFoundError:
            raise
        except CountenanceError:
            faults.append(DrillFault.ENDED_WITH_AN_ERROR)
        return self._recorded(gallery_id, started, faults, record)

    def _enrolled(self, gallery_id: GalleryId, now: datetime) -> _Canary | None:
        with self.unit_of_work() as work:
            work.become_writer()
            gallery = work.galleries.get(gallery_id)
            if gallery is None:
                raise NotFoundError(f"no gallery `{gallery_id}`")
            held = work.references.of_subject(gallery_id, CANARY)
            if any(now - one.enrolled < _WHILE for one in held):
                return None
            if held:  # a process that ended in the middle has left it
                order = Order(gallery=gallery, subject_id=CANARY, cause=Cause.DRILL, actor_id=MONITOR.id)
                self.erase.begin(work, order)
            before = work.manifests.get(gallery_id)
            reference = Reference(
                id=ReferenceId(self.new_id("ref")),
                gallery_id=gallery_id,
                subject_id=CANARY,
                template=self._template(work, gallery),
                enrolled=now,
            )
            work.references.add(reference)
            after = work.manifests.get(gallery_id)
            name = work.references.commitment(gallery_id, CANARY)
            fields: dict[str, JsonValue] = {
                "gallery": gallery_id,
                "subject": name.hex() if name is not None else None,
                "manifest": manifest_fields(before, after),
            }
            work.ledger.append(Entry(EventType.CANARY_ENROLLED, now, fields))
            (commitment,) = work.references.commitments(gallery_id, CANARY)
            work.commit()
        small = after.size <= LOADED_FOR_THE_PROBE
        return _Canary(gallery, reference, commitment, small or self.erase.index.position(gallery_id) > 0)

    def _template(self, work: UnitOfWork, gallery: Gallery) -> Template:
        """Return random numbers of unit length, as long as the gallery's templates."""
        components = _COMPONENTS
        for subject_id in work.references.subjects(gallery.id, after=None, limit=1):
            components = work.references.of_subject(gallery.id, subject_id)[0].template.vector.size
        numbers = np.random.default_rng(secrets.randbits(128)).standard_normal(components)
        return Template((numbers / np.linalg.norm(numbers)).astype(np.float32), gallery.pipeline)

    def _before(self, canary: _Canary) -> list[DrillFault]:
        """Return what is wrong while the canary is there: what is never found proves nothing."""
        faults = []
        gallery_id = canary.gallery.id
        with self.unit_of_work() as work:
            presence = work.manifests.presence(gallery_id, canary.commitment)
            root = work.manifests.get(gallery_id).root
        if presence is None or not _holds(lambda: verify_presence(root, canary.commitment, presence)):
            faults.append(DrillFault.NOT_IN_THE_MANIFEST)
        if canary.searchable:
            catch_up(self.erase.index, self.unit_of_work, gallery_id, load=True)
            if not self._searched(canary):
                faults.append(DrillFault.NOT_FOUND_BEFORE)
        return faults

    def _searched(self, canary: _Canary) -> bool:
        found = self.erase.index.search(
            canary.gallery.id, canary.reference.template, threshold=SAME_PHOTOGRAPH, limit=1
        )
        return any(one.reference_id == canary.reference.id for one in found)

    def _erased(self, gallery: Gallery) -> ErasureRecord:
        with self.unit_of_work() as work:
            order = Order(gallery=gallery, subject_id=CANARY, cause=Cause.DRILL, actor_id=MONITOR.id)
            begun = self.erase.begin(work, order)
            work.commit()
        return self.erase.finish(begun)

    def _after(self, canary: _Canary, record: ErasureRecord) -> list[DrillFault]:
        """Return what is wrong after the erasure: it must be nowhere, and the proofs must hold."""
        faults = []
        gallery_id = canary.gallery.id
        with self.unit_of_work() as work:
            stored = work.references.of_subject(gallery_id, CANARY)
            named = work.references.commitment(gallery_id, CANARY)
            absence = work.manifests.absence(gallery_id, canary.commitment)
            root = work.manifests.get(gallery_id).root
            receipt = receipt_of(work, record) if record.completed is not None else None
            key = work.ledger.key
        if stored or named is not None:
            faults.append(DrillFault.STILL_STORED)
        if absence is None or not _holds(lambda: verify_absence(root, canary.commitment, absence)):
            faults.append(DrillFault.STILL_IN_THE_MANIFEST)
        if canary.searchable and self._searched(canary):
            faults.append(DrillFault.FOUND_AFTER)
        if record.probe is None or record.probe.found:
            faults.append(DrillFault.FOUND_BY_THE_PROBE)
        if receipt is not None and not check_receipt(json.dumps(receipt).encode(), [key]).ok:
            faults.append(DrillFault.RECEIPT_DOES_NOT_HOLD)
        return faults

    def _recorded(
        self,
        gallery_id: GalleryId,
        started: datetime,
        faults: list[DrillFault],
        record: ErasureRecord | None,
    ) -> Drill:
        """Put the result on the ledger, with an incident where something was wrong."""
        drill = Drill(
            id=self.new_id("dri"),
            gallery_id=gallery_id,
            started=started,
            ended=self.clock(),
            faults=tuple(dict.fromkeys(faults)),
            erasure_id=record.id if record is not None else None,
            incident_id=None,
            entry=0,
        )
        with self.unit_of_work() as work:
            work.become_writer()
            if not drill.passed:
                incident = self.open_incident.within(work, MONITOR, _found(drill), by=BY)
                drill = replace(drill, incident_id=incident.id)
            fields: dict[str, JsonValue] = {
                "drill": drill.id,
                "gallery": gallery_id,
                "erasure": drill.erasure_id,
                "faults": tuple(fault.value for fault in drill.faults),
                "incident": drill.incident_id,
            }
            event = EventType.ERASURE_DRILL_PASSED if drill.passed else EventType.ERASURE_DRILL_FAILED
            drill = replace(drill, entry=work.ledger.append(Entry(event, drill.ended, fields)))
            work.erasures.add_drill(drill)
            work.commit()
        return drill


def _found(drill: Drill) -> Found:
    words = ", ".join(fault.value for fault in drill.faults)
    return Found(
        kind=IncidentKind.ERASURE_DRILL_FAILED,
        reason=f"A rehearsed erasure in gallery {drill.gallery_id} went wrong: {words}.",
        scope=Scope(kind=ScopeKind.GALLERY, of=drill.gallery_id),
        stops=Stop.ENROLMENT,
    )


def _holds(proof: Callable[[], None]) -> bool:
    try:
        proof()
    except CountenanceError:
        return False
    return True
