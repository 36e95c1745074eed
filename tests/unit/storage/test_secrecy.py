from __future__ import annotations

import base64
import re
import stat
import threading
from pathlib import Path

import pytest

from countenance.errors import ConfigurationError, StorageError
from countenance.ledger import Person, Written
from countenance.storage.secrecy import WRAPPED_SIZE, Keyring, SubjectKey, load_signer, read_secret

MASTER = bytes(range(32))
PIPELINE = ("ab" * 32, "7")
TEMPLATE = bytes(range(256)) * 2


@pytest.fixture
def keyring() -> Keyring:
    return Keyring(MASTER)


def subject_key(keyring: Keyring, gallery: str = "clients", subject: str = "dave") -> SubjectKey:
    return keyring.new_subject_key(gallery, subject)[0]


def test_a_template_opens_only_where_it_was_sealed(keyring: Keyring) -> None:
    key, wrapped = keyring.new_subject_key("clients", "dave")
    sealed = key.seal(TEMPLATE, reference_id="r1", pipeline=PIPELINE)
    again = keyring.unwrap(wrapped, "clients", "dave")
    assert again.open(sealed, reference_id="r1", pipeline=PIPELINE) == TEMPLATE
    for reference, pipeline in (("r2", PIPELINE), ("r1", (PIPELINE[0], "8")), ("r1", ("ab", "7"))):
        with pytest.raises(StorageError):
            again.open(sealed, reference_id=reference, pipeline=pipeline)
    for gallery, subject in (("staff", "dave"), ("clients", "erin"), ("clientsd", "ave")):
        with pytest.raises(StorageError):
            keyring.unwrap(wrapped, gallery, subject)


def test_every_changed_byte_of_a_ciphertext_is_noticed(keyring: Keyring) -> None:
    key = subject_key(keyring)
    sealed = key.seal(TEMPLATE, reference_id="r1", pipeline=PIPELINE)
    for at in range(0, len(sealed), 7):
        changed = sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :]
        with pytest.raises(StorageError):
            key.open(changed, reference_id="r1", pipeline=PIPELINE)
    for cut in (0, 5, 12, 27, len(sealed) - 1):
        with pytest.raises(StorageError):
            key.open(sealed[:cut], reference_id="r1", pipeline=PIPELINE)


def test_nothing_sealed_looks_like_what_it_hides_or_like_itself_sealed_again(keyring: Keyring) -> None:
    key = subject_key(keyring)
    first, second = (key.seal(TEMPLATE, reference_id="r1", pipeline=PIPELINE) for _ in range(2))
    assert first != second
    assert TEMPLATE[:16] not in first
    assert len(keyring.new_subject_key("a", "b")[1]) == WRAPPED_SIZE


def test_another_master_key_opens_nothing(keyring: Keyring) -> None:
    other = Keyring(bytes(32))
    _, wrapped = keyring.new_subject_key("clients", "dave")
    with pytest.raises(StorageError):
        other.unwrap(wrapped, "clients", "dave")
    with pytest.raises(StorageError):
        other.open(keyring.seal(b"candidates", "case", "c1"), "case", "c1")
    assert other.fingerprint != keyring.fingerprint
    assert other.key_for("snapshots") != keyring.key_for("snapshots")


def test_a_pseudonym_stays_the_same_under_one_master_key_and_follows_from_nothing_else(
    keyring: Keyring,
) -> None:
    named = "anna@hospital.example"
    told = keyring.veil(Person(named))
    assert re.fullmatch(r"person_[0-9a-f]{32}", told)
    assert told == keyring.veil(Person(named))
    others = {
        keyring.veil(Person("anne@hospital.example")),
        Keyring(bytes(32)).veil(Person(named)),
    }
    assert len(others | {told, keyring.veil(Written(named)).replace("written", "person")}) == 4


def test_what_is_sealed_for_one_place_does_not_open_in_another(keyring: Keyring) -> None:
    sealed = keyring.seal(b"candidates", "case", "c1", "clients")
    assert keyring.open(sealed, "case", "c1", "clients") == b"candidates"
    for place in (
        ("case", "c2", "clients"),
        ("case", "c1"),
        ("case", "c1c", "lients"),
        ("answer", "c1", "clients"),
    ):
        with pytest.raises(StorageError):
            keyring.open(sealed, *place)


def test_a_wrapped_key_moves_to_another_master_key_and_names_the_subject_as_before(keyring: Keyring) -> None:
    new = Keyring(bytes(32))
    key, wrapped = keyring.new_subject_key("clients", "dave")
    moved = new.rewrap(wrapped, "clients", "dave", old=keyring)
    assert new.unwrap(moved, "clients", "dave").commitment() == key.commitment()


def test_commitments_are_of_the_key_and_the_name_and_neither_shows_in_them(keyring: Keyring) -> None:
    names = {subject_key(keyring).commitment() for _ in range(3)}
    assert len(names) == 3
    assert all(len(name) == 32 for name in names)


def test_no_secret_stands_in_a_repr(keyring: Keyring) -> None:
    assert repr(keyring) == "<Keyring>"
    assert repr(subject_key(keyring)) == "<SubjectKey>"


@pytest.mark.parametrize("master", [b"", bytes(31), bytes(33)])
def test_a_master_key_has_32_bytes(master: bytes) -> None:
    with pytest.raises(ConfigurationError):
        Keyring(master)
    with pytest.raises(ConfigurationError):
        Keyring.from_base64(base64.b64encode(master).decode())


def test_a_master_key_from_the_environment_is_base64_and_never_quoted(keyring: Keyring) -> None:
    text = base64.b64encode(MASTER).decode()
    assert Keyring.from_base64(f" {text}\n").fingerprint == keyring.fingerprint
    for wrong in ("not base64!", text[:-1], "ä"):
        with pytest.raises(ConfigurationError) as caught:
            Keyring.from_base64(wrong)
        assert wrong not in caught.value.message


def test_a_key_file_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "master.key"
    first = Keyring.from_file(path, create=True)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert Keyring.from_file(path, create=True).fingerprint == first.fingerprint
    assert Keyring.from_file(path, create=False).fingerprint == first.fingerprint
    assert [file.name for file in path.parent.iterdir()] == ["master.key"]


def test_a_missing_key_file_is_made_only_when_asked(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError):
        Keyring.from_file(tmp_path / "master.key", create=False)
    assert list(tmp_path.iterdir()) == []


def test_a_key_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "master.key"
    Keyring.from_file(path, create=True)
    for mode in (0o640, 0o604, 0o660):
        path.chmod(mode)
        with pytest.raises(ConfigurationError):
            Keyring.from_file(path, create=False)
    path.chmod(0o400)
    Keyring.from_file(path, create=False)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"short", b"a" * 100])
def test_a_file_that_holds_no_key_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "master.key"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(ConfigurationError):
        Keyring.from_file(path, create=True)
    assert path.read_bytes() == content


def test_a_folder_in_the_place_of_a_key_is_refused(tmp_path: Path) -> None:
    (tmp_path / "master.key").mkdir(mode=0o700)
    with pytest.raises(ConfigurationError):
        Keyring.from_file(tmp_path / "master.key", create=True)


def test_of_many_that_make_a_key_file_at_once_all_get_the_same_secret(tmp_path: Path) -> None:
    path = tmp_path / "master.key"
    secrets: list[str] = []
    gate = threading.Barrier(8)

    def make(number: int) -> None:
        gate.wait()
        secrets.append(read_secret(path, make=lambda: f"secret {number}"))

    threads = [threading.Thread(target=make, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(secrets) == 8
    assert len(set(secrets)) == 1
    assert [file.name for file in tmp_path.iterdir()] == ["master.key"]


def test_the_signing_key_belongs_to_one_log(tmp_path: Path) -> None:
    path = tmp_path / "ledger.key"
    signer = load_signer(path, name="log.example/a", create=True)
    assert load_signer(path, name="log.example/a", create=False).vkey == signer.vkey
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(ConfigurationError):
        load_signer(path, name="log.example/b", create=False)
