"""A measurement's templates and counts in a folder, encrypted, until it is done.

`templates` is a fixed line, 32 bytes of salt, the 32 bytes that name the measurement, then frames
of a big-endian 32-bit length, a nonce and AES-256-GCM ciphertext. A frame is bound to its place
and to the measurement; the last one may be torn by a crash and is then passed over and written
anew under another nonce. `counts` holds the state of the comparisons in the same form and is
replaced as a whole. The key is derived from the installation's and the salt, which `forget`
overwrites.
"""

from __future__ import annotations

import errno
import os
import secrets
import struct
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Final, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from countenance.errors import InvalidInputError, StateError, StorageError, StorageFullError

try:
    import fcntl
except ImportError:  # not on Windows: two runs must not share one folder there
    fcntl = None  # type: ignore[assignment]  # the module may be missing

MAGIC: Final = b"countenance measuring work 1\n"
_SALT: Final = 32
_NAME: Final = 32
_HEADER: Final = len(MAGIC) + _SALT + _NAME
_NONCE: Final = 12
_LENGTH: Final = struct.Struct(">I")
_INDEX: Final = struct.Struct(">Q")
_PIECE: Final = 16 * 2**20
_LARGEST: Final = 64 * 2**20
_TEMPLATES: Final = "templates"
_COUNTS: Final = "counts"
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class MeasuringFolder:
    """The work of the measurement that `name` (32 bytes) stands for, in `folder`, made if it is missing.

    Satisfies `recognition.measuring_work.MeasuringWork`. Raises `InvalidInputError` if something
    else lies in the folder, `StateError` if another run is at work there.
    """

    def __init__(self, folder: Path, *, key: bytes, name: bytes) -> None:
        self._folder, self._key, self._name = folder, key, name
        self._index = 0
        with _storage_errors("cannot open the folder of the measurement"):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            strangers = {one.name for one in folder.iterdir()} - {_TEMPLATES, _COUNTS, f"{_COUNTS}.new"}
            if strangers:
                raise InvalidInputError(f"`{folder}` holds `{min(strangers)}`: name a folder of its own")
            descriptor = os.open(folder / _TEMPLATES, os.O_RDWR | os.O_CREAT, 0o600)
            self._file = os.fdopen(descriptor, "r+b")
        try:
            self._lock()
            self._cipher = self._opened()
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> Self:
        """Hold the folder."""
        return self

    def __exit__(self, *_: object) -> None:
        """Let go of the folder; what is in it stays."""
        self._file.close()

    def kept(self) -> Iterator[bytes]:
        """Yield the parts in their order, and cut off what a crash left of the last one."""
        self._file.seek(_HEADER)
        self._index = 0
        whole = _HEADER
        for part in _frames(self._file, self._cipher, self._name):
            whole = self._file.tell()
            self._index += 1
            yield part
        with _storage_errors("cannot mend the templates of the measurement"):
            self._file.truncate(whole)

    def keep(self, part: bytes) -> None:
        """Add one part at the end."""
        with _storage_errors("cannot keep the templates of the measurement"):
            self._file.seek(0, os.SEEK_END)
            _write(self._file, self._cipher, self._name + _INDEX.pack(self._index), part)
            self._file.flush()
            os.fsync(self._file.fileno())
        self._index += 1

    def state(self) -> bytes | None:
        """Return the state, or None where there is none that is whole."""
        path = self._folder / _COUNTS
        try:
            with path.open("rb") as file:
                if file.read(len(MAGIC)) != MAGIC:
                    return None
                cipher = self._derived(file.read(_SALT))
                count = _INDEX.unpack(file.read(_INDEX.size))[0]
                parts = list(_frames(file, cipher, self._name))
        except (OSError, struct.error):
            return None
        return b"".join(parts) if len(parts) == count else None

    def replace_state(self, parts: Sequence[memoryview]) -> None:
        """Write the state beside the earlier one, then put it in its place."""
        salt, new = secrets.token_bytes(_SALT), self._folder / f"{_COUNTS}.new"
        cipher = self._derived(salt)
        pieces = [part[at : at + _PIECE] for part in parts for at in range(0, len(part), _PIECE)]
        with _storage_errors("cannot keep the counts of the measurement"):
            descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(MAGIC + salt + _INDEX.pack(len(pieces)))
                for index, piece in enumerate(pieces):
                    _write(file, cipher, self._name + _INDEX.pack(index), piece)
                file.flush()
                os.fsync(file.fileno())
            new.replace(self._folder / _COUNTS)

    def forget(self) -> None:
        """Overwrite the salt and remove all files, and the folder with them."""
        with _storage_errors("cannot remove the work of the measurement"):
            self._file.seek(0)
            self._file.write(bytes(_HEADER))
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            for name in (_TEMPLATES, _COUNTS, f"{_COUNTS}.new"):
                (self._folder / name).unlink(missing_ok=True)
            with suppress(OSError):
                self._folder.rmdir()

    def _lock(self) -> None:
        if fcntl is not None:
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise StateError(f"another run is at work in `{self._folder}`") from error

    def _opened(self) -> AESGCM:
        """Return the cipher of the file that is there, or of a new one where none was finished."""
        with _storage_errors("cannot read the work of the measurement"):
            header = self._file.read(_HEADER)
            if len(header) < _HEADER:
                salt = secrets.token_bytes(_SALT)
                self._file.seek(0)
                self._file.truncate()
                self._file.write(MAGIC + salt + self._name)
                self._file.flush()
                return self._derived(salt)
        if not header.startswith(MAGIC) or header[-_NAME:] != self._name:
            raise InvalidInputError(
                f"`{self._folder}` holds the work of another measurement: its plan, its images or its model"
                " are not these"
            )
        return self._derived(header[len(MAGIC) : -_NAME])

    def _derived(self, salt: bytes) -> AESGCM:
        return AESGCM(HKDF(SHA256(), length=32, salt=salt, info=b"measuring work").derive(self._key))


def _write(file: BinaryIO, cipher: AESGCM, bound: bytes, part: bytes | memoryview) -> None:
    nonce = secrets.token_bytes(_NONCE)
    sealed = cipher.encrypt(nonce, part, bound)
    file.write(_LENGTH.pack(len(sealed)) + nonce)
    file.write(sealed)


def _frames(file: BinaryIO, cipher: AESGCM, name: bytes) -> Iterable[bytes]:
    """Yield the whole frames of a file, up to the first that is torn or not of this measurement."""
    index = 0
    while len(head := file.read(_LENGTH.size + _NONCE)) == _LENGTH.size + _NONCE:
        length = _LENGTH.unpack(head[: _LENGTH.size])[0]
        if length > _LARGEST:
            return
        try:
            part = cipher.decrypt(head[_LENGTH.size :], file.read(length), name + _INDEX.pack(index))
        except InvalidTag:
            return
        yield part
        index += 1


@contextmanager
def _storage_errors(what: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        kind = StorageFullError if error.errno in _FULL else StorageError
        raise kind(f"{what}: {error.strerror or 'unknown reason'}".lower()) from error
