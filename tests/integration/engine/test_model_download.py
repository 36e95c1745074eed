"""Against a real HTTP server on loopback that misbehaves in the ways servers do."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from countenance.engine.file_lock import exclusive
from countenance.engine.model_download import DownloadLimits, ModelDownload
from countenance.errors import ConflictError, ModelDigestError, ModelDownloadError, ModelMissingError
from small_models import entry_of

CONTENT = bytes(range(256)) * 400
STALL = 8.0
"""Seconds for which a server that stalls says nothing: longer than anybody here may wait for it."""

FAST = DownloadLimits(stall_seconds=0.4, total_seconds=5.0, tries=3, pause=0.01)


@dataclass
class Script:
    """What the server does, and what it was asked."""

    content: bytes = CONTENT
    cuts: list[int] = field(default_factory=list)
    """After how many bytes each of the next answers breaks off."""
    statuses: list[int] = field(default_factory=list)
    """What the next requests are answered with instead of a file."""
    ranges: bool = True
    wrong_start: bool = False
    stall_after: int | None = None
    trickle: float = 0.0
    redirects: dict[str, str] = field(default_factory=dict)
    without_length: bool = False
    asked: list[str | None] = field(default_factory=list)
    address: str = ""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    script: Script

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the name is the library's
        """Say nothing."""

    def do_GET(self) -> None:
        script = self.script
        wanted = self.headers.get("range")
        if self.path in script.redirects:
            self._empty(302, location=script.redirects[self.path])
            return
        script.asked.append(wanted)
        if script.statuses:
            self._empty(script.statuses.pop(0))
            return
        start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and script.ranges else 0
        if start and start >= len(script.content):
            self._empty(416)
            return
        self._send(start)

    def _empty(self, status: int, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("content-length", "0")
        self.end_headers()

    def _send(self, start: int) -> None:
        script = self.script
        body = script.content[start:]
        self.send_response(206 if start else 200)
        if start:
            said = start + 1 if script.wrong_start else start
            self.send_header("content-range", f"bytes {said}-{len(script.content) - 1}/{len(script.content)}")
        if script.without_length:
            self.send_header("connection", "close")
            self.close_connection = True
        else:
            self.send_header("content-length", str(len(body)))
        self.end_headers()
        cut = script.cuts.pop(0) if script.cuts else len(body)
        try:
            if script.stall_after is not None:
                self.wfile.write(body[: script.stall_after])
                self.wfile.flush()
                time.sleep(STALL)
            for at in range(0, min(cut, len(body)), 8192):
                self.wfile.write(body[at : min(at + 8192, cut)])
                self.wfile.flush()
                time.sleep(script.trickle)
        except OSError:
            pass  # the client has gone
        if cut < len(body):
            self.close_connection = True


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Clients that hang up are what the tests are about."""


@pytest.fixture
def script() -> Iterator[Script]:
    script = Script()
    handler = type("ScriptedHandler", (Handler,), {"script": script})
    with Server(("127.0.0.1", 0), handler) as server:
        script.address = f"http://127.0.0.1:{server.server_port}/model.onnx"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield script
        server.shutdown()
        thread.join()


def part(folder: Path) -> Path:
    return folder / "small.onnx.part"


def test_a_model_arrives_whole_under_its_name(tmp_path: Path, script: Script) -> None:
    seen: list[tuple[int, int | None]] = []
    entry = entry_of(CONTENT, url=script.address)
    path = ModelDownload(tmp_path / "new", FAST)(entry, progress=lambda *at: seen.append(at))
    assert path.read_bytes() == CONTENT
    assert not part(tmp_path / "new").exists()
    assert seen[0] == (0, len(CONTENT))
    assert seen[-1] == (len(CONTENT), len(CONTENT))


def test_a_cut_stream_goes_on_where_it_ended(tmp_path: Path, script: Script) -> None:
    script.cuts = [30_000, 20_000]
    path = ModelDownload(tmp_path, FAST)(entry_of(CONTENT, url=script.address))
    assert path.read_bytes() == CONTENT
    assert script.asked == [None, "bytes=30000-", "bytes=50000-"]


def test_what_arrived_before_giving_up_is_kept_for_the_next_time(tmp_path: Path, script: Script) -> None:
    script.cuts = [10_000, 10_000, 10_000]
    entry = entry_of(CONTENT, url=script.address)
    with pytest.raises(ModelDownloadError, match="`small` could not be fetched"):
        ModelDownload(tmp_path, FAST)(entry)
    assert part(tmp_path).read_bytes() == CONTENT[:30_000]
    assert not (tmp_path / "small.onnx").exists()
    assert ModelDownload(tmp_path, FAST)(entry).read_bytes() == CONTENT
    assert script.asked[-1] == "bytes=30000-"


@pytest.mark.parametrize("size_is_known", [True, False])
def test_other_bytes_are_thrown_away(tmp_path: Path, script: Script, *, size_is_known: bool) -> None:
    script.content = CONTENT[:-1] + b"?"
    entry = entry_of(CONTENT, url=script.address, size=len(CONTENT) if size_is_known else None)
    with pytest.raises(ModelDigestError, match="thrown away"):
        ModelDownload(tmp_path, FAST)(entry)
    assert not part(tmp_path).exists()
    assert not (tmp_path / "small.onnx").exists()


def test_a_spoilt_beginning_does_not_spoil_the_download(tmp_path: Path, script: Script) -> None:
    part(tmp_path).write_bytes(b"left from another version")
    assert ModelDownload(tmp_path, FAST)(entry_of(CONTENT, url=script.address)).read_bytes() == CONTENT
    assert script.asked == ["bytes=25-", None]


@pytest.mark.parametrize("extra", [0, 5])
def test_a_part_as_long_as_the_file_or_longer_is_settled(tmp_path: Path, script: Script, extra: int) -> None:
    part(tmp_path).write_bytes(CONTENT + b"x" * extra)
    entry = entry_of(CONTENT, url=script.address, size=len(CONTENT))
    assert ModelDownload(tmp_path, FAST)(entry).read_bytes() == CONTENT


def test_a_server_that_ignores_the_range_sends_it_all_again(tmp_path: Path, script: Script) -> None:
    script.ranges = False
    part(tmp_path).write_bytes(CONTENT[:5000])
    assert ModelDownload(tmp_path, FAST)(entry_of(CONTENT, url=script.address)).read_bytes() == CONTENT


def test_a_server_that_sends_another_range_is_not_believed(tmp_path: Path, script: Script) -> None:
    script.wrong_start = True
    part(tmp_path).write_bytes(CONTENT[:5000])
    assert ModelDownload(tmp_path, FAST)(entry_of(CONTENT, url=script.address)).read_bytes() == CONTENT
    assert script.asked == ["bytes=5000-", None]


def test_a_stream_that_stalls_ends_soon(tmp_path: Path, script: Script) -> None:
    script.stall_after = 1000
    limits = replace(FAST, stall_seconds=0.2, tries=2)
    started = time.monotonic()
    with pytest.raises(ModelDownloadError):
        ModelDownload(tmp_path, limits)(entry_of(CONTENT, url=script.address))
    assert time.monotonic() - started < STALL
    assert part(tmp_path).read_bytes() == CONTENT[:2000]


def test_a_stream_that_trickles_ends_at_the_limit(tmp_path: Path, script: Script) -> None:
    script.trickle = 0.1
    started = time.monotonic()
    with pytest.raises(ModelDownloadError, match=r"more than 0\.3 seconds"):
        ModelDownload(tmp_path, replace(FAST, total_seconds=0.3))(entry_of(CONTENT, url=script.address))
    assert time.monotonic() - started < 10
    assert 0 < part(tmp_path).stat().st_size < len(CONTENT)


@pytest.mark.parametrize("without_length", [True, False])
def test_more_bytes_than_allowed_are_not_stored(
    tmp_path: Path, script: Script, *, without_length: bool
) -> None:
    script.without_length = without_length
    with pytest.raises(ModelDownloadError, match="more than 50000 bytes"):
        ModelDownload(tmp_path, replace(FAST, max_bytes=50_000))(entry_of(CONTENT, url=script.address))
    assert part(tmp_path).stat().st_size == 0


def test_a_server_in_trouble_is_asked_again(tmp_path: Path, script: Script) -> None:
    script.statuses = [503, 429]
    assert ModelDownload(tmp_path, FAST)(entry_of(CONTENT, url=script.address)).read_bytes() == CONTENT


@pytest.mark.parametrize("status", [403, 404])
def test_a_server_that_refuses_is_asked_once(tmp_path: Path, script: Script, status: int) -> None:
    script.statuses = [status, status]
    with pytest.raises(ModelDownloadError, match=f"answered {status}"):
        ModelDownload(tmp_path, FAST)(entry_of(CONTENT, url=script.address))
    assert len(script.asked) == 1


def test_redirections_are_followed_but_not_for_ever(tmp_path: Path, script: Script) -> None:
    base = script.address.removesuffix("/model.onnx")
    script.redirects = {"/a": f"{base}/b", "/b": script.address, "/loop": f"{base}/loop"}
    assert ModelDownload(tmp_path, FAST)(entry_of(CONTENT, url=f"{base}/a")).read_bytes() == CONTENT
    (tmp_path / "small.onnx").unlink()
    with pytest.raises(ModelDownloadError, match="more than 5 redirections"):
        ModelDownload(tmp_path, FAST)(entry_of(CONTENT, url=f"{base}/loop"))


def test_no_address_but_https_is_gone_to_not_even_by_redirection(tmp_path: Path, script: Script) -> None:
    base = script.address.removesuffix("/model.onnx")
    script.redirects = {"/away": "http://models.example/model.onnx", "/file": "file:///etc/passwd"}
    addresses = ["http://models.example/model.onnx", "ftp://127.0.0.1/x", f"{base}/away", f"{base}/file"]
    for address in addresses:
        with pytest.raises(ModelDownloadError, match="is not an https address"):
            ModelDownload(tmp_path, FAST)(entry_of(CONTENT, url=address))


def test_a_server_that_is_not_there_is_an_error_of_the_download(tmp_path: Path) -> None:
    with pytest.raises(ModelDownloadError):
        ModelDownload(tmp_path, FAST)(entry_of(CONTENT, url="http://127.0.0.1:9/model.onnx"))


def test_a_model_without_an_address_cannot_be_fetched(tmp_path: Path) -> None:
    with pytest.raises(ModelMissingError, match="no address"):
        ModelDownload(tmp_path, FAST)(entry_of(CONTENT))


def test_a_folder_that_cannot_be_written_is_an_error_of_the_download(tmp_path: Path, script: Script) -> None:
    (tmp_path / "taken").write_text("a file where the folder should be")
    with pytest.raises(ModelDownloadError, match="cannot be written"):
        ModelDownload(tmp_path / "taken", FAST)(entry_of(CONTENT, url=script.address))


def test_two_cannot_write_to_the_same_part(tmp_path: Path, script: Script) -> None:
    with (
        exclusive(part(tmp_path).with_suffix(".lock"), what="another"),
        pytest.raises(ConflictError, match="already running"),
    ):
        ModelDownload(tmp_path, FAST)(entry_of(CONTENT, url=script.address))
    assert ModelDownload(tmp_path, FAST)(entry_of(CONTENT, url=script.address)).read_bytes() == CONTENT


def test_the_digest_is_that_of_the_catalogue() -> None:
    assert entry_of(CONTENT).sha256 == hashlib.sha256(CONTENT).hexdigest()
