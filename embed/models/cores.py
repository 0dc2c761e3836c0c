"""How many cores this process was given."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["cores_given"]


def cores_given(groups: Path = Path("/sys/fs/cgroup")) -> int:
    """Cores that this process may use: its affinity, and the quota of its control group (rounded up); at least 1."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    quota = _quota(groups)
    return max(1, cores if quota is None else min(cores, quota))


def _quota(groups: Path) -> int | None:
    """Whole cores of the quota in version 2 of control groups or version 1; None where there is none."""
    try:
        if (groups / "cpu.max").is_file():
            allowed, period = (groups / "cpu.max").read_text(encoding="ascii").split()
        else:
            allowed = (groups / "cpu" / "cpu.cfs_quota_us").read_text(encoding="ascii").strip()
            period = (groups / "cpu" / "cpu.cfs_period_us").read_text(encoding="ascii").strip()
        return None if allowed in ("max", "-1") else -(-int(allowed) // int(period))
    except (OSError, ValueError, ZeroDivisionError):
        return None
