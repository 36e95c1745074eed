"""Fetches a model file that somebody asked for, and keeps it only if it is the right one.

What arrives is appended to `NAME.part` in the model folder, so that a cut or stopped download
goes on where it ended. The file gets its name in one step, after its digest was checked.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

import httpx

from countenance.engine.catalogue import ModelEntry
from countenance.engine.file_lock import exclusive
from countenance.engine.model_sources import MAX_MODEL_BYTES
from countenance.errors import ModelDigestError, ModelDownloadError, ModelMissingError

Progress = Callable[[int, int | None], None]
"""Told the bytes that are there and the bytes that there will be, if known."""


@dataclass(frozen=True, slots=True)
class DownloadLimits:
    """What a download may take: bytes, seconds in which nothing arrives, seconds overall, tries.

    A try that ends early is followed by another from where it ended, `pause` seconds later.
    """

    max_bytes: int = MAX_MODEL_BYTES
    stall_seconds: float = 20.0
    total_seconds: float = 1800.0
    tries: int = 4
    redirects: int = 5
    pause: float = 1.0


@dataclass(frozen=True, slots=True)
class ModelDownload:
    """Downloads models into `folder`."""

    folder: Path
    limits: DownloadLimits = DownloadLimits()

    def __call__(self, entry: ModelEntry, *, progress: Progress | None = None) -> Path:
        """Return where the verified file of `entry` now lies.

        Raises `ModelMissingError` where the catalogue knows no address, `ModelDigestError`
        where what came is not the model (it is then thrown away), and `ModelDownloadError`
        where it did not come; what came is then kept for the next try.
        """
        if entry.url is None:
            raise ModelMissingError(f"the catalogue knows no address to fetch `{entry.id}` from")
        target = self.folder / entry.file
        part = target.with_name(f"{entry.file}.part")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with exclusive(part.with_suffix(".lock"), what=f"the download of `{entry.id}`"):
                _Transfer(entry, entry.url, part, self.limits, progress or _silent).run()
                part.replace(target)
        except OSError as error:
            raise ModelDownloadError(f"`{part}` cannot be written: {error.strerror}") from error
        return target


def _silent(_have: int, _total: int | None) -> None:
    """Report nothing."""


class _InterruptedError(Exception):
    """One try ended early; another may go on from where it ended."""


@dataclass(slots=True)
class _Transfer:
    """One file on its way into `part`."""

    entry: ModelEntry
    url: str
    part: Path
    limits: DownloadLimits
    progress: Progress

    def run(self) -> None:
        """Bring the file and check its digest; what was there before may be what spoils it."""
        resumed = self.part.exists()
        self._bring()
        if resumed and not self._is_the_model():
            self.part.unlink()
            self._bring()
        if not self._is_the_model():
            self.part.unlink()
            raise ModelDigestError(
                f"what `{self.url}` sent is not `{self.entry.id}`, whose sha-256 is"
                f" `{self.entry.sha256}`; it was thrown away"
            )

    def _bring(self) -> None:
        """Try until the file is whole."""
        deadline = time.monotonic() + self.limits.total_seconds
        timeout = httpx.Timeout(self.limits.stall_seconds)
        with httpx.Client(timeout=timeout, headers={"accept-encoding": "identity"}) as client:
            for attempt in range(1, self.limits.tries + 1):
                try:
                    self._try(client, deadline)
                    break
                except (_InterruptedError, httpx.HTTPError, httpx.InvalidURL) as error:
                    if attempt == self.limits.tries or time.monotonic() >= deadline:
                        raise self._failed(str(error) or type(error).__name__) from error
                time.sleep(self.limits.pause)

    def _try(self, client: httpx.Client, deadline: float) -> None:
        """Append to the part what is missing of it."""
        have = self.part.stat().st_size if self.part.exists() else 0
        if self.entry.size is not None and have == self.entry.size:
            return
        with self._response(client, have) as response:
            if response.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
                return  # there is nothing after what is here: the digest tells what that is worth
            if response.status_code == httpx.codes.OK:
                have = 0  # the server sends the whole file, whatever was asked for
            elif response.status_code != httpx.codes.PARTIAL_CONTENT:
                self._refuse(response)
            elif _range_start(response) != have:
                self.part.unlink(missing_ok=True)
                raise _InterruptedError("the server sent another part of the file than was asked for")
            self._append(response, have, deadline)

    @contextlib.contextmanager
    def _response(self, client: httpx.Client, have: int) -> Iterator[httpx.Response]:
        """Yield the answer to a request for what follows the first `have` bytes."""
        url = httpx.URL(self.url)
        headers = {"range": f"bytes={have}-"} if have else {}
        for _ in range(self.limits.redirects + 1):
            self._check_address(url)
            with client.stream("GET", url, headers=headers) as response:
                if not response.is_redirect or response.next_request is None:
                    yield response
                    return
                url = response.next_request.url
        raise self._failed(f"more than {self.limits.redirects} redirections")

    def _append(self, response: httpx.Response, have: int, deadline: float) -> None:
        """Write the answer's body to the part, after its first `have` bytes."""
        length = response.headers.get("content-length", "")
        total = have + int(length) if length.isdecimal() else self.entry.size
        limit = self.entry.size or self.limits.max_bytes
        with self.part.open("r+b" if have else "wb") as file:
            file.seek(have)
            self.progress(have, total)
            for chunk in response.iter_raw():
                have += len(chunk)
                if have > limit:
                    file.truncate(0)
                    raise self._failed(f"the server sends more than {limit} bytes")
                file.write(chunk)
                self.progress(have, total)
                if time.monotonic() >= deadline:
                    raise _InterruptedError(f"it took more than {self.limits.total_seconds:g} seconds")
            file.flush()
            os.fsync(file.fileno())
        if total is not None and have < total:
            raise _InterruptedError(f"the stream ended after {have} of {total} bytes")

    def _refuse(self, response: httpx.Response) -> None:
        """Raise for a status that brings no file: at once where trying again is of no use."""
        message = f"the server answered {response.status_code}"
        if response.is_server_error or response.status_code == httpx.codes.TOO_MANY_REQUESTS:
            raise _InterruptedError(message)
        raise self._failed(message)

    def _is_the_model(self) -> bool:
        """Tell whether the part has the digest of the catalogue."""
        with self.part.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == self.entry.sha256

    def _check_address(self, url: httpx.URL) -> None:
        """Raise unless the address is https, or http to this very machine."""
        if url.scheme == "https" or (url.scheme == "http" and _is_loopback(url.host)):
            return
        raise self._failed(f"`{url}` is not an https address")

    def _failed(self, why: str) -> ModelDownloadError:
        """Return the error that ends the download."""
        return ModelDownloadError(f"`{self.entry.id}` could not be fetched from `{self.url}`: {why}")


def _range_start(response: httpx.Response) -> int | None:
    """Return where the part that was sent begins (RFC 9110, `Content-Range`)."""
    unit, _, rest = response.headers.get("content-range", "").partition(" ")
    first = rest.partition("-")[0]
    return int(first) if unit == "bytes" and first.isdecimal() else None


def _is_loopback(host: str) -> bool:
    """Tell whether `host` is this machine, by name or by address."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
