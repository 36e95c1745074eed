"""What a customer can do with a case of its own: take it back, or send the image behind its probe."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from countenance.biometrics.faces import Extraction, FaceChoice
from countenance.errors import InvalidInputError, StateError
from countenance.ledger import EventType, JsonValue
from countenance.oversight.model import OPEN, Case, CaseId, CaseState, CloseReason, ProbeFacts
from countenance.policy.model import Act
from countenance.recognition.asking import Ask, Permission, Request
from countenance.recognition.cases.closing import close
from countenance.recognition.cases.reading import passed
from countenance.recognition.outcome import Outcome, usable
from countenance.recognition.ports import FaceEngine, UnitOfWork
from countenance.recognition.reporting import Report
from countenance.recognition.standing import Standing
from countenance.vetting.model import Actor, Role

_CUSTOMERS: Final = frozenset({Role.OPERATOR})


@dataclass(frozen=True, slots=True)
class AnswerForCase:
    """Let a customer take its case back, or send the image behind its probe: an act that is asked for."""

    standing: Standing
    ask: Ask
    report: Report
    engine: FaceEngine
    commit_to: Callable[[bytes], str]

    def take_back(self, actor: Actor, case_id: CaseId) -> Case:
        """End a case that is not released: the customer does not need it any more.

        Raises `ForbiddenError`, `NotFoundError` and `StateError`.
        """
        with self.report.unit_of_work() as work:
            work.become_writer()
            case = self._own(work, actor, case_id)
            if case.state not in OPEN | {CaseState.AGREED}:
                raise StateError(f"case `{case.id}` is `{case.told_state}`")
            ended = close(work, case, CaseState.WITHDRAWN, CloseReason.BY_REQUESTER, self.standing.clock())
            work.commit()
        return ended

    def send_probe(self, actor: Actor, case_id: CaseId, image: bytes) -> Case:
        """Keep the image that the probe was made of, where the search was made without one.

        Whatever is sent must reach the search's threshold with every candidate, so that nobody is
        judged by another photograph. Raises `ForbiddenError`, `NotFoundError`, `StateError`,
        `RefusedError`, `InvalidInputError`, `ImageError`, `FaceError` and `BusyError`.
        """
        with self.report.unit_of_work() as work:
            waits = self._waits(self._own(work, actor, case_id))
        request = Request(
            act=Act.IDENTIFY, gallery_id=waits.gallery_id, space=waits.space, camera=waits.camera
        )
        with self.engine.admission():
            with self.report.unit_of_work() as work:
                permission = self.ask(work, actor, request)
            with self.report.failures_of(Act.IDENTIFY, permission):
                (extraction,) = self.engine.extract([image], choice=FaceChoice.ONLY)
                found = usable(extraction)
                portrait = self.engine.portrait(image, found.face)
                facts = ProbeFacts(
                    width=found.width,
                    height=found.height,
                    size=len(image),
                    commitment=self.commit_to(image),
                    faces_found=found.faces_found,
                    edits=portrait.edits,
                )
                return self._keep(permission, case_id, (portrait.image, facts), found)

    def _keep(
        self,
        permission: Permission,
        case_id: CaseId,
        probe: tuple[bytes, ProbeFacts],
        found: Extraction,
    ) -> Case:
        with self.report.unit_of_work() as work:
            work.become_writer()
            case = self._waits(self._own(work, permission.actor, case_id))
            self._same_face(work, case, found)
            file = work.cases.file(case.id)
            if file is None:
                raise StateError(f"nothing is kept of case `{case.id}` any more")
            fields: dict[str, JsonValue] = {
                "outcome": Outcome.HELD.value,
                "candidates": len(case.candidates),
                "case": case.id,
            }
            entry = self.report.completed(work, EventType.IDENTIFICATION_HELD, permission, fields)
            work.cases.put_probe(case.id, probe[0])
            work.cases.put_file(
                case.id, replace(file, probe=probe[1], entries=(*file.entries, permission.entry, entry))
            )
            examinable = replace(case, examinable=True)
            work.cases.put(examinable)
            work.commit()
        return replace(examinable, candidates=())

    def _same_face(self, work: UnitOfWork, case: Case, found: Extraction) -> None:
        """Return if the face reaches the search's threshold with each candidate, or `InvalidInputError`."""
        file = work.cases.file(case.id)
        for one in case.candidates:
            held = work.references.of_subject(case.gallery_id, one.subject_id)
            named = [each.template for each in held if each.id == one.reference_id]
            least = file.search.threshold if file is not None and file.search is not None else None
            if least is None or not named or named[0].compare(found.template) < least:
                raise InvalidInputError("this image is not the one that the search was made with")

    def _own(self, work: UnitOfWork, actor: Actor, case_id: CaseId) -> Case:
        lease = self.standing.lease(work, actor, _CUSTOMERS)
        case = work.cases.get(case_id)
        if case is None or case.customer_id != lease.customer_id:
            self.standing.refuse(work, actor, "case", f"no case `{case_id}`")
        return case

    def _waits(self, case: Case) -> Case:
        if case.state is not CaseState.HELD or case.examinable or passed(case, self.standing.clock()):
            raise StateError(f"case `{case.id}` does not wait for its probe image")
        return case
