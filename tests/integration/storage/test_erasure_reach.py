"""Whatever table there is, somebody has said what becomes of a subject in it; and it does become so."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import inspect

from countenance.biometrics.model import ReferenceId, SubjectId
from countenance.policy.model import Purpose
from countenance.recognition.rosters.model import Person, PersonId
from countenance.recognition.subjects.model import AccessCode, Place
from countenance.storage import Database
from countenance.storage.erasure_reach import REACH, Reach
from countenance.storage.tables import metadata
from stored_world import StoredWorld
from world import ARCHIVE, MUSEUM, START

DAVE, ERIN = SubjectId("dave"), SubjectId("erin")
WITH_SUBJECTS = ("subject_id", "subject", "reference_id")
"""Columns that lead to a subject."""


def test_of_every_table_it_is_said_what_becomes_of_a_subject_in_it() -> None:
    untold = sorted(metadata.tables.keys() - REACH.keys())
    assert untold == [], "say in storage/erasure_reach.py what becomes of a subject in these"
    assert sorted(REACH.keys() - metadata.tables.keys()) == []


def test_a_table_that_names_subjects_in_a_column_is_not_said_to_hold_nothing_of_them() -> None:
    told = [
        table.name
        for table in metadata.tables.values()
        if REACH.get(table.name) is Reach.NOBODY and any(column.name in WITH_SUBJECTS for column in table.c)
    ]
    assert told == ["staff_members"], "whose column `subject` is who the identity provider says somebody is"


def test_rows_that_go_with_a_reference_are_removed_by_the_database_itself() -> None:
    """A foreign key that removes, so that no statement can be forgotten."""
    for table in metadata.tables.values():
        for key in table.foreign_keys:
            if key.column.table.name == "reference_templates":
                assert key.ondelete == "CASCADE", table.name
                assert REACH[table.name] is Reach.REMOVED, table.name


@pytest.fixture
def museum(sqlite: Database, tmp_path: Path) -> StoredWorld:
    world = StoredWorld(sqlite, tmp_path / "snapshots")
    world.grant()
    world.furnish(MUSEUM, ARCHIVE, Purpose.MEDIA_ARCHIVE, "dave", "erin")
    return world


def naming(database: Database, subject: str, references: set[str]) -> set[str]:
    """Return the tables in which any column of any row holds the subject's id or a reference's."""
    names = {subject, *references}
    found = set()
    with database.engine.connect() as connection:
        for table in inspect(connection).get_table_names():
            for row in connection.exec_driver_sql(f"SELECT * FROM {table}"):  # noqa: S608  a table's name
                if any(value in names for value in row):
                    found.add(table)
    return found


def test_after_an_erasure_only_evidence_and_the_history_of_changes_name_anybody(museum: StoredWorld) -> None:
    with museum.unit_of_work() as work:
        (reference,) = work.references.of_subject(ARCHIVE, DAVE)
        work.roster_persons.add(
            Person(gallery_id=ARCHIVE, id=PersonId("p"), subject_id=DAVE, name="d", user_data=None)
        )
        work.subject_access.put_code(
            AccessCode(
                digest=bytes(32),
                place=Place(ARCHIVE, DAVE),
                made_by="alice",
                issued=START,
                expires=START + timedelta(hours=1),
            )
        )
        work.commit()
    museum.acts.withdraw(MUSEUM, ARCHIVE, DAVE)
    named = naming(museum.database, "dave", {reference.id})
    assert {REACH[table] for table in named} <= {Reach.EVIDENCE, Reach.REMOVED}
    assert {table for table in named if REACH[table] is Reach.REMOVED} == {"gallery_changes"}
    assert "reference_templates" in naming(museum.database, "erin", {other(museum)})


def other(museum: StoredWorld) -> ReferenceId:
    with museum.unit_of_work() as work:
        return work.references.of_subject(ARCHIVE, ERIN)[0].id
