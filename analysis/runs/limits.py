"""How much a run may take: seconds, and bytes of memory."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from analysis.errors import RunError
from analysis.runs.job import EngineName

#: Of the machine's memory, what one run may take unless it is told.
SHARE_OF_MEMORY = 0.75
_CGROUP = Path("/sys/fs/cgroup/memory.max")


@dataclass(frozen=True)
class Settings:
    """How runs are executed; nothing here changes what they give.

    Attributes
    ----------
    engine : str
        ``warm``: a process forked from one that has loaded the libraries; a kernel
        where that cannot be. ``kernel``: always a kernel of its own.
    cell_timeout, deadline : float or None
        Seconds for each cell, and for each run.
    memory : float or None
        GB (10^9 bytes) that each run may take; None: three quarters of the machine's.
    force : bool
        Run also what is up to date.
    """

    engine: EngineName = "warm"
    cell_timeout: float | None = None
    deadline: float | None = None
    memory: float | None = None
    force: bool = False

    def __post_init__(self) -> None:
        for name in ("cell_timeout", "deadline", "memory"):
            value = getattr(self, name)
            if value is not None and value <= 0:
                raise RunError(f"Settings: wanted {name} above 0, came {value}")

    @property
    def n_bytes(self) -> int | None:
        """The limit of memory in bytes."""
        if self.memory is not None:
            return int(self.memory * 1e9)
        found = find_memory()
        return None if found is None else int(found * SHARE_OF_MEMORY)


def find_memory() -> int | None:
    """Find how many bytes of memory this machine, or the container on it, has."""
    found = []
    with suppress(OSError, ValueError, AttributeError):
        found.append(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    with suppress(OSError, ValueError):
        found.append(int(_CGROUP.read_text()))
    return min(found, default=None)


def limit_memory(n_bytes: int | None) -> None:
    """Let this process and each that it starts take so many more bytes; None: as many as it can.

    A cell that wants more gets a `MemoryError`. Only Linux counts in this way; on other
    systems there is no limit.
    """
    status = Path("/proc/self/status")
    if not status.is_file():
        return
    import resource  # noqa: PLC0415 (not on every system)

    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    soft = hard
    if n_bytes is not None:
        soft = _bytes_taken(status) + n_bytes
        soft = soft if hard == resource.RLIM_INFINITY else min(soft, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


def _bytes_taken(status: Path) -> int:
    lines = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
    return int(lines["VmData"].split()[0]) * 1024


def volunteer_to_be_killed() -> None:
    """Ask a system that runs out of memory to end this process before its parent."""
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("500")
