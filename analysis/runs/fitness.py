"""Whether workers of a cluster are fit for runs: our code, our versions, our folder."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

import analysis
from analysis.runs.parts import LOCK_FILE, environment_parts
from analysis.runs.plan import PlannedRun
from analysis.runs.trace import hash_all, hash_bytes
from analysis.study.errors import RunError, join_faults

_PACKAGE = Path(analysis.__file__).resolve().parent
_DASK = ("dask", "distributed")
_WAY_OUT = "Stop that worker, or start it as docs/how-to/many-machines.md says."

Fitness = dict[str, str]


def check_fit(client: Any, plans: Sequence[PlannedRun]) -> None:
    """Refuse a cluster without workers, or with one whose runs would give something else.

    Parameters
    ----------
    client : distributed.Client
        Connected.
    plans : sequence of PlannedRun
        Their study's folder must be one that the workers share with this machine.

    Raises
    ------
    RunError
        Names each worker that is not fit, and every reason.
    """
    for store in sorted({plan.folder.parents[1].resolve() for plan in plans}):
        with _mark(store) as mark:
            asked = (describe_fitness, str(store), mark)
            found = client.run(*asked, on_error="return")
            wanted = describe_fitness(str(store), mark)
        if not found:
            address = client.scheduler.address
            raise RunError(
                f"scheduler: {address} has no workers. Start some on machines that see"
                f" {store}: dask worker {address} --nthreads 1"
            )
        faults = [
            f"{name}: {fault}"
            for name in sorted(found)
            for fault in _find_faults(store, wanted, found[name])
        ]
        if faults:
            raise RunError(join_faults("scheduler", faults, _WAY_OUT))


@cache
def describe_code() -> str:
    """Give one hash for all modules of this package, as they lie here.

    Examples
    --------
    >>> len(describe_code())
    64
    """
    paths = sorted(_PACKAGE.rglob("*.py"))
    return hash_all(
        {path.relative_to(_PACKAGE).as_posix(): hash_bytes(path.read_bytes()) for path in paths}
    )


def describe_fitness(store: str, mark: str) -> Fitness:
    """Say what a run on this machine would rest on, and whether it sees the run store.

    Parameters
    ----------
    store : str
        ``papermill_runs`` as the machine calls it that hands runs out.
    mark : str
        Name of a file that was written there just now.

    Returns
    -------
    dict
        Names to hashes, versions or words; equal ones on all machines of a fit cluster.

    Examples
    --------
    >>> describe_fitness("no such folder", "x")["run store"]
    'not seen'
    """
    folder = Path(store)
    seen = "seen" if (folder / mark).is_file() else "not seen"
    if seen == "seen" and not os.access(folder, os.W_OK):
        seen = "not writable"
    versions = {f"version of {name}": metadata.version(name) for name in _DASK}
    return {
        "run store": seen,
        "code of analysis/": describe_code(),
        **environment_parts(folder.parent),
        **versions,
    }


@contextmanager
def _mark(store: Path) -> Iterator[str]:
    """Write a file that only who shares the folder can see."""
    path = store / f".seen-{uuid.uuid4().hex}"
    try:
        store.mkdir(parents=True, exist_ok=True)
        path.touch()
    except OSError as fault:
        raise RunError(f"scheduler: {store} cannot be written: {fault.strerror}") from None
    try:
        yield path.name
    finally:
        path.unlink(missing_ok=True)


def _find_faults(store: Path, wanted: Fitness, came: Fitness | BaseException) -> Iterator[str]:
    """Say in what a worker differs; one that cannot even be asked has another package, or none."""
    if isinstance(came, BaseException):
        yield (
            f"cannot load this package ({came}). Install the project there at the same version,"
            " or start the worker in its folder"
        )
        return
    if came["run store"] != "seen":
        yield (
            f"{came['run store']} from there: {store}. All machines must share this folder"
            " under the same path"
        )
        # The lock file lies in the same folder; its absence is no second fault.
        came = {**came, LOCK_FILE: wanted[LOCK_FILE]}
    for name in sorted((wanted.keys() | came.keys()) - {"run store"}):
        here, there = (_shorten(side.get(name, "none")) for side in (wanted, came))
        if here != there:
            yield f"{name} is {there} there, and {here} here"


def _shorten(text: str) -> str:
    """Cut a hash to what an eye compares."""
    return text[:12] if len(text) == 64 else text
