"""One row of the result, and how it is written."""

from __future__ import annotations

import json
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True, kw_only=True)
class Row:
    """Ours beside a peer. `ratio` above 1 means that ours is better, unless `note` says otherwise.

    `ours` and `peer` are medians in `unit`; `spread` holds the least and the greatest of each.
    A measure that could not be taken has `skipped`, with the reason, and no numbers.
    """

    name: str
    ours: float | None = None
    peer: float | None = None
    ratio: float | None = None
    unit: str = "ms"
    peer_name: str = ""
    spread: dict[str, list[float]] | None = None
    rounds: int | None = None
    note: str | None = None
    skipped: str | None = None

    def as_json(self) -> dict[str, object]:
        """Return the row without what it does not say."""
        always = {"name", "ours", "peer", "ratio", "unit", "peer_name"}
        return {key: value for key, value in asdict(self).items() if value is not None or key in always}


def compared(
    name: str, ours: Sequence[float], peer: Sequence[float], *, peer_name: str, note: str | None = None
) -> Row:
    """Return the row of two series of times in milliseconds that were taken in turns."""
    middle, peers = statistics.median(ours), statistics.median(peer)
    return Row(
        name=name,
        ours=round(middle, 4),
        peer=round(peers, 4),
        ratio=round(peers / middle, 3),
        peer_name=peer_name,
        spread={"ours": _ends(ours), "peer": _ends(peer)},
        rounds=len(ours),
        note=note,
    )


def _ends(series: Sequence[float]) -> list[float]:
    return [round(min(series), 4), round(max(series), 4)]


def hand_over(rows: Sequence[Row]) -> None:
    """Print the rows of one measure as the last line, for `run.py` to collect."""
    print(json.dumps([row.as_json() for row in rows]))
