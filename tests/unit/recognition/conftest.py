"""A fresh world for every test, whose ledger is whole at the end."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from world import World


@pytest.fixture
def world() -> Iterator[World]:
    world = World()
    yield world
    world.check_ledger()
