"""What this process may use of the machine's processor."""

from __future__ import annotations

import os
from pathlib import Path

_CGROUP_LIMIT = Path("/sys/fs/cgroup/cpu.max")


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
