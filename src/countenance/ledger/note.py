"""Signed notes with Ed25519 keys, as in c2sp.org/signed-note."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol, Self, TypeVar

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from countenance.errors import ConfigurationError, InvalidInputError, LedgerError

SIGNATURE_LIMIT: Final = 64
"""Most signature lines a note may carry; the format asks that at least 16 are accepted."""

KEY_ID_SIZE: Final = 4
_ED25519: Final = b"\x01"
_KEY_SIZE: Final = 32
_DASH: Final = "\N{EM DASH} "
PRIVATE: Final = "PRIVATE+KEY+"
_PRINTABLE: Final = 0x20
_SEALING: Final = b"countenance: what is sealed and not signed"


def decode_base64(text: str) -> bytes:
    """Decode standard base64 in its one canonical spelling, or raise `ValueError`."""
    decoded = base64.b64decode(text.encode("ascii"), validate=True)
    if base64.b64encode(decoded).decode() != text:
        raise ValueError("base64 that is not canonical")
    return decoded


def encode_base64(data: bytes) -> str:
    """Return `data` in standard base64 with padding."""
    return base64.b64encode(data).decode()


def valid_name(name: str) -> bool:
    """Tell whether a key may have this name: not empty, no spaces, no plus sign, no control characters."""
    return bool(name) and "+" not in name and not any(c.isspace() or ord(c) < _PRINTABLE for c in name)


def key_id(name: str, encoded: bytes) -> bytes:
    """Return the id of a key, four bytes; `encoded` is the byte of its kind and the public key."""
    return hashlib.sha256(name.encode() + b"\n" + encoded).digest()[:KEY_ID_SIZE]


def split_key(text: str) -> tuple[str, bytes]:
    """Return name and encoded key of a vkey text, with the byte of its kind; raises `InvalidInputError`."""
    name, _, rest = text.partition("+")
    claimed, _, encoded = rest.partition("+")
    try:
        decoded = decode_base64(encoded)
    except (ValueError, binascii.Error) as error:
        raise InvalidInputError("a verifier key has the form `name+id+base64`") from error
    if not valid_name(name) or not decoded:
        raise InvalidInputError("a verifier key has the form `name+id+base64`")
    if claimed != key_id(name, decoded).hex():
        raise InvalidInputError(f"the id `{claimed}` is not that of the verifier key `{name}`")
    return name, decoded


class NoteKey(Protocol):
    """A public key that signs notes under a name, whatever the kind of its signatures."""

    @property
    def name(self) -> str:
        """Return the name that the key signs under."""
        ...

    @property
    def id(self) -> bytes:
        """Return the key's id, four bytes."""
        ...

    def verifies(self, text: str, signature: bytes) -> bool:
        """Tell whether `signature`, without the key's id, is this key's over `text`."""
        ...


Key = TypeVar("Key", bound=NoteKey)


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key with the name that it signs under; `public` is its 32 bytes.

    `str()` gives the vkey text, `<name>+<key id in hex>+<base64 of 0x01 and the key>`.
    """

    name: str
    public: bytes

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{encode_base64(_ED25519 + self.public)}"

    @property
    def id(self) -> bytes:
        """Return the key's id, four bytes."""
        return key_id(self.name, _ED25519 + self.public)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a vkey text; raises `InvalidInputError`."""
        name, encoded = split_key(text)
        if len(encoded) != _KEY_SIZE + 1 or encoded[:1] != _ED25519:
            raise InvalidInputError("a verifier key has a name and 32 bytes of an ed25519 key")
        return cls(name, encoded[1:])

    def verifies(self, text: str, signature: bytes) -> bool:
        """Tell whether `signature` (64 bytes) is this key's over `text`."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text.encode())
        except (InvalidSignature, ValueError):
            return False
        return True


class Signer:
    """A private key with the name that it signs under. Its secret is in no `repr`.

    `older` are keys that sign beside it for a while, so that whoever knows those can follow.
    """

    __slots__ = ("_private", "_sealing", "older", "vkey")

    def __init__(self, name: str, seed: bytes, older: tuple[Signer, ...] = ()) -> None:
        """`seed` is the 32 bytes of RFC 8032's private key; raises `ConfigurationError`."""
        if not valid_name(name):
            raise ConfigurationError(f"`{name}` cannot name a log: no spaces, no plus sign, not empty")
        if len(seed) != _KEY_SIZE:
            raise ConfigurationError("a signing key has 32 bytes")
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        self._sealing = hashlib.blake2b(_SEALING, key=seed, digest_size=32).digest()
        self.vkey = VerifierKey(name, self._private.public_key().public_bytes_raw())
        self.older = older

    @property
    def vkeys(self) -> tuple[VerifierKey, ...]:
        """Return the public keys that this signs with, its own first."""
        return (self.vkey, *(signer.vkey for signer in self.older))

    def beside(self, *older: Signer) -> Signer:
        """Return this key with others that sign beside it."""
        return Signer(self.vkey.name, self._private.private_bytes_raw(), older)

    def __repr__(self) -> str:
        return f"<Signer of {self.vkey.name}>"

    @classmethod
    def generate(cls, name: str) -> Self:
        """Make a new key from the system's randomness."""
        return cls(name, Ed25519PrivateKey.generate().private_bytes_raw())

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `PRIVATE+KEY+<name>+<id>+<base64>`, as Go's note package writes it.

        Raises `ConfigurationError`.
        """
        name, _, rest = text.strip().removeprefix(PRIVATE).partition("+")
        claimed, _, encoded = rest.partition("+")
        try:
            decoded = decode_base64(encoded)
        except (ValueError, binascii.Error) as error:
            raise ConfigurationError("a signing key has the form `PRIVATE+KEY+name+id+base64`") from error
        if not text.startswith(PRIVATE) or decoded[:1] != _ED25519:
            raise ConfigurationError("a signing key has the form `PRIVATE+KEY+name+id+base64`")
        signer = cls(name, decoded[1:])
        if claimed != signer.vkey.id.hex():
            raise ConfigurationError("the id in the signing key is not that of the key")
        return signer

    def seal(self, text: str) -> str:
        """Return what only this key's owner can write under `text`, and only the owner can check.

        Keyed BLAKE2b (RFC 7693) of 32 bytes in Base64: for what stays in house, at a twentieth of a
        signature's cost.
        """
        return encode_base64(hashlib.blake2b(text.encode(), key=self._sealing, digest_size=32).digest())

    def sealed(self, text: str, seal: str) -> bool:
        """Tell whether `seal` is this key's, or an older one's, under `text`; each in constant time."""
        if hmac.compare_digest(self.seal(text).encode(), seal.encode()):
            return True
        return any(signer.sealed(text, seal) for signer in self.older)

    def to_text(self) -> str:
        """Return the secret in the form that `parse` reads."""
        secret = encode_base64(_ED25519 + self._private.private_bytes_raw())
        return f"{PRIVATE}{self.vkey.name}+{self.vkey.id.hex()}+{secret}"

    def sign(self, text: str) -> str:
        """Return the note of `text`, which ends in a newline, with the signatures of this and older keys."""
        return f"{text}\n{self.line(text)}{''.join(signer.line(text) for signer in self.older)}"

    def line(self, text: str) -> str:
        """Return this key's signature line under `text`."""
        return signature_line(self.vkey, self._private.sign(text.encode()))


def signature_line(key: NoteKey, signature: bytes) -> str:
    """Return the line of a note that says that `key` has made `signature`."""
    return f"{_DASH}{key.name} {encode_base64(key.id + signature)}\n"


@dataclass(frozen=True, slots=True)
class Signature:
    """One line under a note: who claims to have signed, with which key, and the bytes."""

    name: str
    key_id: bytes
    value: bytes

    def __str__(self) -> str:
        return f"{_DASH}{self.name} {encode_base64(self.key_id + self.value)}\n"


def split_note(note: str) -> tuple[str, tuple[Signature, ...]]:
    """Return the text of a note and its signatures, none of them checked; raises `LedgerError`."""
    if any(ord(c) < _PRINTABLE and c != "\n" for c in note):
        raise LedgerError("the note holds control characters")
    text, blank, lines = note.rpartition("\n\n")
    if not blank or not lines.endswith("\n"):
        raise LedgerError("the note has no text, blank line and signatures")
    rows = lines[:-1].split("\n")
    if len(rows) > SIGNATURE_LIMIT:
        raise LedgerError(f"the note has more than {SIGNATURE_LIMIT} signatures")
    return text + "\n", tuple(parse_signature(row) for row in rows)


def parse_signature(line: str) -> Signature:
    """Read one signature line, without its newline; raises `LedgerError`."""
    name, _, encoded = line.removeprefix(_DASH).partition(" ")
    try:
        blob = decode_base64(encoded)
    except (ValueError, binascii.Error) as error:
        raise LedgerError("a signature line of the note is malformed") from error
    if not line.startswith(_DASH) or not valid_name(name) or len(blob) <= KEY_ID_SIZE:
        raise LedgerError("a signature line of the note is malformed")
    return Signature(name, blob[:KEY_ID_SIZE], blob[KEY_ID_SIZE:])


def open_note(note: str, keys: Sequence[Key]) -> tuple[str, tuple[Key, ...]]:
    """Return the text of a note and those of `keys` that signed it.

    Signatures by unknown keys are passed over. Raises `LedgerError` if a known key's
    signature is wrong, if none of `keys` signed, or if the note is malformed.
    """
    text, signatures = split_note(note)
    signers: list[Key] = []
    for signature in signatures:
        for key in keys:
            if (key.name, key.id) != (signature.name, signature.key_id) or key in signers:
                continue
            if not key.verifies(text, signature.value):
                raise LedgerError(f"the signature of `{key.name}` does not verify")
            signers.append(key)
    if not signers:
        raise LedgerError("no known key has signed the note")
    return text, tuple(signers)
