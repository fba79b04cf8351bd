"""The peak of this process's own memory. (`ru_maxrss` also remembers the parent that a process was forked from.)"""

from __future__ import annotations

from pathlib import Path


def peak_mebibytes() -> float:
    """Highest resident set since the program began, in MiB; Linux."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))
