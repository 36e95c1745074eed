"""Cosignatures: statements of witnesses that a log only grew, as in c2sp.org/tlog-cosignature.

Ed25519 (0x04) signs the whole text of the checkpoint; ML-DSA-44 (0x06), which holds against quantum
computers, signs origin, size and root under the cosigner's name, so that a checkpoint with extension
lines has none.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Final, Self

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey, MLDSA44PublicKey

from countenance.errors import ConfigurationError, InvalidInputError, LedgerError
from countenance.ledger.checkpoint import Checkpoint
from countenance.ledger.note import (
    PRIVATE,
    encode_base64,
    key_id,
    signature_line,
    split_key,
    valid_name,
)

_TIME_SIZE: Final = 8
_LAST_TIME: Final = 2**63 - 1
_LONGEST_NAME: Final = 255
_SEED_SIZE: Final = 32
_SUBTREE: Final = b"subtree/v1\n\0"


class CosignatureKind(Enum):
    """The two kinds of cosignatures, by the byte that names them in a vkey."""

    ED25519 = 0x04
    ML_DSA_44 = 0x06

    @property
    def byte(self) -> bytes:
        """Return the byte that stands before the key."""
        return bytes([self.value])

    @property
    def key_size(self) -> int:
        """Return the bytes of a public key."""
        return 32 if self is CosignatureKind.ED25519 else 1312

    @property
    def signature_size(self) -> int:
        """Return the bytes of a signature without its time."""
        return 64 if self is CosignatureKind.ED25519 else 2420


@dataclass(frozen=True, slots=True)
class CosignerKey:
    """A cosigner's public key with the name that it signs under.

    `str()` gives the vkey text, `<name>+<key id in hex>+<base64 of the kind's byte and the key>`.
    """

    name: str
    kind: CosignatureKind
    public: bytes

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{encode_base64(self.kind.byte + self.public)}"

    @property
    def id(self) -> bytes:
        """Return the key's id, four bytes."""
        return key_id(self.name, self.kind.byte + self.public)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a vkey text; raises `InvalidInputError`."""
        name, encoded = split_key(text)
        for kind in CosignatureKind:
            if encoded[:1] == kind.byte and len(encoded) == kind.key_size + 1:
                return cls(name, kind, encoded[1:])
        raise InvalidInputError(f"`{name}` is not the key of a cosigner: its kind is 04 or 06")

    @property
    def verifiable(self) -> bool:
        """Tell whether the cryptography that is installed here can verify what this key signs."""
        if self.kind is CosignatureKind.ED25519:
            return True
        try:
            MLDSA44PublicKey.from_public_bytes(self.public)
        except UnsupportedAlgorithm:
            return False
        except ValueError:
            return True  # a key that nothing verifies under
        return True

    def verifies(self, text: str, signature: bytes) -> bool:
        """Tell whether `signature`, its time and the bytes after it, is this key's over a checkpoint."""
        value = signature[_TIME_SIZE:]
        if len(value) != self.kind.signature_size or cosigned_at(signature) > _LAST_TIME:
            return False
        try:
            message = _message(self, cosigned_at(signature), text)
            if self.kind is CosignatureKind.ED25519:
                Ed25519PublicKey.from_public_bytes(self.public).verify(value, message)
            else:
                MLDSA44PublicKey.from_public_bytes(self.public).verify(value, message)
        except (InvalidSignature, UnsupportedAlgorithm, ValueError, LedgerError):
            return False
        return True


class Cosigner:
    """A witness's private key with its name. Its secret is in no `repr`."""

    __slots__ = ("_private", "_seed", "key")

    def __init__(self, name: str, kind: CosignatureKind, seed: bytes) -> None:
        """`seed` is the 32 bytes that the key is made of; raises `ConfigurationError`."""
        if not valid_name(name) or len(name.encode()) > _LONGEST_NAME:
            raise ConfigurationError(f"`{name}` cannot name a witness: no spaces, no plus sign, not empty")
        if len(seed) != _SEED_SIZE:
            raise ConfigurationError("a witness's key is made of 32 bytes")
        self._seed = seed
        self._private = _private(kind, seed)
        self.key = CosignerKey(name, kind, self._private.public_key().public_bytes_raw())

    def __repr__(self) -> str:
        return f"<Cosigner {self.key.name}>"

    @classmethod
    def generate(cls, name: str, kind: CosignatureKind) -> Self:
        """Make a new key from the system's randomness."""
        return cls(name, kind, secrets.token_bytes(_SEED_SIZE))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `PRIVATE+KEY+<name>+<id>+<base64>`, which `to_text` wrote; raises `ConfigurationError`."""
        secret = text.strip()
        name, _, rest = secret.removeprefix(PRIVATE).partition("+")
        claimed, _, encoded = rest.partition("+")
        try:
            _, decoded = split_key(f"{name}+{claimed}+{encoded}")
            kind = CosignatureKind(decoded[0])
        except (InvalidInputError, ValueError) as error:
            raise ConfigurationError("a witness's key has the form `PRIVATE+KEY+name+id+base64`") from error
        if not secret.startswith(PRIVATE):
            raise ConfigurationError("a witness's key has the form `PRIVATE+KEY+name+id+base64`")
        return cls(name, kind, decoded[1:])

    def to_text(self) -> str:
        """Return the secret in the form that `parse` reads; its id is over the secret, to notice a slip."""
        secret = self.key.kind.byte + self._seed
        return f"{PRIVATE}{self.key.name}+{key_id(self.key.name, secret).hex()}+{encode_base64(secret)}"

    def can_sign(self, text: str) -> bool:
        """Tell whether this kind of key can cosign a checkpoint's text: any, or one without extensions."""
        return self.key.kind is CosignatureKind.ED25519 or not Checkpoint.parse(text).extensions

    def cosign(self, text: str, moment: datetime) -> str:
        """Return the signature line that cosigns a checkpoint's text as of `moment`.

        Raises `LedgerError` for a checkpoint that this kind of key cannot sign.
        """
        seconds = int(moment.timestamp())
        signature = self._private.sign(_message(self.key, seconds, text))
        return signature_line(self.key, seconds.to_bytes(_TIME_SIZE, "big") + signature)


def cosigned_at(signature: bytes) -> int:
    """Return the time in a cosignature, in seconds since the epoch."""
    return int.from_bytes(signature[:_TIME_SIZE], "big")


def moment_of(seconds: int) -> datetime | None:
    """Return the moment of a cosignature; None for a time that says nothing or cannot be."""
    try:
        return datetime.fromtimestamp(seconds, UTC) if seconds else None
    except (OverflowError, ValueError, OSError):
        return None


def subtree_message(cosigner: str, seconds: int, origin: str, span: tuple[int, int], root: bytes) -> bytes:
    """Return what ML-DSA-44 signs for the entries from `span[0]` up to `span[1]`; raises `LedgerError`."""
    names = []
    for name in (cosigner, origin):
        encoded = name.encode()
        if not 0 < len(encoded) <= _LONGEST_NAME:
            raise LedgerError("a name in a cosignature has 1 to 255 bytes")
        names.append(bytes([len(encoded)]) + encoded)
    numbers = [number.to_bytes(_TIME_SIZE, "big") for number in (seconds, *span)]
    return _SUBTREE + names[0] + numbers[0] + names[1] + numbers[1] + numbers[2] + root


def _message(key: CosignerKey, seconds: int, text: str) -> bytes:
    if key.kind is CosignatureKind.ED25519:
        return f"cosignature/v1\ntime {seconds}\n{text}".encode()
    checkpoint = Checkpoint.parse(text)
    if checkpoint.extensions:
        raise LedgerError("a cosignature of this kind does not cover extension lines")
    return subtree_message(key.name, seconds, checkpoint.origin, (0, checkpoint.size), checkpoint.root)


def _private(kind: CosignatureKind, seed: bytes) -> Ed25519PrivateKey | MLDSA44PrivateKey:
    if kind is CosignatureKind.ED25519:
        return Ed25519PrivateKey.from_private_bytes(seed)
    try:
        return MLDSA44PrivateKey.from_seed_bytes(seed)
    except UnsupportedAlgorithm as error:
        raise ConfigurationError("the cryptography that is installed here has no ML-DSA-44") from error
