"""Removing from the run store what no figure rests on."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from analysis.runs.folders import hold_folder
from analysis.runs.record import DEFAULT_KEY, RECORD_FILE, read_record
from analysis.runs.store import EARLIER, FAILED
from analysis.study.errors import GipfelError, RunError
from analysis.study.paths import Layout


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
