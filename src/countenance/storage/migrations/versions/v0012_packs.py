"""Packs, laws, gate and schema by digest, so that a decision can be made again under what it rested on."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from countenance.storage.types import Moment, name

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "policy_texts",
        sa.Column("kind", name(), nullable=False),
        sa.Column("digest", name(), nullable=False),
        sa.Column("files", sa.Text, nullable=False),
        sa.Column("kept", Moment, nullable=False),
        sa.PrimaryKeyConstraint("kind", "digest", name="pk_policy_texts"),
    )
