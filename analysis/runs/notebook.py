"""Executing one notebook by papermill, and telling how it ended. Imports papermill."""

from __future__ import annotations

import math
import os
import signal
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import nbformat
import papermill
from ipykernel.kernelspec import get_kernel_dict
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from jupyter_core.utils import run_sync
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.exceptions import PapermillExecutionError

from analysis.runs.engine import DEADLINE, ENGINE_NAME, Late, register_engine
from analysis.runs.job import NOTEBOOK_FILE, Failure, Job, Outcome, State
from analysis.runs.judge import (
    Journal,
    blame_cell,
    count_cells,
    find_failure,
    is_added,
    strip_colours,
)
from analysis.runs.outputs import is_note, shorten_outputs

#: Seconds between two attempts to kill a kernel that is late.
KILL_EVERY = 0.1

Say = Callable[[dict[str, Any]], None]


@dataclass
class Progress:
    """What is known of a run while it goes on; ``note`` takes its notebook at the start."""

    note: Callable[[Any], None] = field(default=lambda notebook: None)
    notebook: Any = None
    cell: int | None = None
    n_started: int = 0
    is_late: bool = False
    is_over: threading.Event = field(default_factory=threading.Event)

    @property
    def cells(self) -> list[Any]:
        """The cells of the executed notebook, or none if its kernel never started."""
        return list(self.notebook.cells) if self.notebook is not None else []


def run_in_kernel(job: Job, say: Say) -> Outcome:
    """Execute a job's notebook in a kernel, save it whatever happens, and tell how it ended.

    Parameters
    ----------
    job : Job
        What to execute.
    say : callable
        Takes ``{"index": i}`` whenever a code cell begins, and, if the cell is one of
        those edited, with it ``"cell": n, "of": m``.
    """
    journal = Journal(Path(job.scratch))
    progress = Progress(note=journal.note_notebook)
    manager = make_kernel_manager(Path(job.scratch), job.kernel)
    timer = _start_deadline(job.deadline, manager, progress)
    settings = {
        "kernel_name": job.kernel or KERNEL_NAME,
        "km": manager,
        # nbclient takes whole seconds.
        "execution_timeout": math.ceil(job.cell_timeout) if job.cell_timeout else None,
        "on_cell_executed": journal.note_cell,
    }
    error = _execute(job, progress, say, settings)
    progress.is_over.set()
    timer.cancel()
    if error is None:
        stop_kernel(manager)
    kill_kernel(manager)
    return _end(job, progress, error)


def run_warm(job: Job, say: Say) -> Outcome:
    """Execute a job's notebook in this very process; otherwise as `run_in_kernel`."""
    register_engine()
    DEADLINE.at = None if job.deadline is None else time.monotonic() + job.deadline
    journal = Journal(Path(job.scratch))
    progress = Progress(note=journal.note_notebook)
    settings = {
        "kernel_name": KERNEL_NAME,
        "engine_name": ENGINE_NAME,
        "execution_timeout": job.cell_timeout,
        "on_cell_executed": journal.note_cell,
        "drains": job.scratch,
    }
    error = _execute(job, progress, say, settings)
    return _end(job, progress, error)


def _execute(
    job: Job, progress: Progress, say: Say, settings: dict[str, Any]
) -> BaseException | None:
    """Call papermill, and keep hold of the notebook: after a timeout it would be lost."""

    def keep(notebook: Any) -> None:
        progress.notebook = notebook
        progress.note(notebook)

    def count(cell: Any, cell_index: int) -> None:
        progress.cell = cell_index
        if is_added(cell):
            say({"index": cell_index})
            return
        progress.n_started += 1
        of = count_cells(progress.cells)[0]
        say({"index": cell_index, "cell": progress.n_started, "of": of})

    try:
        papermill.execute_notebook(
            # papermill formats paths: a brace in a folder's name has to be doubled.
            job.path.replace("{", "{{").replace("}", "}}"),
            None,
            parameters=job.parameters,
            language=job.language,
            request_save_on_cell_execute=False,
            progress_bar=False,
            cwd=job.root,
            on_notebook_start=keep,
            on_cell_execute=count,
            **settings,
        )
    except (Exception, Late) as error:  # whatever it is, it belongs into the record
        return error
    return None


def _end(job: Job, progress: Progress, error: BaseException | None) -> Outcome:
    """Save the notebook and say how it ended."""
    # All of them again: a later cell can change what an earlier one shows.
    shorten_outputs(progress.cells)
    outcome = _judge(progress, error)
    if any(is_note(output) for cell in progress.cells for output in cell.get("outputs", [])):
        outcome.warnings.append("a cell gave more output than is kept; see the notebook")
    try:
        _save(progress, Path(job.part) / NOTEBOOK_FILE)
    except OSError as fault:
        message = f"the executed notebook could not be saved: {fault.strerror or fault}"
        failure = outcome.failure or Failure(None, "", type(fault).__name__, message)
        return replace(outcome, state="failed", failure=failure)
    return outcome


def _judge(progress: Progress, error: BaseException | None) -> Outcome:
    n_cells, n_run = count_cells(progress.cells)
    if DEADLINE.has_rung:
        return Outcome("timed_out", n_cells, n_run, _blame(progress, error))
    if error is None or isinstance(error, PapermillExecutionError):
        failure = find_failure(progress.cells)
        if failure is None and error is None:
            return Outcome("succeeded", n_cells, n_run)
        return Outcome("failed", n_cells, n_run, failure or _blame(progress, error))
    is_timeout = isinstance(error, CellTimeoutError) or progress.is_late
    state: State = "timed_out" if is_timeout else "died"
    # The cell that was stopped may have a count already, since it was begun.
    n_run = count_cells(progress.cells[: progress.cell or 0])[1]
    has_started = bool(progress.cells) or is_timeout
    return Outcome(state, n_cells, n_run, _blame(progress, error), has_started=has_started)


def _blame(progress: Progress, error: BaseException | None) -> Failure:
    """Describe an error that no cell raised; blame the cell that was being executed."""
    name, message = type(error).__name__, str(error)
    trace = "" if progress.cell is not None else "".join(traceback.format_exception(error))
    if DEADLINE.has_rung:
        name, message = "CellTimeoutError", "the cell took longer than one cell may"
    if progress.is_late or DEADLINE.is_late:
        name, message = "DeadlineError", "the deadline of the run passed"
    elif isinstance(error, DeadKernelError):
        message = "the kernel died"
    elif not progress.cells:
        message = f"the kernel did not start: {message}"
    found = find_failure(progress.cells) if DEADLINE.has_rung else None
    if found is not None:
        # Where the alarm was heard; papermill has put cells of its own before it.
        return replace(found, exception=name, message=message)
    return blame_cell(progress.cells, progress.cell, (name, message, strip_colours(trace)))


def _save(progress: Progress, path: Path) -> None:
    """Save the executed notebook, without paths of this machine and without false marks."""
    if progress.notebook is None:
        return
    about = progress.notebook.metadata.papermill
    for key in ("input_path", "output_path"):
        about.pop(key, None)
    for cell in progress.notebook.cells:
        if cell.cell_type == "code" and cell.execution_count is None and cell.source.strip():
            cell.metadata.papermill["status"] = "pending"
    text: str = nbformat.writes(progress.notebook)  # type: ignore[no-untyped-call]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{text}\n", encoding="utf-8")


def _start_deadline(
    seconds: float | None, manager: AsyncKernelManager, progress: Progress
) -> threading.Timer:
    """Kill the kernel when the run's time is up; papermill then finds it dead and returns."""

    def strike() -> None:
        progress.is_late = True
        # More than once: the kernel may only just be starting.
        while not progress.is_over.wait(KILL_EVERY):
            kill_kernel(manager)

    timer = threading.Timer(seconds or 0, strike)
    timer.daemon = True
    if seconds is not None:
        timer.start()
    return timer


KERNEL_NAME = "python3"
#: Longest path that a socket may have on any system, less what ZeroMQ appends to it.
_LONGEST_SOCKET = 95


class OwnInterpreter(KernelSpecManager):
    """Starts every kernel with this interpreter, whatever kernels the user has installed."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        """Give the one kernel there is."""
        return KernelSpec(**get_kernel_dict())


def make_kernel_manager(scratch: Path, name: str = "") -> AsyncKernelManager:
    """Make a manager whose kernel listens on sockets below a folder of its own.

    Kernels that start side by side race for ports, and the default names of sockets
    are shared between runs; a path that no other run has suffers from neither.

    Parameters
    ----------
    scratch : path
        A folder with a short name. Without Unix sockets, or if the name is too long
        for one, ports are used.
    name : str
        An installed kernel, for a notebook of another language; empty: this interpreter.
    """
    settings: dict[str, Any] = {
        "kernel_name": name or KERNEL_NAME,
        "connection_file": str(scratch / "kernel.json"),
        "kernel_spec_manager": KernelSpecManager() if name else OwnInterpreter(),
    }
    address = str(scratch / "k")
    if os.name == "posix" and len(address) < _LONGEST_SOCKET:
        settings |= {"transport": "ipc", "ip": address}
    return AsyncKernelManager(**settings)


def stop_kernel(manager: AsyncKernelManager) -> None:
    """Let a kernel end by itself, so that it closes its files; kill what is left of it."""
    with suppress(RuntimeError):
        run_sync(manager.shutdown_kernel)(now=False)
    kill_kernel(manager)


def kill_kernel(manager: AsyncKernelManager) -> None:
    """Kill a kernel and what it has started; it leads a process group of its own."""
    pid = getattr(manager.provisioner, "pid", None)
    if pid is None:
        return
    with suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(pid, signal.SIGKILL)
        else:
            os.kill(pid, signal.SIGTERM)
