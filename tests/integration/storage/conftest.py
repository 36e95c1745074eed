"""Databases for what only a real one can show: crashes, full disks, bytes in files, migrations."""

from __future__ import annotations

from storing import migrated_postgresql, migrated_sqlite, postgresql, postgresql_url, sqlite

__all__ = ["migrated_postgresql", "migrated_sqlite", "postgresql", "postgresql_url", "sqlite"]
