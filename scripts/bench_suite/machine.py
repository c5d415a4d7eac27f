"""What the machine itself costs, so that a figure can be read: an fsync, and how late a timer is here."""

import os
import statistics
import time
from collections.abc import Sequence
from pathlib import Path

_PAGE = b"\0" * 4096


def fsync_ms(folder: Path, *, samples: int = 64) -> float:
    """Median of writing a page and forcing it to the disk, in the folder where the databases stand."""
    took_ms = []
    path = folder / "fsync"
    with path.open("wb", buffering=0) as file:
        for _ in range(samples):
            file.write(_PAGE)
            started = time.perf_counter()
            os.fsync(file.fileno())
            took_ms.append((time.perf_counter() - started) * 1000)
    path.unlink()
    return statistics.median(took_ms)


def timer_p99_ms(*, samples: int = 200) -> float:
    """How late a sleep of 1 ms ends, p99: above a few milliseconds other work disturbs the figures."""
    late_ms = []
    for _ in range(samples):
        started = time.perf_counter()
        time.sleep(0.001)
        late_ms.append((time.perf_counter() - started) * 1000 - 1)
    return quantile(late_ms, 0.99)


def quantile(values: Sequence[float], q: float) -> float:
    """The smallest value that at least ``q`` of all do not exceed; raises ValueError when there is none."""
    if not values:
        raise ValueError("nothing was measured")
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, -(-round(q * 1000) * len(ordered) // 1000) - 1))]


def rss_mb(pid: int, field: str = "VmRSS") -> float:
    """Resident memory of a process; ``VmHWM`` is its peak. Linux only."""
    for line in Path(f"/proc/{pid}/status").read_text("ascii").splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1]) / 1024
    raise ValueError(f"{field} is not in /proc/{pid}/status")
