"""Notices, captures of consent, other legal bases, and what retention counts from and is held off by."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from countenance.storage.types import Moment, blob, name

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make the tables; what is on record so far is consent, of nobody known to be a minor."""
    for column in (
        sa.Column("basis", sa.Text, nullable=False, server_default="consent"),
        sa.Column("minor", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("record_id", name(), nullable=True),
    ):
        op.add_column("consents", column)
    op.create_table(
        "consent_notices",
        sa.Column("notice_id", name(), nullable=False),
        sa.Column("version", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("customer_id", name(), nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("notice_id", "version", name="pk_consent_notices"),
    )
    op.create_index("ix_consent_notices_customer_id", "consent_notices", ["customer_id"])
    _records()
    _retention()


def _records() -> None:
    op.create_table(
        "consent_records",
        sa.Column("record_id", name(), nullable=False),
        sa.Column("gallery_id", name(), nullable=False),
        sa.Column("subject_id", name(), nullable=False),
        sa.Column("given", Moment, nullable=False),
        sa.Column("sealed", blob(), nullable=False),
        sa.PrimaryKeyConstraint("record_id", name="pk_consent_records"),
        sa.ForeignKeyConstraint(
            ["gallery_id"], ["galleries.id"], name="fk_consent_records_gallery_id", ondelete="CASCADE"
        ),
    )
    op.create_index(
        "ix_consent_records_gallery_id_subject_id", "consent_records", ["gallery_id", "subject_id"]
    )


def _retention() -> None:
    op.create_table(
        "retention_interactions",
        sa.Column("gallery_id", name(), nullable=False),
        sa.Column("subject_id", name(), nullable=False),
        sa.Column("last_interaction", Moment, nullable=True),
        sa.Column("purpose_satisfied", Moment, nullable=True),
        sa.PrimaryKeyConstraint("gallery_id", "subject_id", name="pk_retention_interactions"),
        sa.ForeignKeyConstraint(
            ["gallery_id"], ["galleries.id"], name="fk_retention_interactions_gallery_id", ondelete="CASCADE"
        ),
    )
    op.create_table(
        "legal_holds",
        sa.Column("hold_id", name(), nullable=False),
        sa.Column("gallery_id", name(), nullable=False),
        sa.Column("placed", Moment, nullable=False),
        sa.Column("sealed", blob(), nullable=False),
        sa.PrimaryKeyConstraint("hold_id", name="pk_legal_holds"),
    )
    op.create_index("ix_legal_holds_gallery_id", "legal_holds", ["gallery_id"])
