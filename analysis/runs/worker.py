"""The process that runs one notebook in a kernel: ``python -m analysis.runs.worker``.

The first line of its standard input is the job, as JSON. Its standard output
says, a line of JSON each, which cell has begun and, last, how the run ended. When
its input closes, its parent has stopped it or is dead: it ends at once, and its
kernel with it.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict
from typing import Any, TextIO

from analysis.runs.job import Job
from analysis.runs.limits import adopt_orphans, kill_below, limit_memory

#: Libraries that papermill and nbformat load for what no run here needs, Hadoop and
#: the syntax of durations and IRIs: they take more than half of a worker's start.
_UNUSED = ("isoduration", "pyarrow", "rfc3987_syntax")


def main() -> None:
    """Read one job, execute it, and say how it ended."""
    channel = _take_stdout()

    def say(message: dict[str, Any]) -> None:
        channel.write(json.dumps(message) + "\n")
        channel.flush()

    job = Job(**json.loads(sys.stdin.readline()))
    at_end: list[Callable[[], None]] = []
    adopt_orphans()
    _end_with_parent(job, at_end)
    for name in _UNUSED:
        # None makes an import fail, and both libraries are optional where they are used.
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]  # as the import system allows
    from analysis.runs.notebook import run_in_kernel  # noqa: PLC0415 (only now: see _UNUSED)

    # What this process starts has the limit, too: its kernel.
    limit_memory(job.memory)
    outcome = run_in_kernel(job, say, at_end)
    kill_below(os.getpid())
    say({"outcome": asdict(outcome)})


def _take_stdout() -> TextIO:
    """Keep our output for messages: what the kernel's libraries print goes to the log."""
    channel = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return channel


def _end_with_parent(job: Job, at_end: list[Callable[[], None]]) -> None:
    """End this process, and do what must be done then, when the parent closes our input."""

    def wait() -> None:
        sys.stdin.read()
        for act in at_end:
            act()
        kill_below(os.getpid())
        shutil.rmtree(job.scratch, ignore_errors=True)
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


if __name__ == "__main__":
    main()
