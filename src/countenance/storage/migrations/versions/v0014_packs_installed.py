"""What was done with packs, step by step, and what holders of leases were told of rules to come."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from countenance.storage.types import Moment, name

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Make the two tables."""
    op.create_table(
        "packs_installed",
        sa.Column("number", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("name", name(), nullable=False),
        sa.Column("act", name(), nullable=False),
        sa.Column("digest", name(), nullable=True),
        sa.Column("edition", name(), nullable=True),
        sa.Column("signer", sa.Text, nullable=True),
        sa.Column("actor", name(), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_packs_installed"),
    )
    op.create_table(
        "coming_notices",
        sa.Column("lease_id", name(), nullable=False),
        sa.Column("day", name(), nullable=False),
        sa.Column("mark", name(), nullable=False),
        sa.Column("customer_id", name(), nullable=False),
        sa.Column("uses", sa.Integer, nullable=False),
        sa.Column("refused", sa.Integer, nullable=False),
        sa.Column("permitted", sa.Integer, nullable=False),
        sa.Column("otherwise", sa.Integer, nullable=False),
        sa.Column("rules", sa.Text, nullable=False),
        sa.Column("told", Moment, nullable=False),
        sa.PrimaryKeyConstraint("lease_id", "day", "mark", name="pk_coming_notices"),
    )
