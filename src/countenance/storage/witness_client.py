"""Asking witnesses over HTTP, at addresses from the operator's policy file alone; redirects lead nowhere."""

from __future__ import annotations

from typing import Final

import httpx

from countenance.ledger.witnessing import AddCheckpoint, Outcome, Reply

_CONNECT_SECONDS: Final = 3.0
_SECONDS: Final = 10.0
_LONGEST_ANSWER: Final = 65_536
_OUTCOMES: Final = {
    200: Outcome.COSIGNED,
    400: Outcome.MALFORMED,
    403: Outcome.UNSIGNED,
    404: Outcome.UNKNOWN_LOG,
    409: Outcome.CONFLICT,
    422: Outcome.INCONSISTENT,
}
_SIZE_TYPE: Final = "text/x.tlog.size"


class HttpWitnesses:
    """The way to witnesses; connections are kept open between rounds."""

    def __init__(self) -> None:
        self._client = httpx.Client(
            timeout=httpx.Timeout(_SECONDS, connect=_CONNECT_SECONDS), follow_redirects=False, trust_env=False
        )

    def add_checkpoint(self, url: str, request: AddCheckpoint) -> Reply:
        """Ask the witness at `url`, its submission prefix."""
        address = f"{url.rstrip('/')}/add-checkpoint"
        try:
            with self._client.stream("POST", address, content=request.body) as answer:
                return _reply(answer, _body(answer))
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return Reply(Outcome.UNAVAILABLE, f"no answer: {type(error).__name__}")

    def close(self) -> None:
        """Close the connections."""
        self._client.close()


def _body(answer: httpx.Response) -> bytes | None:
    content = bytearray()
    for chunk in answer.iter_bytes():
        content += chunk
        if len(content) > _LONGEST_ANSWER:
            return None
    return bytes(content)


def _reply(answer: httpx.Response, body: bytes | None) -> Reply:
    outcome = _OUTCOMES.get(answer.status_code, Outcome.UNAVAILABLE)
    if body is None:
        return Reply(Outcome.UNAVAILABLE, "its answer is too long")
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return Reply(Outcome.UNAVAILABLE, "its answer is not text")
    kind = answer.headers.get("content-type", "").partition(";")[0].strip()
    if outcome is Outcome.CONFLICT and kind != _SIZE_TYPE:
        return Reply(Outcome.UNAVAILABLE, "it answers a conflict without a size")
    if outcome is Outcome.UNAVAILABLE:
        return Reply(outcome, f"it answers with status {answer.status_code}")
    return Reply(outcome, text)
