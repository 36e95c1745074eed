"""Tables of notices, of captures of consent, and of what retention counts from and is held off by."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text

from countenance.storage.tables import metadata
from countenance.storage.types import Moment, blob, name

# Published versions are public and never change; they outlive the gallery that they speak of.
consent_notices = Table(
    "consent_notices",
    metadata,
    Column("notice_id", name(), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("customer_id", name(), nullable=False, index=True),
    Column("document", Text, nullable=False),
)

consent_records = Table(
    "consent_records",
    metadata,
    Column("record_id", name(), primary_key=True),
    Column("gallery_id", name(), ForeignKey("galleries.id", ondelete="CASCADE"), nullable=False),
    Column("subject_id", name(), nullable=False),
    Column("given", Moment, nullable=False),
    Column("sealed", blob(), nullable=False),
    Index("ix_consent_records_gallery_id_subject_id", "gallery_id", "subject_id"),
)

retention_interactions = Table(
    "retention_interactions",
    metadata,
    Column("gallery_id", name(), ForeignKey("galleries.id", ondelete="CASCADE"), primary_key=True),
    Column("subject_id", name(), primary_key=True),
    Column("last_interaction", Moment, nullable=True),
    Column("purpose_satisfied", Moment, nullable=True),
)

# No cascade: a gallery that is held is not deleted.
legal_holds = Table(
    "legal_holds",
    metadata,
    Column("hold_id", name(), primary_key=True),
    Column("gallery_id", name(), nullable=False, index=True),
    Column("placed", Moment, nullable=False),
    Column("sealed", blob(), nullable=False),
)

SEALED = (consent_records, legal_holds)
"""Tables here whose rows are sealed for their table and their primary key."""
