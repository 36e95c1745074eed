"""Customers' people, applications and what reviewers say of them; leases with versions; keys of persons."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from countenance.storage.types import Moment, Words, blob, name

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the tables, and say of the leases and keys that are there where they come from."""
    _leases()
    _customers()
    _applications()
    _reviews()
    _decisions()


def _leases() -> None:
    """Leases that are there come from seed files, and their granters accepted the first terms of use."""
    for column in (
        sa.Column("origin", sa.Text, nullable=False, server_default="seed"),
        sa.Column("version", sa.Integer, nullable=False, server_default="1"),
        sa.Column("application_id", name(), nullable=True),
        sa.Column("acts_for", Words, nullable=False, server_default="[]"),
        sa.Column("conditions", Words, nullable=False, server_default="[]"),
        sa.Column("obligations", Words, nullable=False, server_default="[]"),
        sa.Column("reverify", Moment, nullable=True),
        sa.Column("terms_of_use", sa.Text, nullable=False, server_default="1"),
        sa.Column("secret_because", sa.Text, nullable=False, server_default=""),
        sa.Column("suspended", sa.Boolean, nullable=False, server_default=sa.false()),
    ):
        op.add_column("leases", column)
    op.execute("UPDATE leases SET origin = 'built_in' WHERE id = 'evaluation' AND customer_id = 'operator'")
    op.add_column("api_keys", sa.Column("person", name(), nullable=True))
    op.add_column("api_keys", sa.Column("customer_id", name(), nullable=True))


def _customers() -> None:
    op.create_table(
        "customer_members",
        sa.Column("customer_id", name(), nullable=False),
        sa.Column("person", name(), nullable=False),
        sa.Column("sealed", blob(), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", "person", name="pk_customer_members"),
    )
    op.create_table(
        "customer_contacts",
        sa.Column("customer_id", name(), nullable=False),
        sa.Column("contact_id", name(), nullable=False),
        sa.Column("sealed", blob(), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", "contact_id", name="pk_customer_contacts"),
    )


def _applications() -> None:
    op.create_table(
        "applications",
        sa.Column("application_id", name(), nullable=False),
        sa.Column("customer_id", name(), nullable=False),
        sa.Column("created", Moment, nullable=False),
        sa.Column("sealed", blob(), nullable=False),
        sa.PrimaryKeyConstraint("application_id", name="pk_applications"),
    )
    op.create_index("ix_applications_customer_id", "applications", ["customer_id"])
    op.create_table(
        "application_drafts",
        sa.Column("application_id", name(), nullable=False),
        sa.Column("number", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("sealed", blob(), nullable=False),
        sa.PrimaryKeyConstraint("application_id", "number", name="pk_application_drafts"),
    )
    for table in ("application_evidence", "evidence_files"):
        op.create_table(
            table,
            sa.Column("application_id", name(), nullable=False),
            sa.Column("digest", name(), nullable=False),
            sa.Column("sealed", blob(), nullable=False),
            sa.PrimaryKeyConstraint("application_id", "digest", name=f"pk_{table}"),
        )


def _reviews() -> None:
    op.create_table(
        "factor_marks",
        sa.Column("application_id", name(), nullable=False),
        sa.Column("round", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("factor", name(), nullable=False),
        sa.Column("reviewer", name(), nullable=False),
        sa.Column("sealed", blob(), nullable=False),
        sa.PrimaryKeyConstraint("application_id", "round", "factor", "reviewer", name="pk_factor_marks"),
    )
    op.create_table(
        "review_votes",
        sa.Column("application_id", name(), nullable=False),
        sa.Column("round", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("reviewer", name(), nullable=False),
        sa.Column("cast_at", Moment, nullable=False),
        sa.Column("sealed", blob(), nullable=False),
        sa.PrimaryKeyConstraint("application_id", "round", "reviewer", name="pk_review_votes"),
    )
    op.create_table(
        "appeals",
        sa.Column("appeal_id", name(), nullable=False),
        sa.Column("filed", Moment, nullable=False),
        sa.Column("sealed", blob(), nullable=False),
        sa.PrimaryKeyConstraint("appeal_id", name="pk_appeals"),
    )


def _decisions() -> None:
    op.create_table(
        "lease_versions",
        sa.Column("lease_id", name(), nullable=False),
        sa.Column("version", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("sealed", blob(), nullable=False),
        sa.PrimaryKeyConstraint("lease_id", "version", name="pk_lease_versions"),
    )
    op.create_table(
        "condition_decisions",
        sa.Column("decision_id", name(), nullable=False),
        sa.Column("proposed", Moment, nullable=False),
        sa.Column("met", Moment, nullable=True),
        sa.Column("unmet", Moment, nullable=True),
        sa.Column("sealed", blob(), nullable=False),
        sa.PrimaryKeyConstraint("decision_id", name="pk_condition_decisions"),
    )
    op.create_index("ix_condition_decisions_met", "condition_decisions", ["met"])
