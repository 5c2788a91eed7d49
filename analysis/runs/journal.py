"""The cells of a run as they end, so that a run that is killed leaves its notebook."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

from analysis.runs.outputs import shorten_outputs

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
