"""A connection while it is used, with what is remembered on it."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from sqlalchemy import PoolProxiedConnection


class OpenConnection:
    """A connection with one cursor for all its statements, and what is remembered on it.

    Making a cursor for each of the ten statements of an act would cost as much as one of them.
    """

    __slots__ = ("cursor", "lasting", "proxied", "version")

    def __init__(self, proxied: PoolProxiedConnection) -> None:
        self.proxied = proxied
        self.cursor = proxied.cursor()
        self.lasting: dict[Hashable, Any] = {}
        self.version: object = None

    def run(self, statement: str) -> None:
        """Execute a statement without parameters."""
        self.cursor.execute(statement)

    def close(self) -> None:
        """Give the connection back to the pool."""
        self.cursor.close()
        self.proxied.close()
