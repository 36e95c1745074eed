"""The search behind each case, by its keyed commitment; minors of a gallery by an index."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from countenance.storage.types import name

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Make table and index. Searches of cases from before are not known, and open a case of their own."""
    op.create_table(
        "case_searches",
        sa.Column("case_id", name(), nullable=False),
        sa.Column("gallery_id", name(), nullable=False),
        sa.Column("sought", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name="fk_case_searches_case_id_cases", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("case_id", name="pk_case_searches"),
    )
    op.create_index("ix_case_searches_gallery_id_sought", "case_searches", ["gallery_id", "sought"])
    op.create_index(
        "ix_consents_minors",
        "consents",
        ["gallery_id"],
        sqlite_where=sa.text("minor = 1"),
        postgresql_where=sa.text("minor"),
    )
