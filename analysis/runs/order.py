"""In which order runs start where several go on at a time: the longest first.

A long run that starts last keeps one worker busy while the others have nothing to do
(Graham 1969, Bounds on multiprocessing timing anomalies).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

from analysis.runs.parameters import read_notebook
from analysis.runs.plan import PlannedRun
from analysis.runs.record import read_record
from analysis.study.errors import ParameterError, RunError


def longest_first(plans: Sequence[PlannedRun]) -> list[int]:
    """Give the places of some plans in the order in which they are best started.

    How long a run takes is known from the last time; of one with new parameters, from the
    default run of its notebook; of a notebook that has never run here, from what it says
    itself: ``"gipfel": {"seconds": 12}`` in its metadata. Of those that take as long, or of
    which nothing is known, the first stays first.

    Parameters
    ----------
    plans : sequence of PlannedRun
        In the order of the study.

    Returns
    -------
    list of int
        Each place once.

    Examples
    --------
    >>> longest_first([])
    []
    """
    told = cache(_seconds_told)
    expected = [
        _first([_seconds_of(plan.folder), _seconds_of(_default(plan)), told(plan.path)])
        for plan in plans
    ]
    return sorted(range(len(plans)), key=lambda place: -expected[place])


def _first(seconds: Iterable[float]) -> float:
    return next((known for known in seconds if known > 0), 0.0)


def _default(plan: PlannedRun) -> Path:
    return plan.folder.with_name("default")


def _seconds_of(folder: Path) -> float:
    """Give how long a stored run took; 0 if there is none that can be read."""
    try:
        return read_record(folder).seconds
    except RunError:
        return 0.0


def _seconds_told(path: Path) -> float:
    """Give what a notebook says of itself; whatever it says, it decides on the order only."""
    try:
        told = read_notebook(path).get("metadata", {}).get("gipfel", {}).get("seconds", 0)
    except ParameterError:
        return 0.0
    return float(told) if isinstance(told, (int, float)) else 0.0
