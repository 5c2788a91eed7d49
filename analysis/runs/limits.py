"""How much a run may take: seconds, bytes of memory, and nothing after its end."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from analysis.runs.job import EngineName
from analysis.study.errors import RunError

#: Of the machine's memory, what one run may take unless it is told.
SHARE_OF_MEMORY = 0.75
_SET_CHILD_SUBREAPER = 36
#: How often programs are looked for that start others while they are killed.
ROUNDS = 20
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


def adopt_orphans() -> None:
    """Become the parent of programs below whose own parent ends; only Linux can.

    Otherwise one that a cell has detached would belong to the system, and nobody could tell
    which run had started it.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def kill_below(pid: int, spare: Collection[int] = ()) -> None:
    """Kill all that a process has started, and what that has started, detached or not.

    Where `adopt_orphans` can do nothing, a program is missed whose parent has ended before.

    Parameters
    ----------
    pid : int
        The process, which lives on.
    spare : collection of int
        Children that stay, with all below them.
    """
    # Those that start others while they are killed are found in a later round.
    for _ in range(ROUNDS):
        with suppress(psutil.Error):
            children = [one for one in psutil.Process(pid).children() if one.pid not in spare]
            living = [one for child in children for one in _family(child) if _is_living(one)]
            if not living:
                return
            for one in living:
                with suppress(psutil.Error):
                    one.kill()


def _family(process: psutil.Process) -> list[psutil.Process]:
    with suppress(psutil.Error):
        return [process, *process.children(recursive=True)]
    return [process]


def _is_living(process: psutil.Process) -> bool:
    with suppress(psutil.Error):
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    return False
