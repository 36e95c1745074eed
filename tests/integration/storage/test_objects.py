"""Objects of a folder and of a store on loopback: what is read, and what is never opened."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from countenance.app.objects import buckets_of, open_objects
from countenance.errors import ConfigurationError
from countenance.recognition.collections.model import ObjectName
from countenance.settings import Settings
from countenance.storage.object_folder import FolderObjects
from countenance.storage.object_store import Credentials, StoreObjects
from object_server import ACCESS_KEY, REGION, SECRET, ObjectServer, certificate, object_server

PIXELS = bytes(range(256)) * 40


@pytest.fixture
def store() -> Iterator[ObjectServer]:
    with object_server() as server:
        server.objects |= {
            "photos/a.png": PIXELS,
            "photos/deep/ä b+c?.png": b"other",
            "photos/empty.png": b"",
        }
        yield server


def reader(server: ObjectServer, *, secret: str = SECRET, seconds: float = 5.0) -> StoreObjects:
    credentials = Credentials(access_key_id=ACCESS_KEY, secret=secret)
    return StoreObjects(server.url, region=REGION, credentials=credentials, seconds=seconds)


def test_an_object_is_fetched_with_a_signature_that_the_store_accepts(store: ObjectServer) -> None:
    objects = reader(store)
    assert objects.read(ObjectName("photos", "a.png"), limit=100_000) == PIXELS
    assert objects.read(ObjectName("photos", "deep/ä b+c?.png"), limit=100) == b"other"
    assert objects.read(ObjectName("photos", "empty.png"), limit=100) == b""
    assert reader(store, secret="wrong").read(ObjectName("photos", "a.png"), limit=9) is None  # noqa: S106  a wrong one


def test_without_an_access_key_nothing_is_signed(store: ObjectServer) -> None:
    store.signed = False
    objects = StoreObjects(store.url, region=REGION, credentials=None, seconds=5.0)
    assert objects.read(ObjectName("photos", "deep/ä b+c?.png"), limit=100) == b"other"
    assert "X-Amz" not in store.asked[0]


def test_no_more_is_read_than_one_byte_beyond_the_limit(store: ObjectServer) -> None:
    read = reader(store).read(ObjectName("photos", "a.png"), limit=1_000)
    assert read == PIXELS[:1_001]
    assert reader(store).read(ObjectName("photos", "a.png"), limit=len(PIXELS)) == PIXELS


def test_a_redirection_is_not_followed(store: ObjectServer) -> None:
    with object_server() as other:
        other.signed = False
        other.objects["x.png"] = b"somebody else's"
        store.elsewhere = f"{other.url}/x.png"
        assert reader(store).read(ObjectName("photos", "redirected.png"), limit=100) is None
        assert len(store.asked) == 1
        assert other.asked == []


def test_the_environment_leads_nowhere_else(store: ObjectServer, monkeypatch: pytest.MonkeyPatch) -> None:
    with object_server() as other:
        for name in (
            "HTTP_PROXY",
            "http_proxy",
            "ALL_PROXY",
            "AWS_ENDPOINT",
            "AWS_ENDPOINT_URL",
            "AWS_ENDPOINT_URL_S3",
        ):
            monkeypatch.setenv(name, other.url)
        monkeypatch.setenv("AWS_SESSION_TOKEN", "token")
        monkeypatch.setenv("AWS_SKIP_SIGNATURE", "true")
        monkeypatch.setenv("AWS_VIRTUAL_HOSTED_STYLE_REQUEST", "true")
        unseen = ObjectName("photos", "a.png")
        assert reader(store).read(unseen, limit=100_000) == PIXELS
        assert other.asked == []


def test_over_tls_a_store_must_prove_who_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tls = certificate(tmp_path)
    with object_server(tls) as store:
        store.objects["photos/a.png"] = PIXELS
        place = ObjectName("photos", "a.png")
        assert reader(store).read(place, limit=100_000) is None
        assert store.asked == []
        monkeypatch.setenv("SSL_CERT_FILE", str(tls[0]))
        assert reader(store).read(place, limit=100_000) == PIXELS


@pytest.mark.parametrize(
    "name",
    ["none.png", "/a.png", "../photos/a.png", "x/../a.png", "x//a.png", "redirected.png", "broken.png"],
)
def test_what_cannot_be_read_is_none_whatever_the_reason(store: ObjectServer, name: str) -> None:
    assert reader(store).read(ObjectName("photos", name), limit=100_000) is None


def test_a_version_is_none_that_is_kept(store: ObjectServer, tmp_path: Path) -> None:
    assert reader(store).read(ObjectName("photos", "a.png", "3"), limit=100_000) is None
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "a.png").write_bytes(PIXELS)
    assert FolderObjects(tmp_path).read(ObjectName("photos", "a.png"), limit=1) == PIXELS[:2]
    assert FolderObjects(tmp_path).read(ObjectName("photos", "a.png", "3"), limit=1) is None


def test_a_store_that_drips_is_left_when_its_time_is_up(store: ObjectServer) -> None:
    began = time.monotonic()
    assert reader(store, seconds=0.4).read(ObjectName("photos", "endless.png"), limit=100_000) is None
    assert time.monotonic() - began < 10


def test_a_store_that_is_not_there_is_logged_without_a_name(caplog: pytest.LogCaptureFixture) -> None:
    with object_server() as gone:
        objects = reader(gone)
    with caplog.at_level(logging.WARNING, "countenance.objects"):
        assert objects.read(ObjectName("photos", "a.png"), limit=9) is None
    assert caplog.messages == ["an object could not be read: ConnectionRefusedError"]


def test_a_secret_is_in_no_repr() -> None:
    assert SECRET not in repr(Credentials(access_key_id=ACCESS_KEY, secret=SECRET))


@pytest.mark.parametrize(
    "address",
    ["", "store", "ftp://store", "http://", "http://a:b@store", "http://store/path", "https://store?x=1",
     "http://store:0", "http://store:99999", "http://store#x"],
)  # fmt: skip
def test_what_is_no_address_of_a_store_is_refused(address: str) -> None:
    with pytest.raises(ConfigurationError):
        StoreObjects(address, region=REGION, credentials=None, seconds=1.0)


def test_settings_name_a_folder_or_a_store_or_neither(tmp_path: Path) -> None:
    assert open_objects(Settings(home=tmp_path)) is None
    assert isinstance(open_objects(Settings(home=tmp_path, object_folder=tmp_path)), FolderObjects)
    at = {"object_endpoint": "https://store:9000", "object_buckets": "photos,scans:museum"}
    made = Settings.model_validate({"home": tmp_path, **at})
    assert isinstance(open_objects(made), StoreObjects)
    for wrong in (
        {**at, "object_folder": tmp_path},
        {"object_endpoint": "https://store:9000"},
        {**at, "object_access_key_id": "AK"},
        {**at, "object_secret_access_key": "secret"},
    ):
        with pytest.raises(ConfigurationError):
            open_objects(Settings.model_validate({"home": tmp_path, **wrong}))


def test_buckets_are_everybodys_or_one_customers() -> None:
    assert buckets_of(()) is None
    assert buckets_of(("photos", "scans:museum")) == {"photos": None, "scans": "museum"}
    for wrong in ("photos:", ":museum"):
        with pytest.raises(ConfigurationError):
            buckets_of((wrong,))
    with pytest.raises(ConfigurationError):
        buckets_of(("photos", "photos:museum"))
