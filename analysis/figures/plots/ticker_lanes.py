"""The lanes of a ticker's figure in mm, the marks in them, and the keys of its legend."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.lines import Line2D

from analysis.figures.look import Look
from analysis.figures.marks import point
from analysis.figures.plots.posts import POST_STROKES, TIMED
from analysis.figures.style import INK, NEUTRAL

#: Height of a lane of one level, of each further level, and the air above a ticker, in mm.
LANE_MM, LEVEL_MM, GAP_MM = 3.6, 2.1, 2.2
#: Marks closer than this lie one above the other.
MARK_MM = 2.3
MARK_POINTS = 5.0
#: Marker and whether it is filled: told apart without colour.
POLARITY_MARKS: dict[str, tuple[str, bool]] = {
    "affirmed": ("o", True),
    "negated": ("X", True),
    "open": ("o", False),
}
POST_LINES: dict[str, Any] = {"explicit": "-", "date_inferred": (0, (4, 2)), "order_only": ":"}


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


def mention_mark(polarity: str, colour: str, size: float = MARK_POINTS) -> dict[str, Any]:
    """Give the mark of a mention: a full disc, a cross, or an empty circle."""
    marker, filled = POLARITY_MARKS[polarity]
    return point(marker, size, INK, face=colour if filled else "white", width=0.7)


def post_stroke(quality: str, colour: str) -> dict[str, Any]:
    """Give the stroke of a post, by how its time is known."""
    size = 7 if quality == "explicit" else 4.5
    return point(POST_STROKES[quality], size, colour, width=0.9)


def ticker_keys(
    polarities: Collection[str], qualities: Collection[str], look: Look
) -> list[tuple[Line2D, str]]:
    """Make the legend of what came: polarities first, then how times are known.

    Examples
    --------
    >>> look = Look({}, {}, {}, {}, language="en")
    >>> [text for _, text in ticker_keys({"open", "negated"}, {"order_only"}, look)]
    ['negated', 'open', 'order only, no times']
    """
    keys = [
        (Line2D([], [], **mention_mark(polarity, NEUTRAL)), look.word(polarity))
        for polarity in POLARITY_MARKS
        if polarity in polarities
    ]
    for quality in (quality for quality in POST_STROKES if quality in qualities):
        line = post_stroke(quality, INK if quality in TIMED else NEUTRAL)
        line |= {"linestyle": POST_LINES[quality], "linewidth": 0.7}
        keys.append((Line2D([], [], **line), look.word(quality)))
    return keys
