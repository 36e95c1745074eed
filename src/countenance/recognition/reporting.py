"""Puts on the ledger what became of a permitted act."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType

from countenance.errors import CountenanceError
from countenance.ledger import Entry, EventType, JsonValue
from countenance.policy.model import Act
from countenance.recognition.asking import Permission
from countenance.recognition.ports import UnitOfWork

FAILURES = {
    Act.DETECT: EventType.DETECTION_FAILED,
    Act.ENROL: EventType.ENROLMENT_FAILED,
    Act.VERIFY: EventType.VERIFICATION_FAILED,
    Act.IDENTIFY: EventType.IDENTIFICATION_FAILED,
    Act.SEARCH_STORED: EventType.SEARCH_FAILED,
    Act.MEASURE: EventType.MEASUREMENT_FAILED,
}


@dataclass(frozen=True, slots=True)
class Report:
    """Close what a permission opened: every permit on the ledger gets its completion or its failure."""

    unit_of_work: Callable[[], UnitOfWork]
    clock: Callable[[], datetime]

    def completed(
        self,
        work: UnitOfWork,
        event: EventType,
        permission: Permission,
        fields: Mapping[str, JsonValue],
    ) -> int:
        """Append the completion inside `work`, which the caller commits; return its index."""
        return work.ledger.append(Entry(event, self.clock(), {**_opening(permission), **fields}))

    def failures_of(self, act: Act, permission: Permission) -> AbstractContextManager[None]:
        """Record whatever error leaves the block as the act's failure, then let it go on.

        Only the stable code is written: messages can quote what the caller sent.
        """
        return _Failures(self, act, permission)

    def failed(self, act: Act, permission: Permission, error: CountenanceError) -> None:
        """Append the failure in a unit of work of its own."""
        fields = {**_opening(permission), "code": error.code, "reasons": error.reasons}
        with self.unit_of_work() as work:
            work.ledger.append(Entry(FAILURES[act], self.clock(), fields))
            work.commit()


@dataclass(frozen=True, slots=True)
class _Failures(AbstractContextManager[None]):
    """A block whose errors are recorded; a class and not a generator, since it stands round each act."""

    report: Report
    act: Act
    permission: Permission

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Record an error of ours; let all go on."""
        if isinstance(error, CountenanceError):
            self.report.failed(self.act, self.permission, error)


def _opening(permission: Permission) -> dict[str, JsonValue]:
    return {
        "decision": permission.decision_id,
        "permit": permission.entry,
        "subject": permission.subject_commitment,
        "gallery": permission.gallery.id if permission.gallery is not None else None,
    }
