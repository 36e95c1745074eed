"""Measure Countenance against its peers and write build/bench.json.

Each measure is a process of its own, so that no library's threads or memory stand in another's
way; within it, ours and the peer take turns. `python bench/run.py search gate` runs some.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent
RESULT = FOLDER.parent / "build" / "bench.json"
LIMIT = 600
"""Seconds that one measure may take."""

MEASURES: dict[str, tuple[str, ...]] = {
    "embedding": ("embed_single", "embed_batch", "peak_fraction"),
    "verification": ("verify_vs_opencv", "verify_vs_deepface", "verify_vs_face_recognition"),
    "gate": ("gate_overhead", "gate_overhead_enrolled"),
    "decision": ("decision", "decision_denied"),
    "policy_simulation": ("policy_simulation", "policy_simulation_all_different"),
    "start": ("first_answer", "rss_mb"),
    "search": ("search_1m_vs_faiss_flat", "search_1m_vs_numpy", "remove_one_1m_ms"),
    "dialect": ("rekognition_search", "rekognition_compare"),
    "fairness": ("fairness_comparisons",),
    "ledger": (
        "ledger_group_commit",
        "ledger_batch_commit",
        "ledger_shared_wait",
        "ledger_proof",
        "ledger_verify",
        "ledger_verify_read",
    ),
}

_PINNED = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "PYTHONDONTWRITEBYTECODE")
"""What would hold numpy's kernels or Python's imports back, ours and the peers'."""

_SETTINGS = {
    "OPENCV_LOG_LEVEL": "ERROR",
    "PYTHONWARNINGS": "ignore",
    "PYTHONHASHSEED": "0",
    # OpenBLAS's threads spin for 2^26 cycles after their work, some 25 ms, and would take the next
    # turn's processor; 2^20 are over before it begins.
    "OPENBLAS_THREAD_TIMEOUT": "20",
}


def main(wanted: list[str]) -> int:
    """Run the measures and return 0 unless one of them broke."""
    chosen = [name for name in MEASURES if not wanted or name in wanted]
    unknown = [name for name in wanted if name not in MEASURES]
    if unknown:
        print(f"no such measure: {', '.join(unknown)}; there are {', '.join(MEASURES)}")
        return 2
    print(f"{platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}")
    rows: list[dict[str, Any]] = []
    for name in chosen:
        started = time.perf_counter()
        taken = measured(name)
        rows += taken
        for row in taken:
            print(line(row))
        print(f"  ({name}: {time.perf_counter() - started:.0f} s)", flush=True)
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    print(f"written to {RESULT.relative_to(FOLDER.parent)}")
    return 1 if any("broke" in str(row.get("skipped", "")) for row in rows) else 0


def measured(name: str) -> list[dict[str, Any]]:
    """Return the rows of one measure; where it breaks, its rows say so."""
    environment = {key: value for key, value in os.environ.items() if key not in _PINNED} | _SETTINGS
    command = [sys.executable, str(FOLDER / f"measure_{name}.py")]
    try:
        done = subprocess.run(  # noqa: S603  our own script with our own interpreter
            command, env=environment, capture_output=True, text=True, timeout=LIMIT, check=False
        )
    except subprocess.TimeoutExpired:
        return broken(name, f"took longer than {LIMIT} s")
    if done.returncode == 0:
        rows: list[dict[str, Any]] = json.loads(done.stdout.splitlines()[-1])
        return rows
    sys.stderr.write(done.stderr)
    return broken(name, (done.stderr.strip().splitlines() or ["no message"])[-1])


def broken(name: str, reason: str) -> list[dict[str, Any]]:
    """Return rows that say why there are no numbers."""
    empty = {"ours": None, "peer": None, "ratio": None, "unit": "ms", "peer_name": ""}
    return [{"name": row, **empty, "skipped": f"the measure broke: {reason}"} for row in MEASURES[name]]


def line(row: dict[str, Any]) -> str:
    """Return one line of the table."""
    if row.get("skipped"):
        return f"  {row['name']:<28} skipped: {row['skipped']}"
    ratio = "" if row["ratio"] is None else f"{row['ratio']:6.2f}x"
    peer = "" if row["peer"] is None else f"{row['peer']:9.2f}"
    return f"  {row['name']:<28} {row['ours']:9.2f} {peer:>9} {row['unit']:<8} {ratio:>8}  {row['peer_name']}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
