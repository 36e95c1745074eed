"""Where webhooks may go: public addresses over TLS, and what the operator named; whatever a name says."""

from __future__ import annotations

import socket
from datetime import UTC, datetime

import pytest

from countenance.errors import ConfigurationError, InvalidInputError
from countenance.storage.webhook_courier import HttpCourier
from receiving import Receiver

NOW = datetime(2026, 7, 1, tzinfo=UTC)
INSIDE = (
    "127.0.0.1",
    "10.0.0.8",
    "172.16.9.9",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",  # noqa: S104  nothing listens there
    "224.0.0.1",
    "255.255.255.255",
    "[::1]",
    "[fe80::1]",
    "[fd00::1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:169.254.169.254]",
    "[64:ff9b::a9fe:a9fe]",
    "[2002:7f00:1::]",
    "[::]",
)


@pytest.mark.parametrize("host", INSIDE)
def test_an_address_inside_is_not_taken_and_not_connected_to(host: str) -> None:
    courier = HttpCourier(seconds=0.5)
    with pytest.raises(InvalidInputError):
        courier.check(f"https://{host}/hook")
    tried = courier.post(f"https://{host}/hook", {}, b"{}", at=NOW)
    assert (tried.status, tried.fault) == (None, "address_not_allowed")


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/hook",
        "ftp://example.org/hook",
        "https:///hook",
        "https://user:secret@example.org/",
        "https://example.org/#part",
        "https://exam ple.org/",
        "https://example.org/\n",
        "example.org",
        "",
    ],
)
def test_what_is_no_address_over_tls_is_not_taken(url: str) -> None:
    with pytest.raises(InvalidInputError):
        HttpCourier().check(url)


def test_a_public_name_over_tls_is_taken() -> None:
    HttpCourier().check("https://hooks.example.org:8443/a/b?c=d")


def test_a_name_that_leads_inside_is_not_followed_whatever_it_said_before(
    monkeypatch: pytest.MonkeyPatch, receiver: Receiver
) -> None:
    port = int(receiver.url.rpartition(":")[2])
    answers = iter(["93.184.215.14", "127.0.0.1"])

    def look_up(*_: object, **__: object) -> list[object]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    courier = HttpCourier(seconds=0.5)
    courier.check(f"https://rebinding.example:{port}/")
    assert socket.getaddrinfo("rebinding.example", port)[0][4][0] == "93.184.215.14"
    tried = courier.post(f"https://rebinding.example:{port}/", {}, b"{}", at=NOW)
    assert tried.fault == "address_not_allowed"
    assert receiver.received == []


def test_the_address_that_was_checked_is_the_one_that_is_connected_to(
    monkeypatch: pytest.MonkeyPatch, receiver: Receiver
) -> None:
    port = int(receiver.url.rpartition(":")[2])
    asked: list[object] = []
    real = socket.getaddrinfo

    def look_up(host: object, *more: object, **named: object) -> object:
        asked.append(host)
        return real("127.0.0.1" if host == "hooks.example" else host, *more, **named)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    tried = HttpCourier(["127.0.0.0/8"], seconds=2).post(f"http://hooks.example:{port}/x", {}, b"{}", at=NOW)
    assert tried.status == 204
    assert asked.count("hooks.example") == 1
    assert receiver.received[0].headers["host"] == f"hooks.example:{port}"


def test_a_name_that_nobody_knows_is_a_fault_of_the_try(monkeypatch: pytest.MonkeyPatch) -> None:
    def look_up(*_: object, **__: object) -> object:
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    assert HttpCourier(seconds=0.5).post("https://nowhere.example/", {}, b"", at=NOW).fault == "name_unknown"


def test_a_proxy_of_the_environment_is_not_asked(monkeypatch: pytest.MonkeyPatch, receiver: Receiver) -> None:
    monkeypatch.setenv("HTTP_PROXY", receiver.url)
    monkeypatch.setenv("ALL_PROXY", receiver.url)
    tried = HttpCourier(["127.0.0.0/8"], seconds=0.5).post("http://127.0.0.1:1/x", {}, b"", at=NOW)
    assert tried.fault == "not_connected"
    assert receiver.received == []


def test_a_network_that_is_none_keeps_the_installation_from_starting() -> None:
    with pytest.raises(ConfigurationError):
        HttpCourier(["everything"])
