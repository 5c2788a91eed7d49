"""The marks of a ticker's figure, told apart without colour, and their legend keys."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from matplotlib.lines import Line2D

from analysis.figures.look import Look
from analysis.figures.plots_posts import POST_STROKES, TIMED
from analysis.figures.style import INK, NEUTRAL

MARK_POINTS = 5.0
#: Marker and whether it is filled: told apart without colour.
POLARITY_MARKS: dict[str, tuple[str, bool]] = {
    "affirmed": ("o", True),
    "negated": ("X", True),
    "open": ("o", False),
}
POST_LINES: dict[str, Any] = {"explicit": "-", "date_inferred": (0, (4, 2)), "order_only": ":"}


def mention_mark(polarity: str, colour: str, size: float = MARK_POINTS) -> dict[str, Any]:
    """Give the mark of a mention: a full disc, a cross, or an empty circle."""
    marker, filled = POLARITY_MARKS[polarity]
    return {
        "marker": marker,
        "markersize": size,
        "markerfacecolor": colour if filled else "white",
        "markeredgecolor": INK,
        "markeredgewidth": 0.7,
        "linestyle": "none",
    }


def post_stroke(quality: str, colour: str) -> dict[str, Any]:
    """Give the stroke of a post, by how its time is known."""
    return {
        "marker": POST_STROKES[quality],
        "markersize": 7 if quality == "explicit" else 4.5,
        "markeredgewidth": 0.9,
        "color": colour,
        "linestyle": "none",
    }


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
