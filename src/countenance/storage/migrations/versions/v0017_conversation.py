"""Questions and answers about applications; columns that lists of applications and customers are made of."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from countenance.storage.types import Moment, blob, name

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Make them; customers' column is filled here, applications' at the next start, which has the key."""
    op.create_table(
        "application_messages",
        sa.Column("application_id", name(), nullable=False),
        sa.Column("number", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("sealed", blob(), nullable=False),
        sa.PrimaryKeyConstraint("application_id", "number", name="pk_application_messages"),
    )
    op.add_column("applications", sa.Column("state", name(), nullable=True))
    op.add_column("applications", sa.Column("changed", Moment, nullable=True))
    op.create_index("ix_applications_state_changed", "applications", ["state", "changed"])
    op.add_column("customers", sa.Column("folded", name(), nullable=False, server_default=""))
    customers = sa.table(
        "customers", sa.column("id", sa.Text), sa.column("name", sa.Text), sa.column("folded", sa.Text)
    )
    connection = op.get_bind()
    for row in connection.execute(sa.select(customers.c.id, customers.c.name)).all():
        connection.execute(
            sa.update(customers).where(customers.c.id == row.id).values(folded=row.name.casefold())
        )
