"""Tables of what comes next here: none yet."""

from __future__ import annotations

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Make the tables."""
