"""The first tables."""

from __future__ import annotations

import hashlib

import sqlalchemy as sa
from alembic import op

from countenance.storage.types import Moment, Words, blob, name, number

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make every table, and the head of an empty log."""
    _installation_and_vetting()
    _galleries_and_consents()
    _subjects()
    _references()
    _decisions_and_cases()
    _ledger()


def _installation_and_vetting() -> None:
    op.create_table(
        "installation",
        sa.Column("name", name(), nullable=False),
        sa.Column("value", blob(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_installation"),
    )
    op.create_table(
        "customers",
        sa.Column("id", name(), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("jurisdictions", Words, nullable=False),
        sa.Column("acts_for", Words, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_customers"),
    )
    words = (
        "approved_by",
        "acts",
        "purposes",
        "galleries",
        "spaces",
        "cameras",
        "model_digests",
        "instruments",
    )
    op.create_table(
        "leases",
        sa.Column("id", name(), nullable=False),
        sa.Column("customer_id", name(), nullable=False),
        sa.Column("max_candidates", sa.Integer, nullable=False),
        *(sa.Column(column, Words, nullable=False) for column in words),
        sa.Column("fmr_ppb", sa.BigInteger, nullable=False),
        sa.Column("n_max", sa.BigInteger, nullable=False),
        sa.Column("examiners", sa.Integer, nullable=False),
        sa.Column("not_before", Moment, nullable=False),
        sa.Column("expires", Moment, nullable=False),
        sa.Column("revoked", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_leases"),
    )
    op.create_table(
        "api_keys",
        sa.Column("id", name(), nullable=False),
        sa.Column("secret_digest", blob(), nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("lease_id", name(), nullable=True),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("created", Moment, nullable=False),
        sa.Column("expires", Moment, nullable=True),
        sa.Column("revoked", Moment, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_api_keys"),
    )


def _galleries_and_consents() -> None:
    op.create_table(
        "galleries",
        sa.Column("id", name(), nullable=False),
        sa.Column("customer_id", name(), nullable=False),
        sa.Column("lease_id", name(), nullable=False),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("model_digest", sa.Text, nullable=False),
        sa.Column("pipeline_version", sa.Text, nullable=False),
        sa.Column("scraped", sa.Boolean, nullable=False),
        sa.Column("created", Moment, nullable=False),
        sa.Column("subject_count", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_galleries"),
    )
    op.create_index("ix_galleries_customer_id", "galleries", ["customer_id"])
    op.create_table(
        "consents",
        sa.Column("gallery_id", name(), nullable=False),
        sa.Column("subject_id", name(), nullable=False),
        sa.Column("notice", sa.Text, nullable=False),
        sa.Column("method", sa.Text, nullable=False),
        sa.Column("instruments", Words, nullable=False),
        sa.Column("given", Moment, nullable=False),
        sa.Column("expires", Moment, nullable=True),
        sa.Column("withdrawn", Moment, nullable=True),
        sa.PrimaryKeyConstraint("gallery_id", "subject_id", name="pk_consents"),
    )


def _subjects() -> None:
    op.create_table(
        "subject_keys",
        sa.Column("id", number(), nullable=False),
        sa.Column("wrapped", blob(), nullable=False),
        sa.Column("vacant", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_subject_keys"),
    )
    vacant = sa.text("vacant")
    op.create_index(
        "ix_subject_keys_vacant", "subject_keys", ["id"], sqlite_where=vacant, postgresql_where=vacant
    )
    op.create_table(
        "subjects",
        sa.Column("id", number(), nullable=False),
        sa.Column("gallery_id", name(), nullable=False),
        sa.Column("subject_id", name(), nullable=False),
        sa.Column("key_id", number(), nullable=False),
        sa.Column("reference_count", sa.Integer, nullable=False),
        sa.Column("consent_from", Moment, nullable=False),
        sa.Column("consent_until", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_subjects"),
        sa.ForeignKeyConstraint(["gallery_id"], ["galleries.id"], name="fk_subjects_gallery_id"),
        sa.ForeignKeyConstraint(["key_id"], ["subject_keys.id"], name="fk_subjects_key_id"),
        sa.UniqueConstraint("gallery_id", "subject_id", name="uq_subjects_gallery_id_subject_id"),
        sqlite_autoincrement=True,
    )
    enrolled = sa.text("reference_count > 0")
    for index, column in (("ix_subjects_until", "consent_until"), ("ix_subjects_from", "consent_from")):
        op.create_index(
            index, "subjects", ["gallery_id", column], sqlite_where=enrolled, postgresql_where=enrolled
        )


def _references() -> None:
    op.create_table(
        "reference_templates",
        sa.Column("number", number(), nullable=False),
        sa.Column("id", name(), nullable=False),
        sa.Column("subject", number(), nullable=False),
        sa.Column("model_digest", sa.Text, nullable=False),
        sa.Column("pipeline_version", sa.Text, nullable=False),
        sa.Column("sealed", blob(), nullable=False),
        sa.Column("enrolled", Moment, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_reference_templates"),
        sa.UniqueConstraint("id", name="uq_reference_templates_id"),
        sa.ForeignKeyConstraint(["subject"], ["subjects.id"], name="fk_reference_templates_subject"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_reference_templates_subject", "reference_templates", ["subject"])
    op.create_table(
        "gallery_changes",
        sa.Column("sequence", number(), nullable=False),
        sa.Column("gallery_id", name(), nullable=False),
        sa.Column("reference_id", name(), nullable=False),
        sa.Column("added", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("sequence", name="pk_gallery_changes"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_gallery_changes_reference_id", "gallery_changes", ["reference_id"])
    op.create_index("ix_gallery_changes_gallery_id_sequence", "gallery_changes", ["gallery_id", "sequence"])


def _decisions_and_cases() -> None:
    op.create_table(
        "cases",
        sa.Column("id", name(), nullable=False),
        sa.Column("gallery_id", name(), nullable=False),
        sa.Column("customer_id", name(), nullable=False),
        sa.Column("decision_id", name(), nullable=False),
        sa.Column("sealed", blob(), nullable=False),
        sa.Column("examiners", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("opened", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_cases"),
    )
    op.create_index("ix_cases_gallery_id", "cases", ["gallery_id"])
    op.create_table(
        "decisions",
        sa.Column("id", name(), nullable=False),
        sa.Column("customer_id", name(), nullable=True),
        sa.Column("actor_id", name(), nullable=False),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("decision", sa.Text, nullable=False),
        sa.Column("entry", sa.BigInteger, nullable=False),
        sa.Column("asked", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_decisions"),
    )
    op.create_table(
        "idempotency_records",
        sa.Column("actor_id", name(), nullable=False),
        sa.Column("key", name(), nullable=False),
        sa.Column("request_digest", blob(), nullable=False),
        sa.Column("claimed", Moment, nullable=False),
        sa.Column("sealed_answer", blob(), nullable=True),
        sa.PrimaryKeyConstraint("actor_id", "key", name="pk_idempotency_records"),
    )


def _ledger() -> None:
    op.create_table(
        "ledger_entries",
        sa.Column("number", number(), autoincrement=False, nullable=False),
        sa.Column("hashes", blob(), nullable=False),
        sa.Column("leaf", blob(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_ledger_entries"),
    )
    head = op.create_table(
        "ledger_head",
        sa.Column("id", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("root", blob(), nullable=False),
        sa.Column("frontier", blob(), nullable=False),
        sa.Column("checkpoint", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_ledger_head"),
    )
    empty = {"id": 1, "size": 0, "root": hashlib.sha256(b"").digest(), "frontier": b"", "checkpoint": ""}
    op.bulk_insert(head, [empty])
