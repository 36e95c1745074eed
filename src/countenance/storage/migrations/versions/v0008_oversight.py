"""Examining of cases: candidates, images, assignments, examiners, and what customers are told.

Cases from before have no probe image, so that nobody could judge them: they end here. What was
sealed of them is overwritten, since it was sealed for another place.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from countenance.storage.types import Moment, Words, blob, name, number

revision = "0008"
down_revision = "0007"

_LONG_AGO = "1970-01-01T00:00:00.000000Z"


def upgrade() -> None:
    """Make the tables."""
    op.add_column(
        "galleries", sa.Column("keeps_images", sa.Boolean, nullable=False, server_default=sa.false())
    )
    _cases()
    _images()
    _assignments()
    _examiners()
    op.create_table(
        "case_notices",
        sa.Column("number", number(), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("customer_id", name(), nullable=False),
        sa.Column("case_id", name(), nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("recipients", Words, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_case_notices"),
        sqlite_autoincrement=True,
    )


def _cases() -> None:
    for column in (
        sa.Column("key_id", number(), nullable=True),
        sa.Column("probe", blob(), nullable=True),
        sa.Column("kind", sa.Text, nullable=False, server_default=""),
        sa.Column("lease_id", name(), nullable=False, server_default=""),
        sa.Column("requested_by", name(), nullable=False, server_default=""),
        sa.Column("requester", name(), nullable=True),
        sa.Column("space", sa.Text, nullable=True),
        sa.Column("camera", sa.Text, nullable=True),
        sa.Column("due", Moment, nullable=False, server_default=_LONG_AGO),
        sa.Column("emergency", sa.Text, nullable=True),
        sa.Column("authorise_by", Moment, nullable=True),
        sa.Column("authorised", Moment, nullable=True),
        sa.Column("examinable", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("closed", Moment, nullable=True),
        sa.Column("reason", sa.Text, nullable=True),
        sa.Column("judged", sa.Integer, nullable=False, server_default="0"),
        sa.Column("supported", sa.Integer, nullable=False, server_default="0"),
        sa.Column("appealed", sa.Boolean, nullable=False, server_default=sa.false()),
    ):
        op.add_column("cases", column)
    op.create_index("ix_cases_state_opened", "cases", ["state", "opened"])
    before = sa.table(
        "cases",
        *(sa.column(one) for one in ("gallery_id", "state", "closed", "opened", "reason")),
        sa.column("sealed", blob()),
        sa.column("kind"),
        sa.column("lease_id"),
    )
    galleries = sa.table("galleries", *(sa.column(one) for one in ("id", "purpose", "lease_id")))
    here = galleries.c.id == before.c.gallery_id
    purpose = sa.select(galleries.c.purpose).where(here).scalar_subquery()
    lease = sa.select(galleries.c.lease_id).where(here).scalar_subquery()
    op.execute(
        sa.update(before).values(
            state="expired",
            reason="not_examinable",
            closed=before.c.opened,
            sealed=b"",
            kind=sa.func.coalesce(purpose, "identity_verification"),
            lease_id=sa.func.coalesce(lease, ""),
        )
    )
    op.create_table(
        "case_candidates",
        sa.Column("number", number(), nullable=False),
        sa.Column("case_id", name(), nullable=False),
        sa.Column("sealed", blob(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_case_candidates"),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name="fk_case_candidates_case_id", ondelete="CASCADE"
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_case_candidates_case_id", "case_candidates", ["case_id"])


def _images() -> None:
    op.create_table(
        "reference_portraits",
        sa.Column("reference_id", name(), nullable=False),
        sa.Column("sealed", blob(), nullable=False),
        sa.PrimaryKeyConstraint("reference_id", name="pk_reference_portraits"),
        sa.ForeignKeyConstraint(
            ["reference_id"],
            ["reference_templates.id"],
            name="fk_reference_portraits_reference_id",
            ondelete="CASCADE",
        ),
    )
    op.create_table(
        "known_faces",
        sa.Column("id", name(), nullable=False),
        sa.Column("person", name(), nullable=False),
        sa.Column("added", Moment, nullable=False),
        sa.Column("added_by", name(), nullable=False),
        sa.Column("key_id", number(), nullable=False),
        sa.Column("sealed", blob(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_known_faces"),
        sa.ForeignKeyConstraint(["key_id"], ["subject_keys.id"], name="fk_known_faces_key_id"),
    )


def _assignments() -> None:
    op.create_table(
        "assignments",
        sa.Column("id", name(), nullable=False),
        sa.Column("case_id", name(), nullable=True),
        sa.Column("known_probe", name(), nullable=True),
        sa.Column("examiner", name(), nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("taken", Moment, nullable=False),
        sa.Column("concluded", Moment, nullable=True),
        sa.Column("counts", sa.Boolean, nullable=False),
        sa.Column("sealed_sheet", sa.Text, nullable=False),
        sa.Column("sealed", blob(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_assignments"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_assignments_case_id", ondelete="CASCADE"),
        sa.UniqueConstraint("case_id", "examiner", name="uq_assignments_case_id_examiner"),
    )
    op.create_index("ix_assignments_examiner_taken", "assignments", ["examiner", "taken"])
    op.create_table(
        "examiner_trials",
        sa.Column("assignment_id", name(), nullable=False),
        sa.Column("slot", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("examiner", name(), nullable=False),
        sa.Column("mated", sa.Boolean, nullable=False),
        sa.Column("supported", sa.Boolean, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("assignment_id", "slot", name="pk_examiner_trials"),
    )
    op.create_index("ix_examiner_trials_examiner_at", "examiner_trials", ["examiner", "at"])


def _examiners() -> None:
    op.create_table(
        "examiner_authorisations",
        sa.Column("person", name(), nullable=False),
        sa.Column("kinds", Words, nullable=False),
        sa.Column("training", sa.Text, nullable=False),
        sa.Column("trained", Moment, nullable=False),
        sa.Column("expires", Moment, nullable=False),
        sa.Column("authorised_by", name(), nullable=False),
        sa.Column("since", Moment, nullable=False),
        sa.Column("suspended", Moment, nullable=True),
        sa.PrimaryKeyConstraint("person", name="pk_examiner_authorisations"),
    )
    op.create_table(
        "examiner_conflicts",
        sa.Column("person", name(), nullable=False),
        sa.Column("customer_id", name(), nullable=False),
        sa.Column("declared", Moment, nullable=False),
        sa.PrimaryKeyConstraint("person", "customer_id", name="pk_examiner_conflicts"),
    )
