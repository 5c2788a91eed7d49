"""The lanes of a ticker's figure in mm, and marks in them that do not cover one another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

#: Height of a lane of one level, of each further level, and the air above a ticker, in mm.
LANE_MM, LEVEL_MM, GAP_MM = 3.6, 2.1, 2.2
#: Marks closer than this lie one above the other.
MARK_MM = 2.3

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Lane:
    """A row of a panel: whose it is, its base line and its height, from the top in mm."""

    doc_id: str
    key: str
    base: float
    height: float


def stack_levels(places: Sequence[float], least: float) -> list[int]:
    """Give marks levels so that two on one level are at least so far apart.

    Parameters
    ----------
    places : sequence of float
        Where the marks stand; any order.
    least : float
        Smallest distance on one level.

    Returns
    -------
    list of int
        The lowest free level of each mark, taken from left to right; 0 is the base.

    Examples
    --------
    >>> stack_levels([5.0, 0.0, 5.5, 5.0], 1.0)
    [0, 0, 2, 1]
    """
    levels, last = [0] * len(places), list[float]()
    for i in np.argsort(np.asarray(places, dtype=float), kind="stable"):
        free = [k for k, x in enumerate(last) if places[i] - x >= least]
        level = free[0] if free else len(last)
        last[level : level + 1] = [places[i]]
        levels[i] = level
    return levels


def lay_lanes(
    documents: Sequence[str], keys: Sequence[str], levels: Mapping[tuple[str, str], int]
) -> Iterator[Lane]:
    """Put the lanes of each document below one another; the first of the keys on top.

    Parameters
    ----------
    documents, keys : sequence of str
        Tickers, and the lanes that each has.
    levels : mapping of document and key to int
        The highest level that a lane must hold; absent: 0.

    Examples
    --------
    >>> [round(lane.base, 1) for lane in lay_lanes(["a"], ["posts", "Deal"], {("a", "Deal"): 1})]
    [4.9, 10.6]
    """
    top = 0.0
    for doc_id in documents:
        top += GAP_MM
        for key in keys:
            height = LANE_MM + LEVEL_MM * levels.get((doc_id, key), 0)
            top += height
            yield Lane(doc_id, key, top - LANE_MM * 0.25, height)
