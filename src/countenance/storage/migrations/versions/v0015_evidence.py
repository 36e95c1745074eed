"""Nothing: the place of a change that was not needed."""

from __future__ import annotations

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Change nothing."""
