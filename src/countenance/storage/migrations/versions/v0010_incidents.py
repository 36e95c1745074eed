"""Incidents, caps of leases, the evidence that is held against them, what is monitored, and audits."""

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
    op.add_column("leases", sa.Column("caps", sa.Text, nullable=True))
    _evidence()
    _audits()


def _audits() -> None:
    op.create_table(
        "audits",
        sa.Column("audit_id", name(), nullable=False),
        sa.Column("key_lease", name(), nullable=False),
        sa.Column("registered", Moment, nullable=False),
        sa.Column("sealed", blob(), nullable=False),
        sa.PrimaryKeyConstraint("audit_id", name="pk_audits"),
    )
    op.create_index("ix_audits_key_lease", "audits", ["key_lease"])
    op.create_table(
        "audit_calls",
        sa.Column("audit_id", name(), nullable=False),
        sa.Column("minute", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("calls", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("audit_id", "minute", name="pk_audit_calls"),
    )


def _evidence() -> None:
    op.create_table(
        "fairness_evidence",
        sa.Column("evidence_id", name(), nullable=False),
        sa.Column("model_digest", sa.Text, nullable=False),
        sa.Column("threshold_ppb", sa.BigInteger, nullable=False),
        sa.Column("one_to_one", sa.Boolean, nullable=False),
        sa.Column("one_to_many", sa.Boolean, nullable=False),
        sa.Column("measured", Moment, nullable=False),
        sa.Column("registered", Moment, nullable=True),
        sa.Column("sealed", blob(), nullable=False),
        sa.PrimaryKeyConstraint("evidence_id", name="pk_fairness_evidence"),
    )
    op.create_index(
        "ix_fairness_evidence_model", "fairness_evidence", ["model_digest", "threshold_ppb", "measured"]
    )
    op.create_table(
        "monitor_streams",
        sa.Column("gallery_id", name(), nullable=False),
        sa.Column("measure", name(), nullable=False),
        sa.Column("sealed", blob(), nullable=False),
        sa.PrimaryKeyConstraint("gallery_id", "measure", name="pk_monitor_streams"),
    )
    op.create_table(
        "monitor_position",
        sa.Column("name", name(), nullable=False),
        sa.Column("followed", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_monitor_position"),
    )
