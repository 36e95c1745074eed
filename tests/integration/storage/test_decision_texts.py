"""What decisions say is kept once, whoever makes them, and older databases are brought to that."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import make_url, text

from contract import examples
from countenance.errors import AlreadyExistsError
from countenance.policy.codec import decision_to_json, question_to_json
from countenance.recognition.model import DecisionRecord
from countenance.storage import Database, check_installation, open_database, unit_of_work_factory
from countenance.storage.schema import configuration
from storing import KEYRING, SIGNER

PLACES = ["sqlite", "postgresql"]


@pytest.fixture(params=PLACES)
def database(request: pytest.FixtureRequest) -> Database:
    found: Database = request.getfixturevalue(request.param)
    return found


def records(count: int) -> list[DecisionRecord]:
    """Return decisions of two kinds, each made again and again."""
    return [
        replace(examples.decision_record(f"dec-{number}", permitted=number % 2 == 0), entry=number)
        for number in range(count)
    ]


def texts_in(database: Database) -> int:
    with database.engine.connect() as connection:
        return int(connection.execute(text("SELECT count(*) FROM decision_texts")).scalar_one())


def test_a_text_is_kept_once_however_often_it_is_said(database: Database) -> None:
    unit = unit_of_work_factory(database, KEYRING, SIGNER)
    made = records(20)
    for record in made:
        with unit() as work:
            work.decisions.add(record)
            work.commit()
    assert texts_in(database) == 2
    with unit() as work:
        assert [work.decisions.get(record.id) for record in made] == made


def test_a_text_whose_decision_was_rolled_back_is_kept_by_the_next(database: Database) -> None:
    unit = unit_of_work_factory(database, KEYRING, SIGNER)
    first, second = examples.decision_record("dec-1"), replace(examples.decision_record("dec-2"), entry=2)
    with unit() as work:
        work.decisions.add(first)
    assert texts_in(database) == 0
    with unit() as work:
        work.decisions.add(second)
        work.commit()
    with unit() as work:
        assert (work.decisions.get("dec-1"), work.decisions.get("dec-2")) == (None, second)


def test_a_text_that_vanished_under_a_running_process_is_kept_again(database: Database) -> None:
    """As when a backup is put back beside it: nothing that was written once is taken for granted."""
    unit = unit_of_work_factory(database, KEYRING, SIGNER)
    first, second = records(3)[::2]
    with unit() as work:
        work.decisions.add(first)
        work.commit()
    with database.engine.begin() as connection:
        connection.execute(text("DELETE FROM decisions"))
        connection.execute(text("DELETE FROM decision_texts"))
    with unit() as work:
        work.decisions.add(second)
        work.commit()
    with unit() as work:
        assert work.decisions.get(second.id) == second


@pytest.mark.parametrize("change", ["id", "entry"])
def test_neither_id_nor_entry_is_taken_twice(database: Database, change: str) -> None:
    unit = unit_of_work_factory(database, KEYRING, SIGNER)
    first, second = records(3)[::2]
    second = replace(second, id=first.id) if change == "id" else replace(second, entry=first.entry)
    with unit() as work:
        work.decisions.add(first)
        work.commit()
    with unit() as work, pytest.raises(AlreadyExistsError):
        work.decisions.add(second)
    with unit() as work:
        assert work.decisions.get(first.id) == first


@pytest.fixture(params=PLACES)
def older(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty database as the version before left it."""
    url = f"sqlite:///{tmp_path / 'older.db'}"
    if request.param == "postgresql":
        server = request.getfixturevalue("postgresql_url")
        maker = open_database(server)
        with maker.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("DROP DATABASE IF EXISTS older"))
            connection.execute(text("CREATE DATABASE older"))
        maker.close()
        url = make_url(server).set(database="older").render_as_string(hide_password=False)
    database = open_database(url)
    with database.engine.begin() as connection:
        command.upgrade(configuration(connection), "0018")
    yield database
    database.close()


def test_decisions_of_before_are_moved_over_unchanged(older: Database) -> None:
    made = records(50)
    insert = text(
        "INSERT INTO decisions (id, customer_id, actor_id, question, decision, entry, asked)"
        " VALUES (:id, :customer, :actor, :question, :decision, :entry, :asked)"
    )
    with older.engine.begin() as connection:
        for record in reversed(made):
            connection.execute(
                insert,
                {
                    "id": record.id,
                    "customer": record.customer_id,
                    "actor": record.actor_id,
                    "question": question_to_json(record.question).decode(),
                    "decision": decision_to_json(record.decision).decode(),
                    "entry": record.entry,
                    "asked": record.asked.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
                },
            )
    older.migrate()
    check_installation(older, KEYRING, SIGNER)
    assert texts_in(older) == 2
    with unit_of_work_factory(older, KEYRING, SIGNER)() as work:
        assert [work.decisions.get(record.id) for record in made] == made
        work.decisions.add(replace(made[0], id="dec-new", entry=50))
        work.commit()
    assert texts_in(older) == 2
