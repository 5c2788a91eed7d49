"""What a run's parent and its worker tell each other: plain fields that JSON can hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

NOTEBOOK_FILE = "notebook.ipynb"
FIGURES_FOLDER = "figures"

State = Literal["succeeded", "failed", "timed_out", "died", "interrupted", "skipped"]


@dataclass(frozen=True)
class Job:
    """What a worker is asked to do.

    Attributes
    ----------
    path, root, part, scratch : str
        Absolute paths: the notebook, the study, the folder to write to, and a
        folder with a short name for the kernel's sockets.
    parameters : dict
        The full set.
    cell_timeout, deadline : float or None
        Seconds for each cell, and for the whole run; None: no limit.
    """

    path: str
    root: str
    part: str
    scratch: str
    parameters: dict[str, Any]
    cell_timeout: float | None
    deadline: float | None


@dataclass(frozen=True)
class Failure:
    """Why a run did not succeed.

    Attributes
    ----------
    cell : int or None
        Position of the cell in the notebook as it is edited, from 0; None if no
        cell is to blame.
    source : str
        The cell's source.
    exception : str
        The exception's name, such as ``KeyError``.
    message : str
        Its text.
    traceback : str
        All of it, without colours.
    """

    cell: int | None
    source: str
    exception: str
    message: str
    traceback: str = ""


@dataclass(frozen=True)
class Outcome:
    """How a run ended, as its worker saw it."""

    state: State
    n_cells: int = 0
    n_cells_run: int = 0
    failure: Failure | None = None
