"""What the Azure Face protocol needs beside galleries."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from countenance.storage.types import Moment, Words, blob, name, number

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the tables."""
    _loose_faces()
    _rosters()
    _groups()


def _loose_faces() -> None:
    op.create_table(
        "loose_faces",
        sa.Column("id", name(), nullable=False),
        sa.Column("lease_id", name(), nullable=False),
        sa.Column("photograph", name(), nullable=False),
        sa.Column("key_id", number(), nullable=False),
        sa.Column("model_digest", sa.Text, nullable=False),
        sa.Column("pipeline_version", sa.Text, nullable=False),
        sa.Column("sealed", blob(), nullable=False),
        sa.Column("reasons", Words, nullable=False),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("issued", Moment, nullable=False),
        sa.Column("expires", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_loose_faces"),
        sa.ForeignKeyConstraint(["key_id"], ["subject_keys.id"], name="fk_loose_faces_key_id"),
    )
    op.create_index("ix_loose_faces_expires", "loose_faces", ["expires"])
    op.create_index("ix_loose_faces_lease_id", "loose_faces", ["lease_id"])


def _rosters() -> None:
    op.create_table(
        "rosters",
        sa.Column("gallery_id", name(), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("roster_id", name(), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("user_data", sa.Text, nullable=True),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("training_status", sa.Text, nullable=True),
        sa.Column("training_asked", Moment, nullable=True),
        sa.Column("training_ended", Moment, nullable=True),
        sa.Column("training_succeeded", Moment, nullable=True),
        sa.Column("training_message", sa.Text, nullable=True),
        sa.PrimaryKeyConstraint("gallery_id", name="pk_rosters"),
        _of_gallery("fk_rosters_gallery_id"),
    )
    op.create_table(
        "roster_persons",
        sa.Column("gallery_id", name(), nullable=False),
        sa.Column("person_id", name(), nullable=False),
        sa.Column("subject_id", name(), nullable=False),
        sa.Column("sealed", blob(), nullable=False),
        sa.PrimaryKeyConstraint("gallery_id", "person_id", name="pk_roster_persons"),
        sa.UniqueConstraint("gallery_id", "subject_id", name="uq_roster_persons_gallery_id_subject_id"),
        _of_gallery("fk_roster_persons_gallery_id"),
    )
    op.create_table(
        "roster_notes",
        sa.Column("reference_id", name(), nullable=False),
        sa.Column("sealed", blob(), nullable=False),
        sa.PrimaryKeyConstraint("reference_id", name="pk_roster_notes"),
        sa.ForeignKeyConstraint(
            ["reference_id"],
            ["reference_templates.id"],
            name="fk_roster_notes_reference_id",
            ondelete="CASCADE",
        ),
    )


def _groups() -> None:
    op.create_table(
        "dynamic_groups",
        sa.Column("gallery_id", name(), nullable=False),
        sa.Column("group_id", name(), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("user_data", sa.Text, nullable=True),
        sa.PrimaryKeyConstraint("gallery_id", "group_id", name="pk_dynamic_groups"),
        _of_gallery("fk_dynamic_groups_gallery_id"),
    )
    op.create_table(
        "dynamic_group_members",
        sa.Column("gallery_id", name(), nullable=False),
        sa.Column("group_id", name(), nullable=False),
        sa.Column("person_id", name(), nullable=False),
        sa.PrimaryKeyConstraint("gallery_id", "group_id", "person_id", name="pk_dynamic_group_members"),
        sa.ForeignKeyConstraint(
            ["gallery_id", "group_id"],
            ["dynamic_groups.gallery_id", "dynamic_groups.group_id"],
            name="fk_dynamic_group_members_group",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["gallery_id", "person_id"],
            ["roster_persons.gallery_id", "roster_persons.person_id"],
            name="fk_dynamic_group_members_person",
            ondelete="CASCADE",
        ),
    )
    op.create_index(
        "ix_dynamic_group_members_gallery_id_person_id", "dynamic_group_members", ["gallery_id", "person_id"]
    )


def _of_gallery(constraint: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["gallery_id"], ["galleries.id"], name=constraint, ondelete="CASCADE")
