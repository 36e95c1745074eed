"""What decisions say is kept once, by its digest; decisions stand in the order of their entries."""

from __future__ import annotations

import hashlib
from typing import Any

import sqlalchemy as sa
from alembic import op

from countenance.storage.types import Moment, blob, name, number

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Make both tables and move every decision over."""
    op.drop_index("ix_decisions_entry", "decisions")
    op.rename_table("decisions", "decisions_before")
    if op.get_context().dialect.name == "postgresql":
        op.drop_constraint("pk_decisions", "decisions_before")
        digest = "sha256(convert_to(decision, 'UTF8'))"
    else:
        _teach_sha256()
        digest = "sha256_of_text(decision)"
    op.create_table(
        "decision_texts",
        sa.Column("digest", blob(), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_decision_texts"),
    )
    op.create_table(
        "decisions",
        sa.Column("entry", number(), autoincrement=False, nullable=False),
        sa.Column("id", name(), nullable=False),
        sa.Column("customer_id", name(), nullable=True),
        sa.Column("actor_id", name(), nullable=False),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("decision_digest", blob(), nullable=False),
        sa.Column("asked", Moment, nullable=False),
        sa.PrimaryKeyConstraint("entry", name="pk_decisions"),
        sa.UniqueConstraint("id", name="uq_decisions_id"),
    )
    op.execute(
        f"INSERT INTO decision_texts (digest, text) SELECT {digest}, decision"  # noqa: S608  one of two constants
        " FROM (SELECT DISTINCT decision FROM decisions_before) AS said"
    )
    op.execute(
        "INSERT INTO decisions (entry, id, customer_id, actor_id, question, decision_digest, asked)"  # noqa: S608  as above
        f" SELECT entry, id, customer_id, actor_id, question, {digest}, asked FROM decisions_before"
    )
    if op.get_context().dialect.name == "sqlite":
        _drop_without_overwriting("decisions_before")
    else:
        op.drop_table("decisions_before")


def _drop_without_overwriting(table: str) -> None:
    """Drop a table that holds nothing to erase: SQLite would hold all of it in memory to overwrite it."""
    op.execute("PRAGMA secure_delete = OFF")
    op.drop_table(table)
    op.execute("PRAGMA secure_delete = ON")


def _teach_sha256() -> None:
    """Let SQLite's connection compute digests, which it has no function for."""
    connection: Any = op.get_bind().connection.driver_connection
    connection.create_function("sha256_of_text", 1, lambda text: hashlib.sha256(text.encode()).digest())
