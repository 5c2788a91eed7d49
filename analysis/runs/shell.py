"""An IPython shell in this process that gives what a kernel would send. Imports IPython."""

from __future__ import annotations

import builtins
import getpass
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ipykernel.compiler import XCachingCompiler
from ipykernel.ipkernel import IPythonKernel
from ipykernel.zmqshell import ZMQInteractiveShell
from IPython.core.error import StdinNotImplementedError, UsageError
from jupyter_client.session import Session
from nbformat import NotebookNode
from traitlets.config import Config

from analysis.runs.outputs import Outputs, TextStream, replace_surrogates

INLINE_BACKEND = "module://matplotlib_inline.backend_inline"
#: What a kernel says of its language, and a notebook keeps.
LANGUAGE: dict[str, Any] = dict(IPythonKernel.language_info)


class _Capture(Session):
    """A session whose messages go to `Outputs`, not to a socket."""

    outputs: Outputs

    def send(self, stream: Any, msg_or_type: Any, content: Any = None, *_: Any, **__: Any) -> Any:
        """Take a message or its parts, as `Session.send` does."""
        message = msg_or_type
        if isinstance(message, str):
            header = {"msg_type": message}
            message = {"msg_type": message, "content": content, "header": header}
        # As if it had gone through a socket: what JSON does not know becomes text.
        content = self.unpack(self.pack(replace_surrogates(message["content"])))
        self.outputs.take_message(message | {"content": content})
        return message


class _OwnShell(ZMQInteractiveShell):
    """The shell of a kernel, for a process in which no kernel listens."""

    def enable_gui(self, gui: Any = None) -> None:
        """Take ``%matplotlib inline``; windows would need somebody to look at them."""
        if gui not in (None, "inline"):
            raise UsageError(f"wanted %matplotlib inline, came {gui!r}: a run opens no windows")


# Libraries tell a notebook by the name of this class.
_OwnShell.__name__ = _OwnShell.__qualname__ = "ZMQInteractiveShell"


class Shell:
    """Executes cells one after the other, as a kernel of its own would.

    Parameters
    ----------
    folder : path
        For what programs started from cells print; must exist.
    """

    def __init__(self, folder: Path) -> None:
        self.outputs = Outputs()
        session = _Capture()
        session.outputs = self.outputs
        self.shell = _make_shell(session)
        self.drains = [_open_drain(folder / name) for name in ("stdout", "stderr")]

    def execute(self, source: str) -> tuple[int, list[NotebookNode], bool]:
        """Execute a cell.

        Returns
        -------
        tuple
            Its number, its outputs, and whether it ended without an error.
        """
        self.outputs.begin_cell()
        for drain in self.drains:
            # What was written before is no output of this cell.
            os.ftruncate(drain, 0)
        number = self.shell.execution_count
        result = self.shell.run_cell(source, store_history=True)
        for name, drain in zip(("stdout", "stderr"), self.drains, strict=True):
            self._take_drain(name, drain)
        return number, self.outputs.end_cell(), bool(result.success)

    @contextmanager
    def streams(self) -> Iterator[None]:
        """Send what Python code prints and asks for to this shell."""
        former = sys.stdout, sys.stderr, builtins.input, getpass.getpass
        sys.stdout = TextStream("stdout", self.outputs, 1)
        sys.stderr = TextStream("stderr", self.outputs, 2)
        builtins.input = getpass.getpass = _refuse_input
        try:
            yield
        finally:
            sys.stdout, sys.stderr, builtins.input, getpass.getpass = former

    def _take_drain(self, name: str, drain: int) -> None:
        """Take what was written past Python, by a library or a started program."""
        size = os.fstat(drain).st_size
        if size:
            data = os.pread(drain, min(size, self.outputs.most_text), 0)
            self.outputs.take_text(name, data.decode("utf-8", errors="replace"))
            self.outputs.n_left_out += size - len(data)
            os.ftruncate(drain, 0)


def _make_shell(session: _Capture) -> _OwnShell:
    os.environ.setdefault("MPLBACKEND", INLINE_BACKEND)
    settings = Config()
    # In a kernel, too, the history of a run is of no use to anybody.
    settings.HistoryManager.enabled = False
    shell = _OwnShell.instance(config=settings, compiler_class=XCachingCompiler)
    senders: list[Any] = [shell.displayhook, shell.display_pub]
    for sender in senders:
        sender.session = session
    senders[0].topic = b"execute_result"
    return shell


def _open_drain(path: Path) -> int:
    """Open the file that a descriptor of this process was turned to, or a fresh one."""
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)


def _refuse_input(*_: Any, **__: Any) -> str:
    message = "input was asked for, but nobody sits before a run. Use a parameter."
    raise StdinNotImplementedError(message)
