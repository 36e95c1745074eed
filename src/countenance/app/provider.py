"""The identity provider that settings name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from countenance.errors import ConfigurationError

if TYPE_CHECKING:
    from countenance.settings import Settings
    from countenance.staff.provider import ProviderOptions


def provider_of(settings: Settings) -> ProviderOptions | None:
    """Return the identity provider, or None; raises `ConfigurationError` for half of one."""
    told = (settings.oidc_issuer, settings.oidc_client_id, settings.oidc_client_secret)
    issuer, client_id, secret = told
    if issuer is None or client_id is None or secret is None:
        if any(part is not None for part in told):
            raise ConfigurationError("issuer, client id and secret of OpenID Connect are given together")
        return None
    from countenance.staff.provider import ProviderOptions

    return ProviderOptions(
        name=settings.oidc_name,
        issuer=issuer.rstrip("/"),
        client_id=client_id,
        client_secret=secret.get_secret_value(),
    )
