"""Executing planned runs: some at a time, the longest first, every ending on record.

A long run that starts last keeps one worker busy while the others have nothing to do
(Graham 1969, Bounds on multiprocessing timing anomalies).
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import CancelledError, Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Literal

from analysis.runs.key import code_hash
from analysis.runs.limits import Settings
from analysis.runs.parameters import read_notebook
from analysis.runs.plan import PlannedRun
from analysis.runs.record import RunRecord, read_record
from analysis.runs.single import (
    check_here,
    execute_elsewhere,
    execute_run,
    lost_record,
    unstarted_record,
)
from analysis.runs.watch import Watch
from analysis.study.errors import ParameterError, RunError

#: Which run has something to tell, and what; no number: Ctrl-C; no message: it has ended.
_Message = tuple[int | None, dict[str, Any]]


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
    settings: Settings | None = None,
    executor: Executor | None = None,
) -> list[RunRecord]:
    """Execute planned runs; those that the store holds already are not run again.

    A run that fails leaves its notebook and ``run.json`` in the folder of failed runs,
    and the others go on. Ctrl-C and SIGTERM stop all that is running and start no more; runs
    that were stopped leave what was in their folders before.

    Parameters
    ----------
    plans : sequence of PlannedRun
        Two that are for one folder run one after the other. Where several run at a time,
        the longest start first.
    jobs : int
        How many may run at a time; an executor has its own number.
    on_event : callable
        Told when a run starts, begins a cell, and finishes; in the calling thread.
    settings : Settings, optional
        Engine, limits, force.
    executor : concurrent.futures.Executor, optional
        Runs elsewhere, such as one of `analysis.study.executor`: in processes or on machines
        that share the study's folder. It tells only when a run finishes, and what runs there
        when Ctrl-C comes goes on to its end.

    Returns
    -------
    list of RunRecord
        One per plan, in their order, whatever happened to it.

    Raises
    ------
    RunError
        Before anything starts, if `jobs` is not positive.
    SystemExit
        When all has been stopped after SIGTERM.

    Examples
    --------
    >>> execute_runs([])
    []
    """
    if jobs <= 0:
        raise RunError(f"execute_runs: wanted jobs above 0, came {jobs}")
    runs = _Runs(plans, on_event, settings or Settings(), is_local=executor is None)
    if jobs > 1 or executor is not None:
        runs.order = longest_first(plans)
    pool = executor if executor is not None else ThreadPoolExecutor(jobs, "gipfel")
    with _interrupts_to(runs.messages):
        try:
            return runs.run(pool)
        finally:
            runs.stop()
            if executor is None:
                pool.shutdown()


class _Runs:
    """The runs of one call: which go on, and how the others ended."""

    def __init__(
        self,
        plans: Sequence[PlannedRun],
        on_event: OnEvent,
        settings: Settings,
        *,
        is_local: bool,
    ) -> None:
        self.plans = plans
        self.on_event = on_event
        self.settings = settings
        self.is_local = is_local
        self.order: Sequence[int] = range(len(plans))
        self.messages: SimpleQueue[_Message] = SimpleQueue()
        self.stopped = threading.Event()
        self.futures: dict[int, Future[RunRecord]] = {}
        self.records: dict[int, RunRecord] = {}
        self.begun: set[int] = set()

    def run(self, pool: Executor) -> list[RunRecord]:
        """Run all to their end, or to an interruption."""
        for number in self.order:
            self._submit(pool, number)
        while len(self.records) < len(self.plans):
            number_or_none, message = self.messages.get()
            if number_or_none is None:
                self._interrupt()
            else:
                self._handle(number_or_none, message)
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
        if number in self.records:
            return
        if not message:
            self._finish(number, self._result(number))
        elif "started" in message:
            # One whose machine was lost starts a second time.
            if number not in self.begun:
                self.on_event(RunEvent("started", plan))
            self.begun.add(number)
        elif number in self.begun:
            self.on_event(RunEvent("cell", plan, message["cell"], message["of"]))

    def _result(self, number: int) -> RunRecord:
        """Give the record of a run, or one that says how its executor lost it."""
        try:
            record = self.futures[number].result()
        except (Exception, CancelledError) as fault:
            # Here it would be an error of ours; elsewhere machines come and go.
            if self.is_local:
                raise
            return lost_record(self.plans[number], fault)
        return record if self.is_local else check_here(self.plans[number], record)

    def _finish(self, number: int, record: RunRecord) -> None:
        self.records[number] = record
        self.on_event(RunEvent("finished", self.plans[number], record=record))

    def _interrupt(self) -> None:
        """Stop all; a run that ends well all the same is one that had ended."""
        self.stop()
        for number, plan in enumerate(self.plans):
            if number in self.records:
                continue
            has_begun = number in self.begun
            reason = "stopped while it ran" if has_begun else "not started"
            record = unstarted_record(plan, "interrupted", reason)
            if has_begun and self.is_local:
                record = self.futures[number].result()
            self._finish(number, record)


@contextmanager
def _interrupts_to(messages: SimpleQueue[_Message]) -> Iterator[None]:
    """Turn Ctrl-C and SIGTERM into a message: neither may strike while a folder is being moved.

    After Ctrl-C the caller has its records. Who sends SIGTERM, or closes the terminal, wants
    the process to end: it does so when all runs have been stopped. Only the main thread may
    handle signals; elsewhere they are not ours.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []

    def hear(number: int, frame: object) -> None:
        # A SimpleQueue may be put into from a handler; a Queue could lock itself out.
        came.append(number)
        messages.put((None, {}))

    former = {number: signal.signal(number, hear) for number in _signals()}
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)
        ending = [number for number in came if number != signal.SIGINT]
        if ending:
            # What a shell expects of a process that a signal ended.
            raise SystemExit(128 + ending[0])


def _signals() -> list[int]:
    """List the signals that stop runs; what the caller has handled or ignored stays as it is."""
    ending = (signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM))
    return [
        signal.SIGINT,
        *(number for number in {*ending} if signal.getsignal(number) == signal.SIG_DFL),
    ]


def longest_first(plans: Sequence[PlannedRun]) -> list[int]:
    """Give the places of some plans in the order in which they are best started.

    How long a run takes is known from the last time; of one with new parameters, from the
    default run of its notebook; of a notebook that has never run here, from what it says
    itself: ``"gipfel": {"seconds": 12}`` in its metadata. Of those that take as long, or of
    which nothing is known, the first stays first.

    Parameters
    ----------
    plans : sequence of PlannedRun
        In the order of the study.

    Returns
    -------
    list of int
        Each place once.

    Examples
    --------
    >>> longest_first([])
    []
    """
    told = cache(_seconds_told)
    expected = [
        _first([_seconds_of(plan.folder), _seconds_of(_default(plan)), told(plan.path)])
        for plan in plans
    ]
    return sorted(range(len(plans)), key=lambda place: -expected[place])


def _first(seconds: Iterable[float]) -> float:
    return next((known for known in seconds if known > 0), 0.0)


def _default(plan: PlannedRun) -> Path:
    return plan.folder.with_name("default")


def _seconds_of(folder: Path) -> float:
    """Give how long a stored run took; 0 if there is none that can be read."""
    try:
        return read_record(folder).seconds
    except RunError:
        return 0.0


def _seconds_told(path: Path) -> float:
    """Give what a notebook says of itself; whatever it says, it decides on the order only."""
    try:
        told = read_notebook(path).get("metadata", {}).get("gipfel", {}).get("seconds", 0)
    except ParameterError:
        return 0.0
    return float(told) if isinstance(told, (int, float)) else 0.0
