"""Workers as who waits for them sees them: forked by a server, followed to their end."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from multiprocessing import Pipe
from multiprocessing.reduction import send_handle
from pathlib import Path
from typing import Any

from analysis.runs.job import Job, Outcome, common_environment
from analysis.runs.key import PACKAGE, Stamp, stamp_of
from analysis.runs.notebook import blame_cell, count_cells, forget_paths
from analysis.runs.record import NOTEBOOK_FILE, EngineName, Failure, State

#: How often a kernel that does not start is tried.
ATTEMPTS = 3
#: Seconds that a worker may take to begin: the first one waits until libraries are loaded.
START = 300.0
#: Seconds between two looks at the clock and at the wish to stop.
POLL = 0.1
#: Seconds that a worker has for telling where it stood when its time was up.
GRACE: dict[EngineName, float] = {"warm": 3.0, "kernel": 10.0}
#: Seconds that the server, or the guard of a run, has for ending itself.
PATIENCE = 1.0

#: Where matplotlib draws in a notebook: it looks when it is loaded. And pyarrow's memory
#: is kept without a thread of its own: a process that forks must have no other thread.
_FOR_SERVER = {
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
}


class Server:
    """The process that workers are forked from; it ends when nobody holds it any more."""

    def __init__(self, stamp: Stamp) -> None:
        self.stamp = stamp
        self._control, theirs = Pipe()
        with theirs:
            self.process = subprocess.Popen(  # noqa: S603 (our own interpreter and module)
                [sys.executable, "-P", "-m", "analysis.runs.server", str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                env=common_environment() | _FOR_SERVER,
                start_new_session=True,
            )
        self.close = weakref.finalize(self, _end, self._control, self.process)

    def open_channel(self, job: Job) -> Any:
        """Open the channel of one run; raises OSError if the server is gone."""
        ours, theirs = Pipe()
        try:
            with theirs, _lock:
                send_handle(self._control, theirs.fileno(), self.process.pid)
            ours.send(job)
        except OSError:
            ours.close()
            raise
        return ours


def _end(control: Any, process: subprocess.Popen[bytes]) -> None:
    """Close the control: the server ends, unless it is still importing."""
    control.close()
    with suppress(subprocess.TimeoutExpired):
        process.wait(PATIENCE)
    process.kill()
    process.wait()


#: One for each engine: what notebooks import into that of warm workers may start threads.
_servers: dict[EngineName, Server] = {}
_lock = threading.Lock()


def current_server(engine: EngineName = "warm") -> Server:
    """Return the server of this process; a new one if the package has changed since it began."""
    with _lock:
        stamp = stamp_of(PACKAGE)
        server = _servers.get(engine)
        if server is None or server.process.poll() is not None or server.stamp != stamp:
            server = _servers[engine] = Server(stamp)
        return server


def stop_server() -> None:
    """Let go of the servers of this process; runs that go on have guards of their own."""
    with _lock:
        _servers.clear()


class Stopped(Exception):  # noqa: N818 (no error: somebody wanted it)
    """A run was stopped from outside."""


class Refused(Exception):  # noqa: N818 (the run goes on in a kernel)
    """A worker could not be forked, or was lost with its guard; its text says why."""


@dataclass
class Watch:
    """How a run and who waits for it talk, when both are in one process."""

    tell: Callable[[dict[str, Any]], None] = lambda message: None
    stop: threading.Event = field(default_factory=threading.Event)

    def check(self) -> None:
        """Raise `Stopped` if the run is to stop."""
        if self.stop.is_set():
            raise Stopped


class Worker:
    """One run in a fork of the server, and what it has said so far."""

    def __init__(self, job: Job, watch: Watch) -> None:
        self.job, self.watch = job, watch
        self.outcome: Outcome | None = None
        self.refused = self.late = self.end = ""
        self.began = time.monotonic() + START
        self.index: int | None = None
        self.since = 0.0
        self.notebook: dict[str, Any] = {"cells": []}
        self.channel = current_server(job.settings.engine).open_channel(job)

    def follow(self) -> Outcome:
        """Follow the worker to its end: return what it said, or else how it died."""
        with self.channel:
            try:
                while self._listen(POLL):
                    self.watch.check()
                    if not self.late and self._find_limit():
                        self._kill()
            except BaseException:
                self._kill()
                while self._listen(PATIENCE, must_speak=True):
                    pass
                raise
        if self.outcome:
            return self.outcome
        if self.refused or not (self.end or self.late):
            raise Refused(self.refused or "the process that forks workers ended")
        return self._died()

    def _listen(self, seconds: float, *, must_speak: bool = False) -> bool:
        """Take what comes within some seconds; False if nothing more will."""
        try:
            if self.channel.poll(seconds):
                self._take(self.channel.recv())
            elif must_speak:
                return False
        except (EOFError, OSError):
            return False
        return not (self.end or self.refused)

    def _kill(self) -> None:
        """Have the worker killed: its guard hears any word."""
        with suppress(OSError):
            self.channel.send("end")

    def _find_limit(self) -> bool:
        """Note the limit that the worker has broken without ending itself, if any."""
        now, grace, limits = time.monotonic(), GRACE[self.job.settings.engine], self.job.settings
        if limits.deadline is not None and now > self.began + limits.deadline + grace:
            self.late = "DeadlineError"
        elif limits.cell_timeout is not None and self.index is not None:
            is_long = now > self.since + limits.cell_timeout + grace
            self.late = "CellTimeoutError" if is_long else ""
        return bool(self.late)

    def _take(self, message: dict[str, Any]) -> None:
        self.outcome = message.get("outcome", self.outcome)
        self.refused = message.get("refused", "")
        if "begun" in message:
            self.began = time.monotonic()
        elif "notebook" in message:
            self.notebook = json.loads(message["notebook"])
        elif "done" in message:
            self.notebook["cells"][message["done"]] = message["text"]
        elif "index" in message:
            self.index, self.since = message["index"], time.monotonic()
            if "cell" in message:
                self.watch.tell(message)
        elif "ended" in message:
            self.end = f"the worker process ended with code {message['ended']}"
            if message["ended"] < 0:
                # Linux counts in kB, macOS in bytes.
                n_bytes = message["peak"] * (1 if sys.platform == "darwin" else 1024)
                self.end += f"; it had taken {n_bytes / 1e9:.1f} GB at most"

    def _died(self) -> Outcome:
        """Describe a worker that ended without a word, and save what it had done."""
        given = self.notebook["cells"]
        cells = [json.loads(cell) if isinstance(cell, str) else cell for cell in given]
        if "metadata" in self.notebook:
            forget_paths(self.notebook)
            notebook = self.notebook | {"cells": cells}
            text = json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True)
            path = Path(self.job.part) / NOTEBOOK_FILE
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"{text}\n", encoding="utf-8")
        message = f"the run was killed: {_LIMITS[self.late]}" if self.late else self.end
        error = (self.late or "WorkerDied", message, read_log(Path(self.job.scratch)))
        state: State = "timed_out" if self.late else "died"
        return Outcome(state, *count_cells(cells), blame_cell(cells, self.index, error))


_LIMITS = {
    "DeadlineError": "its deadline had passed, and it did not end by itself",
    "CellTimeoutError": "a cell took longer than one cell may, and did not end by itself",
}


def read_log(scratch: Path, most: int = 4000) -> str:
    """Return what a worker's libraries wrote; of a long trace of a crash, its two ends."""
    path = scratch / "stderr"
    text = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
    half = most // 2
    return text if len(text) <= most else f"{text[:half]}\n[...]\n{text[-half:]}"


def run_job(job: Job, watch: Watch) -> tuple[EngineName, Outcome]:
    """Run in a warm worker, or in a kernel: if that was not asked for, the record says why."""
    why = ""
    if job.settings.engine == "warm" and job.language != "python":
        why = f"the notebook is written in {job.language}"
    elif job.settings.engine == "warm":
        try:
            return "warm", Worker(job, watch).follow()
        except (Refused, OSError) as refused:
            why = str(refused)
    # What a lost worker wrote goes; the folders stay.
    for path in [path for path in Path(job.part).rglob("*") if not path.is_dir()]:
        path.unlink()
    job = replace(job, settings=replace(job.settings, engine="kernel"), imports=[])
    outcome = _run_in_kernel(job, watch)
    if why:
        outcome.warnings.append(f"ran in a kernel, not in a warm worker: {why}")
    return "kernel", outcome


def _run_in_kernel(job: Job, watch: Watch) -> Outcome:
    """Execute in a kernel; one that does not start is tried again, nothing else is."""
    n_attempts = 0
    while True:
        n_attempts += 1
        try:
            outcome = Worker(job, watch).follow()
        except (Refused, OSError) as refused:
            return Outcome("died", failure=Failure(None, "", "WorkerDied", str(refused)))
        if outcome.state != "died" or outcome.n_cells or n_attempts == ATTEMPTS:
            break
    if n_attempts > 1:
        outcome.warnings.append(f"the kernel was started {n_attempts} times")
    return outcome
