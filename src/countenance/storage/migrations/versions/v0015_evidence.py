"""Fairness reports as they are kept for people to open; groups that subjects recorded, and their rates."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from countenance.storage.types import Moment, blob, name, number

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
    op.create_table(
        "group_labels",
        sa.Column("subject", number(), nullable=False, autoincrement=False),
        sa.Column("commitment", name(), nullable=False),
        sa.Column("sealed", blob(), nullable=False),
        sa.ForeignKeyConstraint(
            ["subject"], ["subjects.id"], name="fk_group_labels_subject_subjects", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("subject", name="pk_group_labels"),
    )
    op.create_table(
        "group_streams",
        sa.Column("gallery_id", name(), nullable=False),
        sa.Column("measure", name(), nullable=False),
        sa.Column("label", name(), nullable=False),
        sa.Column("sealed", blob(), nullable=False),
        sa.PrimaryKeyConstraint("gallery_id", "measure", "label", name="pk_group_streams"),
    )
