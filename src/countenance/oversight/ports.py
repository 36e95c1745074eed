"""What oversight needs of a place that keeps cases."""

from __future__ import annotations

from typing import Protocol

from countenance.oversight.model import Case, CaseId


class Cases(Protocol):
    """Cases by id. Candidates are encrypted at rest; writes are durable with the unit of work."""

    def add(self, case: Case) -> None:
        """Store `case`; raises `AlreadyExistsError`."""
        ...

    def get(self, case_id: CaseId) -> Case | None:
        """Return the case, or None."""
        ...
