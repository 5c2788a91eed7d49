"""The forked child that executes one notebook. Imports papermill and IPython."""

from __future__ import annotations

import atexit
import ctypes
import faulthandler
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from analysis.runs.job import Job
from analysis.runs.limits import (
    adopt_orphans,
    kill_below,
    limit_memory,
    volunteer_to_be_killed,
)
from analysis.runs.notebook import run_in_kernel, run_warm

_SET_DEATH_SIGNAL = 1


def run_child(job: Job, say: Callable[[dict[str, Any]], None]) -> None:
    """Execute a job in this process, which must be a fresh one, and say how it ended."""
    _stand_alone(job)
    say({"begun": True})
    limit_memory(job.memory)
    outcome = run_warm(job, say) if job.engine == "warm" else run_in_kernel(job, say)
    limit_memory(None)
    say({"outcome": asdict(outcome)})
    # As when an interpreter ends, so that files are closed; a fault here is too late to matter.
    with suppress(Exception):
        atexit._run_exitfuncs()
    kill_below(os.getpid())


def _stand_alone(job: Job) -> None:
    """Leave what is shared with the parent: group, descriptors, folder, seeds."""
    parent = os.getppid()
    os.setsid()
    _die_with(parent)
    volunteer_to_be_killed()
    adopt_orphans()
    _turn_descriptors(Path(job.scratch))
    backend = os.environ["MPLBACKEND"]
    os.environ.clear()
    os.environ.update(job.environment | {"MPLBACKEND": backend})
    os.chdir(job.root)
    sys.argv = ["gipfel"]
    if "" not in sys.path:
        sys.path.insert(0, "")
    if "numpy" in sys.modules:
        # Forks share its state; that of `random` Python itself renews.
        sys.modules["numpy"].random.seed()


def _die_with(parent: int) -> None:
    """Ask the system to kill this process when its parent is killed, where it can."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SET_DEATH_SIGNAL, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)


def _turn_descriptors(scratch: Path) -> None:
    """Let standard input be empty, and keep what is written past Python."""
    sys.stdin.close()
    for name, target in (("/dev/null", 0), ("stdout", 1), ("stderr", 2)):
        flags = os.O_RDONLY if target == 0 else os.O_WRONLY | os.O_CREAT | os.O_APPEND
        source = os.open(scratch / name, flags, 0o600)
        os.dup2(source, target)
        os.close(source)
    sys.stdin = os.fdopen(0, closefd=False)
    faulthandler.enable(2)
