"""What papermill is taught: an engine without a kernel, and to read typed parameters."""

from __future__ import annotations

import builtins
import getpass
import io
import json
import os
import re
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from ipykernel.compiler import XCachingCompiler
from ipykernel.ipkernel import IPythonKernel
from ipykernel.zmqshell import ZMQInteractiveShell
from IPython.core.error import StdinNotImplementedError, UsageError
from jupyter_client.session import Session
from nbclient import NotebookClient
from nbformat import NotebookNode, from_dict
from nbformat.v4 import new_output
from papermill.engines import Engine, NotebookExecutionManager, papermill_engines
from papermill.models import Parameter
from papermill.translators import PythonTranslator, papermill_translators
from traitlets.config import Config

from analysis.runs.notebook import cell_source, has_tag
from analysis.runs.parameters import parse_parameters
from analysis.study.errors import ParameterError

ENGINE_NAME = "warm"
INLINE_BACKEND = "module://matplotlib_inline.backend_inline"
#: Most characters that a cell may print; what comes after them is counted and left out.
MOST_TEXT = 1_000_000
#: Most characters that a cell may show as figures, tables and pages together.
MOST_SHOWN = 10_000_000
#: Half of a pair, which no encoding of text knows; Python prints it all the same.
_SURROGATE = re.compile("[\ud800-\udfff]")


class WarmEngine(Engine):  # type: ignore[misc]  # papermill has no types
    """Executes a notebook of Python without a kernel; one notebook per process.

    Also by ``papermill --engine warm IN OUT``. What a kernel would do that it does not:
    run background tasks between cells, and keep the state of widgets.
    """

    @classmethod
    def execute_managed_notebook(
        cls, nb_man: NotebookExecutionManager, kernel_name: str, **settings: Any
    ) -> None:
        """Execute the cells one after the other, until one fails.

        Of the settings that papermill hands on, nbclient's hooks count; ``execution_timeout``,
        seconds for each cell, or an `Alarm` as ``alarm``; and ``drains``, a folder for what
        started programs print.
        """

        def tell(hook: str, **about: Any) -> None:
            if settings.get(hook):
                settings[hook](**about)

        notebook = nb_man.nb
        alarm = settings.get("alarm") or Alarm(cell=settings.get("execution_timeout"))
        tell("on_notebook_start", notebook=notebook)
        notebook.metadata["language_info"] = dict(IPythonKernel.language_info)
        shell = Shell(notebook, settings.get("drains"))
        with shell.streams():
            for index, cell in enumerate(notebook.cells):
                nb_man.cell_start(cell, index)
                has_ended = True
                is_code = cell.cell_type == "code" and bool(cell.source.strip())
                if is_code and not has_tag(cell, "skip-execution"):
                    tell("on_cell_execute", cell=cell, cell_index=index)
                    with alarm.on():
                        has_ended = shell.execute(cell, index)
                    tell("on_cell_executed", cell=cell, cell_index=index)
                if not has_ended:
                    nb_man.cell_exception(cell, cell_index=index)
                nb_man.cell_complete(cell, cell_index=index)
                if not has_ended and not has_tag(cell, "raises-exception"):
                    break


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


# papermill loads this module whenever it is started, by the entry point of the engine; where that
# is not installed, the engine is known all the same.
papermill_translators.register("python", TypedParameters)
papermill_engines.register(ENGINE_NAME, WarmEngine)


class Late(BaseException):
    """The time of a cell or of its run is up; no ``except Exception`` may hide it."""


class Alarm:
    """Raises `Late` in the main thread when a cell or its run has had its time.

    Code that catches it goes on, and code outside Python does not hear it: the parent of the
    run then kills it.
    """

    def __init__(self, cell: float | None = None, deadline: float | None = None) -> None:
        self.cell = cell
        self.end = None if deadline is None else time.monotonic() + deadline
        #: CellTimeoutError or DeadlineError, when it has rung.
        self.rung = ""

    @contextmanager
    def on(self) -> Iterator[None]:
        """Set it for the time of one cell."""
        waits = {"CellTimeoutError": self.cell}
        if self.end is not None:
            waits["DeadlineError"] = max(self.end - time.monotonic(), 0.001)
        found = {name: wait for name, wait in waits.items() if wait is not None}
        if not found or not hasattr(signal, "setitimer"):
            yield
            return
        first = min(found, key=lambda name: found[name])

        def ring(number: int, frame: Any) -> None:
            self.rung = first
            raise Late(first)

        former = signal.signal(signal.SIGALRM, ring)
        signal.setitimer(signal.ITIMER_REAL, found[first])
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, former)


#: Messages of a kernel that leave something in a notebook.
_KEPT = ("display_data", "execute_result", "error", "update_display_data", "clear_output")


class TextStream(io.TextIOBase):
    """Stands for ``sys.stdout`` or ``sys.stderr`` while cells are executed."""

    encoding = "UTF-8"
    errors = "strict"

    def __init__(self, name: str, shell: Shell, descriptor: int) -> None:
        self.name, self._shell, self._descriptor = name, shell, descriptor

    def write(self, text: str) -> int:
        """Keep text as an output."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self._shell.take_text(self.name, replace_surrogates(text))
        return len(text)

    def writable(self) -> bool:
        """Say that text may be written."""
        return True

    def fileno(self) -> int:
        """Return the descriptor that programs started from a cell print to."""
        return self._descriptor


class _Capture(Session):
    """A session whose messages go to a `Shell`, not to a socket."""

    shell: Shell

    def send(self, stream: Any, msg_or_type: Any, content: Any = None, *_: Any, **__: Any) -> Any:
        """Take a message or its parts, as `Session.send` does."""
        kind = msg_or_type
        if not isinstance(kind, str):
            kind, content = msg_or_type["msg_type"], msg_or_type["content"]
        # As if it had gone through a socket: what JSON does not know becomes text.
        self.shell.take_message(kind, self.unpack(self.pack(replace_surrogates(content))))
        return msg_or_type


class _OwnShell(ZMQInteractiveShell):
    """The shell of a kernel, for a process in which no kernel listens."""

    def enable_gui(self, gui: Any = None) -> None:
        """Take ``%matplotlib inline``; windows would need somebody to look at them."""
        if gui not in (None, "inline"):
            raise UsageError(f"wanted %matplotlib inline, came {gui!r}: a run opens no windows")


# Libraries tell a notebook by the name of this class.
_OwnShell.__name__ = _OwnShell.__qualname__ = "ZMQInteractiveShell"


class Shell:
    """Executes the cells of a notebook, as a kernel of its own would; they get their outputs.

    Descriptors 1 and 2 of this process write to the files ``stdout`` and ``stderr`` of `drains`.
    """

    def __init__(
        self, notebook: NotebookNode, drains: str | None = None, most_text: int = MOST_TEXT
    ) -> None:
        self.most_text = most_text
        self._client = NotebookClient(notebook)
        self._client.reset_execution_trackers()
        os.environ.setdefault("MPLBACKEND", INLINE_BACKEND)
        settings = Config()
        # In a kernel, too, the history of a run is of no use to anybody.
        settings.HistoryManager.enabled = False
        self.shell = _OwnShell.instance(config=settings, compiler_class=XCachingCompiler)
        hook: Any = self.shell.displayhook
        publisher: Any = self.shell.display_pub
        hook.session = publisher.session = session = _Capture()
        session.shell = self
        hook.topic = b"execute_result"
        names = ("stdout", "stderr") if drains else ()
        self.drains = {name: os.open(f"{drains}/{name}", os.O_RDWR) for name in names}

    def execute(self, cell: NotebookNode, index: int) -> bool:
        """Execute a cell; say whether it ended without an error."""
        self._cell, self._index, cell.outputs = cell, index, []
        self._room, self.n_left_out = self.most_text, 0
        self._name, self._chunks = "", list[str]()
        self._client.clear_before_next_output = False
        for drain in self.drains.values():
            # What was written before is no output of this cell.
            os.ftruncate(drain, 0)
        number = self.shell.execution_count
        result = self.shell.run_cell(cell.source, store_history=True)
        for name, drain in self.drains.items():
            # What was written past Python, by a library or a started program.
            size = os.fstat(drain).st_size
            data = os.pread(drain, min(size, self.most_text), 0)
            self.take_text(name, data.decode("utf-8", errors="replace"))
            self.n_left_out += size - len(data)
            os.ftruncate(drain, 0)
        self._settle()
        if self.n_left_out:
            self._keep("stream", name="stderr", text=_say_left_out(self.n_left_out))
        cell.execution_count = number
        return bool(result.success)

    def take_text(self, name: str, text: str) -> None:
        """Take text printed to ``stdout`` or ``stderr``; neighbours of one name become one."""
        kept = text[: self._room]
        self._room -= len(kept)
        self.n_left_out += len(text) - len(kept)
        if kept and name != self._name:
            self._settle()
        if kept:
            self._name = name
            self._chunks.append(kept)

    def take_message(self, kind: str, content: dict[str, Any]) -> None:
        """Take a message as a kernel would send it to those who listen."""
        if kind in _KEPT:
            self._settle()
            self._keep(kind, **content)

    def _settle(self) -> None:
        """Join what was printed; adding each piece to a long text would take ever longer."""
        if self._chunks:
            self._keep("stream", name=self._name, text="".join(self._chunks))
        self._name, self._chunks = "", []

    def _keep(self, kind: str, **content: Any) -> None:
        about = {"header": {"msg_type": kind}, "parent_header": {}}
        message = {"msg_type": kind, "content": content, **about}
        self._client.process_message(message, self._cell, self._index)

    @contextmanager
    def streams(self) -> Iterator[None]:
        """Send what Python code prints and asks for to this shell."""
        former = sys.stdout, sys.stderr, builtins.input, getpass.getpass
        sys.stdout = TextStream("stdout", self, 1)
        sys.stderr = TextStream("stderr", self, 2)
        builtins.input = getpass.getpass = _refuse_input
        try:
            yield
        finally:
            sys.stdout, sys.stderr, builtins.input, getpass.getpass = former


def _refuse_input(*_: Any, **__: Any) -> str:
    message = "input was asked for, but nobody sits before a run. Use a parameter."
    raise StdinNotImplementedError(message)


def shorten_outputs(cell: Any, most_text: int = MOST_TEXT, most_shown: int = MOST_SHOWN) -> bool:
    """Shorten what a cell printed and showed, with a word on it; say whether anything is missing.

    What is longer than the room left is cut if it is text, and left out otherwise. Half
    characters, which no file can hold, are replaced. To do it twice changes nothing more, and
    every output keeps its place: a later cell may change what an earlier one shows.
    """
    outputs = cell.get("outputs", [])
    n_printed = 0
    for at, given in enumerate(outputs):
        size = len(text := json.dumps(given, ensure_ascii=False))
        if _SURROGATE.search(text):
            outputs[at] = from_dict(replace_surrogates(given))
        output = outputs[at]
        if _is_note(output):
            # A later cell may have tried to show something in its place.
            outputs[at] = new_output("stream", name="stderr", text=output["text"])
            continue
        if output["output_type"] == "stream":
            n_printed += max(len(output["text"]) - most_text, 0)
            output["text"] = output["text"][:most_text]
            most_text -= len(output["text"])
        elif output["output_type"] == "error":
            # Its traceback repeats its text.
            most = MOST_TEXT // 10
            n_printed += max(len(output["evalue"]) - most, 0)
            output["evalue"] = output["evalue"][:most]
            output["traceback"] = [line[:most] for line in output["traceback"]]
        elif size > most_shown:
            said = f"[gipfel: outputs of {size:,} characters are left out; a cell may show"
            text = f"{said} {MOST_SHOWN:,}]\n"
            outputs[at] = new_output("stream", name="stderr", text=text)
        else:
            most_shown -= size
    if n_printed:
        outputs.append(new_output("stream", name="stderr", text=_say_left_out(n_printed)))
    return any(map(_is_note, outputs))


def replace_surrogates(value: Any) -> Any:
    """Replace half characters in all text of what JSON can hold."""
    if isinstance(value, str):
        return value if value.isascii() else _SURROGATE.sub("\ufffd", value)
    if isinstance(value, Mapping):
        return {key: replace_surrogates(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [replace_surrogates(entry) for entry in value]
    return value


def _is_note(output: Mapping[str, Any]) -> bool:
    """Whether an output is our own word on what is left out."""
    return str(output.get("text", "")).startswith("[gipfel: ")


def _say_left_out(n_characters: int) -> str:
    return f"[gipfel: {n_characters:,} more characters were printed and are left out]\n"
