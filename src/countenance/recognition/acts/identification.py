"""Identification: which subjects of a gallery may be mated with a probe."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from countenance.biometrics.faces import Extraction, FaceChoice
from countenance.biometrics.model import (
    CandidateList,
    Comparison,
    ComparisonScore,
    GalleryId,
    SubjectId,
    Template,
    Threshold,
)
from countenance.biometrics.ranking import rank_candidates
from countenance.errors import InvalidInputError, TemplateMismatchError
from countenance.ledger import EventType, JsonValue
from countenance.oversight.model import CaseId, EmergencyReason
from countenance.policy.model import Act, Camera, ObligationKind, Purpose, Space
from countenance.recognition.acts.appearing import Salts, note_appearances, salted, salts_for
from countenance.recognition.acts.loose_probes import loose_face, usable_face
from countenance.recognition.acts.stored_probes import (
    FoundReference,
    Listing,
    Probe,
    StoredProbe,
    bytes_of,
    left_out,
    of_candidates,
    references_behind,
    stored_probes,
    width_of_search,
)
from countenance.recognition.asking import Ask, Permission, Request
from countenance.recognition.cases.opening import Asked, OpenCase, Opening
from countenance.recognition.outcome import Outcome, calibration_fields, usable
from countenance.recognition.ports import FaceEngine, SearchIndex, UnitOfWork
from countenance.recognition.reporting import Report
from countenance.vetting.model import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """A probe, and the gallery to be searched for its mates.

    `probe` is an image, the references whose subject is to be found again, or a face that was
    kept. With `only`, whoever is not among those subjects takes no part. `limit` can
    shorten the list that the lease allows, never lengthen it, and `at_least` can ask for higher
    scores than the lease's threshold, never for lower ones. `listing` says what is told of the
    candidates beside the list itself. `emergency` is why urgent use does not wait for its authorisation.
    """

    gallery_id: GalleryId
    probe: Probe
    purpose: Purpose | None = None
    choice: FaceChoice = FaceChoice.ONLY
    limit: int | None = None
    at_least: ComparisonScore | None = None
    only: frozenset[SubjectId] | None = None
    listing: Listing = Listing.SUBJECTS
    space: Space | None = None
    camera: Camera | None = None
    emergency: EmergencyReason | None = None

    @property
    def request(self) -> Request:
        """Return what is asked of the gate."""
        return Request(
            act=Act.IDENTIFY,
            gallery_id=self.gallery_id,
            purpose=self.purpose,
            space=self.space,
            camera=self.camera,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentificationResult:
    """Candidates that people have yet to confirm, or the case that holds them.

    `outcome` is `match` where at least one candidate reached the threshold, `no_match` where none did and
    `held` where examiners must judge first: then `candidates` is None and `case_id` names the case.
    `faces` are the candidates' references that reach the threshold, if the search listed them, and
    `seen` is the probe's face, None for a search with references.
    """

    outcome: Outcome
    candidates: CandidateList | None
    faces: tuple[FoundReference, ...]
    seen: Extraction | None
    show_scores: bool
    lead_only: bool
    threshold: Threshold
    case_id: CaseId | None
    examiners: int
    decision_id: str
    permitted_by: int
    entry: int


@dataclass(frozen=True, slots=True)
class Identify:
    """Find the likely mates of a probe, with permission and on the record."""

    ask: Ask
    report: Report
    engine: FaceEngine
    index: SearchIndex
    threshold_for: Callable[[int], Threshold]
    unit_of_work: Callable[[], UnitOfWork]
    open_case: OpenCase
    commit_to: Callable[[bytes], str]

    def __call__(self, actor: Actor, search: Search) -> IdentificationResult:
        """Return the candidates or the case.

        Raises `RefusedError`, `NothingToExamineError`, `ImageError`, `FaceError` or `BusyError`.
        Three steps, in this order for a reason: the permission is durable before the face is looked
        at; the search, which is slow, holds no transaction; and no candidate is returned that the
        ledger does not know of.
        """
        if search.limit is not None and search.limit < 1:
            raise InvalidInputError(f"`{search.limit}` is not a length for a candidate list")
        with self.engine.admission():
            with self.unit_of_work() as work:
                permission = self.ask(work, actor, search.request)
            with self.report.failures_of(Act.IDENTIFY, permission):
                if permission.covered_gallery().pipeline != self.engine.pipeline:
                    raise TemplateMismatchError("the gallery is pinned to another model or pipeline")
                asked = _asked(search)
                self.open_case.require_examinable(permission, asked)
                threshold = self.threshold_for(permission.lease.terms.fmr_ppb)
                limit = min(search.limit or permission.lease.max_candidates, permission.lease.max_candidates)
                seen, probes = self._probes(permission, search)
                wider = width_of_search(search.listing, limit, probes)
                compared = self._search(search, [probe for _, probe in probes], threshold, wider)
                found, faces = self._listed(search, probes, compared, threshold)
                ranked = rank_candidates(found, threshold=threshold, limit=limit)
                opening = self.open_case(permission, asked, seen, ranked)
                if opening is not None:
                    opening = replace(opening, sought=self.commit_to(sought_by(search, probes)))
                listed = (ranked, of_candidates(faces, ranked))
                return self._record((permission, search), opening, seen, listed)

    def _probes(
        self, permission: Permission, search: Search
    ) -> tuple[Extraction | None, tuple[StoredProbe, ...]]:
        """Return what is searched with: the template of the image, or those of the references."""
        if isinstance(search.probe, bytes):
            (extraction,) = self.engine.extract([search.probe], choice=search.choice)
            found = usable(extraction)
            return found, ((None, found.template),)
        with self.unit_of_work() as work:
            now = self.report.clock()
            if isinstance(search.probe, str):
                face = loose_face(work, permission.lease.id, search.probe, at=now)
                return None, ((None, usable_face(face).template),)
            return None, stored_probes(work, search.gallery_id, search.probe, now)

    def _search(
        self, search: Search, probes: Sequence[Template], threshold: Threshold, limit: int
    ) -> tuple[Comparison, ...]:
        """Search the gallery as it is now: what was enrolled or erased since the permit counts."""
        gallery_id, score = search.gallery_id, max(threshold.score, search.at_least or threshold.score)
        with self.unit_of_work() as work:
            changes = work.references.changes(gallery_id, after=self.index.position(gallery_id))
            self.index.apply(gallery_id, changes)
            without = work.consents.lapsed(gallery_id, self.report.clock())
            if search.only is not None:
                without |= left_out(work, gallery_id, search.only)
        return tuple(
            comparison
            for probe in probes
            for comparison in self.index.search(
                gallery_id, probe, threshold=score, limit=limit, without=without
            )
        )

    def _listed(
        self,
        search: Search,
        probes: tuple[StoredProbe, ...],
        compared: tuple[Comparison, ...],
        threshold: Threshold,
    ) -> tuple[tuple[Comparison, ...], tuple[FoundReference, ...]]:
        """Return the comparisons that count, and every reference behind them if it was asked for."""
        if search.listing is Listing.SUBJECTS:
            return compared, ()
        score = max(threshold.score, search.at_least or threshold.score)
        with self.unit_of_work() as work:
            faces = references_behind(work, search.gallery_id, compared, probes, at_least=score)
        if search.listing is Listing.GROUPED:
            faces = tuple(face for face in faces if face.face.user_id is not None)
        return tuple(face.comparison for face in faces), faces

    def _record(
        self,
        asked: tuple[Permission, Search],
        opening: Opening | None,
        seen: Extraction | None,
        listed: tuple[CandidateList, tuple[FoundReference, ...]],
    ) -> IdentificationResult:
        permission, search = asked
        case_id = opening.case.id if opening is not None else None
        event = EventType.IDENTIFICATION_HELD if opening else EventType.IDENTIFICATION_COMPLETED
        with self.unit_of_work() as work:
            work.become_writer()
            found, faces = listed if opening is not None else self._still_there(work, search, listed)
            outcome = Outcome.HELD if opening else Outcome.MATCH if found.candidates else Outcome.NO_MATCH
            salts = salts_for(found.candidates)
            fields: dict[str, JsonValue] = {
                "outcome": outcome.value,
                "candidates": len(found.candidates),
                "case": case_id,
                "emergency": search.emergency.value if search.emergency is not None else None,
                "art12": self._art12(permission, search, salts),
                **calibration_fields(found.threshold),
            }
            entry = self.report.completed(work, event, permission, fields)
            if opening is not None:
                opening.store(work, entry)
            note_appearances(work, permission, salts, entry, case_id)
            work.commit()
        return IdentificationResult(
            outcome=outcome,
            candidates=None if opening else found,
            faces=() if opening else faces,
            seen=seen,
            show_scores=permission.obligation(ObligationKind.NO_SCORES) is None,
            lead_only=permission.obligation(ObligationKind.LEAD_ONLY) is not None,
            threshold=found.threshold,
            case_id=case_id,
            examiners=permission.obligation(ObligationKind.HOLD_FOR_EXAMINERS) or 0,
            decision_id=permission.decision_id,
            permitted_by=permission.entry,
            entry=entry,
        )

    def _still_there(
        self, work: UnitOfWork, search: Search, listed: tuple[CandidateList, tuple[FoundReference, ...]]
    ) -> tuple[CandidateList, tuple[FoundReference, ...]]:
        """Return the list without whoever was erased, or agrees no more, since the gallery was searched.

        A case needs none of it: its candidates are sealed under their subjects' keys.
        """
        found, faces = listed
        if not found.candidates:
            return listed
        gallery_id = search.gallery_id
        lapsed = work.consents.lapsed(gallery_id, self.report.clock())
        there = [
            candidate
            for candidate in found.candidates
            if candidate.subject_id not in lapsed
            and work.references.commitment(gallery_id, candidate.subject_id) is not None
        ]
        ranked = tuple(replace(candidate, rank=rank) for rank, candidate in enumerate(there, 1))
        kept = replace(found, candidates=ranked)
        return kept, of_candidates(faces, kept)

    def _art12(self, permission: Permission, search: Search, salts: Salts) -> dict[str, JsonValue]:
        """Return the four facts that Article 12(3) of Regulation (EU) 2024/1689 asks for, for every 1:N.

        Examiners are none yet: whoever judges the case is recorded with it. The input is a
        keyed and salted commitment, and only where the search led to candidates.
        """
        probe = salted(bytes_of(search.probe), salts.values())
        return {
            "start": permission.asked.isoformat(),
            "end": self.report.clock().isoformat(),
            "reference_database": permission.covered_gallery().id,
            "matched_input": self.commit_to(probe) if salts else None,
            "verified_by": (),
        }


def sought_by(search: Search, probes: Sequence[StoredProbe]) -> bytes:
    """Return what a keyed commitment to a search is made of: equal for the same search, made again.

    A face that was kept counts by its template, since the same photograph gets another id each time.
    """
    by_template = isinstance(search.probe, str) and probes
    probe = probes[0][1].vector.tobytes() if by_template else bytes_of(search.probe)
    said = [
        hashlib.sha256(probe).hexdigest(),
        sorted(search.only) if search.only is not None else None,
        search.limit,
        search.at_least,
        search.listing,
        search.space,
        search.camera,
        search.purpose,
        search.emergency,
    ]
    return json.dumps(said, separators=(",", ":")).encode()


def _asked(search: Search) -> Asked:
    return Asked(
        image=search.probe if isinstance(search.probe, bytes) else None,
        space=search.space,
        camera=search.camera,
        emergency=search.emergency,
    )
