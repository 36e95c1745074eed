"""The folder of a witness: its keys, the logs it watches, and what it has cosigned. No database.

witness.key    its secret keys, one a line, for its owner alone
logs           the logs that it watches, one vkey a line
held/<id>      the last checkpoint of a log that it cosigned
evidence/<id>  what a log has signed that contradicts it
lock           held by whoever serves
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import threading
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from countenance.errors import (
    AlreadyExistsError,
    ConfigurationError,
    InvalidInputError,
    StorageError,
    StorageFullError,
)
from countenance.ledger.cosignature import Cosigner
from countenance.ledger.trust_policy import LogKey, parse_log_key
from countenance.storage.secrecy import read_secret

_KEYS: Final = "witness.key"
_LOGS: Final = "logs"
_HELD: Final = "held"
_EVIDENCE: Final = "evidence"
_LOCK: Final = "lock"
_MOST_EVIDENCE: Final = 32
"""Requests kept for each log: the first contradiction is proof enough."""

_LONGEST: Final = 262_144
_PRIVATE_FOLDER: Final = 0o700


class WitnessFolder:
    """A witness's record in files; each is replaced whole, and is on the disk before anything is answered."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._turns: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        self._making = threading.Lock()
        self._logs: tuple[tuple[int, int], tuple[LogKey, ...]] | None = None

    @classmethod
    def create(cls, folder: Path, cosigners: Sequence[Cosigner]) -> WitnessFolder:
        """Make the folder of a new witness, or raise `AlreadyExistsError` or `StorageError`."""
        try:
            folder.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
            if any(folder.iterdir()):
                raise AlreadyExistsError(f"`{folder}` is not empty")
            for name in (_HELD, _EVIDENCE):
                (folder / name).mkdir(mode=_PRIVATE_FOLDER)
            write_durably(folder / _LOGS, b"")
        except OSError as error:
            raise told(folder, error) from error
        read_secret(folder / _KEYS, make=lambda: "\n".join(one.to_text() for one in cosigners))
        return cls(folder)

    def cosigners(self) -> tuple[Cosigner, ...]:
        """Return the witness's keys; raises `ConfigurationError`."""
        lines = read_secret(self.folder / _KEYS, make=None).splitlines()
        return tuple(Cosigner.parse(line) for line in lines if line)

    def logs(self) -> tuple[LogKey, ...]:
        """Return the keys of the logs that are watched; read again when the file has changed."""
        path = self.folder / _LOGS
        try:
            state = path.stat()
            changed = (state.st_mtime_ns, state.st_size)
            if self._logs is None or self._logs[0] != changed:
                lines = path.read_text("utf-8").splitlines()
                keys = tuple(parse_log_key(line) for line in lines if line and not line.startswith("#"))
                self._logs = (changed, keys)
        except FileNotFoundError as error:
            raise ConfigurationError(f"`{self.folder}` is not the folder of a witness") from error
        except (OSError, UnicodeDecodeError) as error:
            raise StorageError(f"`{path}` cannot be read") from error
        except InvalidInputError as error:
            raise ConfigurationError(f"`{path}`: {error.message}") from error
        return self._logs[1]

    def watch(self, key: LogKey) -> None:
        """Watch the log with this key from now on, also in a server that is running.

        Raises `AlreadyExistsError` if it is watched already. A log with several keys is accepted with
        any of them, which is how a log changes its key.
        """
        keys = self.logs()
        if key in keys:
            raise AlreadyExistsError(f"the log `{key.name}` is watched with this key already")
        text = "".join(f"{one}\n" for one in (*keys, key))
        write_durably(self.folder / _LOGS, text.encode())

    def keys(self, origin: str) -> Sequence[LogKey]:
        """Return the keys that the log of this origin is known by; none for a log that is not watched."""
        return [key for key in self.logs() if key.name == origin]

    @contextmanager
    def turn(self, origin: str) -> Iterator[None]:
        """Wait for the turn of this log, and hold it; other processes are kept out by `serving`."""
        with self._making:
            lock = self._turns[origin]
        with lock:
            yield

    def latest(self, origin: str) -> str | None:
        """Return the last checkpoint that was cosigned; raises `StorageError` if it cannot be read."""
        path = self._held(origin)
        try:
            with path.open("rb") as file:
                content = file.read(_LONGEST)
            return content.decode("utf-8")
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise StorageError(f"`{path}` cannot be read") from error

    def replace(self, origin: str, note: str) -> None:
        """Hold `note` instead of the last one; raises `StorageError`, and then holds what it held."""
        write_durably(self._held(origin), note.encode())

    def keep_evidence(self, origin: str, request: bytes) -> None:
        """Keep a request that contradicts what was cosigned, up to 32 for each log."""
        log = _id_of(origin)
        folder = self.folder / _EVIDENCE
        name = f"{log}-{hashlib.sha256(request).hexdigest()[:16]}"
        kept = [path.name for path in folder.glob(f"{log}-*")]
        if len(kept) < _MOST_EVIDENCE and name not in kept:
            write_durably(folder / name, request)

    def evidence(self, origin: str) -> int:
        """Return how many contradictions are kept of a log."""
        return sum(1 for _ in (self.folder / _EVIDENCE).glob(f"{_id_of(origin)}-*"))

    @contextmanager
    def serving(self) -> Iterator[None]:
        """Be the only process that serves from this folder; raises `ConfigurationError` if one does."""
        try:
            descriptor = os.open(self.folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise ConfigurationError(f"`{self.folder}` is not the folder of a witness") from error
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise ConfigurationError(f"another witness serves from `{self.folder}`") from error
            yield
        finally:
            os.close(descriptor)

    def _held(self, origin: str) -> Path:
        return self.folder / _HELD / _id_of(origin)


def write_durably(path: Path, content: bytes) -> None:
    """Replace a file whole, on the disk before this returns; raises `StorageError`."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}")
    try:
        with draft.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        descriptor = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise told(path, error) from error


def told(path: Path, error: OSError) -> StorageError:
    """Return what is told of a file that cannot be written."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StorageFullError(f"there is no room left for `{path}`")
    return StorageError(f"`{path}` cannot be written: {error.strerror}")


def _id_of(origin: str) -> str:
    return hashlib.sha256(origin.encode()).hexdigest()
