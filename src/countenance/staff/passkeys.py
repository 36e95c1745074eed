"""Passkeys: what a browser is asked, and whether what it answers is right (W3C Web Authentication)."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from countenance.errors import InvalidInputError
from countenance.staff.model import Credentials, Member, Passkey

_NAME: Final = "Countenance"
_CHALLENGE: Final = 32
_LONGEST_ANSWER: Final = 16_384


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """The site that passkeys are made for: its host, and its origin as the browser names it."""

    host: str
    origin: str


@dataclass(frozen=True, slots=True)
class Challenge:
    """What the browser is asked, as JSON for `navigator.credentials`, and the bytes to be signed."""

    options: str
    challenge: bytes


def ask_to_make(member: Member, credentials: Credentials, party: RelyingParty) -> Challenge:
    """Return the question by which a device makes a new passkey; it makes none where it has one."""
    challenge = secrets.token_bytes(_CHALLENGE)
    options = generate_registration_options(
        rp_id=party.host,
        rp_name=_NAME,
        user_id=member.id.encode(),
        user_name=member.login,
        user_display_name=member.name,
        challenge=challenge,
        exclude_credentials=[PublicKeyCredentialDescriptor(id=key.id) for key in credentials.passkeys],
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED,
            user_verification=UserVerificationRequirement.PREFERRED,
        ),
    )
    return Challenge(options_to_json(options), challenge)


def made(answer: str, challenge: bytes, party: RelyingParty, *, label: str, at: datetime) -> Passkey:
    """Return the passkey that a device has made, or raise `InvalidInputError`."""
    try:
        verified = verify_registration_response(
            credential=_document(answer),
            expected_challenge=challenge,
            expected_rp_id=party.host,
            expected_origin=party.origin,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise InvalidInputError("the device's answer is not one to this question") from error
    return Passkey(
        id=verified.credential_id,
        public_key=verified.credential_public_key,
        sign_count=verified.sign_count,
        label=label,
        created=at,
    )


def ask_to_sign(credentials: Credentials, party: RelyingParty) -> Challenge:
    """Return the question that one of the member's passkeys is to sign."""
    challenge = secrets.token_bytes(_CHALLENGE)
    options = generate_authentication_options(
        rp_id=party.host,
        challenge=challenge,
        allow_credentials=[PublicKeyCredentialDescriptor(id=key.id) for key in credentials.passkeys],
        user_verification=UserVerificationRequirement.PREFERRED,
    )
    return Challenge(options_to_json(options), challenge)


def after_use(
    answer: str, challenge: bytes, party: RelyingParty, held: tuple[Passkey, ...]
) -> tuple[Passkey, ...] | None:
    """Return the passkeys with the count of the one that signed, or None where none did."""
    verified = _verified(answer, challenge, party, held)
    if verified is None:
        return None
    index, count = verified
    used = held[index]
    renewed = Passkey(
        id=used.id, public_key=used.public_key, sign_count=count, label=used.label, created=used.created
    )
    return (*held[:index], renewed, *held[index + 1 :])


def _verified(
    answer: str, challenge: bytes, party: RelyingParty, held: tuple[Passkey, ...]
) -> tuple[int, int] | None:
    try:
        document = _document(answer)
        named = base64url_to_bytes(str(document["id"]))
        index = next(at for at, key in enumerate(held) if key.id == named)
        verified = verify_authentication_response(
            credential=document,
            expected_challenge=challenge,
            expected_rp_id=party.host,
            expected_origin=party.origin,
            credential_public_key=held[index].public_key,
            credential_current_sign_count=held[index].sign_count,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError, StopIteration, InvalidInputError):
        return None
    return index, verified.new_sign_count


def _document(answer: str) -> dict[str, object]:
    if len(answer) > _LONGEST_ANSWER:
        raise InvalidInputError("the device's answer is too long")
    document = json.loads(answer)
    if not isinstance(document, dict):
        raise InvalidInputError("the device's answer is no object")
    return document
