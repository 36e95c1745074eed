"""What one core can do in float32: a loop of multiply-adds, compiled here, or the best matrix product."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

_SOURCE = Path(__file__).with_name("peak.c")
_SIDE = 1536


@contextmanager
def single_core_peak() -> Iterator[tuple[Callable[[], float], str]]:
    """Yield what measures GFLOP/s of one core anew at each call, and how it does."""
    compiler = shutil.which(os.environ.get("CC", "cc"))
    if compiler is None:
        yield _matrix_product, "numpy's best matrix product (no C compiler is here), which is below the peak"
        return
    with tempfile.TemporaryDirectory(prefix="countenance-bench-") as folder:
        program = Path(folder) / "peak"
        options = ["-O3", "-march=native", "-ffp-contract=fast", "-fno-math-errno"]
        subprocess.run([compiler, *options, str(_SOURCE), "-o", str(program)], check=True)  # noqa: S603  own source

        def run() -> float:
            return float(subprocess.run([str(program)], check=True, capture_output=True, text=True).stdout)  # noqa: S603  built above

        yield run, "a loop of multiply-adds in C on registers"


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
