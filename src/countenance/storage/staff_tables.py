"""The tables of accounts: nothing in them opens anything without the master key."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Table, Text, UniqueConstraint

from countenance.storage.tables import metadata
from countenance.storage.types import Moment, blob, name

staff_members = Table(
    "staff_members",
    metadata,
    Column("id", name(), primary_key=True),
    Column("login", name(), nullable=False),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("customer", name(), nullable=True),
    Column("created", Moment, nullable=False),
    Column("disabled", Moment, nullable=True),
    Column("failures", BigInteger, nullable=False),
    Column("locked_until", Moment, nullable=True),
    Column("subject", name(), nullable=True),
    UniqueConstraint("login"),
    UniqueConstraint("subject"),
)

staff_credentials = Table(
    "staff_credentials",
    metadata,
    Column("staff_id", name(), ForeignKey("staff_members.id"), primary_key=True),
    Column("sealed", blob(), nullable=False),
)

staff_sessions = Table(
    "staff_sessions",
    metadata,
    Column("digest", name(), primary_key=True),
    Column("staff_id", name(), ForeignKey("staff_members.id"), nullable=False, index=True),
    Column("stage", Text, nullable=False),
    Column("created", Moment, nullable=False),
    Column("seen", Moment, nullable=False),
    Column("expires", Moment, nullable=False),
    Column("confirmed", Moment, nullable=True),
    Column("challenge", blob(), nullable=True),
)

staff_invitations = Table(
    "staff_invitations",
    metadata,
    Column("digest", name(), primary_key=True),
    Column("staff_id", name(), ForeignKey("staff_members.id"), nullable=False, index=True),
    Column("made_by", name(), nullable=False),
    Column("created", Moment, nullable=False),
    Column("expires", Moment, nullable=False),
    Column("used", Moment, nullable=True),
)
