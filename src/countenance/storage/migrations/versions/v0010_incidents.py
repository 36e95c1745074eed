"""Incidents."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from countenance.storage.types import Moment, blob, name

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "incidents",
        sa.Column("incident_id", name(), nullable=False),
        sa.Column("opened", Moment, nullable=False),
        sa.Column("resolved", Moment, nullable=True),
        sa.Column("sealed", blob(), nullable=False),
        sa.PrimaryKeyConstraint("incident_id", name="pk_incidents"),
    )
    still_open = sa.text("resolved IS NULL")
    op.create_index(
        "ix_incidents_open",
        "incidents",
        ["opened", "incident_id"],
        sqlite_where=still_open,
        postgresql_where=still_open,
    )
