"""What witnesses have made of the log: how far each has cosigned it, and the checkpoints they cosigned."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from countenance.storage.types import Moment, name

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Make the tables; no witness has cosigned yet."""
    op.create_table(
        "log_witnesses",
        sa.Column("key", name(), nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_log_witnesses"),
    )
    op.create_table(
        "log_cosigned",
        sa.Column("size", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("moment", Moment, nullable=False),
        sa.PrimaryKeyConstraint("size", name="pk_log_cosigned"),
    )
