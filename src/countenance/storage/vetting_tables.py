"""Tables of customers' people, applications, reviews, versions of leases, and officers' decisions.

What people wrote stands sealed; the columns beside it are what rows are found and ordered by.
"""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, Table

from countenance.storage.tables import metadata
from countenance.storage.types import Moment, blob, name

customer_members = Table(
    "customer_members",
    metadata,
    Column("customer_id", name(), primary_key=True),
    Column("person", name(), primary_key=True),
    Column("sealed", blob(), nullable=False),
)

customer_contacts = Table(
    "customer_contacts",
    metadata,
    Column("customer_id", name(), primary_key=True),
    Column("contact_id", name(), primary_key=True),
    Column("sealed", blob(), nullable=False),
)

applications = Table(
    "applications",
    metadata,
    Column("application_id", name(), primary_key=True),
    Column("customer_id", name(), nullable=False, index=True),
    Column("created", Moment, nullable=False),
    # Empty in a row from before version 17, until `fill_columns` has read it at the next start.
    Column("state", name(), nullable=True),
    Column("changed", Moment, nullable=True),
    Column("sealed", blob(), nullable=False),
    Index("ix_applications_state_changed", "state", "changed"),
)

application_messages = Table(
    "application_messages",
    metadata,
    Column("application_id", name(), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("sealed", blob(), nullable=False),
)

application_drafts = Table(
    "application_drafts",
    metadata,
    Column("application_id", name(), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("sealed", blob(), nullable=False),
)

application_evidence = Table(
    "application_evidence",
    metadata,
    Column("application_id", name(), primary_key=True),
    Column("digest", name(), primary_key=True),
    Column("sealed", blob(), nullable=False),
)

# Apart from what describes them, so that a list of files reads none of them.
evidence_files = Table(
    "evidence_files",
    metadata,
    Column("application_id", name(), primary_key=True),
    Column("digest", name(), primary_key=True),
    Column("sealed", blob(), nullable=False),
)

factor_marks = Table(
    "factor_marks",
    metadata,
    Column("application_id", name(), primary_key=True),
    Column("round", Integer, primary_key=True, autoincrement=False),
    Column("factor", name(), primary_key=True),
    Column("reviewer", name(), primary_key=True),
    Column("sealed", blob(), nullable=False),
)

review_votes = Table(
    "review_votes",
    metadata,
    Column("application_id", name(), primary_key=True),
    Column("round", Integer, primary_key=True, autoincrement=False),
    Column("reviewer", name(), primary_key=True),
    Column("cast_at", Moment, nullable=False),
    Column("sealed", blob(), nullable=False),
)

appeals = Table(
    "appeals",
    metadata,
    Column("appeal_id", name(), primary_key=True),
    Column("filed", Moment, nullable=False),
    Column("sealed", blob(), nullable=False),
)

lease_versions = Table(
    "lease_versions",
    metadata,
    Column("lease_id", name(), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("sealed", blob(), nullable=False),
)

condition_decisions = Table(
    "condition_decisions",
    metadata,
    Column("decision_id", name(), primary_key=True),
    Column("proposed", Moment, nullable=False),
    Column("met", Moment, nullable=True),
    Column("unmet", Moment, nullable=True),
    Column("sealed", blob(), nullable=False),
    Index("ix_condition_decisions_met", "met"),
)

SEALED = (
    customer_members,
    customer_contacts,
    applications,
    application_drafts,
    application_evidence,
    application_messages,
    evidence_files,
    factor_marks,
    review_votes,
    appeals,
    lease_versions,
    condition_decisions,
)
"""Every table here: its rows are sealed for their table and their primary key."""
