"""Tables of what witnesses have made of the log: where each stands, and what they have cosigned."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Table, Text

from countenance.storage.tables import metadata
from countenance.storage.types import Moment, name

log_witnesses = Table(
    "log_witnesses",
    metadata,
    # The id of the witness's key, in hexadecimal, after its name.
    Column("key", name(), primary_key=True),
    Column("size", BigInteger, nullable=False),
)

log_cosigned = Table(
    "log_cosigned",
    metadata,
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("note", Text, nullable=False),
    Column("moment", Moment, nullable=False),
)
