"""Waits for a person."""

from countenance.oversight.model import Case, CaseFile, CaseId, CaseState
from countenance.oversight.ports import Cases, Examining, Notices, Portraits

__all__ = ["Case", "CaseFile", "CaseId", "CaseState", "Cases", "Examining", "Notices", "Portraits"]
