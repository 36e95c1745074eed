"""Signatures of packs: a signed note (c2sp.org/signed-note) over name, edition and digest.

The digest covers every byte of every file, the cases among them, so whoever signs has signed the
tests too.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from countenance.errors import InvalidInputError, LedgerError
from countenance.ledger.note import Signer, VerifierKey, open_note
from countenance.policy.packs import Pack

_FORMAT: Final = "countenance.pack/v1"


def signed_text(pack: Pack) -> str:
    """Return what is signed: the format's name, and the pack's name, edition and digest, a line each."""
    return f"{_FORMAT}\n{pack.name}\n{pack.edition}\n{pack.digest}\n"


def sign_pack(pack: Pack, signer: Signer) -> str:
    """Return the signed note of a pack, which stands beside it as `pack.sig`; needs an edition."""
    if not pack.edition:
        raise InvalidInputError(f"`{pack.name}` names no edition in its pack.toml, so there is none to sign")
    return signer.sign(signed_text(pack))


def signer_of(pack: Pack, note: str, trusted: Sequence[VerifierKey]) -> VerifierKey:
    """Return the first of the `trusted` keys that signed this very pack, or raise `InvalidInputError`."""
    if not trusted:
        raise InvalidInputError(
            "no signer of packs is trusted here: name a file with their keys in COUNTENANCE_PACK_SIGNERS"
        )
    try:
        text, signers = open_note(note, trusted)
    except LedgerError as error:
        raise InvalidInputError(f"the signature of `{pack.name}` is not good: {error.message}") from error
    if text != signed_text(pack):
        raise InvalidInputError(
            f"the signature is not of `{pack.name}` as it is: its digest is {pack.digest}"
        )
    return signers[0]


def read_signers(text: str) -> tuple[VerifierKey, ...]:
    """Return the verifier keys of a file with one a line; `#` begins a comment.

    Raises `InvalidInputError`.
    """
    lines = (line.strip() for line in text.splitlines())
    return tuple(VerifierKey.parse(line) for line in lines if line and not line.startswith("#"))
