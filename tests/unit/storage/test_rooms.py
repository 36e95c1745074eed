"""The table of repositories, which no type checker follows."""

from __future__ import annotations

import inspect
from importlib import import_module

import pytest

from countenance.recognition.ports import UnitOfWork
from countenance.storage.unit_of_work import ROOMS, SqlUnitOfWork


@pytest.mark.parametrize("name", ROOMS)
def test_a_repository_is_where_the_table_says_and_takes_what_it_is_given(name: str) -> None:
    room = ROOMS[name]
    repository = getattr(import_module(f"countenance.storage.{room.module}"), room.name)
    given = ("session", "keyring") if room.keyed else ("session",)
    assert tuple(inspect.signature(repository).parameters) == given


def test_the_table_has_every_repository_that_the_acts_name_and_no_other() -> None:
    named = set(SqlUnitOfWork.__annotations__) - {"ledger"}
    assert set(ROOMS) == named
    assert set(UnitOfWork.__annotations__) - {"ledger"} <= named
