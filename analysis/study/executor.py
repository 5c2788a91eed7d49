"""Where work is done: in processes of this machine, or on a Dask cluster."""

from __future__ import annotations

import logging
import multiprocessing
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import ExitStack, contextmanager

from analysis.study.errors import RunError

LOCAL = "local"
#: Seconds in which a scheduler must answer.
PATIENCE = 10.0


@contextmanager
def open_executor(address: str | None = None, *, jobs: int = 1) -> Iterator[Executor]:
    """Open an executor; it closes with the context.

    Parameters
    ----------
    address : str, optional
        By default processes of this machine; ``local``: a Dask cluster of processes here,
        which ends with the context; ``tcp://host:port``: where a Dask scheduler listens.
    jobs : int
        Number of processes here; a cluster that listens elsewhere has its own.

    Yields
    ------
    concurrent.futures.Executor
        Functions and their arguments must be picklable; on a cluster the package must be
        installed in the same version.

    Raises
    ------
    RunError
        If the address is none, no scheduler answers there, or it has no workers.

    Examples
    --------
    >>> with open_executor(jobs=2) as executor:
    ...     executor.submit(abs, -3).result()
    3
    """
    if address is None:
        # Forked children of a process with threads could wait for ever.
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(jobs, mp_context=context) as processes:
            yield processes
        return
    check_address(address)
    with _open_dask(address, jobs) as executor:
        yield executor


def check_address(address: str) -> str:
    """Check the form of an address before anything is started; raises `RunError`."""
    protocol, separator, place = address.partition("://")
    _, _, port = place.rpartition(":")
    is_place = bool(separator) and protocol in ("tcp", "tls") and port.isdigit()
    if address != LOCAL and not is_place:
        raise RunError(f"scheduler: wanted 'local' or 'tcp://host:port', came {address!r}")
    return address


@contextmanager
def _open_dask(address: str, jobs: int) -> Iterator[Executor]:
    from distributed import Client, LocalCluster  # noqa: PLC0415 (only who asks for it waits)

    with ExitStack() as stack:
        if address == LOCAL:
            cluster = LocalCluster(
                n_workers=jobs,
                threads_per_worker=1,
                dashboard_address="127.0.0.1:0",
                memory_limit=None,
                silence_logs=logging.CRITICAL,
            )
            address = stack.enter_context(cluster).scheduler_address
        try:
            client = stack.enter_context(Client(address, timeout=PATIENCE, set_as_default=False))
        except OSError:
            raise RunError(
                f"scheduler: nothing answers as a Dask scheduler at {address} within"
                f" {PATIENCE:g} s. Start one (dask scheduler; it prints its address), or use"
                " --scheduler local. See docs/how-to/many-machines.md."
            ) from None
        if not client.scheduler_info()["workers"]:
            raise RunError(
                f"scheduler: {address} has no workers. Start some on machines that share the"
                f" study's folder: dask worker {address} --nthreads 1"
            )
        # pure: Dask would take equal calls for one, and give its first result for ever.
        yield client.get_executor(pure=False)
