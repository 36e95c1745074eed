"""The texts that decisions rest on, by digest."""

from __future__ import annotations

from sqlalchemy import Column, Table, Text

from countenance.storage.tables import metadata
from countenance.storage.types import Moment, name

policy_texts = Table(
    "policy_texts",
    metadata,
    Column("kind", name(), primary_key=True),
    Column("digest", name(), primary_key=True),
    Column("files", Text, nullable=False),
    Column("kept", Moment, nullable=False),
)
