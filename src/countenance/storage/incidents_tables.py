"""Tables of incidents, fairness evidence, the monitor's statistics, and audits by outsiders.

What people wrote stands sealed; the columns beside it are what rows are found and ordered by.
"""

from __future__ import annotations

from sqlalchemy import Column, Table

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

SEALED = (incidents,)
"""Every table here with sealed rows: they are sealed for their table and their primary key."""
