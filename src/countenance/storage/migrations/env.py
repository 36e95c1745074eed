"""Runs migrations on the connection that `countenance.storage.schema` hands over."""

from __future__ import annotations

from alembic import context

from countenance.storage.schema import VERSION_TABLE
from countenance.storage.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    render_as_batch=True,
    transactional_ddl=False,
)
context.run_migrations()
