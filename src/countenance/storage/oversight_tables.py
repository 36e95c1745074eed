"""Tables of examining: candidates of cases, assignments, images to look at, and who may judge.

A candidate's row names nobody: what it holds is encrypted under the case's key, and in that under
the key of the candidate's subject, so that erasing the subject takes it out of every case.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint

from countenance.storage.tables import metadata
from countenance.storage.types import Moment, Words, blob, name, number

case_candidates = Table(
    "case_candidates",
    metadata,
    Column("number", number(), primary_key=True),
    Column("case_id", name(), ForeignKey("cases.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("sealed", blob(), nullable=False),
    sqlite_autoincrement=True,
)

reference_portraits = Table(
    "reference_portraits",
    metadata,
    Column(
        "reference_id", name(), ForeignKey("reference_templates.id", ondelete="CASCADE"), primary_key=True
    ),
    Column("sealed", blob(), nullable=False),
)

known_faces = Table(
    "known_faces",
    metadata,
    Column("id", name(), primary_key=True),
    Column("person", name(), nullable=False),
    Column("added", Moment, nullable=False),
    Column("added_by", name(), nullable=False),
    Column("key_id", number(), ForeignKey("subject_keys.id"), nullable=False),
    Column("sealed", blob(), nullable=False),
)

case_searches = Table(
    "case_searches",
    metadata,
    Column("case_id", name(), ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True),
    Column("gallery_id", name(), nullable=False),
    Column("sought", Text, nullable=False),
    Index("ix_case_searches_gallery_id_sought", "gallery_id", "sought"),
)

assignments = Table(
    "assignments",
    metadata,
    Column("id", name(), primary_key=True),
    Column("case_id", name(), ForeignKey("cases.id", ondelete="CASCADE"), nullable=True),
    Column("known_probe", name(), nullable=True),
    Column("examiner", name(), nullable=False),
    Column("state", Text, nullable=False),
    Column("taken", Moment, nullable=False),
    Column("concluded", Moment, nullable=True),
    Column("counts", Boolean, nullable=False),
    Column("sealed_sheet", Text, nullable=False),
    Column("sealed", blob(), nullable=False),
    # Nobody judges one case twice, whatever two requests at once come to.
    UniqueConstraint("case_id", "examiner"),
    Index("ix_assignments_examiner_taken", "examiner", "taken"),
)

examiner_trials = Table(
    "examiner_trials",
    metadata,
    Column("assignment_id", name(), primary_key=True),
    Column("slot", Integer, primary_key=True, autoincrement=False),
    Column("examiner", name(), nullable=False),
    Column("mated", Boolean, nullable=False),
    Column("supported", Boolean, nullable=False),
    Column("at", Moment, nullable=False),
    Index("ix_examiner_trials_examiner_at", "examiner", "at"),
)

examiner_authorisations = Table(
    "examiner_authorisations",
    metadata,
    Column("person", name(), primary_key=True),
    Column("kinds", Words, nullable=False),
    Column("training", Text, nullable=False),
    Column("trained", Moment, nullable=False),
    Column("expires", Moment, nullable=False),
    Column("authorised_by", name(), nullable=False),
    Column("since", Moment, nullable=False),
    Column("suspended", Moment, nullable=True),
)

examiner_conflicts = Table(
    "examiner_conflicts",
    metadata,
    Column("person", name(), primary_key=True),
    Column("customer_id", name(), primary_key=True),
    Column("declared", Moment, nullable=False),
)

case_notices = Table(
    "case_notices",
    metadata,
    Column("number", number(), primary_key=True),
    Column("kind", Text, nullable=False),
    Column("customer_id", name(), nullable=False),
    Column("case_id", name(), nullable=False),
    Column("at", Moment, nullable=False),
    Column("reason", Text, nullable=False),
    Column("recipients", Words, nullable=False),
    sqlite_autoincrement=True,
)
