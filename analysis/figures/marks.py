"""The marks of the plots: markers, intervals, means, rows of documents, and their legend keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from analysis.figures.layout import Handle
from analysis.figures.look import Look
from analysis.figures.style import INK, NEUTRAL

#: Half the height that the documents of one event spread over, in rows.
REACH = 0.26
OPEN_POINTS, FILLED_POINTS = 4.2, 6.0


def point(
    marker: str, size: float, edge: str, *, face: str = "", width: float = 1.0
) -> dict[str, Any]:
    """Give the settings of a mark without a line: size in points, filled unless a face is given."""
    return {
        "marker": marker,
        "markersize": size,
        "color": edge,
        "markerfacecolor": face or edge,
        "markeredgewidth": width,
        "linestyle": "none",
    }


def key_point(marker: str, size: float, edge: str, *, face: str = "", width: float = 1.0) -> Line2D:
    """Make a legend key of a `point`."""
    return Line2D([], [], **point(marker, size, edge, face=face, width=width))


def draw_mark(axes: Axes, at: tuple[float, float], look: Look, item: str, *, open_: bool) -> None:
    """Draw the marker of an event or frame: small and open, or big and filled."""
    x, y = at
    size, face = (OPEN_POINTS, "white") if open_ else (FILLED_POINTS, look.colours[item])
    mark = point(look.markers[item], size, look.colours[item], face=face)
    axes.plot([x], [y], **mark, clip_on=False, zorder=4 if open_ else 5)


def has_interval(row: pd.Series) -> bool:
    """Tell whether an estimate has an interval."""
    return bool("low" in row.index and pd.notna(row["low"]) and pd.notna(row["high"]))


def draw_interval(axes: Axes, row: pd.Series, y: float, colour: str, *, thick: float = 1.0) -> None:
    """Draw the interval of an estimate, if its table has one."""
    if has_interval(row):
        axes.plot([row["low"], row["high"]], [y, y], color=colour, linewidth=thick, zorder=3)


def draw_documents(axes: Axes, rows: pd.DataFrame, y: float, look: Look, *, value: str) -> None:
    """Draw one event's row: documents, their mean, and all of them together below.

    ``rows`` has the columns event, unit, doc_id and the one that ``value`` names.
    A document keeps its height from panel to panel.
    """
    documents = rows[rows["unit"] == "document"].sort_values("doc_id")
    heights = spread(len(documents), REACH)
    middle = y - 0.14 if (rows["unit"] == "pooled").any() else y
    for height, (_, row) in zip(heights, documents.iterrows(), strict=True):
        draw_interval(axes, row, middle + height, look.colours[row["event"]], thick=0.4)
        draw_mark(axes, (row[value], middle + height), look, row["event"], open_=True)
    for _, row in rows[rows["unit"] == "mean"].iterrows():
        draw_interval(axes, row, middle, INK)
        ends = [middle - (REACH + 0.06), middle + (REACH + 0.06)]
        axes.plot([row[value]] * 2, ends, color=INK, linewidth=1.8, zorder=6)
    for _, row in rows[rows["unit"] == "pooled"].iterrows():
        draw_interval(axes, row, y + 0.34, look.colours[row["event"]])
        draw_mark(axes, (row[value], y + 0.34), look, row["event"], open_=False)


def document_keys(look: Look, events: Sequence[str], units: set[str]) -> list[tuple[Handle, str]]:
    """Make the legend of what `draw_documents` draws."""
    keys: dict[str, tuple[Handle, str]] = {
        "document": (mark_key(look, events, open_=True, colour=NEUTRAL), look.word("one_document")),
        "mean": (key_point("|", 8, INK, width=1.8), look.word("document_mean")),
        "pooled": (mark_key(look, events, open_=False, colour=NEUTRAL), look.word("all_documents")),
    }
    return [key for unit, key in keys.items() if unit in units]


def spread(n: int, reach: float) -> list[float]:
    """Space ``n`` marks of one row evenly over its height, so that equal values stay apart.

    Examples
    --------
    >>> spread(3, 0.2)
    [-0.2, 0.0, 0.2]
    """
    step = 2 * reach / max(n - 1, 1)
    return [round(step * (i - (n - 1) / 2), 10) for i in range(n)]


def mark_key(look: Look, items: Sequence[str], *, open_: bool, colour: str = "") -> Handle:
    """Make the legend key for marks: every event's marker, in its colour or in one grey."""
    keys = []
    for item in items:
        edge = colour or look.colours[item]
        size, face = (OPEN_POINTS, "white") if open_ else (FILLED_POINTS, edge)
        keys.append(key_point(look.markers[item], size, edge, face=face))
    return tuple(keys) if len(keys) > 1 else keys[0]


def event_keys(look: Look, events: Sequence[str]) -> list[tuple[Handle, str]]:
    """Make the legend of events: the marker of each and its name."""
    return [(mark_key(look, [event], open_=False), look.name(event)) for event in events]


def zero_line(axes: Axes) -> None:
    """Draw the line that bars and lollipops start from."""
    axes.axvline(0, color=NEUTRAL, linewidth=0.8, zorder=2)
