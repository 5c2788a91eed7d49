"""What a cell prints, shows and raises, kept as a notebook keeps it."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from nbformat import NotebookNode, from_dict
from nbformat.v4 import new_output, output_from_msg

#: Most characters that a cell may print; what comes after them is counted and left out.
MOST_TEXT = 1_000_000
#: Most characters that a cell may show as figures, tables and pages together.
MOST_SHOWN = 10_000_000
#: Half of a pair, which no encoding of text knows; Python prints it all the same.
_SURROGATE = re.compile("[\ud800-\udfff]")
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
        self._outputs.take_text(self.name, replace_surrogates(text))
        return len(text)

    def writable(self) -> bool:
        """Say that text may be written."""
        return True

    def fileno(self) -> int:
        """Give the descriptor that programs started from a cell print to."""
        return self._descriptor


def shorten_outputs(
    cells: Sequence[Any], most_text: int = MOST_TEXT, most_shown: int = MOST_SHOWN
) -> None:
    r"""Shorten what each cell of a notebook printed and showed, with a word on it.

    What is longer than the room left is cut if it is text, and left out otherwise. Half
    characters, which no file can hold, are replaced. To do it twice changes nothing more.

    Examples
    --------
    >>> cell = NotebookNode(outputs=[new_output("stream", name="stdout", text="Brot")])
    >>> shorten_outputs([cell], 1)
    >>> [output.text for output in cell.outputs]
    ['B', '[gipfel: 3 more characters were printed and are left out]\n']
    """
    for cell in cells:
        if "outputs" in cell:
            cell["outputs"] = _shorten(cell["outputs"], most_text, most_shown)


def _shorten(outputs: Sequence[Any], most_text: int, most_shown: int) -> list[Any]:
    """Shorten outputs in place: a later cell may change what an earlier one shows."""
    kept, n_printed, n_shown = [], 0, 0
    for given in outputs:
        output, size = given, len(text := json.dumps(given, ensure_ascii=False))
        if _SURROGATE.search(text):
            output = from_dict(replace_surrogates(given))
        if output["output_type"] == "stream" and not is_note(output):
            n_printed += max(len(output["text"]) - most_text, 0)
            output["text"] = output["text"][:most_text]
            most_text -= len(output["text"])
        elif output["output_type"] == "error":
            n_printed += _shorten_error(output, MOST_TEXT // 10)
        elif output["output_type"] != "stream":
            if size > most_shown:
                n_shown += size
                continue
            most_shown -= size
        kept.append(output)
    said = [say_left_out(n_printed)] if n_printed else []
    said += [say_not_shown(n_shown)] if n_shown else []
    return kept + [new_output("stream", name="stderr", text=text) for text in said]


def _shorten_error(output: Any, most: int) -> int:
    """Shorten the text of an error, which its traceback repeats; gives what is left out."""
    missing = max(len(output["evalue"]) - most, 0)
    output["evalue"] = output["evalue"][:most]
    output["traceback"] = [line[:most] for line in output["traceback"]]
    return missing


def replace_surrogates(value: Any) -> Any:
    """Replace half characters in all text of what JSON can hold.

    Examples
    --------
    >>> replace_surrogates({"text": ["Br" + chr(0xD800) + "t", 1]})
    {'text': ['Br�t', 1]}
    """
    if isinstance(value, str):
        return value if value.isascii() else _SURROGATE.sub("\ufffd", value)
    if isinstance(value, Mapping):
        return {key: replace_surrogates(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [replace_surrogates(entry) for entry in value]
    return value


def is_note(output: Mapping[str, Any]) -> bool:
    """Tell whether an output is our own word on what is left out."""
    return str(output.get("text", "")).startswith("[gipfel: ")


def say_left_out(n_characters: int) -> str:
    r"""Say how much text is missing.

    Examples
    --------
    >>> say_left_out(99_000_000)
    '[gipfel: 99,000,000 more characters were printed and are left out]\n'
    """
    return f"[gipfel: {n_characters:,} more characters were printed and are left out]\n"


def say_not_shown(n_characters: int) -> str:
    r"""Say how much a cell showed in vain.

    Examples
    --------
    >>> say_not_shown(100_000_000)
    '[gipfel: outputs of 100,000,000 characters are left out; a cell may show 10,000,000]\n'
    """
    return (
        f"[gipfel: outputs of {n_characters:,} characters are left out;"
        f" a cell may show {MOST_SHOWN:,}]\n"
    )
