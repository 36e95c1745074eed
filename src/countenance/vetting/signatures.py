"""Signed requests: whose signature it is, where a protocol signs instead of sending a key."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from countenance.errors import SignatureError, UnauthenticatedError
from countenance.vetting.keys import actor_of_key, in_force
from countenance.vetting.model import ACCESS_KEY_PREFIX, Actor, KeyId
from countenance.vetting.ports import VettingWork

_FORM = re.compile(ACCESS_KEY_PREFIX + "([0-9A-F]{16})")


@dataclass(frozen=True, slots=True)
class AuthenticateSigned:
    """Turn an access key id and a signature into an actor.

    The key behind the credential is read each time: when it is revoked or expires, its
    signatures end with it.
    """

    unit_of_work: Callable[[], VettingWork]
    clock: Callable[[], datetime]
    record_stranger: Callable[[], None]

    def __call__(self, access_key_id: str, made_with: Callable[[str], bool]) -> Actor:
        """Return the actor whose secret the signature was `made_with`.

        Raises `UnauthenticatedError` for a key that is unknown, has no credential, was revoked
        or has expired, without saying which, and `SignatureError` for a wrong signature.
        """
        match = _FORM.fullmatch(access_key_id)
        key_id = KeyId(match[1].lower()) if match else KeyId("")
        with self.unit_of_work() as work:
            key = work.keys.get(key_id)
            credential = work.credentials.get(key_id)
        if key is None or credential is None or not in_force(key, self.clock()):
            self.record_stranger()
            raise UnauthenticatedError("the access key is unknown, expired or revoked")
        if not made_with(credential.secret):
            self.record_stranger()
            raise SignatureError("the signature is not the one that this request has under its key")
        return actor_of_key(key)
