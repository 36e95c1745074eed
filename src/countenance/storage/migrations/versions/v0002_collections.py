"""Secrets for signed requests, and what collections of other services' protocols need beside galleries."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from countenance.storage.types import Moment, blob, name

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "access_credentials",
        sa.Column("key_id", name(), nullable=False),
        sa.Column("sealed", blob(), nullable=False),
        sa.Column("created", Moment, nullable=False),
        sa.PrimaryKeyConstraint("key_id", name="pk_access_credentials"),
        sa.ForeignKeyConstraint(["key_id"], ["api_keys.id"], name="fk_access_credentials_key_id"),
    )
    _collections()
    _faces()


def _collections() -> None:
    op.create_table(
        "collection_bindings",
        sa.Column("lease_id", name(), nullable=False),
        sa.Column("collection_id", name(), nullable=False),
        sa.Column("gallery_id", name(), nullable=False),
        sa.Column("purpose", sa.Text, nullable=True),
        sa.Column("scraped", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("lease_id", "collection_id", name="pk_collection_bindings"),
    )
    op.create_table(
        "gallery_tags",
        sa.Column("gallery_id", name(), nullable=False),
        sa.Column("tag", name(), nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("gallery_id", "tag", name="pk_gallery_tags"),
        sa.ForeignKeyConstraint(
            ["gallery_id"], ["galleries.id"], name="fk_gallery_tags_gallery_id", ondelete="CASCADE"
        ),
    )
    op.create_table(
        "gallery_users",
        sa.Column("gallery_id", name(), nullable=False),
        sa.Column("user_id", name(), nullable=False),
        sa.PrimaryKeyConstraint("gallery_id", "user_id", name="pk_gallery_users"),
        sa.ForeignKeyConstraint(
            ["gallery_id"], ["galleries.id"], name="fk_gallery_users_gallery_id", ondelete="CASCADE"
        ),
    )


def _faces() -> None:
    op.create_table(
        "face_records",
        sa.Column("reference_id", name(), nullable=False),
        sa.Column("image_id", name(), nullable=False),
        *(
            sa.Column(column, sa.Float, nullable=False)
            for column in ("confidence", "box_left", "box_top", "box_width", "box_height")
        ),
        sa.PrimaryKeyConstraint("reference_id", name="pk_face_records"),
        sa.ForeignKeyConstraint(
            ["reference_id"],
            ["reference_templates.id"],
            name="fk_face_records_reference_id",
            ondelete="CASCADE",
        ),
    )
    op.create_table(
        "face_users",
        sa.Column("reference_id", name(), nullable=False),
        sa.Column("gallery_id", name(), nullable=False),
        sa.Column("user_id", name(), nullable=False),
        sa.PrimaryKeyConstraint("reference_id", name="pk_face_users"),
        sa.ForeignKeyConstraint(
            ["reference_id"],
            ["reference_templates.id"],
            name="fk_face_users_reference_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["gallery_id", "user_id"],
            ["gallery_users.gallery_id", "gallery_users.user_id"],
            name="fk_face_users_user",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_face_users_gallery_id_user_id", "face_users", ["gallery_id", "user_id"])
