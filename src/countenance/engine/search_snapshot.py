"""A gallery's rows on disk, encrypted, so that a large one is searchable soon after start.

A snapshot is a cache and never the only place of anything: one that is torn, altered, for
another gallery or older than an erasure is passed over, and the gallery is read from the
database. Layout: a fixed line, 32 bytes of salt, then frames of a big-endian 32-bit length
and that many bytes of AES-256-GCM ciphertext. Nonces count the frames and the first frame
says how many rows there are, so frames can be neither reordered nor left out, nor the file
cut off. The key of each file is derived with HKDF-SHA-256 from the installation's key and
the file's salt; without the salt the file cannot be read again.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from countenance.biometrics.model import GalleryId, Pipeline, ReferenceId, SubjectId
from countenance.engine.search_block import Scores

MAGIC = b"countenance search snapshot 1\n"
SALT_BYTES = 32

_FRAME_BYTES = 8 * 2**20
_LARGEST_FRAME = 64 * 2**20
_LENGTH = struct.Struct(">I")

Part = tuple[list[ReferenceId], list[SubjectId], Scores]


class SnapshotUnusableError(Exception):
    """A snapshot cannot be used; `reason` says why. Never leaves the engine."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The rows of a gallery as they were at `sequence`: `count` of them, in parts."""

    sequence: int
    pipeline: Pipeline
    count: int
    parts: Iterable[Part]


class Frames:
    """Encrypts or decrypts the frames of one file, in order."""

    def __init__(self, key: bytes, salt: bytes, gallery_id: GalleryId) -> None:
        derived = HKDF(algorithm=SHA256(), length=32, salt=salt, info=MAGIC).derive(key)
        self._cipher = AESGCM(derived)
        self._about = MAGIC + salt + gallery_id.encode()
        self._count = 0

    def seal(self, plain: bytes) -> bytes:
        """Return the next frame, length included."""
        sealed = self._cipher.encrypt(self._nonce(), plain, self._about)
        return _LENGTH.pack(len(sealed)) + sealed

    def open(self, file: BinaryIO) -> bytes:
        """Return the content of the next frame of `file`, or raise `SnapshotUnusableError`."""
        head = file.read(_LENGTH.size)
        if len(head) < _LENGTH.size:
            raise SnapshotUnusableError("torn: it ends before its last frame")
        (length,) = _LENGTH.unpack(head)
        if length > _LARGEST_FRAME:
            raise SnapshotUnusableError("altered: a frame is longer than any that is written")
        sealed = file.read(length)
        if len(sealed) < length:
            raise SnapshotUnusableError("torn: it ends within a frame")
        try:
            return self._cipher.decrypt(self._nonce(), sealed, self._about)
        except InvalidTag as error:
            raise SnapshotUnusableError("altered, or of another gallery or key") from error

    def _nonce(self) -> bytes:
        self._count += 1
        return self._count.to_bytes(12, "big")


def write_snapshot(file: BinaryIO, frames: Frames, snapshot: Snapshot) -> None:
    """Write the frames of `snapshot` to `file`, which stands behind the salt."""
    head = {
        "sequence": snapshot.sequence,
        "count": snapshot.count,
        "model_digest": snapshot.pipeline.model_digest,
        "version": snapshot.pipeline.version,
    }
    file.write(frames.seal(json.dumps(head).encode()))
    for references, subjects, rows in snapshot.parts:
        step = max(1, _FRAME_BYTES // (rows.shape[1] * rows.itemsize))
        for start in range(0, len(rows), step):
            piece = slice(start, start + step)
            names = {"references": references[piece], "subjects": subjects[piece]}
            file.write(frames.seal(json.dumps(names).encode()))
            file.write(frames.seal(rows[piece].astype("<f4").tobytes()))


def read_snapshot(file: BinaryIO, frames: Frames) -> Snapshot:
    """Return the snapshot of `file`, which stands behind the salt; the parts are read as they are used.

    Raises `SnapshotUnusableError`, here and from the parts. Whoever uses the parts keeps
    nothing of them unless all could be read.
    """
    try:
        head = json.loads(frames.open(file))
        pipeline = Pipeline(model_digest=str(head["model_digest"]), version=str(head["version"]))
        sequence, count = int(head["sequence"]), int(head["count"])
    except (ValueError, KeyError, TypeError) as error:
        raise SnapshotUnusableError("written in another form") from error
    return Snapshot(sequence, pipeline, count, _parts(file, frames, count))


def _parts(file: BinaryIO, frames: Frames, count: int) -> Iterator[Part]:
    missing = count
    while missing > 0:
        names = json.loads(frames.open(file))
        references, subjects = names["references"], names["subjects"]
        rows = np.frombuffer(frames.open(file), dtype="<f4")
        if not references or len(references) != len(subjects) or rows.size % len(references):
            raise SnapshotUnusableError("written in another form")
        missing -= len(references)
        yield references, subjects, rows.astype(np.float32, copy=False).reshape(len(references), -1)
    if missing or file.read(1):
        raise SnapshotUnusableError("altered: it is longer than what was written")
