"""One run as its parent sees it: a worker process, its folders, and how it ended."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import analysis
from analysis.paths import ROOT_VARIABLE, RUN_VARIABLE
from analysis.runs.folders import make_part, move_into_place, now
from analysis.runs.job import FIGURES_FOLDER, Failure, Job, Outcome, State
from analysis.runs.plan import PlannedRun
from analysis.runs.record import RunRecord, read_versions, write_record

#: Seconds that a worker has for ending itself before it is killed.
GRACE = 10.0
_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass(frozen=True)
class Limits:
    """Seconds that a cell, and a whole run, may take; None: no limit."""

    cell_timeout: float | None = None
    deadline: float | None = None


@dataclass(frozen=True)
class Message:
    """What a worker said; without content: it has closed its output, it is at its end."""

    worker: int
    content: dict[str, Any] = field(default_factory=dict)


#: What Ctrl-C puts into the queue.
INTERRUPTED = Message(-1)


class WorkerProcess:
    """A started run: its process, the folder that it writes to, and its outcome."""

    def __init__(
        self, number: int, plan: PlannedRun, limits: Limits, messages: SimpleQueue[Message]
    ) -> None:
        self.number = number
        self.plan = plan
        self.messages = messages
        self.outcome: Outcome | None = None
        self.is_late = False
        self.started, self._clock = now(), time.monotonic()
        self.part = make_part(plan.folder)
        # Not in the part folder: the name of a socket may have about a hundred characters.
        self.scratch = Path(tempfile.mkdtemp(prefix="gipfel-"))
        self._log = self.scratch / "worker.log"
        self.process = self._launch()
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()
        self._hand_over(self._job(limits))
        self._killer = threading.Timer((limits.deadline or 0) + GRACE, self._kill_late)
        self._killer.daemon = True
        if limits.deadline is not None:
            self._killer.start()

    def finish(self) -> RunRecord:
        """Record how the run ended, and move its folder into place."""
        self._close()
        record = self._record(self.outcome or self._died())
        write_record(record, self.part)
        move_into_place(self.part, self.plan.folder)
        self.clear()
        return record

    def stop(self) -> None:
        """Tell the worker to end at once: that its input closes is its sign."""
        with suppress(OSError):
            self._stdin().close()

    def clear(self) -> None:
        """Wait for the worker's end, and remove what it has not finished."""
        self._close()
        for folder in (self.part, self.scratch):
            shutil.rmtree(folder, ignore_errors=True)

    def _launch(self) -> subprocess.Popen[str]:
        with self._log.open("w") as log:
            return subprocess.Popen(
                # -P: a file of the study must not stand in for a module of Python.
                [sys.executable, "-P", "-m", "analysis.runs.worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                cwd=self.plan.root,
                env=run_environment(os.environ, self.plan, self.part, self.scratch),
                encoding="utf-8",
                # Ctrl-C in a terminal reaches its whole group; stopping is ours to do.
                start_new_session=True,
            )

    def _job(self, limits: Limits) -> Job:
        return Job(
            path=str(self.plan.path.resolve()),
            root=str(self.plan.root.resolve()),
            part=str(self.part.resolve()),
            scratch=str(self.scratch),
            parameters=self.plan.parameters,
            cell_timeout=limits.cell_timeout,
            deadline=limits.deadline,
        )

    def _hand_over(self, job: Job) -> None:
        # A worker that is dead already is found out by its listener.
        with suppress(BrokenPipeError):
            self._stdin().write(json.dumps(asdict(job)) + "\n")
            self._stdin().flush()

    def _listen(self) -> None:
        """Pass on what the worker says, in a thread of its own."""
        assert self.process.stdout is not None  # noqa: S101 (a pipe, by _launch)
        with self.process.stdout as lines:
            for line in lines:
                # The last line of a worker that was killed may be cut short.
                with suppress(json.JSONDecodeError):
                    self._take(json.loads(line))
        self.messages.put(Message(self.number))

    def _take(self, content: dict[str, Any]) -> None:
        if "outcome" in content:
            self.outcome = read_outcome(content["outcome"])
        else:
            self.messages.put(Message(self.number, content))

    def _stdin(self) -> Any:
        return self.process.stdin

    def _close(self) -> None:
        self.stop()
        self._killer.cancel()
        try:
            self.process.wait(GRACE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._listener.join(GRACE)

    def _kill_late(self) -> None:
        """Kill a worker that has not kept its deadline by itself."""
        self.is_late = True
        self.process.kill()

    def _record(self, outcome: Outcome) -> RunRecord:
        return RunRecord(
            notebook=self.plan.notebook,
            key=self.plan.key,
            state=outcome.state,
            folder=self.plan.folder,
            parameters=self.plan.parameters,
            started=self.started,
            seconds=round(time.monotonic() - self._clock, 3),
            n_cells=outcome.n_cells,
            n_cells_run=outcome.n_cells_run,
            versions=read_versions(),
            failure=outcome.failure,
        )

    def _died(self) -> Outcome:
        """Describe a worker that ended without a word."""
        log = self._log.read_text(encoding="utf-8", errors="replace")
        message = f"the worker process ended with code {self.process.returncode}"
        state: State = "timed_out" if self.is_late else "died"
        return Outcome(state, failure=Failure(None, "", "WorkerDied", message, log[-4000:]))


def read_outcome(fields: Mapping[str, Any]) -> Outcome:
    """Rebuild an outcome from what `dataclasses.asdict` made of it.

    Examples
    --------
    >>> read_outcome(asdict(Outcome("succeeded", 3, 3)))
    Outcome(state='succeeded', n_cells=3, n_cells_run=3, failure=None)
    """
    failure = fields["failure"]
    return Outcome(**{**fields, "failure": None if failure is None else Failure(**failure)})


def run_environment(
    current: Mapping[str, str], plan: PlannedRun, part: Path, scratch: Path
) -> dict[str, str]:
    """Give the environment of a run's worker and kernel.

    One thread for BLAS and a fixed hash seed, so that equal runs give equal numbers;
    no profile of the user's IPython; the back end of matplotlib left to the kernel;
    and the same `analysis` package that is running now.
    """
    environment = {key: value for key, value in current.items() if key != "MPLBACKEND"}
    environment |= dict.fromkeys(_ONE_THREAD, "1")
    environment |= {
        "PYTHONHASHSEED": "0",
        "IPYTHONDIR": str(scratch / "ipython"),
        ROOT_VARIABLE: str(plan.root.resolve()),
        RUN_VARIABLE: str((part / FIGURES_FOLDER).resolve()),
    }
    # A relative entry would mean another folder in the run, whose folder is the study's.
    given = current.get("PYTHONPATH", "").split(os.pathsep)
    entries = [str(Path(entry).resolve()) for entry in given if entry]
    home = str(Path(analysis.__file__).resolve().parents[1])
    if home != str(Path(sysconfig.get_path("purelib")).resolve()):
        entries.insert(0, home)
    return environment | {"PYTHONPATH": os.pathsep.join(entries)}
