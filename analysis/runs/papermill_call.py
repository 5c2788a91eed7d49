"""One notebook executed by papermill in this process, and how it ended. Imports papermill."""

from __future__ import annotations

import json
import math
import os
import signal
import traceback
from collections.abc import Callable
from contextlib import nullcontext, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
import papermill
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from jupyter_core.utils import run_sync
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.exceptions import PapermillExecutionError

from analysis.runs.engine import ENGINE_NAME, Alarm, shorten_outputs
from analysis.runs.job import Job, Outcome
from analysis.runs.notebook import (
    blame_cell,
    count_cells,
    find_failure,
    forget_paths,
    is_added,
    strip_colours,
)
from analysis.runs.record import NOTEBOOK_FILE, Failure, State

KERNEL_NAME = "python3"
#: Longest path that a socket may have on any system, less what ZeroMQ appends to it.
_LONGEST_SOCKET = 95
_LATE = {
    "CellTimeoutError": "the cell took longer than one cell may",
    "DeadlineError": "the deadline of the run passed",
}


def run_notebook(job: Job, say: Callable[[dict[str, Any]], None]) -> Outcome:
    """Execute a job's notebook, save it whatever happens, and tell how it ended."""
    call = _Call(job, say)
    error = call.run_warm() if job.settings.engine == "warm" else call.run_in_kernel()
    # All of them again: a later cell can change what an earlier one shows.
    shortened = [shorten_outputs(cell) for cell in call.cells]
    outcome = call.judge(error)
    if any(shortened):
        outcome.warnings.append("a cell gave more output than is kept; see the notebook")
    try:
        call.save(Path(job.part) / NOTEBOOK_FILE)
    except OSError as fault:
        message = f"the executed notebook could not be saved: {fault.strerror or fault}"
        failure = outcome.failure or Failure(None, "", type(fault).__name__, message)
        return replace(outcome, state="failed", failure=failure)
    return outcome


class _Call:
    """One call of papermill, and what is known of its notebook while it goes on."""

    def __init__(self, job: Job, say: Callable[[dict[str, Any]], None]) -> None:
        self.job = job
        self.say = say
        self.notebook: Any = None
        self.cell: int | None = None
        self.n_started = 0
        self.alarm = Alarm(deadline=job.settings.deadline)

    @property
    def cells(self) -> list[Any]:
        """The cells of the executed notebook, or none if its kernel never started."""
        return list(self.notebook.cells) if self.notebook is not None else []

    def run_warm(self) -> BaseException | None:
        """Execute the notebook in this very process."""
        self.alarm.cell = self.job.settings.cell_timeout
        about = {"kernel_name": KERNEL_NAME, "engine_name": ENGINE_NAME}
        return self._execute(**about, alarm=self.alarm, drains=self.job.scratch)

    def run_in_kernel(self) -> BaseException | None:
        """Execute the notebook in a kernel of its own, which ends with it."""
        manager = make_kernel_manager(Path(self.job.scratch), self.job.kernel)
        # nbclient keeps watch over cells, in whole seconds.
        cell_timeout = self.job.settings.cell_timeout
        seconds = math.ceil(cell_timeout) if cell_timeout else None
        name = self.job.kernel or KERNEL_NAME
        error = self._execute(kernel_name=name, km=manager, execution_timeout=seconds)
        with suppress(RuntimeError, OSError):
            if error is None:
                # So that it closes its files.
                run_sync(manager.shutdown_kernel)(now=False)
            elif pid := getattr(manager.provisioner, "pid", None):
                os.killpg(pid, signal.SIGKILL)
        return error

    def _execute(self, **settings: Any) -> BaseException | None:
        """Call papermill, and keep hold of the notebook: after a timeout it would be lost."""
        is_warm = self.job.settings.engine == "warm"
        try:
            with nullcontext() if is_warm else self.alarm.on():
                papermill.execute_notebook(
                    # papermill formats paths: a brace in a folder's name has to be doubled.
                    self.job.path.replace("{", "{{").replace("}", "}}"),
                    None,
                    parameters=self.job.parameters,
                    language=self.job.language,
                    request_save_on_cell_execute=False,
                    progress_bar=False,
                    cwd=self.job.root,
                    on_notebook_start=self._keep,
                    on_cell_execute=self._begin_cell,
                    on_cell_executed=self._end_cell,
                    **settings,
                )
        except BaseException as error:  # whatever it is, it belongs into the record
            return error
        return None

    def _keep(self, notebook: Any) -> None:
        self.notebook = notebook
        self.say({"notebook": json.dumps(notebook)})

    def _begin_cell(self, cell: Any, cell_index: int) -> None:
        self.cell = cell_index
        about = {"index": cell_index}
        if not is_added(cell):
            self.n_started += 1
            about |= {"cell": self.n_started, "of": count_cells(self.cells)[0]}
        self.say(about)

    def _end_cell(self, cell: Any, cell_index: int, **_: Any) -> None:
        shorten_outputs(cell)
        self.say({"done": cell_index, "text": json.dumps(cell)})

    def judge(self, error: BaseException | None) -> Outcome:
        """Say how the run ended, from its cells and the error that papermill raised, if any."""
        if isinstance(error, PapermillExecutionError):
            error = None
        is_timeout = bool(self.alarm.rung) or isinstance(error, CellTimeoutError)
        if error is None and not is_timeout:
            failure = find_failure(self.cells)
            state: State = "failed" if failure else "succeeded"
            return Outcome(state, *count_cells(self.cells), failure=failure)
        n_cells, n_run = count_cells(self.cells)
        if self.job.settings.engine == "kernel":
            # The cell that was stopped may have a count already, since it was begun.
            n_run = count_cells(self.cells[: self.cell or 0])[1]
        state = "timed_out" if is_timeout else "died"
        return Outcome(state, n_cells, n_run, self._blame(error))

    def _blame(self, error: BaseException | None) -> Failure:
        """Describe an error that no cell raised; blame the cell that was being executed."""
        found = find_failure(self.cells) if self.alarm.rung and error is None else None
        if found is not None:
            # Where the alarm was heard; papermill has put cells of its own before it.
            name = self.alarm.rung
            return replace(found, exception=name, message=_LATE[name])
        name, message = type(error).__name__, str(error)
        trace = "" if self.cell is not None else "".join(traceback.format_exception(error))
        if self.alarm.rung:
            name, message = self.alarm.rung, _LATE[self.alarm.rung]
        elif isinstance(error, DeadKernelError):
            message = "the kernel died"
        elif not self.cells:
            message = f"the kernel did not start: {message}"
        return blame_cell(self.cells, self.cell, (name, message, strip_colours(trace)))

    def save(self, path: Path) -> None:
        """Save the executed notebook, without paths of this machine and without false marks."""
        if self.notebook is None:
            return
        for cell in self.cells:
            if cell.cell_type == "code" and cell.execution_count is None and cell.source.strip():
                cell.metadata.papermill["status"] = "pending"
        forget_paths(self.notebook)
        text: str = nbformat.writes(self.notebook)  # type: ignore[no-untyped-call]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{text}\n", encoding="utf-8")


def make_kernel_manager(scratch: Path, name: str = "") -> AsyncKernelManager:
    """Make a manager whose kernel listens on sockets below a folder of its own.

    Kernels that start side by side race for ports, and the default names of sockets
    are shared between runs; a path that no other run has suffers from neither.
    """
    settings: dict[str, Any] = {
        "kernel_name": name or KERNEL_NAME,
        "connection_file": str(scratch / "kernel.json"),
        # Without folders of kernels, python3 is this interpreter, whatever the user has installed.
        "kernel_spec_manager": KernelSpecManager(**({} if name else {"kernel_dirs": []})),
    }
    address = str(scratch / "k")
    if len(address) < _LONGEST_SOCKET:
        settings |= {"transport": "ipc", "ip": address}
    return AsyncKernelManager(**settings)
