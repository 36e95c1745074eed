"""Tables of incidents, fairness evidence, the monitor's statistics, and audits by outsiders.

What people wrote stands sealed; the columns beside it are what rows are found and ordered by.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Table, Text

from countenance.storage.evidence_tables import SEALED as REPORTS
from countenance.storage.tables import metadata
from countenance.storage.types import Moment, blob, name

incidents = Table(
    "incidents",
    metadata,
    Column("incident_id", name(), primary_key=True),
    Column("opened", Moment, nullable=False),
    Column("resolved", Moment, nullable=True),
    Column("sealed", blob(), nullable=False),
)

fairness_evidence = Table(
    "fairness_evidence",
    metadata,
    Column("evidence_id", name(), primary_key=True),
    Column("model_digest", Text, nullable=False),
    Column("threshold_ppb", BigInteger, nullable=False),
    Column("one_to_one", Boolean, nullable=False),
    Column("one_to_many", Boolean, nullable=False),
    Column("measured", Moment, nullable=False),
    # None while a second person has yet to confirm it: the gate knows nothing of it.
    Column("registered", Moment, nullable=True),
    Column("sealed", blob(), nullable=False),
    Index("ix_fairness_evidence_model", "model_digest", "threshold_ppb", "measured"),
)

monitor_streams = Table(
    "monitor_streams",
    metadata,
    Column("gallery_id", name(), primary_key=True),
    Column("measure", name(), primary_key=True),
    Column("sealed", blob(), nullable=False),
)

# One row: up to which entry of the ledger the monitor has looked.
monitor_position = Table(
    "monitor_position",
    metadata,
    Column("name", name(), primary_key=True),
    Column("followed", BigInteger, nullable=False),
)

audits = Table(
    "audits",
    metadata,
    Column("audit_id", name(), primary_key=True),
    Column("key_lease", name(), nullable=False, index=True),
    Column("registered", Moment, nullable=False),
    Column("sealed", blob(), nullable=False),
)

audit_calls = Table(
    "audit_calls",
    metadata,
    Column("audit_id", name(), primary_key=True),
    Column("minute", BigInteger, primary_key=True, autoincrement=False),
    Column("calls", BigInteger, nullable=False),
)

SEALED = (incidents, fairness_evidence, monitor_streams, audits, *REPORTS)
"""Every table of this area with sealed rows: they are sealed for their table and their primary key."""
