"""Nothing: the place of a change that was not needed."""

from __future__ import annotations

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Change nothing."""
