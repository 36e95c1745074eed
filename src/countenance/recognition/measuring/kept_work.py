"""Where a measurement that takes hours keeps what it has, so that it goes on after an interruption."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol, Self


class MeasuringWork(Protocol):
    """The work of one measurement, in a folder of its own.

    Durability: what `keep` and `replace_state` were given is there after a crash once they have
    returned; a crash within leaves what was there before. Secrecy: templates are encrypted and
    cannot be read after `forget`. Concurrency: one holder at a time; whoever opens it second
    gets `StateError`. A context manager, which lets go of it and forgets nothing.
    """

    def kept(self) -> Iterator[bytes]:
        """Yield what `keep` was given, in its order."""
        ...

    def keep(self, part: bytes) -> None:
        """Add one part; raises `StorageFullError` or `StorageError`."""
        ...

    def state(self) -> bytes | None:
        """Return what `replace_state` was given last, or None."""
        ...

    def replace_state(self, parts: Sequence[memoryview]) -> None:
        """Keep these parts, one after the other, in the place of what was kept so before."""
        ...

    def forget(self) -> None:
        """Make everything unreadable and remove it: the measurement is done."""
        ...

    def __enter__(self) -> Self:
        """Hold it."""
        ...

    def __exit__(self, *_: object) -> None:
        """Let go of it."""
        ...
