"""Answers *may this happen?*: facts in, decision out; it fetches nothing."""

from countenance.policy.model import (
    Condition,
    Decision,
    Denial,
    GalleryFacts,
    LeaseTerms,
    Obligation,
    Permit,
    Question,
    Reason,
)

__all__ = [
    "Condition",
    "Decision",
    "Denial",
    "GalleryFacts",
    "LeaseTerms",
    "Obligation",
    "Permit",
    "Question",
    "Reason",
]
