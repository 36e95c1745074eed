"""The lead certificate: what leaves with a lead, so that nobody takes it for more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

STATEMENT: Final = (
    "Investigative lead only. This is not a positive identification, and nothing adverse may be decided "
    "on it alone."
)
STILL_NEEDED: Final = (
    "independent evidence that does not come from the comparison of faces",
    "a check of where each named subject was, before anybody is confronted",
    "disclosure of this certificate, and of the search behind it, to whoever is affected by its use",
)
BANNED: Final = ("arrest", "search_of_person_or_home", "charge", "line_up", "adverse_decision")
"""What a lead alone never justifies, as words for machines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadCertificate:
    """A released lead, as its customer is given it. Subjects are the customer's own pseudonyms, in order.

    `no_sole_basis` is always true: a machine that reads the lead must not act on it alone.
    """

    case_id: str
    customer_id: str
    gallery_id: str
    decision_id: str
    subjects: tuple[str, ...]
    examiners: int
    statement: str
    still_needed: tuple[str, ...]
    banned_on_this_alone: tuple[str, ...]
    no_sole_basis: bool
    released: datetime
    expires: datetime
    model_digest: str
    entry: int
