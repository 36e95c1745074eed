"""Two examiners at once over real databases, a kill between verdict and release, and what is left on disk."""

from __future__ import annotations

import signal
import threading
from pathlib import Path

import pytest

from contract.examples import NOON
from countenance.biometrics.model import SubjectId
from countenance.oversight.assignments import AssignmentId
from countenance.oversight.model import CaseState
from countenance.storage import Database, check_installation, unit_of_work_factory
from countenance.storage.rotation import rotate_master_key
from countenance.storage.secrecy import Keyring
from examining import EXAMINERS, NGO, RITA, Examination, StoredWorld
from fakes_engine import photograph
from integration.storage.processes import start
from storing import KEYRING, SIGNER
from world import MISSING


def examination(database: Database) -> Examination:
    """The NGO's world on a real database."""
    world = StoredWorld(unit_of_work_factory(database, KEYRING, SIGNER))
    desk = Examination(world)
    desk.pool("v1", "v2", "v3")
    desk.authorise("eve", "bob", "fay")
    return desk


@pytest.fixture(params=["sqlite", "postgresql"])
def desk(request: pytest.FixtureRequest) -> Examination:
    return examination(request.getfixturevalue(request.param))


def both(desk: Examination, act: str) -> list[object]:
    """Let eve and bob do the same at the same moment; return what came of it, errors included."""
    together = threading.Barrier(2)
    came: list[object] = [None, None]

    def one(at: int, name: str) -> None:
        together.wait()
        try:
            came[at] = getattr(desk, act)(name)
        except BaseException as error:  # noqa: BLE001  whatever it is, the test looks at it
            came[at] = error

    threads = [threading.Thread(target=one, args=(at, name)) for at, name in enumerate(("eve", "bob"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return came


def test_two_examiners_at_once_take_one_list_each_and_their_verdicts_both_count(desk: Examination) -> None:
    case_id = desk.search()
    eve, bob = both(desk, "take")
    assert isinstance(eve, str)
    assert isinstance(bob, str)
    assert eve != bob
    for name, taken in (("eve", eve), ("bob", bob)):
        desk.fill(name, AssignmentId(taken), supporting=photograph("lena")[:20])
    desk.world.clock.set(desk.cases.read_list(EXAMINERS["eve"], AssignmentId(eve)).not_before)

    def conclude(name: str) -> None:
        desk.cases.conclude(EXAMINERS[name], AssignmentId(eve if name == "eve" else bob))

    desk.__dict__["conclude_own"] = conclude
    assert both(desk, "conclude_own") == [None, None]
    case = desk.case(case_id)
    assert (case.state, case.supported) == (CaseState.AGREED, 1)


def test_a_third_examiner_at_once_gets_nothing(desk: Examination) -> None:
    desk.search()
    desk.take("fay")
    came = both(desk, "take")
    assert sum(isinstance(one, str) for one in came) == 1


def test_a_whole_case_over_a_database(desk: Examination) -> None:
    desk.authorise("eve", "bob")
    case_id = desk.released()
    assert desk.cases.read_lead(NGO, case_id).subjects == ("lena",)
    desk.world.acts.withdraw(NGO, MISSING, SubjectId("lena"))
    assert desk.cases.read_lead(NGO, case_id).subjects == ()


def on_disk(database: Database) -> bytes:
    path = Path(database.engine.url.database or "")
    files = [path, path.with_name(path.name + "-wal")]
    return b"\n".join(file.read_bytes() for file in files if file.exists())


def test_no_image_name_or_score_of_a_case_stands_on_the_disk(sqlite: Database) -> None:
    desk = examination(sqlite)
    case_id = desk.search()
    desk.judge("eve", "lena")
    held = on_disk(sqlite)
    assert str(case_id).encode() in held
    assert b"portrait: " not in held
    assert b"similar" not in held
    (candidate,) = desk.case(case_id).candidates
    assert str(candidate.score).encode() not in held


def test_of_a_case_that_has_ended_the_sealed_bytes_are_gone_too(sqlite: Database) -> None:
    desk = examination(sqlite)
    case_id = desk.search()
    with sqlite.engine.connect() as connection:
        query = "SELECT c.sealed, c.probe, k.wrapped FROM cases c JOIN subject_keys k ON k.id = c.key_id"
        secrets = [bytes(value) for value in connection.exec_driver_sql(query).one()]
    assert all(secret in on_disk(sqlite) for secret in secrets[:1] + secrets[2:])
    desk.judge("eve", None)
    desk.judge("bob", None)
    assert desk.case(case_id).state is CaseState.NO_LEAD
    assert [secret in on_disk(sqlite) for secret in secrets] == [False] * 3


def test_cases_and_known_faces_open_with_another_master_key_after_it_was_changed(sqlite: Database) -> None:
    desk = examination(sqlite)
    case_id = desk.search()
    taken = desk.take("eve")
    other = Keyring(bytes(range(32, 64)))
    rotate_master_key(sqlite, KEYRING, other)
    again = Examination(StoredWorld(unit_of_work_factory(sqlite, other, SIGNER)))
    assert again.case(case_id).candidates[0].subject_id == "lena"
    assert again.cases.read_list.probe(EXAMINERS["eve"], taken) == b"portrait: " + photograph("lena", 2)
    for place in again.cases.read_list(EXAMINERS["eve"], taken).places:
        assert again.cases.read_list.image(EXAMINERS["eve"], taken, place.slot).startswith(b"portrait: ")


def test_a_kill_between_verdict_and_release_leaves_the_verdict_and_no_lead(sqlite: Database) -> None:
    desk = examination(sqlite)
    desk.authorise("eve", "bob")
    case_id = desk.agreed()
    victim = start("die_in_a_release", Path(sqlite.engine.url.database or ""), case_id)
    assert victim.wait(timeout=60) == -signal.SIGKILL
    victim.communicate()
    check_installation(sqlite, KEYRING, SIGNER)
    case = desk.case(case_id)
    assert case.state is CaseState.AGREED
    with desk.world.unit_of_work() as work:
        file = work.cases.file(case_id)
        assert file is not None
        assert file.release is None
        assert [one.notice.kind for one in work.notices.after(0, limit=9)] == ["case_held"]
    told = desk.cases.release_lead(RITA, case_id, "two examiners agree, each alone")
    assert told.subjects == ("lena",)
    assert told.released >= NOON
