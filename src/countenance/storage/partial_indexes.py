"""The indexes over some rows of a table, which the migrations make and nobody names at run time.

They stand apart because an option of PostgreSQL makes SQLAlchemy load that dialect with all
its drivers, which every start would wait for. Whoever compares the tables with the schema
imports this too.
"""

from __future__ import annotations

from sqlalchemy import Column, ColumnElement, Index

from countenance.storage.incidents_tables import incidents
from countenance.storage.tables import consents, subject_keys, subjects


def _partial(name: str, *columns: Column[object], where: ColumnElement[bool]) -> Index:
    return Index(name, *columns, sqlite_where=where, postgresql_where=where)


_enrolled = subjects.c.reference_count > 0

VACANT_KEYS = _partial("ix_subject_keys_vacant", subject_keys.c.id, where=subject_keys.c.vacant)
CONSENT_ENDS = _partial("ix_subjects_until", subjects.c.gallery_id, subjects.c.consent_until, where=_enrolled)
CONSENT_BEGINS = _partial("ix_subjects_from", subjects.c.gallery_id, subjects.c.consent_from, where=_enrolled)
OPEN_INCIDENTS = _partial(
    "ix_incidents_open", incidents.c.opened, incidents.c.incident_id, where=incidents.c.resolved.is_(None)
)
MINORS = _partial("ix_consents_minors", consents.c.gallery_id, where=consents.c.minor)
