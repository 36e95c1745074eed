"""Accounts of the people who work here, and decisions in the order of their entries."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from countenance.storage.types import Moment, blob, name

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "staff_members",
        sa.Column("id", name(), nullable=False),
        sa.Column("login", name(), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("customer", name(), nullable=True),
        sa.Column("created", Moment, nullable=False),
        sa.Column("disabled", Moment, nullable=True),
        sa.Column("failures", sa.BigInteger, nullable=False),
        sa.Column("locked_until", Moment, nullable=True),
        sa.Column("subject", name(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_staff_members"),
        sa.UniqueConstraint("login", name="uq_staff_members_login"),
        sa.UniqueConstraint("subject", name="uq_staff_members_subject"),
    )
    op.create_table(
        "staff_credentials",
        sa.Column("staff_id", name(), nullable=False),
        sa.Column("sealed", blob(), nullable=False),
        sa.PrimaryKeyConstraint("staff_id", name="pk_staff_credentials"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff_members.id"], name="fk_staff_credentials_staff_id"),
    )
    op.create_table(
        "staff_sessions",
        sa.Column("digest", name(), nullable=False),
        sa.Column("staff_id", name(), nullable=False),
        sa.Column("stage", sa.Text, nullable=False),
        sa.Column("created", Moment, nullable=False),
        sa.Column("seen", Moment, nullable=False),
        sa.Column("expires", Moment, nullable=False),
        sa.Column("confirmed", Moment, nullable=True),
        sa.Column("challenge", blob(), nullable=True),
        sa.PrimaryKeyConstraint("digest", name="pk_staff_sessions"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff_members.id"], name="fk_staff_sessions_staff_id"),
    )
    op.create_index("ix_staff_sessions_staff_id", "staff_sessions", ["staff_id"])
    op.create_table(
        "staff_invitations",
        sa.Column("digest", name(), nullable=False),
        sa.Column("staff_id", name(), nullable=False),
        sa.Column("made_by", name(), nullable=False),
        sa.Column("created", Moment, nullable=False),
        sa.Column("expires", Moment, nullable=False),
        sa.Column("used", Moment, nullable=True),
        sa.PrimaryKeyConstraint("digest", name="pk_staff_invitations"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff_members.id"], name="fk_staff_invitations_staff_id"),
    )
    op.create_index("ix_staff_invitations_staff_id", "staff_invitations", ["staff_id"])
    op.create_index("ix_decisions_entry", "decisions", ["entry"])
