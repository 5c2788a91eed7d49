"""The parent of workers: ``python -m analysis.runs.server CONTROL``.

It imports what notebooks import, and computes nothing: after it had, a forked child
could wait for ever for threads that it does not have. Every byte that comes through
the socket ``CONTROL`` brings another socket, the channel of one run. Its first line
is the job. The server forks a child, which says through the channel what it does;
when the child has ended, the server says how. When a channel closes, its run is
killed; when the control closes, all are, and the server ends.
"""

from __future__ import annotations

import atexit
import builtins
import ctypes
import faulthandler
import gc
import importlib
import json
import os
import selectors
import signal
import socket
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from analysis.runs.job import Job
from analysis.runs.limits import (
    adopt_orphans,
    kill_below,
    limit_memory,
    volunteer_to_be_killed,
)

#: What nbformat loads for what no run here needs, the syntax of durations and IRIs:
#: more than half of the start.
_UNUSED = ("isoduration", "rfc3987_syntax")


@dataclass
class Server:
    """The sockets and children of this process."""

    control: socket.socket
    selector: selectors.BaseSelector = field(default_factory=selectors.DefaultSelector)
    channels: dict[int, socket.socket] = field(default_factory=dict)
    wakeup: tuple[socket.socket, socket.socket] = field(default_factory=socket.socketpair)

    def serve(self) -> None:
        """Serve until the control closes."""
        signal.signal(signal.SIGCHLD, lambda number, frame: None)
        for end in (self.control, *self.wakeup):
            end.setblocking(False)
        signal.set_wakeup_fd(self.wakeup[1].fileno(), warn_on_full_buffer=False)
        self.selector.register(self.control, selectors.EVENT_READ)
        self.selector.register(self.wakeup[0], selectors.EVENT_READ)
        while all(self._handle(key.fileobj) for key, _ in self.selector.select()):
            pass
        kill_below(os.getpid())

    def _handle(self, ready: Any) -> bool:
        """Handle what has come; False when it is time to end."""
        if ready is self.control:
            waiting = [(_read_job(channel), channel) for channel in self._accept()]
            # Who needs fewer modules goes on while the others' are imported.
            waiting.sort(key=lambda pair: -len(_missing(pair[0].imports)))
            has_come = bool(waiting)
            while waiting:
                job, channel = waiting.pop()
                self._start(job, channel, [other for _, other in waiting])
            return has_come
        if ready is self.wakeup[0]:
            ready.recv(4096)
            self._reap()
        # The client says nothing after the job: its channel is at its end. If its child has
        # just ended, too, the channel has been closed already.
        for pid in [pid for pid, channel in self.channels.items() if channel is ready]:
            self.selector.unregister(ready)
            kill_group(pid)
        return True

    def _accept(self) -> list[socket.socket]:
        """Take the channels of all runs that wait; none when the control has closed."""
        channels: list[socket.socket] = []
        with suppress(BlockingIOError):
            while descriptors := socket.recv_fds(self.control, 1, 1)[1]:
                channels.append(socket.socket(fileno=descriptors[0]))
        return channels

    def _start(self, job: Job, channel: socket.socket, waiting: list[socket.socket]) -> None:
        import_modules(job.imports)
        n_threads = count_threads()
        if n_threads > 1:
            say(channel, {"refused": f"importing started {n_threads - 1} threads"})
            channel.close()
            return
        pid = os.fork()
        if pid == 0:
            self._become_child(channel, job, waiting)
        self.channels[pid] = channel
        self.selector.register(channel, selectors.EVENT_READ)

    def _become_child(self, channel: socket.socket, job: Job, waiting: list[socket.socket]) -> None:
        """Leave the server and its sockets behind, execute the job, and never return."""
        code = 1
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            self.selector.close()
            for other in (self.control, *self.wakeup, *self.channels.values(), *waiting):
                other.close()
            run_child(job, lambda message: say(channel, message))
            code = 0
        except BaseException:
            # Into the log of the run: nothing else would say why it ended.
            traceback.print_exc()
            raise
        finally:
            os._exit(code)

    def _reap(self) -> None:
        """Say of each child that has ended how it ended."""
        while True:
            try:
                pid, status, usage = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            if pid in self.channels:
                self._finish(pid, os.waitstatus_to_exitcode(status), usage.ru_maxrss)

    def _finish(self, pid: int, code: int, peak: int) -> None:
        channel = self.channels.pop(pid)
        with suppress(KeyError):
            self.selector.unregister(channel)
        # Programs that the notebook started end with it; detached ones have come to us.
        kill_group(pid)
        kill_below(os.getpid(), spare=self.channels)
        with suppress(OSError):
            say(channel, {"ended": code, "peak": peak})
        channel.close()


def main() -> None:
    """Import what every run needs, and serve."""
    adopt_orphans()
    for name in _UNUSED:
        # None makes an import fail, and both libraries are optional where they are used.
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]  # as the import system allows
    import_modules(["analysis.runs.notebook"])
    for name in _UNUSED:
        # A notebook may want them.
        if sys.modules[name] is None:
            del sys.modules[name]
    from analysis.runs.engine import build_validators  # noqa: PLC0415 (only now: see _UNUSED)

    build_validators()
    gc.collect()
    gc.freeze()
    Server(socket.socket(fileno=int(sys.argv[1]))).serve()


def _read_job(channel: socket.socket) -> Job:
    with channel.makefile("r", encoding="utf-8") as lines:
        return Job(**json.loads(lines.readline()))


def _missing(names: list[str]) -> list[str]:
    return [name for name in names if name not in sys.modules]


def import_modules(names: list[str]) -> None:
    """Import modules; one that cannot be imported is left for the notebook to find."""
    new = _missing(names)
    with _as_in_a_notebook():
        for name in new:
            with suppress(Exception):
                importlib.import_module(name)
    if new:
        # Children share what is never looked at again.
        gc.collect()
        gc.freeze()


@contextmanager
def _as_in_a_notebook() -> Iterator[None]:
    """Answer libraries that ask, when they are loaded, whether they are in a notebook.

    pandas does, and shows tables in full width only there.
    """
    kernel = SimpleNamespace(kernel=None, config={})
    builtins.get_ipython = lambda: kernel  # type: ignore[attr-defined]  # as IPython does
    try:
        yield
    finally:
        del builtins.get_ipython  # type: ignore[attr-defined]


def count_threads() -> int:
    """Count the threads of this process, those of libraries included where the system tells."""
    tasks = Path("/proc/self/task")
    return len(list(tasks.iterdir())) if tasks.is_dir() else threading.active_count()


def say(channel: socket.socket, message: dict[str, Any]) -> None:
    """Say something through a channel, as a line of JSON."""
    channel.sendall((json.dumps(message) + "\n").encode())


def kill_group(pid: int) -> None:
    """Kill a child and what it has started; it leads a process group of its own."""
    kill_below(pid)
    with suppress(OSError):
        os.killpg(pid, signal.SIGKILL)
    # Before it has become the leader of a group it is alone.
    with suppress(OSError):
        os.kill(pid, signal.SIGKILL)


_SET_DEATH_SIGNAL = 1


def run_child(job: Job, say: Callable[[dict[str, Any]], None]) -> None:
    """Execute a job in this process, which must be a fresh one, and say how it ended."""
    _stand_alone(job)
    say({"begun": True})
    limit_memory(job.memory)
    from analysis.runs.notebook import run_in_kernel, run_warm  # noqa: PLC0415 (see _UNUSED)

    outcome = run_warm(job, say) if job.engine == "warm" else run_in_kernel(job, say)
    limit_memory(None)
    say({"outcome": asdict(outcome)})
    # As when an interpreter ends, so that files are closed; a fault here is too late to matter.
    with suppress(Exception):
        atexit._run_exitfuncs()
    kill_below(os.getpid())


def _stand_alone(job: Job) -> None:
    """Leave what is shared with the parent: group, descriptors, folder, seeds."""
    parent = os.getppid()
    os.setsid()
    _die_with(parent)
    volunteer_to_be_killed()
    adopt_orphans()
    _turn_descriptors(Path(job.scratch))
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


def _die_with(parent: int) -> None:
    """Ask the system to kill this process when its parent is killed, where it can."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SET_DEATH_SIGNAL, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)


def _turn_descriptors(scratch: Path) -> None:
    """Let standard input be empty, and keep what is written past Python."""
    sys.stdin.close()
    for name, target in (("/dev/null", 0), ("stdout", 1), ("stderr", 2)):
        flags = os.O_RDONLY if target == 0 else os.O_WRONLY | os.O_CREAT | os.O_APPEND
        source = os.open(scratch / name, flags, 0o600)
        os.dup2(source, target)
        os.close(source)
    sys.stdin = os.fdopen(0, closefd=False)
    faulthandler.enable(2)


if __name__ == "__main__":
    main()
