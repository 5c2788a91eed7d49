"""What a run's parent and its worker tell each other: plain fields that JSON can hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

NOTEBOOK_FILE = "notebook.ipynb"
FIGURES_FOLDER = "figures"

State = Literal["succeeded", "failed", "timed_out", "died", "interrupted", "skipped"]
EngineName = Literal["warm", "kernel"]


@dataclass(frozen=True)
class Job:
    """What a worker is asked to do.

    Attributes
    ----------
    path, root, part, scratch : str
        Absolute paths: the notebook, the study, the folder to write to, and a
        folder with a short name for sockets, journals and what programs print.
    parameters : dict
        The full set.
    cell_timeout, deadline : float or None
        Seconds for each cell, and for the whole run; None: no limit.
    memory : int or None
        Bytes that the run may take for itself; None: no limit.
    environment : dict
        What differs from the environment of other runs.
    imports : list of str
        Modules that a warm worker's parent loads before it forks.
    kernel : str
        Which kernel executes a notebook of another language; empty: this interpreter.
    language : str
        Of the notebook.
    engine : str
        ``warm``: the worker executes the notebook itself; ``kernel``: in a kernel of its own.
    """

    path: str
    root: str
    part: str
    scratch: str
    parameters: dict[str, Any]
    cell_timeout: float | None = None
    deadline: float | None = None
    memory: int | None = None
    environment: dict[str, str] = field(default_factory=dict)
    imports: list[str] = field(default_factory=list)
    kernel: str = ""
    language: str = "python"
    engine: EngineName = "warm"


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
    """How a run ended, as its worker saw it.

    Attributes
    ----------
    state, n_cells, n_cells_run, failure
        As in a run's record.
    warnings : list of str
        What did not stop the run, such as output left out.
    has_started : bool
        False if no cell could be executed, and trying again may help.
    """

    state: State
    n_cells: int = 0
    n_cells_run: int = 0
    failure: Failure | None = None
    warnings: list[str] = field(default_factory=list)
    has_started: bool = True


def read_outcome(fields: Mapping[str, Any]) -> Outcome:
    """Rebuild an outcome from what `dataclasses.asdict` made of it.

    Examples
    --------
    >>> from dataclasses import asdict
    >>> read_outcome(asdict(Outcome("succeeded", 3, 3))) == Outcome("succeeded", 3, 3)
    True
    """
    failure = fields["failure"]
    return Outcome(**{**fields, "failure": None if failure is None else Failure(**failure)})
