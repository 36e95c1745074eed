"""Tables of what a gallery's manifest is made of, and of what is told of erasures.

Nothing here names a subject: a tile holds commitments, which are linked to nobody once the
subject's key is destroyed, and a record names the subject as the ledger does.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, Table, Text

from countenance.storage.tables import metadata
from countenance.storage.types import Moment, Words, blob, name

manifest_tiles = Table(
    "manifest_tiles",
    metadata,
    Column("gallery_id", name(), ForeignKey("galleries.id", ondelete="CASCADE"), primary_key=True),
    # The hexadecimal digits of the commitments below; empty for the root.
    Column("digits", name(), primary_key=True),
    Column("content", blob(), nullable=False),
)

erasures = Table(
    "erasures",
    metadata,
    Column("id", name(), primary_key=True),
    Column("gallery_id", name(), nullable=False),
    Column("customer_id", name(), nullable=False),
    Column("erased", Moment, nullable=False),
    Column("entry", BigInteger, nullable=False),
    # The last of the gallery's changes that the erasure made: a process that is past it has forgotten.
    Column("sequence", BigInteger, nullable=False),
    Column("reference_count", Integer, nullable=False),
    Column("facts", blob(), nullable=False),
    Column("probe", blob(), nullable=True),
    Column("completed", Moment, nullable=True, index=True),
    Column("completed_entry", BigInteger, nullable=True),
    Column("body", blob(), nullable=True),
    Index("ix_erasures_gallery_id_entry", "gallery_id", "entry"),
)

erasure_drills = Table(
    "erasure_drills",
    metadata,
    Column("id", name(), primary_key=True),
    Column("gallery_id", name(), nullable=False),
    Column("started", Moment, nullable=False),
    Column("ended", Moment, nullable=False),
    Column("passed", Boolean, nullable=False),
    Column("faults", Words, nullable=False),
    Column("erasure_id", name(), nullable=True),
    Column("incident_id", name(), nullable=True),
    Column("entry", BigInteger, nullable=False),
    Index("ix_erasure_drills_gallery_id_entry", "gallery_id", "entry"),
)

searching_processes = Table(
    "searching_processes",
    metadata,
    Column("id", name(), primary_key=True),
    Column("label", Text, nullable=False),
    Column("seen", Moment, nullable=False),
    # Up to which change of any gallery this process has applied what it holds in memory.
    Column("sequence", BigInteger, nullable=False),
)
