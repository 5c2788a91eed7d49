"""Executing planned runs: one process each, some at a time, every ending on record."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Literal

from analysis.errors import RunError
from analysis.runs.folders import hold_folder
from analysis.runs.plan import PlannedRun
from analysis.runs.process import INTERRUPTED, Limits, Message, WorkerProcess
from analysis.runs.record import RunRecord


@dataclass(frozen=True)
class RunEvent:
    """Something that a progress bar may show.

    Attributes
    ----------
    kind : str
        started, cell, or finished.
    plan : PlannedRun
        Whose run it is.
    cell, of : int
        For ``cell``: which of how many code cells has begun, from 1.
    record : RunRecord or None
        For ``finished``.
    """

    kind: Literal["started", "cell", "finished"]
    plan: PlannedRun
    cell: int = 0
    of: int = 0
    record: RunRecord | None = None


OnEvent = Callable[[RunEvent], None]


def ignore_event(event: RunEvent) -> None:
    """Show no progress."""


def execute_runs(
    plans: Sequence[PlannedRun],
    *,
    jobs: int = 1,
    on_event: OnEvent = ignore_event,
    cell_timeout: float | None = None,
    deadline: float | None = None,
) -> list[RunRecord]:
    """Execute planned runs, each in a process and a kernel of its own.

    A run that fails leaves its notebook and ``run.json`` in its folder, and the
    others go on. Ctrl-C stops all that is running and starts no more; runs that were
    stopped leave what was in their folders before.

    Parameters
    ----------
    plans : sequence of PlannedRun
        No two of them for one folder.
    jobs : int
        How many may run at a time.
    on_event : callable
        Told when a run starts, begins a cell, and finishes; in the calling thread.
    cell_timeout, deadline : float, optional
        Seconds for each cell, in whole seconds, rounded up, and for each run.

    Returns
    -------
    list of RunRecord
        One per plan, in their order, whatever happened to it.

    Raises
    ------
    RunError
        Before anything starts: if `jobs` or a limit is not positive, or if another
        run holds one of the folders.

    Examples
    --------
    >>> execute_runs([])
    []
    """
    _check_positive({"jobs": jobs, "cell_timeout": cell_timeout, "deadline": deadline})
    with ExitStack() as held:
        for plan in plans:
            if plan.state == "planned":
                held.enter_context(hold_folder(plan.folder))
        pool = _Pool(plans, on_event, Limits(cell_timeout, deadline))
        try:
            with _interrupts_to(pool.messages):
                return pool.run(jobs)
        finally:
            pool.stop()


class _Pool:
    """The runs of one call: which wait, which are running, and how the others ended."""

    def __init__(self, plans: Sequence[PlannedRun], on_event: OnEvent, limits: Limits) -> None:
        self.plans = plans
        self.on_event = on_event
        self.limits = limits
        self.messages: SimpleQueue[Message] = SimpleQueue()
        self.running: dict[int, WorkerProcess] = {}
        self.records: dict[int, RunRecord] = {}

    def run(self, jobs: int) -> list[RunRecord]:
        """Run all to their end, or to an interruption."""
        waiting = list(range(len(self.plans)))
        while waiting or self.running:
            while waiting and len(self.running) < jobs:
                self._start(waiting.pop(0))
            if self.running and self._handle(self.messages.get()) == INTERRUPTED:
                self._interrupt()
                break
        return [self.records[number] for number in range(len(self.plans))]

    def stop(self) -> None:
        """End what is still running, after an interruption or an error of our own."""
        for worker in self.running.values():
            worker.stop()
        for worker in self.running.values():
            worker.clear()
        self.running.clear()

    def _start(self, number: int) -> None:
        plan = self.plans[number]
        if plan.state == "skipped":
            self._finish(number, unstarted_record(plan, "skipped", plan.reason))
            return
        self.running[number] = WorkerProcess(number, plan, self.limits, self.messages)
        self.on_event(RunEvent("started", plan))

    def _handle(self, message: Message) -> Message:
        if message.worker in self.running and not message.content:
            worker = self.running.pop(message.worker)
            self._finish(message.worker, worker.finish())
        elif message.worker in self.running:
            plan, content = self.plans[message.worker], message.content
            self.on_event(RunEvent("cell", plan, content["cell"], content["of"]))
        return message

    def _finish(self, number: int, record: RunRecord) -> None:
        self.records[number] = record
        self.on_event(RunEvent("finished", self.plans[number], record=record))

    def _interrupt(self) -> None:
        begun = set(self.running)
        self.stop()
        for number, plan in enumerate(self.plans):
            if number not in self.records:
                reason = "stopped while it ran" if number in begun else "not started"
                self._finish(number, unstarted_record(plan, "interrupted", reason))


def unstarted_record(
    plan: PlannedRun, state: Literal["interrupted", "skipped"], reason: str
) -> RunRecord:
    """Record a run that leaves nothing: it was skipped, or stopped half-way."""
    return RunRecord(plan.notebook, plan.key, state, plan.folder, plan.parameters, reason=reason)


def _check_positive(values: Mapping[str, float | None]) -> None:
    for name, value in values.items():
        if value is not None and value <= 0:
            raise RunError(f"execute_runs: wanted {name} above 0, came {value}")


@contextmanager
def _interrupts_to(messages: SimpleQueue[Message]) -> Iterator[None]:
    """Turn Ctrl-C into a message, so that it never strikes while a folder is being moved.

    Only the main thread may do so; elsewhere an interrupt is not ours to handle.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    # A SimpleQueue may be put into from a handler; a Queue could lock itself out.
    former = signal.signal(signal.SIGINT, lambda number, frame: messages.put(INTERRUPTED))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, former)
