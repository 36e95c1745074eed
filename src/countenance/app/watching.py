"""Watching a log of somebody else, put together from an address and a folder: no installation is opened."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from countenance.errors import InvalidInputError
from countenance.ledger.monitoring import Watch
from countenance.ledger.trust_policy import LogKey, TrustPolicy
from countenance.storage.log_watching import LogAddress, LogFolder, WatchFolder


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchOptions:
    """Which log, known by which keys, where to keep what is seen, and what else to look at."""

    target: str
    state: Path
    policy: TrustPolicy | None
    keys: tuple[LogKey, ...]
    stale_after: timedelta | None
    follow: Callable[[int, bytes], None] | None


@contextmanager
def open_watch(options: WatchOptions) -> Iterator[Watch]:
    """Give what looks at the log each time it is called; raises `InvalidInputError` without any key."""
    policy = options.policy or TrustPolicy((), {}, {}, None)
    if not (policy.logs or options.keys):
        raise InvalidInputError("a log is watched by its key: give --policy or --vkey")
    remote = options.target.startswith(("http://", "https://"))
    files = LogAddress(options.target) if remote else LogFolder(Path(options.target))
    try:
        yield Watch(
            files=files,
            kept=WatchFolder(options.state),
            policy=policy,
            clock=lambda: datetime.now(UTC),
            also=options.keys,
            stale_after=options.stale_after,
            follow=options.follow,
        )
    finally:
        if isinstance(files, LogAddress):
            files.close()
