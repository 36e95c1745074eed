"""OpenID Connect: where a provider is asked, and whether what it says is signed, fresh and for us."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import httpx
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.base_client.sync_openid import OpenIDMixin
from authlib.integrations.httpx_client import OAuth2Client
from joserfc.errors import JoseError

from countenance.errors import ConfigurationError, UnauthenticatedError
from countenance.staff.provider import Identity, ProviderOptions

_SECONDS: Final = 10.0
_LARGEST: Final = 1_000_000
_ALGORITHMS: Final = frozenset({"RS256", "PS256", "ES256", "ES384", "EdDSA"})
_NEEDED: Final = ("authorization_endpoint", "token_endpoint", "jwks_uri")
_REFUSED: Final = "the identity provider did not say who you are in a way that can be relied on"


@dataclass(frozen=True, slots=True)
class Begun:
    """A sign-in on its way: the address at the provider, and what must come back with it."""

    address: str
    state: str
    nonce: str
    verifier: str


class Provider(OpenIDMixin):  # type: ignore[misc]  # Authlib ships no types
    """A provider as it describes itself; asked anew for each sign-in."""

    def __init__(self, options: ProviderOptions, redirect: str) -> None:
        self.client_id = options.client_id
        self._options = options
        self._redirect = redirect
        self.server_metadata = self._described()

    def load_server_metadata(self) -> Mapping[str, Any]:
        """Return what the provider says of itself, as Authlib asks for it."""
        return self.server_metadata

    def fetch_jwk_set(self, force: bool = False) -> Any:  # noqa: ANN401, FBT001, FBT002  Authlib's own signature
        """Return the provider's keys, read anew where `force` says that those before did not do."""
        if force or "jwks" not in self.server_metadata:
            self.server_metadata["jwks"] = _read(self.server_metadata["jwks_uri"])
        return self.server_metadata["jwks"]

    def begin(self, *, state: str, nonce: str, verifier: str) -> Begun:
        """Return where to send the browser (authorisation code with PKCE)."""
        with self._client() as client:
            address, _ = client.create_authorization_url(
                self.server_metadata["authorization_endpoint"],
                state=state,
                nonce=nonce,
                code_verifier=verifier,
            )
        return Begun(str(address), state, nonce, verifier)

    def identity(self, code: str, *, nonce: str, verifier: str) -> Identity:
        """Return who the provider says it is, or raise `UnauthenticatedError`.

        The token's signature, issuer, audience, times and nonce are checked.
        """
        try:
            with self._client() as client:
                token = client.fetch_token(
                    self.server_metadata["token_endpoint"], code=code, code_verifier=verifier
                )
            claims = self.parse_id_token(token, nonce=nonce)
        except (AuthlibBaseError, JoseError, httpx.HTTPError, ValueError, KeyError, TypeError) as error:
            raise UnauthenticatedError(_REFUSED) from error
        if claims is None:
            raise UnauthenticatedError(_REFUSED)
        return Identity(issuer=self._options.issuer, subject=str(claims["sub"]))

    def _client(self) -> OAuth2Client:
        return OAuth2Client(
            client_id=self._options.client_id,
            client_secret=self._options.client_secret,
            redirect_uri=self._redirect,
            scope="openid",
            code_challenge_method="S256",
            timeout=_SECONDS,
            follow_redirects=False,
        )

    def _described(self) -> dict[str, Any]:
        document = _read(f"{self._options.issuer}/.well-known/openid-configuration")
        if document.get("issuer") != self._options.issuer or any(name not in document for name in _NEEDED):
            raise ConfigurationError("the identity provider describes itself as another one")
        offered = document.get("id_token_signing_alg_values_supported", ["RS256"])
        document["id_token_signing_alg_values_supported"] = sorted(_ALGORITHMS & set(offered))
        return document


def _read(address: str) -> dict[str, Any]:
    """Return the JSON document at an address of the provider, or raise `ConfigurationError`."""
    try:
        answer = httpx.get(address, timeout=_SECONDS, follow_redirects=False)
        answer.raise_for_status()
        document = answer.json() if len(answer.content) <= _LARGEST else None
    except (httpx.HTTPError, ValueError) as error:
        raise ConfigurationError("the identity provider could not be reached") from error
    if not isinstance(document, dict):
        raise ConfigurationError("the identity provider does not describe itself")
    return document
