"""Executing one job: a worker is followed to its end, and tried again where that can help."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from analysis.runs.job import (
    FIGURES_FOLDER,
    NOTEBOOK_FILE,
    EngineName,
    Failure,
    Job,
    Outcome,
    read_outcome,
)
from analysis.runs.judge import blame_cell, clear_journal, count_cells, read_journal
from analysis.runs.worker import Worker

#: How often a kernel that does not start is tried.
ATTEMPTS = 3
#: Seconds that a worker may take to begin: the first one waits until libraries are loaded.
START = 300.0
#: Seconds between two looks at the clock and at the wish to stop.
POLL = 0.1


class Stopped(Exception):  # noqa: N818 (no error: somebody wanted it)
    """A run was stopped from outside."""


def ignore_message(message: dict[str, Any]) -> None:
    """Tell nobody."""


@dataclass
class Watch:
    """How a run and who waits for it talk, when both are in one process.

    Attributes
    ----------
    tell : callable
        Takes what happens: ``{"started": True}``, or which cell has begun.
    stop : Event
        Set it to stop the run.
    """

    tell: Callable[[dict[str, Any]], None] = ignore_message
    stop: threading.Event = field(default_factory=threading.Event)

    def check(self) -> None:
        """Raise `Stopped` if the run is to stop."""
        if self.stop.is_set():
            raise Stopped


@dataclass
class _Seen:
    """What a worker has said so far."""

    outcome: Outcome | None = None
    refused: str = ""
    began: float = 0.0
    index: int | None = None
    since: float = 0.0
    late: str = ""


class Refused(Exception):  # noqa: N818 (the run goes on in a kernel)
    """A warm worker could not be forked, or its parent died; its text says why."""


def follow(worker: Worker, job: Job, watch: Watch) -> Outcome:
    """Follow a worker to its end.

    Parameters
    ----------
    worker : Worker
        Just started.
    job : Job
        What it does, and how long it may take.
    watch : Watch
        Who is told, and who may stop it.

    Returns
    -------
    Outcome
        What the worker said, or else how it died.

    Raises
    ------
    Stopped
        If it was stopped.
    Refused
        If it was not started at all, or died with its parent.
    """
    seen = _Seen(began=time.monotonic() + START)
    try:
        while True:
            watch.check()
            if not seen.late and (late := _late(job, seen, worker.grace)):
                seen.late = late
                worker.kill()
            try:
                message = worker.receive(POLL)
            except TimeoutError:
                continue
            if message is None:
                break
            _take(message, seen, watch)
    except BaseException:
        worker.kill()
        raise
    finally:
        end = worker.close()
    if not (seen.outcome or seen.late or seen.refused) and worker.is_lost:
        seen.refused = end
    if seen.refused:
        raise Refused(seen.refused)
    return seen.outcome or _died(job, seen, end)


def _late(job: Job, seen: _Seen, grace: float) -> str:
    """Name the limit that a worker has broken without ending itself."""
    now = time.monotonic()
    if job.deadline is not None and now > seen.began + job.deadline + grace:
        return "DeadlineError"
    is_long = job.cell_timeout is not None and now > seen.since + job.cell_timeout + grace
    return "CellTimeoutError" if is_long and seen.index is not None else ""


def _take(message: dict[str, Any], seen: _Seen, watch: Watch) -> None:
    if "outcome" in message:
        seen.outcome = read_outcome(message["outcome"])
    elif "refused" in message:
        seen.refused = message["refused"]
    elif "begun" in message:
        seen.began = time.monotonic()
    elif "index" in message:
        seen.index, seen.since = message["index"], time.monotonic()
        if "cell" in message:
            watch.tell(message)


def _died(job: Job, seen: _Seen, end: str) -> Outcome:
    """Describe a worker that ended without a word, and save what it had done."""
    notebook = read_journal(Path(job.scratch))
    cells = [] if notebook is None else notebook["cells"]
    if notebook is not None:
        _save(notebook, Path(job.part) / NOTEBOOK_FILE)
    message = f"the run was killed: {_LIMITS[seen.late]}" if seen.late else end
    error = (seen.late or "WorkerDied", message, read_log(Path(job.scratch)))
    failure = blame_cell(cells, seen.index, error) if cells else Failure(None, "", *error)
    n_cells, n_run = count_cells(cells)
    state = "timed_out" if seen.late else "died"
    return Outcome(state, n_cells, n_run, failure)  # type: ignore[arg-type]  # one of two words


_LIMITS = {
    "DeadlineError": "its deadline had passed, and it did not end by itself",
    "CellTimeoutError": "a cell took longer than one cell may, and did not end by itself",
}


def _save(notebook: dict[str, Any], path: Path) -> None:
    """Save a notebook that was left half-executed; cells that were not reached stay pending."""
    for key in ("input_path", "output_path"):
        notebook["metadata"].get("papermill", {}).pop(key, None)
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True)
    path.write_text(f"{text}\n", encoding="utf-8")


def read_log(scratch: Path, most: int = 4000) -> str:
    """Return what a worker's libraries wrote, such as the trace of a crash.

    Of a long one the beginning and the end: a crash names itself first, and where it
    happened last, with a list of modules in between.
    """
    path = scratch / "stderr"
    text = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
    half = most // 2
    return text if len(text) <= most else f"{text[:half]}\n[...]\n{text[-half:]}"


def run_job(job: Job, watch: Watch) -> tuple[EngineName, Outcome]:
    """Run in a warm worker, or in a kernel: if that was not asked for, the record says why."""
    why = ""
    if job.engine == "warm" and job.language != "python":
        why = f"the notebook is written in {job.language}"
    elif job.engine == "warm":
        try:
            return "warm", follow(Worker(job), job, watch)
        except (Refused, OSError) as refused:
            why = str(refused)
    _empty(Path(job.part))
    clear_journal(Path(job.scratch))
    outcome = _run_in_kernel(replace(job, engine="kernel", imports=[]), watch)
    if why:
        outcome.warnings.append(f"ran in a kernel, not in a warm worker: {why}")
    return "kernel", outcome


def _run_in_kernel(job: Job, watch: Watch) -> Outcome:
    """Try again if a kernel does not start, and only then."""
    n_attempts, outcome = 1, _follow_kernel(job, watch)
    while not outcome.has_started and n_attempts < ATTEMPTS:
        n_attempts, outcome = n_attempts + 1, _follow_kernel(job, watch)
    if n_attempts > 1:
        outcome.warnings.append(f"the kernel was started {n_attempts} times")
    return outcome


def _follow_kernel(job: Job, watch: Watch) -> Outcome:
    try:
        return follow(Worker(job), job, watch)
    except (Refused, OSError) as refused:
        failure = Failure(None, "", "WorkerDied", str(refused))
        return Outcome("died", failure=failure)


def _empty(part: Path) -> None:
    """Remove what a lost worker wrote; the folders stay."""
    for path in sorted(part.rglob("*"), reverse=True):
        if path != part / FIGURES_FOLDER:
            path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
