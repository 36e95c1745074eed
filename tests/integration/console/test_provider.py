"""Signing in at an identity provider, against a real one on loopback."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from joserfc.jwk import RSAKey
from starlette.testclient import TestClient

from console_stage import ConsoleStage
from countenance.app import Installation
from countenance.errors import ConfigurationError
from countenance.settings import Settings
from countenance.staff.provider import ProviderOptions
from countenance.staff.sessions import csrf_token
from identity_provider import CLIENT, SECRET, IdentityProvider, providing


@pytest.fixture
def provider(console: ConsoleStage) -> Iterator[IdentityProvider]:
    with providing(IdentityProvider()) as found:
        console.stage.parts.provider = ProviderOptions(
            name="our single sign-on", issuer=found.issuer, client_id=CLIENT, client_secret=SECRET
        )
        yield found


def there_and_back(client: TestClient, begin: str = "/console/login/provider") -> Any:  # noqa: ANN401  httpx2's answer
    """Follow the browser to the provider and back, and return our answer."""
    sent = client.get(begin)
    assert sent.status_code == 303
    returned = httpx.get(sent.headers["location"], follow_redirects=False).headers["location"]
    page = client.get(returned.replace("http://localhost", ""))
    onward = re.search(r'content="0;url=([^"]+)"', page.text)
    assert onward is not None
    return client.get(onward[1].replace("&amp;", "&"))


def test_an_account_that_its_owner_linked_signs_in_at_the_provider(
    console: ConsoleStage, provider: IdentityProvider
) -> None:
    assert "Sign in with our single sign-on" in console.get(None, "/console/login").text
    assert there_and_back(console.client()).status_code == 401
    linked = there_and_back(console.client("rita"), "/console/account/provider")
    assert linked.headers["location"] == "/console/account?done=linked"
    client = console.client()
    assert there_and_back(client).headers["location"] == "/console"
    assert "Rita" in client.get("/console").text
    assert console.stage.events()[-1]["with"] == "provider"
    assert provider.subject not in str(console.stage.events())
    fields = {"form_token": csrf_token(console.sessions["rita"].token)}
    console.client("rita").post("/console/account/provider/unlink", data=fields)
    assert there_and_back(console.client()).status_code == 401


FORGED: list[dict[str, Any]] = [
    {"aud": "somebody-else"},
    {"iss": "https://evil.example"},
    {"nonce": "another"},
    {"exp": int(time.time()) - 3600},
    {"sub": ""},
]


@pytest.mark.parametrize("forge", FORGED, ids=lambda claims: next(iter(claims)))
def test_a_token_that_is_not_for_us_now_opens_nothing(
    console: ConsoleStage, provider: IdentityProvider, forge: dict[str, Any]
) -> None:
    there_and_back(console.client("rita"), "/console/account/provider")
    provider.forge = forge
    answer = there_and_back(console.client())
    assert answer.status_code in {400, 401}
    assert "set-cookie" not in answer.headers


def test_a_token_signed_by_another_key_opens_nothing(
    console: ConsoleStage, provider: IdentityProvider
) -> None:
    there_and_back(console.client("rita"), "/console/account/provider")
    provider.signing = RSAKey.generate_key(2048, {"kid": "one"})
    assert there_and_back(console.client()).status_code == 401


def test_a_way_back_that_was_begun_elsewhere_is_not_gone(
    console: ConsoleStage, provider: IdentityProvider
) -> None:
    there_and_back(console.client("rita"), "/console/account/provider")
    sent = console.client().get("/console/login/provider").headers["location"]
    returned = httpx.get(sent, follow_redirects=False).headers["location"]
    query = returned.partition("?")[2]
    victim = console.client()
    for held in (None, "{", '{"state": "", "nonce": "", "verifier": ""}'):
        if held is not None:
            victim.cookies.set("countenance-provider", held, path="/console/login/provider")
        assert victim.get(f"/console/login/provider/finish?{query}").status_code == 401
    assert provider.codes


def test_a_provider_that_is_not_there_says_so_and_none_is_no_page(console: ConsoleStage) -> None:
    assert console.get(None, "/console/login/provider").status_code == 404
    console.stage.parts.provider = ProviderOptions(
        name="gone", issuer="http://127.0.0.1:9", client_id=CLIENT, client_secret=SECRET
    )
    answer = console.get(None, "/console/login/provider")
    assert answer.status_code == 503
    assert "could not be reached" in answer.text
    console.stage.parts.provider = None


def test_the_secret_of_the_provider_is_in_no_repr() -> None:
    options = ProviderOptions(name="x", issuer="https://x", client_id=CLIENT, client_secret=SECRET)
    assert SECRET not in repr(options)


def test_half_a_provider_is_a_fault_of_the_settings() -> None:
    with pytest.raises(ConfigurationError, match="given together"):
        Installation(Settings(oidc_issuer="https://id.example"))
    told = {"oidc_issuer": "https://id.example/", "oidc_client_id": CLIENT, "oidc_client_secret": SECRET}
    options = Installation(Settings.model_validate(told)).provider
    assert options is not None
    assert (options.issuer, options.client_secret) == ("https://id.example", SECRET)
