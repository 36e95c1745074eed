"""Nothing: the place of a change that was not needed."""

from __future__ import annotations

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Change nothing."""
