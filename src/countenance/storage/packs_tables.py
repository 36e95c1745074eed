"""The texts that decisions rest on by digest, what was done with packs, and what holders were told."""

from __future__ import annotations

from sqlalchemy import Column, Integer, Table, Text

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

packs_installed = Table(
    "packs_installed",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("name", name(), nullable=False),
    Column("act", name(), nullable=False),
    Column("digest", name(), nullable=True),
    Column("edition", name(), nullable=True),
    Column("signer", Text, nullable=True),
    Column("actor", name(), nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", Moment, nullable=False),
)

coming_notices = Table(
    "coming_notices",
    metadata,
    Column("lease_id", name(), primary_key=True),
    Column("day", name(), primary_key=True),
    Column("mark", name(), primary_key=True),
    Column("customer_id", name(), nullable=False),
    Column("uses", Integer, nullable=False),
    Column("refused", Integer, nullable=False),
    Column("permitted", Integer, nullable=False),
    Column("otherwise", Integer, nullable=False),
    Column("rules", Text, nullable=False),
    Column("told", Moment, nullable=False),
)
