"""Databases for what only a real one can show: crashes, full disks, bytes in files, migrations."""

from __future__ import annotations

import importlib
import pkgutil

from countenance import storage
from storing import migrated_postgresql, migrated_sqlite, postgresql, postgresql_url, sqlite

__all__ = ["migrated_postgresql", "migrated_sqlite", "postgresql", "postgresql_url", "sqlite"]

# Tables are loaded when they are first needed; what compares all of them needs them all.
for _module in pkgutil.iter_modules(storage.__path__):
    if _module.name.endswith("_tables"):
        importlib.import_module(f"countenance.storage.{_module.name}")
