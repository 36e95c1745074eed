from __future__ import annotations

from storing import migrated_sqlite, sqlite

__all__ = ["migrated_sqlite", "sqlite"]
