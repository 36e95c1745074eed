"""Tables of what comes next here: none yet."""

from __future__ import annotations

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Make the tables."""
