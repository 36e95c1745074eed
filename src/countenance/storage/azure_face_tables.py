"""Tables of what the Azure Face protocol needs beside galleries.

Loose faces have their keys in `subject_keys`, which is written in place only, so that a key that
was destroyed leaves no second copy. What is said of a reference, a person or a roster goes with
it: the database sees to it, but for persons, who go with their subject's erasure.
"""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, ForeignKeyConstraint, Index, Table, Text, UniqueConstraint

from countenance.storage.tables import metadata
from countenance.storage.types import Moment, Words, blob, name, number

loose_faces = Table(
    "loose_faces",
    metadata,
    Column("id", name(), primary_key=True),
    Column("lease_id", name(), nullable=False, index=True),
    Column("photograph", name(), nullable=False),
    Column("key_id", number(), ForeignKey("subject_keys.id"), nullable=False),
    Column("model_digest", Text, nullable=False),
    Column("pipeline_version", Text, nullable=False),
    Column("sealed", blob(), nullable=False),
    Column("reasons", Words, nullable=False),
    Column("label", Text, nullable=False),
    Column("issued", Moment, nullable=False),
    Column("expires", Moment, nullable=False, index=True),
)

rosters = Table(
    "rosters",
    metadata,
    Column("gallery_id", name(), ForeignKey("galleries.id", ondelete="CASCADE"), primary_key=True),
    Column("kind", Text, nullable=False),
    Column("roster_id", name(), nullable=False),
    Column("name", Text, nullable=False),
    Column("user_data", Text, nullable=True),
    Column("label", Text, nullable=False),
    Column("training_status", Text, nullable=True),
    Column("training_asked", Moment, nullable=True),
    Column("training_ended", Moment, nullable=True),
    Column("training_succeeded", Moment, nullable=True),
    Column("training_message", Text, nullable=True),
)

roster_persons = Table(
    "roster_persons",
    metadata,
    Column("gallery_id", name(), ForeignKey("galleries.id", ondelete="CASCADE"), primary_key=True),
    Column("person_id", name(), primary_key=True),
    Column("subject_id", name(), nullable=False),
    Column("sealed", blob(), nullable=False),
    UniqueConstraint("gallery_id", "subject_id"),
)

roster_notes = Table(
    "roster_notes",
    metadata,
    Column(
        "reference_id", name(), ForeignKey("reference_templates.id", ondelete="CASCADE"), primary_key=True
    ),
    Column("sealed", blob(), nullable=False),
)

dynamic_groups = Table(
    "dynamic_groups",
    metadata,
    Column("gallery_id", name(), ForeignKey("galleries.id", ondelete="CASCADE"), primary_key=True),
    Column("group_id", name(), primary_key=True),
    Column("name", Text, nullable=False),
    Column("user_data", Text, nullable=True),
)

dynamic_group_members = Table(
    "dynamic_group_members",
    metadata,
    Column("gallery_id", name(), primary_key=True),
    Column("group_id", name(), primary_key=True),
    Column("person_id", name(), primary_key=True),
    ForeignKeyConstraint(
        ["gallery_id", "group_id"],
        ["dynamic_groups.gallery_id", "dynamic_groups.group_id"],
        name="fk_dynamic_group_members_group",
        ondelete="CASCADE",
    ),
    ForeignKeyConstraint(
        ["gallery_id", "person_id"],
        ["roster_persons.gallery_id", "roster_persons.person_id"],
        name="fk_dynamic_group_members_person",
        ondelete="CASCADE",
    ),
    Index("ix_dynamic_group_members_gallery_id_person_id", "gallery_id", "person_id"),
)
