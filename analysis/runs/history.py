"""Past runs: finding one and why it ended as it did, and removing those nobody needs."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from analysis.runs.folders import hold_folder
from analysis.runs.job import NOTEBOOK_FILE
from analysis.runs.judge import is_added
from analysis.runs.record import DEFAULT_KEY, RECORD_FILE, RunRecord, read_record
from analysis.runs.store import EARLIER, FAILED
from analysis.study.errors import GipfelError, RunError, unknown
from analysis.study.paths import Layout


@dataclass(frozen=True)
class Account:
    """What is known of a run.

    Attributes
    ----------
    record : RunRecord
        The last attempt, successful or not.
    notebook : Path or None
        The executed notebook, with all that its cells gave; None if no cell was reached.
    command : str
        What opens it in JupyterLab at the cell that is to blame.
    """

    record: RunRecord
    notebook: Path | None
    command: str


def name_runs(layout: Layout) -> list[str]:
    """Name every run in the store, failed ones included, and every notebook that has one.

    Returns
    -------
    list of str
        ``03_framing`` and ``03_framing/default``, sorted.
    """
    folders = [path.parent for path in _records(layout)]
    names = {f"{_notebook_of(folder)}/{folder.name}" for folder in folders}
    return sorted(names | {name.split("/")[0] for name in names})


def find_account(layout: Layout, run: str) -> Account:
    """Find the last attempt of a run.

    Parameters
    ----------
    layout : Layout
        Where the study lies.
    run : str
        A notebook: its last attempt; ``notebook/key``; or the beginning of a key.

    Returns
    -------
    Account

    Raises
    ------
    RunError
        If no run has such a name, or runs of several notebooks begin so.
    """
    folders = [path.parent for path in _records(layout)]
    found = [folder for folder in folders if _is_named(folder, run)]
    notebooks = sorted({_notebook_of(folder) for folder in found})
    if len(notebooks) != 1:
        names = name_runs(layout)
        if notebooks:
            names = [name for name in names if name.split("/")[0] in notebooks and "/" in name]
        raise RunError(unknown("run", run, names))
    record = max((read_record(folder) for folder in found), key=lambda record: record.started)
    path = record.folder / NOTEBOOK_FILE
    notebook = path if path.is_file() else None
    return Account(record, notebook, _command(layout, record, notebook) if notebook else "")


def _records(layout: Layout) -> list[Path]:
    return sorted(
        [
            *layout.runs.glob(f"*/*/{RECORD_FILE}"),
            *layout.runs.glob(f"*/{FAILED}/*/{RECORD_FILE}"),
        ]
    )


def _notebook_of(folder: Path) -> str:
    return (folder.parent.parent if folder.parent.name == FAILED else folder.parent).name


def _is_named(folder: Path, run: str) -> bool:
    notebook = _notebook_of(folder)
    names = (notebook, f"{notebook}/{folder.name}")
    return run in names or (len(run) >= 4 and folder.name.startswith(run))


def _command(layout: Layout, record: RunRecord, notebook: Path) -> str:
    """Say how to open the notebook at the cell that is to blame."""
    shown = layout.show(notebook)
    cell = _find_cell(record, notebook)
    anchor = f"#cell-id={cell}" if cell else ""
    return f'jupyter lab --LabApp.default_url="/lab/tree/{shown}{anchor}"'


def _find_cell(record: RunRecord, notebook: Path) -> str:
    """Find the id of the cell to blame; the record counts cells as in the notebook edited."""
    if record.failure is None or record.failure.cell is None:
        return ""
    with suppress(OSError, ValueError, KeyError, IndexError):
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
        edited = [cell for cell in cells if not is_added(cell)]
        return str(edited[record.failure.cell].get("id", ""))
    return ""


@dataclass(frozen=True)
class Prunable:
    """One run that may go.

    Attributes
    ----------
    folder : Path
        Where it lies.
    why : str
        earlier, failed, other parameters, or unreadable.
    n_bytes : int
        What it takes.
    """

    folder: Path
    why: str
    n_bytes: int


def find_prunable(layout: Layout, keep: int = 0) -> list[Prunable]:
    """Find the runs that may go: all but the default run of each notebook.

    Parameters
    ----------
    layout : Layout
        Where the study lies.
    keep : int
        How many runs to keep besides, for each notebook: the newest.

    Returns
    -------
    list of Prunable
        By notebook, the newest first.

    Raises
    ------
    RunError
        If `keep` is negative.
    """
    if keep < 0:
        raise RunError(f"prune: wanted keep of 0 or more, came {keep}")
    notebooks = sorted(path for path in layout.runs.glob("*") if path.is_dir())
    return [entry for notebook in notebooks for entry in _of_notebook(notebook)[keep:]]


def _of_notebook(notebook: Path) -> list[Prunable]:
    """Describe what may go of one notebook, the newest first."""
    kinds = {"": "other parameters", EARLIER: "earlier", FAILED: "failed"}
    folders = [
        (path.parent, why)
        for place, why in kinds.items()
        for path in (notebook / place).glob(f"*/{RECORD_FILE}")
        if place or path.parent.name != DEFAULT_KEY
    ]
    found = [(_began(folder), folder, why) for folder, why in folders if not _is_part(folder)]
    found.sort(key=lambda entry: (entry[0], str(entry[1])), reverse=True)
    return [
        Prunable(folder, why if began else "unreadable", _size(folder))
        for began, folder, why in found
    ]


def prune_runs(entries: Iterable[Prunable]) -> int:
    """Remove runs; one that another process holds stays.

    Returns
    -------
    int
        How many bytes are free again.
    """
    n_bytes = 0
    for entry in entries:
        try:
            with hold_folder(_standing(entry.folder)):
                shutil.rmtree(entry.folder)
        except RunError:
            continue
        n_bytes += entry.n_bytes
    return n_bytes


def _standing(folder: Path) -> Path:
    """Give the folder whose lock guards a run, an earlier or a failed one included."""
    if folder.parent.name == EARLIER:
        return folder.parent.parent / folder.name.rpartition("-")[0]
    return folder.parent.parent / folder.name if folder.parent.name == FAILED else folder


def _began(folder: Path) -> str:
    try:
        return read_record(folder).started
    except GipfelError:
        return ""


def _is_part(folder: Path) -> bool:
    return ".part-" in folder.name or folder.name.endswith(".previous")


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
