"""Workers as their parent sees them: what they say, how they are killed, how they ended."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, Protocol

import analysis
from analysis.runs.job import FIGURES_FOLDER, Job
from analysis.runs.limits import kill_below
from analysis.runs.plan import PlannedRun
from analysis.study.paths import ROOT_VARIABLE, RUN_VARIABLE

#: Seconds that a worker has for ending itself before it is killed.
GRACE = 10.0
_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


class Worker(Protocol):
    """A started process that executes one notebook; lost, if it died with its own parent."""

    grace: float
    is_lost: bool

    def receive(self, seconds: float) -> dict[str, Any] | None:
        """Wait for what it says next; None: it has ended. Raises TimeoutError."""

    def kill(self) -> None:
        """Make it end at once, with all that it has started."""

    def close(self) -> str:
        """Wait for its end, and say how it ended."""


class KernelWorker:
    """A process of its own that starts a kernel of its own."""

    grace = GRACE
    is_lost = False

    def __init__(self, job: Job) -> None:
        self._log = Path(job.scratch) / "worker.log"
        self._messages: SimpleQueue[dict[str, Any] | None] = SimpleQueue()
        with self._log.open("w") as log:
            self._process = subprocess.Popen(
                # -P: a file of the study must not stand in for a module of Python.
                [sys.executable, "-P", "-m", "analysis.runs.worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                cwd=job.root,
                env=job.environment,
                encoding="utf-8",
                # Ctrl-C in a terminal reaches its whole group; stopping is ours to do.
                start_new_session=True,
            )
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()
        # A worker that is dead already is found out by its listener.
        with suppress(BrokenPipeError):
            self._stdin().write(json.dumps(asdict(job)) + "\n")
            self._stdin().flush()

    def receive(self, seconds: float) -> dict[str, Any] | None:
        """Wait for what the worker says next; None: it has ended."""
        try:
            return self._messages.get(timeout=seconds)
        except Empty:
            raise TimeoutError from None

    def kill(self) -> None:
        """End the worker by closing its input: it takes its kernel with it."""
        self._close_input()
        self._wait(1.0)

    def close(self) -> str:
        """Wait for the worker's end, and say how it ended."""
        self._close_input()
        self._wait(GRACE)
        self._listener.join(GRACE)
        return f"the worker process ended with code {self._process.returncode}"

    def _wait(self, seconds: float) -> None:
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            kill_below(self._process.pid)
            self._process.kill()
            self._process.wait()

    def _close_input(self) -> None:
        with suppress(OSError):
            self._stdin().close()

    def _stdin(self) -> Any:
        return self._process.stdin

    def _listen(self) -> None:
        """Pass on what the worker says, in a thread of its own."""
        assert self._process.stdout is not None  # noqa: S101 (a pipe, by __init__)
        with self._process.stdout as lines:
            for line in lines:
                # The last line of a worker that was killed may be cut short.
                with suppress(json.JSONDecodeError):
                    self._messages.put(json.loads(line))
        self._messages.put(None)


def read_log(scratch: Path, most: int = 4000) -> str:
    """Give what a worker's libraries wrote, such as the trace of a crash.

    Of a long one the beginning and the end: a crash names itself first, and where it
    happened last, with a list of modules in between.
    """
    texts = [
        (scratch / name).read_text(encoding="utf-8", errors="replace")
        for name in ("worker.log", "stderr")
        if (scratch / name).is_file()
    ]
    text = "\n".join(text for text in texts if text.strip())
    half = most // 2
    return text if len(text) <= most else f"{text[:half]}\n[...]\n{text[-half:]}"


def common_environment(current: Mapping[str, str]) -> dict[str, str]:
    """Give the environment that the workers of all runs share.

    One thread for BLAS and a fixed hash seed, so that equal runs give equal numbers;
    the back end of matplotlib left to the kernel; and the same `analysis` package
    that is running now.
    """
    environment = {key: value for key, value in current.items() if key != "MPLBACKEND"}
    environment |= dict.fromkeys(_ONE_THREAD, "1") | {"PYTHONHASHSEED": "0"}
    # A relative entry would mean another folder in the run, whose folder is the study's.
    given = current.get("PYTHONPATH", "").split(os.pathsep)
    entries = [str(Path(entry).resolve()) for entry in given if entry]
    home = str(Path(analysis.__file__).resolve().parents[1])
    if home != str(Path(sysconfig.get_path("purelib")).resolve()):
        entries.insert(0, home)
    return environment | {"PYTHONPATH": os.pathsep.join(entries)}


def run_environment(
    current: Mapping[str, str], plan: PlannedRun, part: Path, scratch: Path
) -> dict[str, str]:
    """Give the environment of one run: what all share, where it is, and no profile of IPython."""
    return common_environment(current) | {
        "IPYTHONDIR": str(scratch / "ipython"),
        ROOT_VARIABLE: str(plan.root.resolve()),
        RUN_VARIABLE: str((part / FIGURES_FOLDER).resolve()),
    }
