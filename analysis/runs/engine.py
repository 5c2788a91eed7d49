"""What papermill is taught: an engine without a kernel, and to read typed parameters.

Importing it imports papermill and IPython.
"""

from __future__ import annotations

import builtins
import getpass
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from ipykernel.compiler import XCachingCompiler
from ipykernel.ipkernel import IPythonKernel
from ipykernel.zmqshell import ZMQInteractiveShell
from IPython.core.error import StdinNotImplementedError, UsageError
from jupyter_client.session import Session
from nbformat import NotebookNode
from papermill.engines import Engine, NotebookExecutionManager, papermill_engines
from papermill.models import Parameter
from papermill.translators import PythonTranslator, papermill_translators
from traitlets.config import Config

from analysis.runs.folders import make_scratch
from analysis.runs.outputs import Outputs, TextStream, replace_surrogates
from analysis.runs.parameters import cell_source, parse_parameters
from analysis.study.errors import ParameterError

ENGINE_NAME = "warm"
OnCell = Callable[..., Any]


def ignore_cell(**_: Any) -> None:
    """Tell nobody."""


class WarmEngine(Engine):  # type: ignore[misc]  # papermill has no types
    """Executes a notebook of Python without a kernel; one notebook per process.

    Also by ``papermill --engine warm IN OUT``. What a kernel would do that it does not:
    run background tasks between cells, and keep the state of widgets.
    """

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: NotebookExecutionManager,
        kernel_name: str,
        *,
        on_cell_execute: OnCell = ignore_cell,
        on_cell_executed: OnCell = ignore_cell,
        **settings: Any,
    ) -> None:
        """Execute the cells one after the other, until one fails.

        Of the settings that papermill hands on, ``execution_timeout`` counts, seconds for
        each cell; ``drains`` is a folder for what started programs print.
        """
        notebook = nb_man.nb
        drains, seconds = settings.get("drains"), settings.get("execution_timeout")
        settings.get("on_notebook_start", ignore_cell)(notebook=notebook)
        notebook.metadata["language_info"] = LANGUAGE
        shell = Shell(Path(drains) if drains else make_scratch())
        with shell.streams():
            for index, cell in enumerate(notebook.cells):
                nb_man.cell_start(cell, index)
                has_ended = True
                if _is_executed(cell):
                    on_cell_execute(cell=cell, cell_index=index)
                    has_ended = _execute(shell, cell, seconds)
                    on_cell_executed(cell=cell, cell_index=index)
                if not has_ended:
                    nb_man.cell_exception(cell, cell_index=index)
                nb_man.cell_complete(cell, cell_index=index)
                if not has_ended and "raises-exception" not in cell.metadata.get("tags", []):
                    break


def _is_executed(cell: Any) -> bool:
    """Tell whether a kernel would be given a cell."""
    tags = cell.metadata.get("tags", [])
    return cell.cell_type == "code" and bool(cell.source.strip()) and "skip-execution" not in tags


def _execute(shell: Shell, cell: Any, seconds: float | None) -> bool:
    with alarm_after(seconds):
        number, outputs, has_ended = shell.execute(cell.source)
    cell.execution_count, cell.outputs = number, outputs
    return has_ended


class TypedParameters(PythonTranslator):  # type: ignore[misc]  # papermill has no types
    """Reads the parameters of a notebook of Python, with the types that papermill cannot read.

    papermill would warn of a parameter that is a ``Literal[...]`` or ``X | None`` as unknown,
    and leave it out of ``--help-notebook``.
    """

    @classmethod
    def inspect(cls, parameters_cell: Mapping[str, Any]) -> list[Parameter]:
        """List the parameters; of a cell in another form, those that papermill finds."""
        try:
            declared = parse_parameters(cell_source(parameters_cell), "papermill")
        except ParameterError:
            found: list[Parameter] = super().inspect(parameters_cell)
            return found
        return [Parameter(p.name, p.annotation, repr(p.default), p.comment) for p in declared]


# papermill loads this module whenever it is started, by the entry point of the engine.
papermill_translators.register("python", TypedParameters)


def register_engine() -> None:
    """Make the engine known to papermill, also where its entry point is not installed."""
    papermill_engines.register(ENGINE_NAME, WarmEngine)


def build_validators() -> None:
    """Have nbformat build its checks, which it would build anew in every run."""
    for minor in (4, 5):
        notebook = nbformat.v4.new_notebook(nbformat_minor=minor)
        nbformat.reads(nbformat.writes(notebook), as_version=4)
    nbformat.v4.new_code_cell(outputs=[nbformat.v4.new_output("stream", text="")])


class Late(BaseException):
    """The time of a cell or of its run is up; no ``except Exception`` may hide it."""


@dataclass
class Deadline:
    """When the run must end, by the monotonic clock, and whether an alarm has rung."""

    at: float | None = None
    is_late: bool = False
    has_rung: bool = False


#: Of the one run of this process.
DEADLINE = Deadline()


@contextmanager
def alarm_after(seconds: float | None) -> Iterator[None]:
    """Raise `Late` in the main thread after some seconds, or at the run's deadline.

    Code that catches it goes on, and code outside Python does not hear it: the parent
    of the run then kills it.

    Examples
    --------
    >>> with alarm_after(None):
    ...     pass
    """
    left = None if DEADLINE.at is None else max(DEADLINE.at - time.monotonic(), 0.001)
    waits = [wait for wait in (seconds, left) if wait is not None]
    if not waits or not hasattr(signal, "setitimer"):
        yield
        return

    def ring(number: int, frame: Any) -> None:
        DEADLINE.has_rung = True
        DEADLINE.is_late = left is not None and left <= min(waits)
        raise Late("the deadline of the run passed" if DEADLINE.is_late else "the cell timed out")

    former = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, min(waits))
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, former)


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
