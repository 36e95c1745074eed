"""The folder of snapshots: written at once or not at all, and gone before what they hold is erased."""

from __future__ import annotations

import errno
import hmac
import os
import secrets
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from countenance.biometrics.model import GalleryId
from countenance.engine.search_snapshot import (
    MAGIC,
    SALT_BYTES,
    Frames,
    Part,
    Snapshot,
    SnapshotUnusableError,
    read_snapshot,
    write_snapshot,
)
from countenance.errors import ConfigurationError, StorageError, StorageFullError

try:
    import fcntl
except ImportError:  # not on Windows: several processes must not share one folder there
    fcntl = None  # type: ignore[assignment]  # the module may be missing

_KEY_BYTES = 32
_SNAPSHOT = "snapshot"
_ERASED = "erased-through"
_FOR_EVER = 2**63 - 1
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class SnapshotFolder:
    """Snapshots of an installation's galleries, each in a folder of its own.

    Names are keyed digests of gallery ids, so that the folder does not tell which galleries
    there are. Beside a gallery's snapshot stands a mark with the sequence of its last
    erasure: a process that has not yet applied it can neither write nor use a snapshot that
    still holds what was erased. Safe for many threads and, where the platform locks files,
    many processes.

    The folder is a cache and holds templates, though encrypted: leave it out of backups.
    """

    def __init__(self, folder: Path, key: bytes) -> None:
        """Use `folder`, made if it is missing, under `key` of 32 bytes, or raise `ConfigurationError`."""
        if len(key) != _KEY_BYTES:
            raise ConfigurationError(f"the key of the search snapshots has `{len(key)}` bytes instead of 32")
        self._folder = folder
        self._key = key
        self._threads = threading.Lock()
        with _storage_errors("cannot make the folder of search snapshots"):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def read(self, gallery_id: GalleryId) -> Snapshot | None:
        """Return the gallery's snapshot, its parts read as they are used; None if there is none.

        Raises `SnapshotUnusableError`, here and from the parts.
        """
        place = self._place(gallery_id)
        try:
            file = (place / _SNAPSHOT).open("rb")
        except FileNotFoundError:
            return None
        except OSError as error:
            raise SnapshotUnusableError("unreadable") from error
        try:
            snapshot = self._opened(file, gallery_id)
        except BaseException:
            file.close()
            raise
        return replace(snapshot, parts=_closing(file, snapshot.parts))

    def write(self, gallery_id: GalleryId, snapshot: Snapshot) -> bool:
        """Replace the gallery's snapshot; False if an erasure has overtaken it.

        The file appears complete or not at all, and stays after a crash once this has
        returned. Raises `StorageFullError` or `StorageError`, and leaves no part of a file.
        """
        place = self._place(gallery_id)
        part = place / f"{secrets.token_hex(8)}.part"
        with _storage_errors("cannot write a search snapshot"):
            place.mkdir(mode=0o700, exist_ok=True)
            try:
                self._write_part(part, gallery_id, snapshot)
                with self._alone():
                    if snapshot.sequence < _erased_through(place) or not part.exists():
                        return False
                    _make_unreadable(place / _SNAPSHOT)
                    part.replace(place / _SNAPSHOT)
                    _sync_folder(place)
                    return True
            finally:
                _make_unreadable(part)
                part.unlink(missing_ok=True)

    def delete(self, gallery_id: GalleryId, *, through: int | None) -> None:
        """Delete the gallery's snapshot and refuse any from before `through`; None refuses all for ever.

        The salt is overwritten first, so that what the disk may keep of the file cannot be
        decrypted. Raises `StorageError` if a snapshot is there and cannot be deleted.
        """
        place = self._place(gallery_id)
        with _storage_errors("cannot delete a search snapshot"), self._alone():
            place.mkdir(mode=0o700, exist_ok=True)
            mark = _FOR_EVER if through is None else max(through, _erased_through(place))
            (place / f"{_ERASED}.new").write_text(str(mark), encoding="ascii")
            (place / f"{_ERASED}.new").replace(place / _ERASED)
            held = [*place.glob(_SNAPSHOT), *place.glob("*.part")]
            for file in held:
                _make_unreadable(file)
                file.unlink(missing_ok=True)
            if held:
                _sync_folder(place)

    def _place(self, gallery_id: GalleryId) -> Path:
        name = hmac.digest(self._key, b"search snapshot of " + gallery_id.encode(), "sha256")
        return self._folder / name[:16].hex()

    def _opened(self, file: BinaryIO, gallery_id: GalleryId) -> Snapshot:
        if file.read(len(MAGIC)) != MAGIC:
            raise SnapshotUnusableError("written in another form")
        snapshot = read_snapshot(file, Frames(self._key, file.read(SALT_BYTES), gallery_id))
        if snapshot.sequence < _erased_through(self._place(gallery_id)):
            raise SnapshotUnusableError("older than an erasure")
        return snapshot

    def _write_part(self, part: Path, gallery_id: GalleryId, snapshot: Snapshot) -> None:
        salt = secrets.token_bytes(SALT_BYTES)
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(MAGIC + salt)
            write_snapshot(file, Frames(self._key, salt, gallery_id), snapshot)
            file.flush()
            os.fsync(file.fileno())

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep every other thread and process from changing which snapshots there are."""
        with self._threads, (self._folder / "lock").open("a") as file:
            if fcntl is not None:
                fcntl.flock(file, fcntl.LOCK_EX)
            yield


def _erased_through(place: Path) -> int:
    try:
        return int((place / _ERASED).read_text(encoding="ascii"))
    except FileNotFoundError:
        return 0
    except ValueError:
        return _FOR_EVER  # it cannot be told what was erased, so nothing is kept


def _make_unreadable(file: Path) -> None:
    """Overwrite the salt, without which the key of `file` cannot be derived; nothing if it is not there."""
    with suppress(FileNotFoundError), file.open("r+b") as held:
        held.write(bytes(len(MAGIC) + SALT_BYTES))
        held.flush()
        os.fsync(held.fileno())


def _sync_folder(folder: Path) -> None:
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _closing(file: BinaryIO, parts: Iterable[Part]) -> Iterator[Part]:
    with file:
        try:
            yield from parts
        except OSError as error:
            raise SnapshotUnusableError("unreadable") from error


@contextmanager
def _storage_errors(what: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        kind = StorageFullError if error.errno in _FULL else StorageError
        raise kind(f"{what}: {error.strerror or 'unknown reason'}".lower()) from error
