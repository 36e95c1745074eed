"""How many matches came with a low score, counted in this process until the monitor takes it.

Scores stand on no ledger and in no table. What is kept here is one bit a match, in the order in which
they came, and no longer than until the next look; a process that dies loses that much of a
statistic and nothing else.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import Final

from countenance.biometrics.model import ComparisonScore, GalleryId, Threshold
from countenance.errors import CalibrationError

MOST: Final = 10_000
"""Bits that are kept of one gallery; the oldest go first."""

STRICTER: Final = 10
"""A score is low where it would not match at a false match rate so many times lower."""

GALLERIES: Final = 10_000
"""Galleries of which bits are kept at a time."""


class ScoreTally:
    """Counts, for many threads at once."""

    __slots__ = ("_bits", "_lock")

    def __init__(self) -> None:
        self._bits: dict[str, deque[bool]] = {}
        self._lock = threading.Lock()

    def add(self, gallery_id: str, *, low: bool) -> None:
        """Count one match of a gallery, by whether its score is low."""
        with self._lock:
            bits = self._bits.get(gallery_id)
            if bits is None:
                if len(self._bits) >= GALLERIES:
                    return
                bits = self._bits[gallery_id] = deque(maxlen=MOST)
            bits.append(low)

    def drain(self) -> dict[str, list[bool]]:
        """Return what was counted since the last time, by gallery, and begin anew."""
        with self._lock:
            taken, self._bits = self._bits, {}
        return {gallery_id: list(bits) for gallery_id, bits in taken.items()}


class ScoreWatch:
    """Tells the tally of each match whether its score is low, at the cost of a comparison.

    `threshold_for` gives the threshold for a false match rate in parts per billion; where the
    calibration supports none that is stricter, nothing is counted. For many threads.
    """

    __slots__ = ("_cuts", "_threshold_for", "tally")

    def __init__(self, tally: ScoreTally, threshold_for: Callable[[int], Threshold]) -> None:
        self.tally = tally
        self._threshold_for = threshold_for
        self._cuts: dict[int, Threshold | None] = {}

    def __call__(self, gallery_id: GalleryId, fmr_ppb: int, score: ComparisonScore) -> None:
        """Count a match under a lease whose threshold stands for `fmr_ppb`."""
        if fmr_ppb not in self._cuts:
            self._cuts[fmr_ppb] = stricter(self._threshold_for, fmr_ppb)
        cut = self._cuts[fmr_ppb]
        if cut is not None:
            self.tally.add(gallery_id, low=not cut.reached_by(score))


def stricter(threshold_for: Callable[[int], Threshold], fmr_ppb: int) -> Threshold | None:
    """Return the threshold below which a match has a low score, None where none is supported."""
    try:
        return threshold_for(fmr_ppb // STRICTER)
    except CalibrationError:
        return None
