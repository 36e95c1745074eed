"""The subject's own page, objections, and webhooks.

A consent carries since when an objection keeps its references out of every comparison.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from countenance.storage.types import Moment, Words, blob, name, number

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Make the tables, and the column."""
    op.add_column("consents", sa.Column("objected", Moment, nullable=True))
    _make_subjects()
    _make_webhooks()


def _make_subjects() -> None:
    op.create_table(
        "subject_codes",
        sa.Column("digest", name(), nullable=False),
        sa.Column("gallery_id", name(), nullable=False),
        sa.Column("subject_id", name(), nullable=False),
        sa.Column("made_by", name(), nullable=False),
        sa.Column("issued", Moment, nullable=False),
        sa.Column("expires", Moment, nullable=False),
        sa.Column("used", Moment, nullable=True),
        sa.PrimaryKeyConstraint("digest", name="pk_subject_codes"),
    )
    op.create_index("ix_subject_codes_gallery_id_subject_id", "subject_codes", ["gallery_id", "subject_id"])
    op.create_table(
        "subject_sessions",
        sa.Column("digest", name(), nullable=False),
        sa.Column("gallery_id", name(), nullable=False),
        sa.Column("subject_id", name(), nullable=False),
        sa.Column("opened", Moment, nullable=False),
        sa.Column("seen", Moment, nullable=False),
        sa.Column("expires", Moment, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_subject_sessions"),
    )
    op.create_table(
        "subject_requests",
        sa.Column("id", name(), nullable=False),
        sa.Column("gallery_id", name(), nullable=False),
        sa.Column("customer_id", name(), nullable=False),
        sa.Column("subject_id", name(), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("about", name(), nullable=True),
        sa.Column("filed", Moment, nullable=False),
        sa.Column("due", Moment, nullable=False),
        sa.Column("extended", sa.Boolean, nullable=False),
        sa.Column("answered", Moment, nullable=True),
        sa.Column("answered_by", name(), nullable=True),
        sa.Column("entry", sa.BigInteger, nullable=False),
        sa.Column("answer_entry", sa.BigInteger, nullable=True),
        sa.Column("sealed", blob(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_subject_requests"),
    )
    op.create_index("ix_subject_requests_customer_id_state", "subject_requests", ["customer_id", "state"])
    op.create_index(
        "ix_subject_requests_gallery_id_subject_id", "subject_requests", ["gallery_id", "subject_id"]
    )
    op.create_table(
        "subject_appearances",
        sa.Column("number", number(), nullable=False),
        sa.Column("subject", number(), nullable=False),
        sa.Column("sealed", blob(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_subject_appearances"),
        sa.ForeignKeyConstraint(
            ["subject"], ["subjects.id"], name="fk_subject_appearances_subject", ondelete="CASCADE"
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_subject_appearances_subject", "subject_appearances", ["subject"])
    op.create_table(
        "subject_entries",
        sa.Column("commitment", name(), nullable=False),
        sa.Column("entry", sa.BigInteger, nullable=False, autoincrement=False),
        sa.PrimaryKeyConstraint("commitment", "entry", name="pk_subject_entries"),
    )


def _make_webhooks() -> None:
    op.create_table(
        "webhook_endpoints",
        sa.Column("id", name(), nullable=False),
        sa.Column("customer_id", name(), nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("kinds", Words, nullable=False),
        sa.Column("paused", Moment, nullable=True),
        sa.Column("created", Moment, nullable=False),
        sa.Column("made_by", name(), nullable=False),
        sa.Column("sealed", blob(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_endpoints"),
    )
    op.create_index("ix_webhook_endpoints_customer_id", "webhook_endpoints", ["customer_id"])
    op.create_table(
        "webhook_announcements",
        sa.Column("id", name(), nullable=False),
        sa.Column("customer_id", name(), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("occurred", Moment, nullable=False),
        sa.Column("sealed", blob(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_announcements"),
    )
    op.create_table(
        "webhook_deliveries",
        sa.Column("number", number(), nullable=False),
        sa.Column("announcement_id", name(), nullable=False),
        sa.Column("endpoint_id", name(), nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("next_try", Moment, nullable=False),
        sa.Column("give_up", Moment, nullable=False),
        sa.Column("held_by", name(), nullable=True),
        sa.Column("held_until", Moment, nullable=True),
        sa.Column("finished", Moment, nullable=True),
        sa.PrimaryKeyConstraint("number", name="pk_webhook_deliveries"),
        sa.ForeignKeyConstraint(
            ["announcement_id"],
            ["webhook_announcements.id"],
            name="fk_webhook_deliveries_announcement_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["endpoint_id"],
            ["webhook_endpoints.id"],
            name="fk_webhook_deliveries_endpoint_id",
            ondelete="CASCADE",
        ),
        sa.UniqueConstraint(
            "announcement_id", "endpoint_id", name="uq_webhook_deliveries_announcement_id_endpoint_id"
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_webhook_deliveries_endpoint_id", "webhook_deliveries", ["endpoint_id"])
    op.create_index("ix_webhook_deliveries_state_next_try", "webhook_deliveries", ["state", "next_try"])
    op.create_table(
        "webhook_tries",
        sa.Column("number", number(), nullable=False),
        sa.Column("delivery", number(), nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("status", sa.Integer, nullable=True),
        sa.Column("fault", sa.Text, nullable=True),
        sa.Column("milliseconds", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_webhook_tries"),
        sa.ForeignKeyConstraint(
            ["delivery"], ["webhook_deliveries.number"], name="fk_webhook_tries_delivery", ondelete="CASCADE"
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_webhook_tries_delivery", "webhook_tries", ["delivery"])
    op.create_table(
        "ledger_followed",
        sa.Column("id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("entry", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_ledger_followed"),
    )
