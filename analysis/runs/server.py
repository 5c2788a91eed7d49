"""The parent of workers, and its forks: ``python -m analysis.runs.server CONTROL``.

It imports what notebooks import, and computes nothing: after it had, a forked child could wait
for ever for threads that it does not have. Every descriptor that comes through the socket
``CONTROL`` is the channel of one run, and the first that comes through a channel is the job.

For each job the server forks a guard, and the guard a worker. The worker executes the notebook
and says through the channel what it does. The guard kills the worker as soon as something comes
through the channel, or nobody holds its other end any more; it kills what the worker leaves
behind, and says how it ended.
"""

from __future__ import annotations

import atexit
import builtins
import ctypes
import faulthandler
import gc
import importlib
import os
import shutil
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.reduction import recv_handle
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psutil

from analysis.runs.job import Job

#: What nbformat loads for what no run here needs, the syntax of durations and IRIs:
#: more than half of the start.
_UNUSED = ("isoduration", "rfc3987_syntax")
#: How often programs are looked for that start others while they are killed.
ROUNDS = 20
#: Numbers of Linux's prctl.
_SET_DEATH_SIGNAL, _SET_CHILD_SUBREAPER = 1, 36


def main() -> None:
    """Import what every run needs, and serve until the control closes."""
    # None makes an import fail, and both libraries are optional where they are used.
    sys.modules.update(dict.fromkeys(_UNUSED))  # type: ignore[arg-type]  # as Python allows
    import_modules(["analysis.runs.papermill_call"])
    for name in _UNUSED:
        # A notebook may want them.
        del sys.modules[name]
    # nbformat would build its checks anew in every run.
    nbformat: Any = importlib.import_module("nbformat")
    for minor in (4, 5):
        notebook = nbformat.v4.new_notebook(nbformat_minor=minor)
        nbformat.reads(nbformat.writes(notebook), as_version=4)
    nbformat.v4.new_code_cell(outputs=[nbformat.v4.new_output("stream", text="")])
    # Nobody waits for guards.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with Connection(int(sys.argv[1])) as control, suppress(EOFError, OSError):
        while True:
            with Connection(recv_handle(control)) as channel, suppress(EOFError, OSError):
                start(channel.recv(), channel, control)


def start(job: Job, channel: Connection, control: Connection) -> None:
    """Import what a job needs and fork its guard, or say why that cannot be."""
    import_modules(job.imports)
    n_threads = count_threads()
    if n_threads > 1:
        channel.send({"refused": f"importing started {n_threads - 1} threads"})
    elif os.fork() == 0:
        control.close()
        _end_with(lambda: guard(job, channel))


def _end_with(action: Callable[[], None]) -> None:
    """Act in a fork, which never returns to the code of its parent."""
    code = 1
    try:
        action()
        code = 0
    except BaseException:
        # Into the log of the run: nothing else would say why it ended.
        traceback.print_exc()
        raise
    finally:
        os._exit(code)


def guard(job: Job, channel: Connection) -> None:
    """Fork a worker, follow it to its end, and leave nothing that it has started."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    # Programs whose own parent ends come here: nobody else could tell who started them.
    prctl(_SET_CHILD_SUBREAPER, 1)
    me = os.getpid()
    pid = os.fork()
    if pid == 0:
        _end_with(lambda: work(job, channel, me))

    def listen() -> None:
        with suppress(EOFError, OSError):
            channel.recv()
        kill_group(pid)

    threading.Thread(target=listen, daemon=True).start()
    _, status, usage = os.wait4(pid, 0)
    kill_group(pid)
    kill_below(me)
    try:
        channel.send({"ended": os.waitstatus_to_exitcode(status), "peak": usage.ru_maxrss})
    except OSError:
        # Who waited for this run was killed: nobody else would remove it.
        shutil.rmtree(job.scratch, ignore_errors=True)


def work(job: Job, channel: Connection, parent: int) -> None:
    """Execute a job in this process, which must be a fresh one, and say how it ended."""
    _stand_alone(job, parent)
    channel.send({"begun": True})
    limit_memory(job.settings.n_bytes)
    from analysis.runs.papermill_call import run_notebook  # noqa: PLC0415 (see _UNUSED)

    outcome = run_notebook(job, channel.send)
    limit_memory(None)
    channel.send({"outcome": outcome})
    # As when an interpreter ends, so that files are closed; a fault here is too late to matter.
    with suppress(Exception):
        atexit._run_exitfuncs()


def _stand_alone(job: Job, parent: int) -> None:
    """Leave what is shared with the parent: group, descriptors, folder, seeds."""
    os.setsid()
    prctl(_SET_DEATH_SIGNAL, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
    # A system that runs out of memory is to end this process before its parent.
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("500")
    # Standard input is empty, and what is written past Python is kept.
    sys.stdin.close()
    for name, target in (("/dev/null", 0), ("stdout", 1), ("stderr", 2)):
        flags = os.O_RDONLY if target == 0 else os.O_WRONLY | os.O_CREAT | os.O_APPEND
        source = os.open(Path(job.scratch, name), flags, 0o600)
        os.dup2(source, target)
        os.close(source)
    sys.stdin = os.fdopen(0, closefd=False)
    faulthandler.enable(2)
    backend = os.environ["MPLBACKEND"]
    os.environ.clear()
    os.environ.update(job.environment | {"MPLBACKEND": backend})
    os.chdir(job.root)
    sys.argv = ["gipfel"]
    if "" not in sys.path:
        sys.path.insert(0, "")
    if "numpy" in sys.modules:
        # Forks share its state; that of `random` Python itself renews.
        sys.modules["numpy"].random.seed()


def import_modules(names: list[str]) -> None:
    """Import modules; one that cannot be imported is left for the notebook to find."""
    new = [name for name in names if name not in sys.modules]
    # pandas asks, when it is loaded, whether it is in a notebook; it shows full tables only there.
    kernel = SimpleNamespace(kernel=None, config={})
    builtins.get_ipython = lambda: kernel  # type: ignore[attr-defined]  # as IPython does
    for name in new:
        with suppress(Exception):
            importlib.import_module(name)
    del builtins.get_ipython  # type: ignore[attr-defined]
    if new:
        # Children share what is never looked at again.
        gc.collect()
        gc.freeze()


def count_threads() -> int:
    """Count the threads of this process, those of libraries included where the system tells."""
    tasks = Path("/proc/self/task")
    return len(list(tasks.iterdir())) if tasks.is_dir() else threading.active_count()


def prctl(option: int, value: int) -> None:
    """Ask Linux for something about this process; other systems have nothing like it."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def limit_memory(n_bytes: int | None) -> None:
    """Let this process and each that it starts take so many more bytes; None: as many as it can.

    A cell that wants more gets a `MemoryError`. On other systems than Linux there is no limit.
    """
    status = Path("/proc/self/status")
    if not status.is_file():
        return
    import resource  # noqa: PLC0415 (not on every system)

    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    soft = hard
    if n_bytes is not None:
        lines = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
        soft = int(lines["VmData"].split()[0]) * 1024 + n_bytes
        soft = soft if hard == resource.RLIM_INFINITY else min(soft, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


def kill_group(pid: int) -> None:
    """Kill a worker and what it has started; it leads a process group of its own."""
    kill_below(pid)
    # Before it has become the leader of a group it is alone.
    for kill in (os.killpg, os.kill):
        with suppress(OSError):
            kill(pid, signal.SIGKILL)


def kill_below(pid: int) -> None:
    """Kill all that a process has started, and what that has started, detached or not."""
    with suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        # Those that start others while they are killed are found in a later round.
        for _ in range(ROUNDS):
            living = [one for one in process.children(recursive=True) if _lives(one)]
            for one in living:
                with suppress(psutil.Error):
                    one.kill()
            if not living:
                return


def _lives(process: psutil.Process) -> bool:
    with suppress(psutil.Error):
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    return False


if __name__ == "__main__":
    main()
