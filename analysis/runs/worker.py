"""Workers: the process that they are forked from, and one of them as who waits for it sees it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import weakref
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from analysis.runs.assign import common_environment
from analysis.runs.job import EngineName, Job
from analysis.runs.key import PACKAGE, Stamp, stamp_of
from analysis.runs.limits import kill_below

#: Where matplotlib draws in a notebook: it looks when it is loaded. And pyarrow's memory
#: is kept without a thread of its own: a process that forks must have no other thread.
_FOR_SERVER = {
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
}
#: Seconds that the server has for ending itself before it is killed.
PATIENCE = 1.0
#: Seconds that a worker has for telling where it stood when its time was up.
GRACE: dict[EngineName, float] = {"warm": 3.0, "kernel": 10.0}


class Server:
    """The process that workers are forked from; it ends when nobody holds it any more."""

    def __init__(self, stamp: Stamp) -> None:
        self.stamp = stamp
        self._lock = threading.Lock()
        ours, theirs = socket.socketpair()
        with theirs, tempfile.TemporaryFile() as log:
            self._process = subprocess.Popen(  # noqa: S603 (our own interpreter and module)
                [sys.executable, "-P", "-m", "analysis.runs.server", str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=[theirs.fileno()],
                env=common_environment(os.environ) | _FOR_SERVER,
                start_new_session=True,
            )
        self._control = ours
        self.close: Callable[[], object] = weakref.finalize(self, _end, ours, self._process)

    @property
    def is_alive(self) -> bool:
        """Whether it can still fork."""
        return self._process.poll() is None

    def open_channel(self) -> socket.socket:
        """Open the channel of one run; raises OSError if the server is gone."""
        ours, theirs = socket.socketpair()
        try:
            with theirs, self._lock:
                socket.send_fds(self._control, [b"j"], [theirs.fileno()])
        except OSError:
            ours.close()
            raise
        return ours


def _end(control: socket.socket, process: subprocess.Popen[bytes]) -> None:
    """Close the control: the server kills its children and ends, unless it is still importing."""
    control.close()
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        kill_below(process.pid)
        process.kill()
        process.wait()


class Worker:
    """One run in a child of the server; lost, if it died with its own parent."""

    def __init__(self, job: Job) -> None:
        self.grace = GRACE[job.engine]
        self._server = current_server(job.engine)
        self._channel = self._server.open_channel()
        self._rest = b""
        self.is_lost = True
        self._end = "the process that forks workers ended"
        with suppress(OSError):
            self._channel.sendall((json.dumps(asdict(job)) + "\n").encode())

    def receive(self, seconds: float) -> dict[str, Any] | None:
        """Wait for what the child says next; None: it has ended."""
        self._channel.settimeout(seconds)
        while b"\n" not in self._rest:
            try:
                data = self._channel.recv(1 << 16)
            except TimeoutError:
                raise
            except OSError:
                data = b""
            if not data:
                return None
            self._rest += data
        line, self._rest = self._rest.split(b"\n", 1)
        message: dict[str, Any] = json.loads(line)
        if "ended" in message:
            self.is_lost = False
            self._end = _say_end(message["ended"], message["peak"])
        return message

    def kill(self) -> None:
        """Have the child killed: half of the channel closes, and the server sees it."""
        with suppress(OSError):
            self._channel.shutdown(socket.SHUT_WR)

    def close(self) -> str:
        """Close the channel, and say how the child ended."""
        self._channel.close()
        return self._end


def _say_end(code: int, peak: int) -> str:
    said = f"the worker process ended with code {code}"
    # Linux counts in kB, macOS in bytes.
    n_bytes = peak if sys.platform == "darwin" else peak * 1024
    return f"{said}; it had taken {n_bytes / 1e9:.1f} GB at most" if code < 0 else said


#: One for each engine: what notebooks import into that of warm workers may start threads, and
#: kernels must still come from a process that has none.
_servers: dict[EngineName, Server] = {}
_lock = threading.Lock()


def current_server(engine: EngineName = "warm") -> Server:
    """Return the server of this process; a new one if the package has changed since it began."""
    with _lock:
        stamp = stamp_of(PACKAGE)
        server = _servers.get(engine)
        if server is None or not server.is_alive or server.stamp != stamp:
            # One that others still hold goes on until their runs have ended.
            server = _servers[engine] = Server(stamp)
        return server


def stop_server() -> None:
    """Let go of the servers of this process."""
    with _lock:
        _servers.clear()
