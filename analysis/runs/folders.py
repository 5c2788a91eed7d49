"""A run's folder, held by one run at a time, and scratch folders that go with their process."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import platform
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

from filelock import FileLock, Timeout

from analysis.runs.job import FIGURES_FOLDER
from analysis.study.atomic import write_atomically
from analysis.study.errors import RunError

#: Seconds between two attempts to hold a folder that another run holds.
PATIENCE = 0.1


@contextmanager
def hold_folder(folder: Path, wait: Callable[[], None] | None = None) -> Iterator[None]:
    """Hold a run's folder against every other run, in this process or another one.

    What an earlier run left unfinished is cleared as soon as the folder is held.

    Parameters
    ----------
    folder : path
        ``papermill_runs/<notebook>/<key>``; its lock is ``<key>.lock`` beside it.
    wait : callable, optional
        Wait until the folder is free, and call this before each attempt: it may raise.

    Raises
    ------
    RunError
        At once, if another run holds it and nobody waits: which process, and since when.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as runs, hold_folder(Path(runs) / "default"):
    ...     sorted(path.name for path in Path(runs).iterdir())
    ['default.holder', 'default.lock']
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    # Not in the lock file itself: some versions of filelock empty it on every attempt.
    holder = folder.with_name(f"{folder.name}.holder")
    lock = FileLock(folder.with_name(f"{folder.name}.lock"))
    _acquire(lock, wait, lambda: _say_who_holds(folder, holder))
    try:
        _clear_leftovers(folder)
        who = {"pid": os.getpid(), "host": platform.node(), "since": now()}
        write_atomically(holder, json.dumps(who).encode())
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


def _acquire(lock: FileLock, wait: Callable[[], None] | None, say_who: Callable[[], str]) -> None:
    while True:
        if wait is not None:
            wait()
        try:
            lock.acquire(timeout=0 if wait is None else PATIENCE, poll_interval=PATIENCE / 4)
        except Timeout:
            if wait is None:
                raise RunError(say_who()) from None
        else:
            return


def part_of(folder: Path) -> Path:
    """Name the folder that a run of this process writes to until it is finished."""
    return folder.with_name(f"{folder.name}.part-{os.getpid()}")


def make_part(folder: Path) -> Path:
    """Make a fresh folder beside a run's folder, with an empty folder for figures."""
    part = part_of(folder)
    shutil.rmtree(part, ignore_errors=True)
    (part / FIGURES_FOLDER).mkdir(parents=True)
    return part


def move_into_place(part: Path, folder: Path) -> None:
    """Put a finished folder where the old one is; at any moment one of them can be found."""
    previous = _previous(folder)
    if folder.exists():
        folder.rename(previous)
    part.rename(folder)
    shutil.rmtree(previous, ignore_errors=True)


def now() -> str:
    """Give the time as records write it: ISO 8601, UTC, to the second."""
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")


def _previous(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.previous")


def _clear_leftovers(folder: Path) -> None:
    """Clear what a killed process left; only who holds the folder may write beside it."""
    previous = _previous(folder)
    if previous.exists() and not folder.exists():
        previous.rename(folder)
    shutil.rmtree(previous, ignore_errors=True)
    for part in folder.parent.glob(f"{folder.name}.part-*"):
        shutil.rmtree(part, ignore_errors=True)


def _say_who_holds(folder: Path, holder: Path) -> str:
    run = f"{folder.parent.name}/{folder.name}"
    try:
        held = json.loads(holder.read_text(encoding="utf-8"))
        who = f"by process {held['pid']} on {held['host']} since {held['since']}"
    except (OSError, ValueError, KeyError, TypeError):
        who = "by a process that has only just started or is ending"
    return (
        f"{run}: another run holds this folder, {who}."
        f" Wait for it, stop it, or run with other parameters."
    )


#: Owner and machine stand in the name: a folder without them cannot come to be.
_NAME = re.compile(r"gipfel-(?P<pid>\d+)-(?P<host>[0-9a-f]{6})-")


def scratch_prefix() -> str:
    """Begin the name of a folder of this process; the first call clears what killed ones left.

    Examples
    --------
    >>> scratch_prefix() == f"gipfel-{os.getpid()}-{_this_host()}-"
    True
    """
    _clear_once()
    return f"gipfel-{os.getpid()}-{_this_host()}-"


def make_scratch() -> Path:
    """Make a folder for sockets, journals and logs.

    Not beside the run: the name of a socket may have about a hundred characters.

    Examples
    --------
    >>> folder = make_scratch()
    >>> is_abandoned(folder)
    False
    >>> shutil.rmtree(folder)
    """
    return Path(tempfile.mkdtemp(prefix=scratch_prefix()))


def clear_scratch(parent: Path) -> list[Path]:
    """Remove the folders below `parent` whose process was killed before it could; gives them."""
    abandoned = sorted(folder for folder in parent.glob("gipfel-*") if is_abandoned(folder))
    for folder in abandoned:
        shutil.rmtree(folder, ignore_errors=True)
    return abandoned


def is_abandoned(folder: Path) -> bool:
    """Tell whether a folder was made here by `make_scratch`, in a process that is gone."""
    owner = _NAME.match(folder.name)
    return owner is not None and owner["host"] == _this_host() and not _is_alive(int(owner["pid"]))


def _this_host() -> str:
    return hashlib.sha256(platform.node().encode()).hexdigest()[:6]


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


@cache
def _clear_once() -> None:
    with suppress(OSError):
        clear_scratch(Path(tempfile.gettempdir()))
