"""Waits for a person."""

from countenance.oversight.model import Case, CaseId, CaseState
from countenance.oversight.ports import Cases

__all__ = ["Case", "CaseId", "CaseState", "Cases"]
