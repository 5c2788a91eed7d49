"""Runs on a cluster: an executor over Dask `distributed`. Imports distributed.

Dask hands the runs out, and hands a run out again when its worker dies. What a run writes
lies in the run store, whose locks see to it that it is written once.
"""

from __future__ import annotations

import logging
import tempfile
import uuid
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from typing import Any

from distributed import Client, LocalCluster, get_worker

from analysis.runs.execute import TellingExecutor
from analysis.runs.fitness import check_fit, describe_code
from analysis.runs.limits import Settings
from analysis.runs.plan import PlannedRun
from analysis.runs.record import RunRecord
from analysis.runs.scratch import scratch_prefix
from analysis.runs.single import execute_run
from analysis.runs.watch import Stopped, Watch
from analysis.study.errors import RunError

LOCAL = "local"
#: Seconds in which a scheduler must answer.
PATIENCE = 10.0
#: What Dask calls a task that runs on although nobody waits for it any more.
_UNWANTED = ("cancelled", "resumed")


@contextmanager
def open_cluster(
    address: str, *, jobs: int, plans: Sequence[PlannedRun]
) -> Iterator[TellingExecutor]:
    """Open an executor on a cluster, and check that its workers are fit for these runs.

    Parameters
    ----------
    address : str
        ``local`` for a cluster of processes of its own, which ends with the context;
        or where a scheduler listens, such as ``tcp://10.0.0.5:8786``.
    jobs : int
        Workers of a local cluster; another one has its own.
    plans : sequence of PlannedRun
        What is going to be run; the workers must see its folders.

    Yields
    ------
    TellingExecutor
        For `analysis.runs.execute.execute_runs`.

    Raises
    ------
    RunError
        If the address is none, no scheduler answers there, it has no workers, or one of
        them has other code, other versions, or does not see the folder of the runs.
    """
    check_address(address)
    with _open_client(address, jobs) as client:
        check_fit(client, plans)
        yield _ClusterExecutor(client)


def check_address(address: str) -> str:
    """Check the form of an address before anything is started.

    Examples
    --------
    >>> check_address("tcp://10.0.0.5:8786")
    'tcp://10.0.0.5:8786'
    """
    protocol, separator, place = address.partition("://")
    _, _, port = place.rpartition(":")
    is_place = bool(separator) and protocol in ("tcp", "tls") and port.isdigit()
    if address != LOCAL and not is_place:
        raise RunError(f"scheduler: wanted 'local' or 'tcp://host:port', came {address!r}")
    return address


@contextmanager
def _open_client(address: str, jobs: int) -> Iterator[Client]:
    if address == LOCAL:
        with _start_workers(jobs) as cluster, Client(cluster, set_as_default=False) as client:
            yield client
        return
    try:
        client = Client(address, timeout=PATIENCE, set_as_default=False)
    except OSError:
        raise RunError(
            f"scheduler: nothing answers as a Dask scheduler at {address} within {PATIENCE:g} s."
            " Start one (dask scheduler; it prints its address), open its port, or use"
            " --scheduler local. See docs/how-to/many-machines.md."
        ) from None
    with client:
        yield client


@contextmanager
def _start_workers(jobs: int) -> Iterator[LocalCluster]:
    """Start a scheduler here and processes that take one run at a time; no dashboard."""
    # The memory of a run is limited by the run itself, in a process of its own.
    with (
        tempfile.TemporaryDirectory(prefix=scratch_prefix()) as folder,
        LocalCluster(
            n_workers=jobs,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            # It serves its state in any case: at a port that is free, and without pictures.
            dashboard_address="127.0.0.1:0",
            scheduler_kwargs={"dashboard": False},
            memory_limit=None,
            local_directory=folder,
            silence_logs=logging.CRITICAL,
        ) as cluster,
    ):
        yield cluster


class _ClusterExecutor(TellingExecutor):
    """Hands runs to Dask through its own executor, and passes on what they tell."""

    def __init__(self, client: Client) -> None:
        # pure: Dask would take equal runs for one, and give its first record for ever.
        self._pool = client.get_executor(pure=False)
        self._topic = f"gipfel-{uuid.uuid4().hex}"
        self._tell: dict[int, Callable[[dict[str, Any]], None]] = {}
        self._code = describe_code()
        client.subscribe_topic(self._topic, self._hear)

    def submit(self, fn: Callable[..., Any], /, *given: Any, **_: Any) -> Future[Any]:
        """Submit a run: `execute_run`, a plan, settings, and a watch, which stays here."""
        plan, settings, watch = given
        number = len(self._tell)
        self._tell[number] = watch.tell
        future: Future[Any] = self._pool.submit(
            execute_there, plan, settings, (self._topic, number), self._code
        )
        return future

    def _hear(self, event: tuple[float, dict[str, Any]]) -> None:
        _, said = event
        self._tell[said["run"]](said["said"])


def execute_there(
    plan: PlannedRun, settings: Settings, sender: tuple[str, int], code: str
) -> RunRecord:
    """Execute a run on a worker of a cluster, which tells its progress as events of Dask.

    Parameters
    ----------
    plan, settings : PlannedRun, Settings
        As for `execute_run`.
    sender : tuple of topic and number
        Under which its progress is told.
    code : str
        What `describe_code` gave where the run was planned: a worker may have joined since.

    Raises
    ------
    RunError
        If the code here is another one.
    """
    if describe_code() != code:
        raise RunError(
            f"{get_worker().address} joined with other code of analysis/; nothing ran there"
        )
    topic, number = sender
    worker, key = get_worker(), get_worker().get_current_task()

    def tell(said: dict[str, Any]) -> None:
        # A scheduler that is gone for a moment must not fail the run.
        with suppress(OSError):
            worker.log_event(topic, {"run": number, "said": said})

    return execute_run(plan, settings, _FarWatch(tell, is_wanted=lambda: _is_wanted(worker, key)))


class _FarWatch(Watch):
    """A watch that stops a run when nobody waits for it any more."""

    def __init__(
        self, tell: Callable[[dict[str, Any]], None], *, is_wanted: Callable[[], bool]
    ) -> None:
        super().__init__(tell)
        self._is_wanted = is_wanted

    def check(self) -> None:
        """Raise `Stopped` if the run is to stop."""
        if not self._is_wanted():
            raise Stopped


def _is_wanted(worker: Any, key: Any) -> bool:
    """Tell whether a task of this worker is still waited for: asked locally, so often."""
    task = worker.state.tasks.get(key)
    return task is not None and task.state not in _UNWANTED
