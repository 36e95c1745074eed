"""Passwords: what one must be like, and whether one is right, in the same time for everybody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from countenance.errors import InvalidInputError

SHORTEST: Final = 12
LONGEST: Final = 256
_DIFFERENT: Final = 6


@dataclass(frozen=True, slots=True)
class Passwords:
    """Argon2id, with the parameters that a hash was made with written in the hash.

    `nobody` is the hash of a password that nobody has: where there is no account it is
    compared all the same, so that the clock does not tell which logins exist.
    """

    hasher: PasswordHasher
    nobody: str

    @classmethod
    def of(cls, hasher: PasswordHasher) -> Passwords:
        """Return passwords that are hashed by `hasher`."""
        return cls(hasher, hasher.hash("nobody has this password"))

    def hash(self, password: str, *, login: str) -> str:
        """Return the hash of a new password, or raise `InvalidInputError` saying what it lacks."""
        if not SHORTEST <= len(password) <= LONGEST:
            raise InvalidInputError(f"a password has {SHORTEST} to {LONGEST} characters")
        if login.casefold() in password.casefold():
            raise InvalidInputError("a password does not contain the login")
        if len(set(password)) < _DIFFERENT:
            raise InvalidInputError(f"a password has at least {_DIFFERENT} different characters")
        return self.hasher.hash(password)

    def right(self, held: str | None, password: str) -> bool:
        """Tell whether `password` is the one whose hash is `held`; None is nobody's."""
        if len(password) > LONGEST:
            password = ""
        try:
            self.hasher.verify(held if held is not None else self.nobody, password)
        except (VerificationError, InvalidHashError):
            return False
        return held is not None
