"""Manifests of galleries, what is told of erasures and of drills, and which processes hold galleries."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from countenance.storage.types import Moment, Words, blob, name

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Make the tables. The manifest of a gallery that is there is made at its next change."""
    op.create_table(
        "manifest_tiles",
        sa.Column("gallery_id", name(), nullable=False),
        sa.Column("digits", name(), nullable=False),
        sa.Column("content", blob(), nullable=False),
        sa.PrimaryKeyConstraint("gallery_id", "digits", name="pk_manifest_tiles"),
        _of_gallery("fk_manifest_tiles_gallery_id"),
    )
    _erasures()
    _drills()
    op.create_table(
        "searching_processes",
        sa.Column("id", name(), nullable=False),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("seen", Moment, nullable=False),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_searching_processes"),
    )


def _erasures() -> None:
    op.create_table(
        "erasures",
        sa.Column("id", name(), nullable=False),
        sa.Column("gallery_id", name(), nullable=False),
        sa.Column("customer_id", name(), nullable=False),
        sa.Column("erased", Moment, nullable=False),
        sa.Column("entry", sa.BigInteger, nullable=False),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("reference_count", sa.Integer, nullable=False),
        sa.Column("facts", blob(), nullable=False),
        sa.Column("probe", blob(), nullable=True),
        sa.Column("completed", Moment, nullable=True),
        sa.Column("completed_entry", sa.BigInteger, nullable=True),
        sa.Column("body", blob(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_erasures"),
    )
    op.create_index("ix_erasures_completed", "erasures", ["completed"])
    op.create_index("ix_erasures_gallery_id_entry", "erasures", ["gallery_id", "entry"])


def _drills() -> None:
    op.create_table(
        "erasure_drills",
        sa.Column("id", name(), nullable=False),
        sa.Column("gallery_id", name(), nullable=False),
        sa.Column("started", Moment, nullable=False),
        sa.Column("ended", Moment, nullable=False),
        sa.Column("passed", sa.Boolean, nullable=False),
        sa.Column("faults", Words, nullable=False),
        sa.Column("erasure_id", name(), nullable=True),
        sa.Column("incident_id", name(), nullable=True),
        sa.Column("entry", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_erasure_drills"),
    )
    op.create_index("ix_erasure_drills_gallery_id_entry", "erasure_drills", ["gallery_id", "entry"])


def _of_gallery(constraint: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["gallery_id"], ["galleries.id"], name=constraint, ondelete="CASCADE")
