"""A backup that is put back brings nobody back: the journal of erasures, on real files."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from countenance.biometrics.model import SubjectId
from countenance.consent.retention import HoldReason
from countenance.errors import ConfigurationError, ForbiddenError, RefusedError, StorageError
from countenance.ledger.erasure_receipt import check_receipt
from countenance.policy.model import Purpose
from countenance.recognition.acts.identification import Search
from countenance.recognition.erasure.holds import HoldAsked
from countenance.recognition.erasure.journal import AT_ONCE, KeepJournal, Line, Reapplied
from countenance.server import finish, prepare
from countenance.storage import check_installation
from countenance.storage.erasure_journal import JournalFile
from countenance.storage.webhook_courier import HttpCourier
from countenance.vetting.authority import LOCAL_ADMINISTRATOR
from fakes_engine import LARGEST, photograph
from stored_world import DATABASE, StoredWorld
from storing import KEYRING, SIGNER
from world import ARCHIVE, MUSEUM

DAVE, ERIN = SubjectId("dave"), SubjectId("erin")


@dataclass
class Home:
    """An installation in a folder, with backups beside it and the journal in a place of its own."""

    folder: Path
    empty: Path
    world: StoredWorld = field(init=False)

    def __post_init__(self) -> None:
        self.open()
        self.world.furnish(MUSEUM, ARCHIVE, Purpose.MEDIA_ARCHIVE, "dave", "erin", "frida")

    @property
    def journal(self) -> Path:
        return self.folder / "elsewhere" / "erasures.journal"

    @property
    def keep(self) -> KeepJournal:
        held = self.world.acts.erasure.journal
        assert held is not None
        return held

    def open(self) -> None:
        home = self.folder / "home"
        home.mkdir(exist_ok=True)
        if not (home / DATABASE).exists():
            shutil.copy(self.empty, home / DATABASE)
        self.world = StoredWorld.at(home)
        self.world.erasure_journal = self.journal
        self.world.leases_file = None
        self.world.courier = HttpCourier()
        self.world.max_image_bytes = LARGEST

    def back_up(self, name: str = "backup.db") -> None:
        """Copy the database as a backup does."""
        with (
            closing(sqlite3.connect(self.folder / "home" / DATABASE)) as held,
            closing(sqlite3.connect(self.folder / name)) as copy,
        ):
            held.backup(copy)

    def put_back(self, name: str = "backup.db") -> None:
        """End the process, put the backup in place of everything, and begin another process."""
        self.world.close()
        shutil.rmtree(self.folder / "home")
        (self.folder / "home").mkdir()
        shutil.copy(self.folder / name, self.folder / "home" / DATABASE)
        self.open()

    def enrolled(self) -> set[str]:
        with self.world.unit_of_work() as work:
            return set(work.references.subjects(ARCHIVE, after=None, limit=99))

    def finds(self, subject: SubjectId) -> bool:
        search = Search(gallery_id=ARCHIVE, probe=photograph(subject, 7))
        found = self.world.acts.identify(MUSEUM, search).candidates
        assert found is not None
        return bool(found.candidates)


@pytest.fixture
def home(tmp_path: Path, migrated_sqlite: Path) -> Iterator[Home]:
    here = Home(tmp_path, migrated_sqlite)
    yield here
    check_installation(here.world.database, KEYRING, SIGNER)
    here.world.close()


def test_who_withdrew_after_the_backup_is_erased_again_with_a_receipt_that_holds(home: Home) -> None:
    home.back_up()
    home.world.acts.withdraw(MUSEUM, ARCHIVE, DAVE)
    assert home.keep() == 2
    home.put_back()
    assert home.finds(DAVE), "the backup brought dave back"
    done = home.world.acts.erasure.reapply(LOCAL_ADMINISTRATOR)
    assert done == Reapplied(undone=2, withdrawn=1, erased=1)
    assert home.enrolled() == {"erin", "frida"}
    assert not home.finds(DAVE)
    with home.world.unit_of_work() as work:
        consent = work.consents.get(ARCHIVE, DAVE)
        (record,) = work.erasures.of_gallery(ARCHIVE, before=None, limit=9)
        incidents = work.incidents.open()
    assert consent is not None
    assert consent.withdrawn is not None
    assert record.facts.cause.value == "consent_withdrawn"
    receipt = json.dumps(home.world.acts.erasure.read.receipt(LOCAL_ADMINISTRATOR, record.id))
    assert check_receipt(receipt.encode(), [SIGNER.vkey]).faults == ()
    assert [one.by for one in incidents] == ["journal"]
    assert "backup" in incidents[0].reason
    told = [event for event in home.world.events() if event["type"] == "erasures:reapplied"]
    assert [(one["withdrawn"], one["erased"], one["held"]) for one in told] == [(1, 1, 0)]
    with pytest.raises(RefusedError):
        home.world.enrol(MUSEUM, ARCHIVE, DAVE)
    assert home.keep() > 0
    assert home.world.acts.erasure.reapply(LOCAL_ADMINISTRATOR) == Reapplied()


def test_a_server_does_so_before_it_listens(home: Home) -> None:
    home.back_up()
    home.world.acts.withdraw(MUSEUM, ARCHIVE, DAVE)
    home.keep()
    home.put_back()
    prepare(home.world.acts)
    finish(home.world.acts)
    assert home.enrolled() == {"erin", "frida"}
    first = next(iter(JournalFile(home.journal).backwards()))
    with home.world.unit_of_work() as work:
        assert list(work.ledger.leaves(first.entry, first.entry + 1)) == [first.leaf]


def test_an_older_backup_still_undoes_nothing(home: Home) -> None:
    home.back_up("older.db")
    home.world.acts.withdraw(MUSEUM, ARCHIVE, DAVE)
    home.keep()
    home.back_up("newer.db")
    home.world.acts.withdraw(MUSEUM, ARCHIVE, ERIN)
    home.keep()
    home.put_back("newer.db")
    assert home.keep.reapply() == Reapplied(undone=2, withdrawn=1, erased=1)
    home.keep()
    home.put_back("older.db")
    home.keep.reapply()
    assert home.enrolled() == {"frida"}


def test_who_came_anew_after_an_erasure_is_somebody_else_to_the_journal(home: Home) -> None:
    home.world.acts.withdraw(MUSEUM, ARCHIVE, DAVE)
    home.keep()
    home.world.agree(MUSEUM, ARCHIVE, DAVE)
    home.world.enrol(MUSEUM, ARCHIVE, DAVE, 2)
    home.back_up()
    home.put_back()
    assert home.keep.reapply() == Reapplied()
    assert home.enrolled() == {"dave", "erin", "frida"}


def test_whoever_a_hold_keeps_is_banned_from_use_again_and_told_of(home: Home) -> None:
    asked = HoldAsked(
        gallery_id=ARCHIVE,
        subject_id=DAVE,
        reason=HoldReason.REGULATOR,
        matter="7",
        until=home.world.clock() + timedelta(days=1),
    )
    home.world.acts.consent.place_hold(LOCAL_ADMINISTRATOR, asked)
    home.back_up()
    home.world.clock.advance(timedelta(days=1))
    home.world.acts.withdraw(MUSEUM, ARCHIVE, DAVE)
    home.keep()
    home.put_back()
    assert home.keep.reapply() == Reapplied(undone=2, withdrawn=1, held=1)
    assert not home.finds(DAVE)
    assert "dave" in home.enrolled()


def test_the_journal_names_nobody_and_is_its_owners_alone(home: Home) -> None:
    home.world.acts.withdraw(MUSEUM, ARCHIVE, DAVE)
    home.keep()
    assert b"dave" not in home.journal.read_bytes()
    assert home.journal.stat().st_mode & 0o777 == 0o600


def test_a_line_that_was_cut_off_by_a_crash_comes_again(home: Home) -> None:
    home.world.acts.withdraw(MUSEUM, ARCHIVE, DAVE)
    home.keep()
    whole = home.journal.read_bytes()
    home.journal.write_bytes(whole[:-20])
    home.world.close()
    home.open()
    home.keep()
    assert home.journal.read_bytes() == whole
    home.keep()
    assert home.journal.read_bytes() == whole


def test_a_journal_that_is_none_is_an_error_and_nobody_is_erased(home: Home) -> None:
    home.journal.parent.mkdir()
    home.journal.write_text("a letter\n")
    with pytest.raises(StorageError, match="no journal"):
        home.keep.reapply()
    with pytest.raises(ForbiddenError):
        home.world.acts.erasure.reapply(MUSEUM)
    home.world.erasure_journal = None
    home.world.acts.__dict__.pop("erasure")
    with pytest.raises(ConfigurationError):
        home.world.acts.erasure.reapply(LOCAL_ADMINISTRATOR)


def test_many_lines_are_read_backwards_and_two_writers_write_each_once(tmp_path: Path) -> None:
    lines = [Line(number, b'{"type":"subject:erased","x":"%s"}' % (b"y" * 300)) for number in range(AT_ONCE)]
    first, second = JournalFile(tmp_path / "j"), JournalFile(tmp_path / "j")
    assert list(first.backwards()) == []
    first.append(lines[:600])
    second.append(lines[:700])
    first.append(lines[600:])
    assert list(second.backwards()) == lines[::-1]
