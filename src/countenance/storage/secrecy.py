"""What keeps biometric data unreadable on disk, and makes its destruction provable.

    master key --HKDF--> wrapping key --AES-256-GCM--> a key for each subject of a gallery
                                                        |-- AES-256-GCM --> templates
                                                        `-- HKDF, HMAC --> the subject's name in the ledger
    master key --HKDF--> sealing key  --AES-256-GCM--> candidate lists, stored answers

Every ciphertext is `nonce (12) || ciphertext || tag (16)` and is bound by its associated data to
the place it stands in, so that a row moved to another subject does not decrypt.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from countenance.errors import ConfigurationError, StorageError
from countenance.ledger.model import Person, Veiled
from countenance.ledger.note import Signer

KEY_SIZE: Final = 32
_NONCE_SIZE: Final = 12
_VEIL_SIZE: Final = 16
WRAPPED_SIZE: Final = _NONCE_SIZE + KEY_SIZE + 16
_PRIVATE_MODE: Final = 0o600
_OTHERS: Final = 0o077


def _derived(key: bytes, info: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_SIZE, salt=None, info=b"countenance/v1/" + info).derive(key)


def _place(*parts: str) -> bytes:
    """Return associated data in which no two lists of parts read the same."""
    return b"".join(len(part.encode()).to_bytes(4, "big") + part.encode() for part in parts)


class _Cipher:
    """AES-256-GCM with a random nonce, under one key."""

    __slots__ = ("_aead",)

    def __init__(self, key: bytes) -> None:
        self._aead = AESGCM(key)

    def seal(self, data: bytes, place: bytes) -> bytes:
        nonce = secrets.token_bytes(_NONCE_SIZE)
        return nonce + self._aead.encrypt(nonce, data, place)

    def open(self, sealed: bytes, place: bytes) -> bytes:
        try:
            return self._aead.decrypt(sealed[:_NONCE_SIZE], sealed[_NONCE_SIZE:], place)
        except (InvalidTag, ValueError) as error:
            raise StorageError(
                "stored data does not decrypt: it was changed, or its key is another"
            ) from error


class SubjectKey:
    """The key of one subject in one gallery: it opens the templates and names the subject in the ledger."""

    __slots__ = ("_cipher", "_key", "_place")

    def __init__(self, key: bytes, gallery_id: str, subject_id: str) -> None:
        self._key = key
        self._cipher = _Cipher(key)
        self._place = (gallery_id, subject_id)

    def __repr__(self) -> str:
        return "<SubjectKey>"

    def seal(self, template: bytes, *, reference_id: str, pipeline: tuple[str, str]) -> bytes:
        """Encrypt a template for one reference made by `pipeline` (model digest, version)."""
        return self._cipher.seal(template, _place("template", *self._place, reference_id, *pipeline))

    def open(self, sealed: bytes, *, reference_id: str, pipeline: tuple[str, str]) -> bytes:
        """Decrypt what `seal` made for the same reference; raises `StorageError`."""
        return self._cipher.open(sealed, _place("template", *self._place, reference_id, *pipeline))

    def seal_note(self, note: bytes) -> bytes:
        """Encrypt what is noted of the subject and ends with it."""
        return self._cipher.seal(note, _place("note", *self._place))

    def open_note(self, sealed: bytes) -> bytes:
        """Decrypt what `seal_note` made; raises `StorageError`."""
        return self._cipher.open(sealed, _place("note", *self._place))

    def seal_piece(self, data: bytes, *place: str) -> bytes:
        """Encrypt what else belongs to the subject, bound to `place`."""
        return self._cipher.seal(data, _place("piece", *self._place, *place))

    def open_piece(self, sealed: bytes, *place: str) -> bytes:
        """Decrypt what `seal_piece` made for the same place; raises `StorageError`."""
        return self._cipher.open(sealed, _place("piece", *self._place, *place))

    def commit_to(self, template: bytes, *, reference_id: str, pipeline: tuple[str, str]) -> bytes:
        """Return HMAC-SHA-256 of a template in its place, under a key derived from this one (32 bytes)."""
        place = _place("reference", *self._place, reference_id, *pipeline)
        return hmac.digest(_derived(self._key, b"manifest"), place + template, "sha256")

    def commitment(self) -> bytes:
        """Return HMAC-SHA-256 of the subject's id under a key derived from this one (32 bytes)."""
        return hmac.digest(_derived(self._key, b"commitment"), self._place[1].encode(), "sha256")


class Keyring:
    """Everything that follows from the master key (32 bytes). It has no `repr` of its secrets."""

    __slots__ = ("_check", "_purposes", "_sealing", "_wrapping")

    def __init__(self, master: bytes) -> None:
        """Derive everything from `master`; raises `ConfigurationError` unless it has 32 bytes."""
        if len(master) != KEY_SIZE:
            raise ConfigurationError(f"a master key has {KEY_SIZE} bytes, this one {len(master)}")
        self._wrapping = _Cipher(_derived(master, b"wrap"))
        self._sealing = _Cipher(_derived(master, b"seal"))
        self._check = _derived(master, b"check")
        self._purposes = _derived(master, b"purposes")

    def __repr__(self) -> str:
        return "<Keyring>"

    def key_for(self, purpose: str) -> bytes:
        """Return 32 bytes for `purpose` alone, from which no other key can be learned."""
        return _derived(self._purposes, purpose.encode())

    def veil(self, value: Veiled) -> str:
        """Return what stands on the ledger for a person (`person_...`) or what one wrote (`written_...`).

        Half an HMAC-SHA-256 in hexadecimal, under a key derived from the master key: whoever lacks it
        cannot try names, and who changes it gives everybody another pseudonym.
        """
        kind, text = ("person", value.id) if isinstance(value, Person) else ("written", value.text)
        digest = hmac.digest(self.key_for(f"ledger {kind}"), text.encode(), "sha256")
        return f"{kind}_{digest[:_VEIL_SIZE].hex()}"

    @property
    def fingerprint(self) -> bytes:
        """Return 32 bytes by which a database knows its master key again; they reveal nothing of it."""
        return self._check

    @classmethod
    def from_base64(cls, text: str) -> Self:
        """Read the master key from base64, as it stands in an environment variable."""
        try:
            return cls(base64.b64decode(text.strip(), validate=True))
        except (binascii.Error, ValueError) as error:
            raise ConfigurationError("the master key is not base64") from error

    @classmethod
    def from_file(cls, path: Path, *, create: bool) -> Self:
        """Read the master key from a file that only its owner can read, making it if `create`.

        The file holds base64 and a newline. Raises `ConfigurationError` if it is missing,
        readable by others, or not a key.
        """
        secret = read_secret(
            path, make=(lambda: base64.b64encode(secrets.token_bytes(KEY_SIZE)).decode()) if create else None
        )
        return cls.from_base64(secret)

    def new_subject_key(self, gallery_id: str, subject_id: str) -> tuple[SubjectKey, bytes]:
        """Make a subject's key; return it and its wrapped form (60 bytes)."""
        key = secrets.token_bytes(KEY_SIZE)
        wrapped = self._wrapping.seal(key, _place("subject-key", gallery_id, subject_id))
        return SubjectKey(key, gallery_id, subject_id), wrapped

    def unwrap(self, wrapped: bytes, gallery_id: str, subject_id: str) -> SubjectKey:
        """Return the subject's key from its wrapped form; raises `StorageError`."""
        key = self._wrapping.open(wrapped, _place("subject-key", gallery_id, subject_id))
        return SubjectKey(key, gallery_id, subject_id)

    def rewrap(self, wrapped: bytes, gallery_id: str, subject_id: str, *, old: Keyring) -> bytes:
        """Return a subject's key, wrapped by `old`, under this keyring's master key."""
        place = _place("subject-key", gallery_id, subject_id)
        return self._wrapping.seal(old._wrapping.open(wrapped, place), place)

    def seal(self, data: bytes, *place: str) -> bytes:
        """Encrypt data that belongs to no single subject, bound to `place`."""
        return self._sealing.seal(data, _place(*place))

    def open(self, sealed: bytes, *place: str) -> bytes:
        """Decrypt what `seal` made for the same place; raises `StorageError`."""
        return self._sealing.open(sealed, _place(*place))


def load_signer(path: Path, *, name: str, create: bool) -> Signer:
    """Read the log's signing key from a file that only its owner can read, making one if `create`.

    `name` is the log's name, its origin. While the log changes its key the file has a line for each, the
    newest first. Raises `ConfigurationError`, also if the file's key
    signs under another name.
    """
    text = read_secret(path, make=(lambda: Signer.generate(name).to_text()) if create else None)
    newest, *older = (Signer.parse(line) for line in text.splitlines() or [""])
    for signer in (newest, *older):
        if signer.vkey.name != name:
            raise ConfigurationError(
                f"the signing key is that of `{signer.vkey.name}`, the log is named `{name}`"
            )
    return newest.beside(*older) if older else newest


def read_secret(path: Path, *, make: Callable[[], str] | None) -> str:
    """Return the one line of a secret file, after writing what `make` returns if there is no file.

    The file appears whole or not at all, with mode 0600; of two processes that make it at
    once, both get the same secret. Raises `ConfigurationError`.
    """
    try:
        if make is not None and not path.exists():
            _create(path, make() + "\n")
        if os.name == "posix" and path.stat().st_mode & _OTHERS:
            raise ConfigurationError(f"`{path}` can be read by others; its mode must be 0600")
        return path.read_text("ascii").strip()
    except FileNotFoundError as error:
        raise ConfigurationError(f"there is no key file at `{path}`") from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"the key file `{path}` cannot be read or made") from error


def _create(path: Path, text: str) -> None:
    """Write `path` at once with mode 0600, unless it has come into being meanwhile."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE_MODE)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink()
