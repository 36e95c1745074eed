"""The places that the contract suites run on."""

from __future__ import annotations

from storing import migrated_postgresql, migrated_sqlite, place, postgresql, postgresql_url, sqlite

__all__ = ["migrated_postgresql", "migrated_sqlite", "place", "postgresql", "postgresql_url", "sqlite"]
