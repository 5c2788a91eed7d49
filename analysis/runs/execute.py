"""Executing planned runs: some at a time, the longest first, every ending on record.

A long run that starts last keeps one worker busy while the others have nothing to do
(Graham 1969, Bounds on multiprocessing timing anomalies).
"""

from __future__ import annotations

import datetime as dt
import platform
import shutil
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError, Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from os.path import samestat
from pathlib import Path
from queue import SimpleQueue
from tempfile import mkdtemp
from typing import Any, Literal

from analysis.runs.job import Settings, make_job
from analysis.runs.key import (
    UNDECLARED,
    code_hash,
    content_key,
    find_parts,
    settle,
    undeclared_inputs,
)
from analysis.runs.plan import PlannedRun, longest_first
from analysis.runs.record import (
    FIGURES_FOLDER,
    RECORD_FILE,
    Failure,
    RunRecord,
    State,
    read_processor,
    read_versions,
    write_record,
)
from analysis.runs.store import find_run, hash_outputs, hold_folder, keep_run, make_part
from analysis.runs.worker import Stopped, Watch, run_job
from analysis.study.errors import RunError


@dataclass(frozen=True)
class RunEvent:
    """Something that a progress bar may show."""

    kind: Literal["started", "cell", "finished"]
    plan: PlannedRun
    cell: int = 0  # for cell: which of how many code cells has begun, from 1
    of: int = 0
    record: RunRecord | None = None  # for finished


def execute_runs(
    plans: Sequence[PlannedRun],
    *,
    jobs: int = 1,
    on_event: Callable[[RunEvent], None] = lambda event: None,
    settings: Settings | None = None,
    executor: Executor | None = None,
) -> list[RunRecord]:
    """Execute planned runs; those that the store holds already are not run again.

    Returned is one record per plan, in their order, whatever happened to it. Where several run
    at a time, the longest start first. Ctrl-C stops all that is running and starts no more; so
    does SIGTERM, which ends in SystemExit. Runs that were stopped leave what was there before.

    `on_event` is told when a run starts, begins a cell, and finishes, in the calling thread. An
    executor, such as one of `analysis.study.executor`, runs on machines that share the study's
    folder. It has its own number of jobs, tells only when a run finishes, and what runs there
    when Ctrl-C comes goes on to its end.
    """
    if jobs <= 0:
        raise RunError(f"execute_runs: wanted jobs above 0, came {jobs}")
    is_local = executor is None
    runs = _Runs(plans, on_event, settings or Settings(), is_local)
    order = longest_first(plans) if jobs > 1 or not is_local else range(len(plans))
    pool = executor or ThreadPoolExecutor(jobs, "gipfel")
    with _interrupts_to(runs.messages):
        try:
            return runs.run(pool, order)
        finally:
            runs.stop()
            if is_local:
                pool.shutdown()


@dataclass
class _Runs:
    """The runs of one call: which go on, and how the others ended."""

    plans: Sequence[PlannedRun]
    on_event: Callable[[RunEvent], None]
    settings: Settings
    is_local: bool
    #: Which run has something to tell, and what; no number: Ctrl-C; no message: it has ended.
    messages: SimpleQueue[tuple[int | None, dict[str, Any]]] = field(default_factory=SimpleQueue)
    stopped: threading.Event = field(default_factory=threading.Event)
    futures: dict[int, Future[RunRecord]] = field(default_factory=dict)
    records: dict[int, RunRecord] = field(default_factory=dict)
    begun: set[int] = field(default_factory=set)

    def run(self, pool: Executor, order: Sequence[int]) -> list[RunRecord]:
        """Run all to their end, or to an interruption."""
        for number in order:
            self._submit(pool, number)
        while len(self.records) < len(self.plans):
            told, message = self.messages.get()
            if told is None:
                self._interrupt()
            elif told not in self.records:
                self._handle(told, message)
        return [self.records[number] for number in range(len(self.plans))]

    def stop(self) -> None:
        """End what is still running, after an interruption or an error of our own."""
        self.stopped.set()
        for future in self.futures.values():
            future.cancel()

    def _submit(self, pool: Executor, number: int) -> None:
        given = self.plans[number], self.settings
        if self.is_local:
            watch = Watch(lambda said: self.messages.put((number, said)), self.stopped)
            future = pool.submit(execute_run, *given, watch)
        else:
            future = pool.submit(execute_elsewhere, *given, code_hash())
        self.futures[number] = future
        future.add_done_callback(lambda _: self.messages.put((number, {})))

    def _handle(self, number: int, message: dict[str, Any]) -> None:
        plan = self.plans[number]
        if not message:
            self._finish(number, self._result(number))
        elif "started" in message:
            self.on_event(RunEvent("started", plan))
            self.begun.add(number)
        else:
            self.on_event(RunEvent("cell", plan, message["cell"], message["of"]))

    def _result(self, number: int) -> RunRecord:
        """Return the record of a run, or one that says how its executor lost it."""
        plan = self.plans[number]
        try:
            record = self.futures[number].result()
        except (Exception, CancelledError) as fault:
            # Here it would be an error of ours; elsewhere machines come and go.
            if self.is_local:
                raise
            message = str(fault) or "the executor lost the run"
            return _record(plan, "died", failure=(type(fault).__name__, message))
        is_here = self.is_local or (record.folder / RECORD_FILE).is_file()
        if is_here or record.state not in ("succeeded", "failed"):
            return record
        message = (
            f"the run was written elsewhere: {record.folder} is not here. All machines must share"
            " the study's folder under the same path"
        )
        return _record(plan, "died", failure=("RunError", message))

    def _finish(self, number: int, record: RunRecord) -> None:
        self.records[number] = record
        self.on_event(RunEvent("finished", self.plans[number], record=record))

    def _interrupt(self) -> None:
        """Stop all; a run that ends well all the same is one that had ended."""
        self.stop()
        for number, plan in enumerate(self.plans):
            if number in self.records:
                continue
            if number in self.begun:
                self._finish(number, self.futures[number].result())
            else:
                self._finish(number, _record(plan, "interrupted", "not started"))


@contextmanager
def _interrupts_to(messages: SimpleQueue[tuple[int | None, dict[str, Any]]]) -> Iterator[None]:
    """Turn Ctrl-C and SIGTERM into a message: neither may strike while a folder is being moved.

    After Ctrl-C the caller has its records. Who sends SIGTERM, or closes the terminal, wants
    the process to end: it does so when all runs have been stopped. Only the main thread may
    handle signals; elsewhere they are not ours. What the caller has handled or ignored stays.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    ending: list[int] = []

    def hear(number: int, frame: object) -> None:
        # A SimpleQueue may be put into from a handler; a Queue could lock itself out.
        messages.put((None, {}))
        if number != signal.SIGINT:
            ending.append(number)

    both = (signal.SIGTERM, signal.SIGHUP)
    ours = [number for number in both if signal.getsignal(number) == signal.SIG_DFL]
    former = {number: signal.signal(number, hear) for number in (signal.SIGINT, *ours)}
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)
        if ending:
            # What a shell expects of a process that a signal ended.
            raise SystemExit(128 + ending[0])


def execute_run(
    plan: PlannedRun, settings: Settings | None = None, watch: Watch | None = None
) -> RunRecord:
    """Execute one planned run, unless the store holds it; the whole of it, and its record.

    Whoever is second with the same run waits, and takes what the first has done.
    """
    settings, watch = settings or Settings(), watch or Watch()
    if plan.reason:
        return _record(plan, "skipped", plan.reason)
    try:
        with hold_folder(plan.folder, watch.check):
            found = None if settings.force else find_run(plan)[0]
            if found is not None:
                return replace(keep_run(found.folder, plan, found), is_reused=True)
            return _run(plan, settings, watch)
    except Stopped:
        return _record(plan, "interrupted", "stopped while it ran")
    except OSError as fault:
        where = f": {fault.filename}" if fault.filename else ""
        message = (
            f"the run store cannot be written: {fault.strerror or fault}{where}."
            f" Make room, or make {plan.folder.parent} writable; what stood there still stands."
        )
        return _record(plan, "failed", failure=(type(fault).__name__, message))


def execute_elsewhere(plan: PlannedRun, settings: Settings, code: str) -> RunRecord:
    """Execute a run in another process or on another machine, if its code is that of the caller."""
    if code_hash() != code:
        raise RunError(
            f"{platform.node()}: the package there is not the one here, so nothing ran there."
            " Install the same version, and start the workers anew"
        )
    return execute_run(plan, settings)


def _record(
    plan: PlannedRun, state: State, reason: str = "", failure: tuple[str, str] | None = None
) -> RunRecord:
    """Record a run that leaves nothing: skipped, stopped half-way, lost, or not to be written."""
    return RunRecord(
        plan.notebook,
        plan.key,
        state,
        plan.folder,
        plan.parameters,
        reason=reason,
        failure=Failure(None, "", *failure) if failure else None,
    )


def _run(plan: PlannedRun, settings: Settings, watch: Watch) -> RunRecord:
    """Run into a folder beside the run's own, and move it into place at the end."""
    watch.tell({"started": True})
    part = make_part(plan.folder)
    # Not beside the run: names of sockets are short.
    scratch = Path(mkdtemp(prefix="gipfel-"))
    figures = part / FIGURES_FOLDER
    started = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    clock, identity = time.monotonic(), figures.stat()
    try:
        before = find_parts(plan)
        engine, outcome = run_job(make_job(plan, settings, part, scratch), watch)
        is_lost = not figures.is_dir() or not samestat(figures.stat(), identity)
        if is_lost and outcome.state == "succeeded":
            # Figures would seem to be gone on purpose.
            message = "the folder of the run was deleted while it ran; what it had written is lost"
            failure = Failure(None, "", "FolderLost", message)
            outcome = replace(outcome, state="failed", failure=failure)
        part.mkdir(exist_ok=True)
        parts = settle(before, find_parts(plan))
        undeclared = undeclared_inputs(plan, figures)
        parts["inputs"] |= dict.fromkeys(undeclared, UNDECLARED)
        record = RunRecord(
            notebook=plan.notebook,
            key=plan.key,
            state=outcome.state,
            folder=plan.folder,
            parameters=plan.parameters,
            started=started,
            seconds=round(time.monotonic() - clock, 3),
            n_cells=outcome.n_cells,
            n_cells_run=outcome.n_cells_run,
            versions=read_versions(),
            failure=outcome.failure,
            engine=engine,
            processor=read_processor(),
            warnings=[*outcome.warnings, *(f"{name} {UNDECLARED}" for name in undeclared)],
            content=content_key(plan.parameters, parts),
            parts=parts,
            outputs=hash_outputs(part),
        )
        write_record(record, part)
        return keep_run(part, plan, record)
    finally:
        for folder in (part, scratch):
            shutil.rmtree(folder, ignore_errors=True)
