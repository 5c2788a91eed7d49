"""The marks of the plots: markers, intervals, rows of documents, and their legend keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from analysis.figures import layout
from analysis.figures.layout import Handle
from analysis.figures.look import Look
from analysis.figures.style import INK, NEUTRAL

#: Half the height that the documents of one event spread over, in rows.
REACH = 0.26
OPEN_POINTS, FILLED_POINTS = 4.2, 6.0
#: Height in mm of an event's row in a panel of a frame or topic, and the share of the width that
#: its name takes.
EVENT_ROWS = {"frame": (11.0, layout.NAME_SHARE), "topic": (7.5, 0.3)}


def point(
    marker: str, size: float, edge: str, *, face: str = "", width: float = 1.0
) -> dict[str, Any]:
    """Return the settings of a mark without a line; it is filled unless a face is given."""
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


def _mark_of(look: Look, item: str, colour: str, *, open_: bool) -> dict[str, Any]:
    """Return the mark of an event or frame: small and open, or big and filled."""
    size, face = (OPEN_POINTS, "white") if open_ else (FILLED_POINTS, colour)
    return point(look.markers[item], size, colour, face=face)


def draw_mark(
    axes: Axes, at: tuple[float, float], look: Look, item: str, *, open_: bool = False
) -> None:
    """Draw the mark of an event or frame."""
    mark = _mark_of(look, item, look.colours[item], open_=open_)
    axes.plot([at[0]], [at[1]], **mark, clip_on=False, zorder=4 if open_ else 5)


def mark_key(look: Look, items: Sequence[str], *, open_: bool = False, colour: str = "") -> Handle:
    """Make the legend key for marks: every event's marker, in its colour or in one grey."""
    marks = [_mark_of(look, item, colour or look.colours[item], open_=open_) for item in items]
    keys = tuple(Line2D([], [], **mark) for mark in marks)
    return keys if len(keys) > 1 else keys[0]


def event_keys(look: Look, events: Sequence[str]) -> list[tuple[Handle, str]]:
    """Make the legend of events: the marker of each and its name."""
    return [(mark_key(look, [event]), look.name(event)) for event in events]


def has_interval(row: pd.Series) -> bool:
    """Tell whether an estimate has an interval."""
    return bool("low" in row.index and pd.notna(row["low"]) and pd.notna(row["high"]))


def draw_interval(
    axes: Axes, row: pd.Series, y: float, colour: str, *, width: float = 1.0, zorder: float = 3
) -> None:
    """Draw the interval of an estimate, if its table has one."""
    if has_interval(row):
        ends = [row["low"], row["high"]]
        axes.plot(ends, [y, y], color=colour, linewidth=width, zorder=zorder)


def zero_line(axes: Axes) -> None:
    """Draw the line that lollipops and differences start from."""
    axes.axvline(0, color=NEUTRAL, linewidth=0.8, zorder=2)


def spread(n: int, reach: float) -> list[float]:
    """Space ``n`` marks of one row evenly over its height, so that equal values stay apart."""
    step = 2 * reach / max(n - 1, 1)
    return [round(step * (i - (n - 1) / 2), 10) for i in range(n)]


def draw_document_panels(
    table: pd.DataFrame,
    look: Look,
    value: str,
    *,
    of: str,
    titles: Mapping[Any, str],
) -> layout.Panels:
    """Draw a panel for each frame or topic, and in it a row of documents for each event.

    Parameters
    ----------
    table : DataFrame
        Columns event, unit (document, mean, pooled), doc_id, those named by ``value`` and
        ``of`` and, if there are intervals, low and high.
    value : str
        The column to draw.
    of : {"frame", "topic"}
        The column whose values have a panel each.
    titles : mapping
        Of the panels, by these values, from top to bottom.
    """
    events, (row_mm, share) = look.order(table["event"]), EVENT_ROWS[of]
    names = layout.break_names(events, look, share)
    drawn, axes = layout.panels(
        look, [len(events) * row_mm + 5] * len(titles), extra_mm=19,
        titles=titles.values(), names=[names] * len(titles),
    )  # fmt: skip
    for panel, one in zip(axes, titles, strict=True):
        for y, event in enumerate(events):
            rows = table[(table[of] == one) & (table["event"] == event)]
            _draw_documents(panel, rows, y, look, value=value)
    layout.from_zero(axes, table, value)
    return drawn, axes


def _draw_documents(axes: Axes, rows: pd.DataFrame, y: float, look: Look, *, value: str) -> None:
    """Draw one event's row: documents, their mean, and all of them together below.

    A document keeps its height from panel to panel.
    """
    documents = rows[rows["unit"] == "document"].sort_values("doc_id")
    middle = y - 0.14 if (rows["unit"] == "pooled").any() else y
    heights = spread(len(documents), REACH)
    for height, (_, row) in zip(heights, documents.iterrows(), strict=True):
        draw_interval(axes, row, middle + height, look.colours[row["event"]], width=0.4)
        draw_mark(axes, (row[value], middle + height), look, row["event"], open_=True)
    for _, row in rows[rows["unit"] == "mean"].iterrows():
        draw_interval(axes, row, middle, INK)
        ends = [middle - (REACH + 0.06), middle + (REACH + 0.06)]
        axes.plot([row[value]] * 2, ends, color=INK, linewidth=1.8, zorder=6)
    for _, row in rows[rows["unit"] == "pooled"].iterrows():
        draw_interval(axes, row, y + 0.34, look.colours[row["event"]])
        draw_mark(axes, (row[value], y + 0.34), look, row["event"])


def document_keys(table: pd.DataFrame, look: Look) -> list[tuple[Handle, str]]:
    """Make the legend of what `draw_document_panels` draws."""
    events = look.order(table["event"])
    keys: dict[str, tuple[Handle, str]] = {
        "document": (mark_key(look, events, open_=True, colour=NEUTRAL), look.word("one_document")),
        "mean": (key_point("|", 8, INK, width=1.8), look.word("document_mean")),
        "pooled": (mark_key(look, events, colour=NEUTRAL), look.word("all_documents")),
    }
    return [key for unit, key in keys.items() if (table["unit"] == unit).any()]
