"""Tables of kept fairness reports, of groups that subjects recorded, and of what is watched by group."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Table

from countenance.storage.tables import metadata
from countenance.storage.types import Moment, blob, name, number

fairness_reports = Table(
    "fairness_reports",
    metadata,
    Column("report", name(), primary_key=True),
    Column("kept", Moment, nullable=False),
    Column("sealed", blob(), nullable=False),
)

# Compressed before it is sealed.
fairness_report_files = Table(
    "fairness_report_files",
    metadata,
    Column("report", name(), primary_key=True),
    Column("name", name(), primary_key=True),
    Column("sealed", blob(), nullable=False),
)

# Sealed under the subject's own key, and gone with it; the commitment is the one of the ledger.
group_labels = Table(
    "group_labels",
    metadata,
    Column(
        "subject",
        number(),
        ForeignKey("subjects.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("commitment", name(), nullable=False),
    Column("sealed", blob(), nullable=False),
)

# Counts of groups that enough subjects recorded.
group_streams = Table(
    "group_streams",
    metadata,
    Column("gallery_id", name(), primary_key=True),
    Column("measure", name(), primary_key=True),
    Column("label", name(), primary_key=True),
    Column("sealed", blob(), nullable=False),
)

SEALED = (fairness_reports, fairness_report_files, group_streams)
"""Every table here whose rows the master key seals: they are sealed for their table and their primary key."""
