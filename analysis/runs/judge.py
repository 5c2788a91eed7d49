"""Whether an executed notebook is a success, and its cells as they end, for one that is killed.

papermill alone does not say it: after ``sys.exit(0)`` it leaves cells unrun and
reports success, and after a timeout or a dead kernel its notebook calls every
cell "completed". So a run succeeded only if the call returned, every code cell
was executed, and none holds an error.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from analysis.runs.job import Failure
from analysis.runs.parameters import cell_source

_ANSI = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")
#: Cells that papermill adds: they are in no notebook that anybody edits.
_ADDED = {"injected-parameters", "papermill-error-cell-tag"}


def count_cells(cells: Sequence[Mapping[str, Any]]) -> tuple[int, int]:
    """Count the code cells of an executed notebook: all, and those that ended without an error."""
    code = [cell for cell in cells if _has_code(cell) and not is_added(cell)]
    done = [cell for cell in code if cell.get("execution_count") and _find_error(cell) is None]
    return len(code), len(done)


def find_failure(cells: Sequence[Mapping[str, Any]]) -> Failure | None:
    """Find what kept an executed notebook from success, if anything.

    Parameters
    ----------
    cells : sequence of dict
        The cells of the executed notebook, as nbformat gives them.

    Returns
    -------
    Failure or None
        The first cell that holds an error, or else the first that was not executed.

    Examples
    --------
    >>> cell = {"cell_type": "code", "source": "x", "execution_count": None, "outputs": []}
    >>> find_failure([cell]).exception
    'CellNotRun'
    """
    for index, cell in enumerate(cells):
        error = _find_error(cell)
        if error is not None:
            text = strip_colours("\n".join(error.get("traceback", [])))
            return blame_cell(cells, index, (error["ename"], error["evalue"], text))
    for index, cell in enumerate(cells):
        if _has_code(cell) and not cell.get("execution_count"):
            message = "papermill returned, but this cell and those after it were not executed"
            return blame_cell(cells, index, ("CellNotRun", message, ""))
    return None


def blame_cell(
    cells: Sequence[Mapping[str, Any]], index: int | None, error: tuple[str, str, str]
) -> Failure:
    """Blame a cell of an executed notebook, counted as in the notebook that is edited.

    ``error`` holds the exception's name, its text and the traceback.
    """
    if index is None:
        return Failure(None, "", *error)
    edited = sum(not is_added(cell) for cell in cells[:index])
    return Failure(edited, cell_source(cells[index]), *error)


def strip_colours(text: str) -> str:
    r"""Remove the escape sequences that colour a terminal.

    Examples
    --------
    >>> strip_colours("\x1b[0;31mKeyError\x1b[0m")
    'KeyError'
    """
    return _ANSI.sub("", text)


def _has_code(cell: Mapping[str, Any]) -> bool:
    return cell.get("cell_type") == "code" and bool(cell_source(cell).strip())


def is_added(cell: Mapping[str, Any]) -> bool:
    """Tell whether papermill added a cell: the parameters given, or a mark of an error."""
    return bool(_ADDED.intersection(cell.get("metadata", {}).get("tags", [])))


def _find_error(cell: Mapping[str, Any]) -> Mapping[str, Any] | None:
    outputs = cell.get("outputs", [])
    return next((output for output in outputs if output["output_type"] == "error"), None)


_NOTEBOOK, _CELLS = "prepared.json", "cells.jsonl"


class Journal:
    """Writes a notebook before it is executed, and each of its cells after that."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def note_notebook(self, notebook: Any) -> None:
        """Note the notebook as papermill prepared it."""
        # An aid: a disk that is full must not end the run here.
        with suppress(OSError):
            (self.folder / _NOTEBOOK).write_text(json.dumps(notebook), encoding="utf-8")

    def note_cell(self, cell: Any, cell_index: int, **_: Any) -> None:
        """Shorten and note a cell with its outputs; nbclient says more, which is not needed."""
        from analysis.runs.outputs import shorten_outputs  # noqa: PLC0415 (loads nbformat)

        shorten_outputs([cell])
        path = self.folder / _CELLS
        with suppress(OSError), path.open("a", encoding="utf-8") as lines:
            lines.write(json.dumps({"index": cell_index, "cell": cell}) + "\n")


def clear_journal(folder: Path) -> None:
    """Remove what an earlier attempt noted."""
    for name in (_NOTEBOOK, _CELLS):
        (folder / name).unlink(missing_ok=True)


def read_journal(folder: Path) -> dict[str, Any] | None:
    """Rebuild a notebook up to the last cell that ended.

    Parameters
    ----------
    folder : path
        Where a `Journal` wrote.

    Returns
    -------
    dict or None
        None if the run did not get so far.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     read_journal(Path(folder)) is None
    True
    """
    notebook: dict[str, Any] | None = None
    # The last line of what was killed may be cut short; those before it count.
    with suppress(OSError, json.JSONDecodeError):
        notebook = json.loads((folder / _NOTEBOOK).read_text(encoding="utf-8"))
        assert notebook is not None  # noqa: S101 (for mypy; it was written by note_notebook)
        for line in (folder / _CELLS).read_text(encoding="utf-8").splitlines():
            noted = json.loads(line)
            notebook["cells"][noted["index"]] = noted["cell"]
    return notebook
