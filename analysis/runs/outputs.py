"""What a cell prints, shows and raises, kept as a notebook keeps it."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_output, output_from_msg

#: Most characters that a cell may print; what comes after them is counted and left out.
MOST_TEXT = 1_000_000
_SHOWN_WITH_ID = ("display_data", "execute_result", "update_display_data")


class Outputs:
    """Takes the messages of a shell and keeps them as outputs of the cell that is executed."""

    def __init__(self, most_text: int = MOST_TEXT) -> None:
        self.most_text = most_text
        self.n_left_out = 0
        self.cell: list[NotebookNode] = []
        self._by_display: dict[str, list[NotebookNode]] = {}
        self._clear_at_next = False
        self._n_text = 0
        self._chunks: list[str] = []

    def begin_cell(self) -> None:
        """Start with no outputs."""
        self.cell, self._chunks = [], []
        self._n_text, self.n_left_out, self._clear_at_next = 0, 0, False

    def end_cell(self) -> list[NotebookNode]:
        """Give the outputs of the cell, and say in them if text was left out."""
        if self.n_left_out:
            self._append(new_output("stream", name="stderr", text=say_left_out(self.n_left_out)))
        self._settle()
        return self.cell

    def take_text(self, name: str, text: str) -> None:
        """Take text printed to ``stdout`` or ``stderr``; neighbours of one name become one."""
        room = self.most_text - self._n_text
        self.n_left_out += max(len(text) - room, 0)
        text = text[:room]
        if not text:
            return
        self._n_text += len(text)
        last = self.cell[-1] if self.cell and not self._clear_at_next else None
        if last is None or last.output_type != "stream" or last.name != name:
            self._append(new_output("stream", name=name, text=""))
        self._chunks.append(text)

    def take_message(self, message: Mapping[str, Any]) -> None:
        """Take a message as a kernel would send it to those who listen."""
        kind, content = message["msg_type"], message["content"]
        if kind == "clear_output":
            self._clear(wait=content.get("wait", False))
            return
        display = (content.get("transient") or {}).get("display_id")
        if display and kind in _SHOWN_WITH_ID:
            self._update(display, content)
        if kind in ("display_data", "execute_result", "error"):
            output = output_from_msg(message)
            self._append(output)
            if display:
                self._by_display.setdefault(display, []).append(output)

    def _append(self, output: NotebookNode) -> None:
        self._settle()
        if self._clear_at_next:
            self.cell.clear()
            self._clear_at_next = False
        self.cell.append(output)

    def _settle(self) -> None:
        """Join what was printed; adding each piece to a long text would take ever longer."""
        if self._chunks:
            self.cell[-1].text += "".join(self._chunks)
            self._chunks = []

    def _clear(self, *, wait: bool) -> None:
        self._settle()
        if wait:
            self._clear_at_next = True
        else:
            self.cell.clear()

    def _update(self, display: str, content: Mapping[str, Any]) -> None:
        for output in self._by_display.get(display, []):
            output.data, output.metadata = content["data"], content["metadata"]


class TextStream(io.TextIOBase):
    """Stands for ``sys.stdout`` or ``sys.stderr`` while cells are executed."""

    encoding = "UTF-8"
    errors = "strict"

    def __init__(self, name: str, outputs: Outputs, descriptor: int) -> None:
        self.name = name
        self._outputs = outputs
        self._descriptor = descriptor

    def write(self, text: str) -> int:
        """Keep text as an output."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self._outputs.take_text(self.name, text)
        return len(text)

    def writable(self) -> bool:
        """Say that text may be written."""
        return True

    def fileno(self) -> int:
        """Give the descriptor that programs started from a cell print to."""
        return self._descriptor


def shorten_text(cells: Sequence[Any], most_text: int = MOST_TEXT) -> int:
    """Shorten what each cell of a notebook printed, with a word on it.

    Returns
    -------
    int
        How many characters were left out.

    Examples
    --------
    >>> cell = NotebookNode(outputs=[new_output("stream", name="stdout", text="Brot")])
    >>> shorten_text([cell], 1), cell.outputs[0].text
    (3, 'B')
    """
    n_left_out = 0
    for cell in cells:
        room = most_text
        missing = 0
        for output in cell.get("outputs", []):
            if output["output_type"] == "stream":
                missing += max(len(output["text"]) - room, 0)
                output["text"] = output["text"][:room]
                room -= len(output["text"])
        if missing:
            cell["outputs"].append(new_output("stream", name="stderr", text=say_left_out(missing)))
        n_left_out += missing
    return n_left_out


def say_left_out(n_characters: int) -> str:
    r"""Say how much text is missing.

    Examples
    --------
    >>> say_left_out(99_000_000)
    '[gipfel: 99,000,000 more characters were printed and are left out]\n'
    """
    return f"[gipfel: {n_characters:,} more characters were printed and are left out]\n"
