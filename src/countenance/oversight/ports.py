"""What oversight needs of a place that keeps cases."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from countenance.biometrics.model import GalleryId, ReferenceId
    from countenance.oversight.assignments import (
        Assignment,
        AssignmentFile,
        AssignmentId,
        KnownFace,
        Trial,
    )
    from countenance.oversight.model import Case, CaseFile, CaseId, CaseState, KnownFaceId
    from countenance.oversight.notices import Notice, NumberedNotice
    from countenance.oversight.qualification import Authorisation, Conflict


class Cases(Protocol):
    """Cases by id. Writes are durable with the unit of work.

    A case has a key of its own, under which its file and its probe image are encrypted, and each
    candidate is encrypted under the key of its subject in the gallery: it cannot be read, and is
    not there, once the subject's references are erased.
    """

    def add(self, case: Case, file: CaseFile | None = None, probe: bytes | None = None) -> None:
        """Store `case` with what is sealed of it; raises `AlreadyExistsError`.

        Candidates whose subject is not enrolled any more are not stored.
        """
        ...

    def get(self, case_id: CaseId) -> Case | None:
        """Return the case with the candidates that can be read, in rank order, or None."""
        ...

    def put(self, case: Case) -> None:
        """Replace what is said of the case, its candidates apart; raises `NotFoundError`."""
        ...

    def file(self, case_id: CaseId) -> CaseFile | None:
        """Return what is sealed of the case; None once its key is destroyed."""
        ...

    def put_file(self, case_id: CaseId, file: CaseFile) -> None:
        """Replace what is sealed of the case; raises `NotFoundError` once its key is destroyed."""
        ...

    def probe(self, case_id: CaseId) -> bytes | None:
        """Return the probe image as examiners see it, or None."""
        ...

    def put_probe(self, case_id: CaseId, probe: bytes) -> None:
        """Keep the probe image; raises `NotFoundError` once the case's key is destroyed."""
        ...

    def destroy(self, case_id: CaseId) -> None:
        """Destroy the case's key, its probe, list and sheets; the case itself stays, without candidates."""
        ...

    def in_states(self, states: Collection[CaseState], *, limit: int) -> tuple[Case, ...]:
        """Return up to `limit` cases in these states, the oldest first."""
        ...

    def due(self, at: datetime, *, limit: int) -> tuple[CaseId, ...]:
        """Return up to `limit` cases that keep a key and whose deadline or clock has run out at `at`."""
        ...

    def keep_search(self, case_id: CaseId, sought: str) -> None:
        """Remember for a case the keyed commitment to the search that opened it."""
        ...

    def of_search(self, gallery_id: GalleryId, sought: str) -> CaseId | None:
        """Return the newest case that such a search of the gallery has opened, or None."""
        ...

    def outcomes(self, customer_id: str | None) -> tuple[Outcomes, ...]:
        """Return how cases ended, by gallery, space and camera, of one customer or of all."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcomes:
    """How many cases of one gallery, space and camera stand where; candidates judged and supported."""

    gallery_id: GalleryId
    space: str | None
    camera: str | None
    state: CaseState
    reason: str | None
    cases: int
    judged: int
    supported: int
    appealed: int


class Examining(Protocol):
    """Assignments, trials, authorisations and conflicts. Durable with the unit of work."""

    def add(self, assignment: Assignment, file: AssignmentFile) -> None:
        """Store `assignment`; raises `AlreadyExistsError` if the examiner has had the case already."""
        ...

    def put(self, assignment: Assignment, file: AssignmentFile | None = None) -> None:
        """Replace the assignment, and what is sealed of it if given; raises `NotFoundError`."""
        ...

    def get(self, assignment_id: AssignmentId) -> Assignment | None:
        """Return the assignment, or None."""
        ...

    def file(self, assignment: Assignment) -> AssignmentFile | None:
        """Return what is sealed of it; None once the key is destroyed that it is sealed under."""
        ...

    def of_case(self, case_id: CaseId) -> tuple[Assignment, ...]:
        """Return the assignments of a case, the oldest first."""
        ...

    def of_examiner(self, examiner: str, *, since: datetime) -> tuple[Assignment, ...]:
        """Return the examiner's assignments taken or concluded since then, the oldest first."""
        ...

    def known_concluded(self, examiner: str, *, since: datetime) -> int:
        """Return how many lists with known answers the examiner has concluded since then."""
        ...

    def add_trials(self, trials: Collection[Trial]) -> None:
        """Store what known answers showed."""
        ...

    def trials(self, examiner: str, *, since: datetime) -> tuple[Trial, ...]:
        """Return the examiner's trials since then, the oldest first."""
        ...

    def authorisation(self, person: str) -> Authorisation | None:
        """Return the person's authorisation, or None."""
        ...

    def put_authorisation(self, authorisation: Authorisation) -> None:
        """Store the authorisation, replacing the person's earlier one."""
        ...

    def authorisations(self) -> tuple[Authorisation, ...]:
        """Return every authorisation, ordered by person."""
        ...

    def put_conflict(self, conflict: Conflict) -> None:
        """Store the conflict; one that is there already stays as it is."""
        ...

    def conflicts(self, person: str) -> tuple[Conflict, ...]:
        """Return the person's conflicts, ordered by customer."""
        ...


class Portraits(Protocol):
    """Images that examiners look at: of references under their subject's key, of known faces under their own.

    Durable with the unit of work. An image of a reference goes with the reference.
    """

    def keep(self, reference_id: ReferenceId, image: bytes) -> None:
        """Keep the image of a reference that is enrolled, replacing an earlier one; `NotFoundError` else."""
        ...

    def of_reference(self, reference_id: ReferenceId) -> bytes | None:
        """Return the image, or None."""
        ...

    def forget(self, gallery_id: GalleryId) -> int:
        """Remove the images of every reference of a gallery, and return how many there were."""
        ...

    def add_known(self, face: KnownFace, image: bytes) -> None:
        """Keep a known face; raises `AlreadyExistsError`."""
        ...

    def known(self) -> tuple[KnownFace, ...]:
        """Return every known face, ordered by id."""
        ...

    def of_known(self, face_id: KnownFaceId) -> bytes | None:
        """Return the image of a known face, or None."""
        ...

    def remove_known(self, face_id: KnownFaceId) -> None:
        """Remove a known face and destroy its key, or raise `NotFoundError`."""
        ...


class Notices(Protocol):
    """What customers are to be told, in the order in which it happened. Durable with the unit of work."""

    def announce(self, notice: Notice) -> None:
        """Put down a notice, to be told once this unit of work is committed."""
        ...

    def after(self, number: int, *, limit: int) -> tuple[NumberedNotice, ...]:
        """Return up to `limit` notices with numbers above `number`, in order."""
        ...
