"""The first answer after start against the bare time to load and compile, and the memory that it takes."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from photographs import photographs
from report import Row, compared, hand_over
from turns import in_turns
from weights import write_weights

ROUNDS = 9
FOLDER = Path(__file__).resolve().parent


def run(script: str, *arguments: str | Path) -> str:
    """Run one of our own scripts in a fresh process and return its last line."""
    command = [sys.executable, str(FOLDER / script), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  own scripts
    if done.returncode:
        raise RuntimeError(f"{script}: {(done.stderr.strip().splitlines() or ['no message'])[-1]}")
    return done.stdout.splitlines()[-1]


def measure() -> list[Row]:
    """Return the rows. The very first start, which also prepares the models, stands in the note."""
    with tempfile.TemporaryDirectory(prefix="countenance-bench-") as name:
        folder = Path(name)
        home = folder / "home"
        networks = write_weights(folder)
        pair = photographs().pair(0)
        started = time.perf_counter()
        answer, _, _ = run("start_ours.py", home, *pair).partition(" ")
        first = (time.perf_counter() - started) * 1e3
        if answer != "match":
            raise RuntimeError(f"the first answer is `{answer}`")
        peaks: list[float] = []
        ours, bare = in_turns(
            lambda _: peaks.append(float(run("start_ours.py", home, *pair).split()[1])),
            lambda _: run("start_bare.py", *networks),
            rounds=ROUNDS,
            warm=1,
        )
    note = (
        "whole processes, interpreter and imports included on both sides; ours decodes, asks, compares and"
        f" records as well. The very first start, which prepares the models, took {first:.0f} ms"
    )
    memory = Row(
        name="rss_mb",
        ours=round(max(peaks), 1),
        unit="MB",
        note="greatest resident memory of such a process; there is no peer",
    )
    return [
        compared("first_answer", ours, bare, peer_name="OpenVINO, both networks compiled", note=note),
        memory,
    ]


if __name__ == "__main__":
    hand_over(measure())
