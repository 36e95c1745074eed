"""Fairness reports as they are kept for people to open, and their files."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from countenance.storage.types import Moment, blob, name

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "fairness_reports",
        sa.Column("report", name(), nullable=False),
        sa.Column("kept", Moment, nullable=False),
        sa.Column("sealed", blob(), nullable=False),
        sa.PrimaryKeyConstraint("report", name="pk_fairness_reports"),
    )
    op.create_table(
        "fairness_report_files",
        sa.Column("report", name(), nullable=False),
        sa.Column("name", name(), nullable=False),
        sa.Column("sealed", blob(), nullable=False),
        sa.PrimaryKeyConstraint("report", "name", name="pk_fairness_report_files"),
    )
