"""What this process may use of the machine's processor."""

from __future__ import annotations

import os
import platform
from pathlib import Path

_CGROUP_LIMIT = Path("/sys/fs/cgroup/cpu.max")
_PROCESSOR_INFO = Path("/proc/cpuinfo")
_FEATURES = ("avx2", "fma", "avx512f", "avx512_vnni", "avx512_bf16", "amx_bf16", "amx_int8", "asimd", "bf16")


def usable_cores(limit: Path = _CGROUP_LIMIT) -> int:
    """Return how many cores this process may keep busy, at least 1.

    The scheduler's affinity, and a container's quota rounded up (cgroup v2 `cpu.max`: quota
    and period in microseconds, or `max`): more threads than that only wait for each other.
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        quota, period = limit.read_text("ascii").split()
        if quota != "max":
            cores = min(cores, -(-int(quota) // int(period)))
    except (OSError, ValueError, ZeroDivisionError):
        pass  # no cgroup v2, or none that limits
    return max(cores, 1)


def processor_name(info: Path = _PROCESSOR_INFO) -> str:
    """Return what the processor calls itself, or the architecture where it does not say."""
    try:
        for line in info.read_text("utf-8", errors="replace").splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return value.strip()
    except OSError:
        pass  # no Linux
    return platform.processor() or platform.machine()


def processor_features(info: Path = _PROCESSOR_INFO) -> tuple[str, ...]:
    """Return those features of the processor that decide how fast and in what networks run."""
    try:
        words = set(info.read_text("utf-8", errors="replace").split())
    except OSError:
        return ()
    return tuple(name for name in _FEATURES if name in words)
