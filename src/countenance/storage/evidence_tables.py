"""Tables of kept fairness reports and of their files, sealed under the master key."""

from __future__ import annotations

from sqlalchemy import Column, Table

from countenance.storage.tables import metadata
from countenance.storage.types import Moment, blob, name

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

SEALED = (fairness_reports, fairness_report_files)
"""Every table here with sealed rows: they are sealed for their table and their primary key."""
