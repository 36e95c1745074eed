"""The tables of the subject's own page: one-time codes, sessions, requests, appearances on lists."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Table, Text

from countenance.storage.tables import metadata
from countenance.storage.types import Moment, blob, name, number

subject_codes = Table(
    "subject_codes",
    metadata,
    Column("digest", name(), primary_key=True),
    Column("gallery_id", name(), nullable=False),
    Column("subject_id", name(), nullable=False),
    Column("made_by", name(), nullable=False),
    Column("issued", Moment, nullable=False),
    Column("expires", Moment, nullable=False),
    Column("used", Moment, nullable=True),
    Index("ix_subject_codes_gallery_id_subject_id", "gallery_id", "subject_id"),
)

subject_sessions = Table(
    "subject_sessions",
    metadata,
    Column("digest", name(), primary_key=True),
    Column("gallery_id", name(), nullable=False),
    Column("subject_id", name(), nullable=False),
    Column("opened", Moment, nullable=False),
    Column("seen", Moment, nullable=False),
    Column("expires", Moment, nullable=False),
)

subject_requests = Table(
    "subject_requests",
    metadata,
    Column("id", name(), primary_key=True),
    Column("gallery_id", name(), nullable=False),
    Column("customer_id", name(), nullable=False),
    Column("subject_id", name(), nullable=False),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("about", name(), nullable=True),
    Column("filed", Moment, nullable=False),
    Column("due", Moment, nullable=False),
    Column("extended", Boolean, nullable=False),
    Column("answered", Moment, nullable=True),
    Column("answered_by", name(), nullable=True),
    Column("entry", BigInteger, nullable=False),
    Column("answer_entry", BigInteger, nullable=True),
    # What the subject wrote and what was answered, sealed; nothing once the subject was erased.
    Column("sealed", blob(), nullable=True),
    Index("ix_subject_requests_gallery_id_subject_id", "gallery_id", "subject_id"),
    Index("ix_subject_requests_customer_id_state", "customer_id", "state"),
)

# Which candidate lists held the subject, sealed under the subject's own key: gone with it.
subject_appearances = Table(
    "subject_appearances",
    metadata,
    Column("number", number(), primary_key=True),
    Column("subject", number(), ForeignKey("subjects.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("sealed", blob(), nullable=False),
    sqlite_autoincrement=True,
)

# Where entries of the log name a subject by its commitment; made from the log, after the act.
subject_entries = Table(
    "subject_entries",
    metadata,
    Column("commitment", name(), primary_key=True),
    Column("entry", BigInteger, primary_key=True, autoincrement=False),
)
