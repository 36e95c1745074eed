"""Tables of what comes next here: none yet."""

from __future__ import annotations

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Make the tables."""
