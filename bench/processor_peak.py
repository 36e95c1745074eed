"""What one core can do in float32: a loop of multiply-adds, compiled here, or the best matrix product."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

_SOURCE = Path(__file__).with_name("peak.c")
_SIDE = 1536


def single_core_peak() -> tuple[float, str]:
    """Return GFLOP/s of one core, and how they were found."""
    compiler = shutil.which(os.environ.get("CC", "cc"))
    if compiler is None:
        return (
            _matrix_product(),
            "numpy's best matrix product (no C compiler is here), which is below the peak",
        )
    with tempfile.TemporaryDirectory(prefix="countenance-bench-") as folder:
        program = Path(folder) / "peak"
        options = ["-O3", "-march=native", "-ffp-contract=fast", "-fno-math-errno"]
        subprocess.run([compiler, *options, str(_SOURCE), "-o", str(program)], check=True)  # noqa: S603  own source
        answer = subprocess.run([str(program)], check=True, capture_output=True, text=True)  # noqa: S603  built above
    return float(answer.stdout), "a loop of multiply-adds in C on registers"


def _matrix_product() -> float:
    """Return the best of five products of square matrices on one thread."""
    a = np.random.default_rng(0).random((_SIDE, _SIDE), dtype=np.float32)
    best = float("inf")
    with threadpool_limits(1):
        for _ in range(5):
            started = time.perf_counter()
            a @ a
            best = min(best, time.perf_counter() - started)
    return 2 * _SIDE**3 / best * 1e-9
