"""The tables of what customers are told: addresses, announcements, deliveries and their tries."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint

from countenance.storage.tables import metadata
from countenance.storage.types import Moment, Words, blob, name, number

webhook_endpoints = Table(
    "webhook_endpoints",
    metadata,
    Column("id", name(), primary_key=True),
    Column("customer_id", name(), nullable=False, index=True),
    Column("url", Text, nullable=False),
    Column("kinds", Words, nullable=False),
    Column("paused", Moment, nullable=True),
    Column("created", Moment, nullable=False),
    Column("made_by", name(), nullable=False),
    Column("sealed", blob(), nullable=False),
)

webhook_announcements = Table(
    "webhook_announcements",
    metadata,
    Column("id", name(), primary_key=True),
    Column("customer_id", name(), nullable=False),
    Column("kind", Text, nullable=False),
    Column("occurred", Moment, nullable=False),
    Column("sealed", blob(), nullable=False),
)

webhook_deliveries = Table(
    "webhook_deliveries",
    metadata,
    Column("number", number(), primary_key=True),
    Column(
        "announcement_id",
        name(),
        ForeignKey("webhook_announcements.id", ondelete="CASCADE"),
        nullable=False,
    ),
    Column("endpoint_id", name(), ForeignKey("webhook_endpoints.id", ondelete="CASCADE"), nullable=False),
    Column("state", Text, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("next_try", Moment, nullable=False),
    Column("give_up", Moment, nullable=False),
    Column("held_by", name(), nullable=True),
    Column("held_until", Moment, nullable=True),
    Column("finished", Moment, nullable=True),
    UniqueConstraint("announcement_id", "endpoint_id"),
    Index("ix_webhook_deliveries_state_next_try", "state", "next_try"),
    Index("ix_webhook_deliveries_endpoint_id", "endpoint_id"),
    sqlite_autoincrement=True,
)

webhook_tries = Table(
    "webhook_tries",
    metadata,
    Column("number", number(), primary_key=True),
    Column(
        "delivery",
        number(),
        ForeignKey("webhook_deliveries.number", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    Column("at", Moment, nullable=False),
    Column("status", Integer, nullable=True),
    Column("fault", Text, nullable=True),
    Column("milliseconds", BigInteger, nullable=False),
    sqlite_autoincrement=True,
)

# How far the log has been followed: one row.
ledger_followed = Table(
    "ledger_followed",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("entry", BigInteger, nullable=False),
)
