"""Plots of frames: how often each is mentioned, and which of them is stressed."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from analysis.errors import TableError
from analysis.presentation.layout import (
    NAME_SHARE,
    add_legend,
    break_name,
    check_columns,
    check_values,
    finish,
    from_zero,
    highest,
    name_rows,
    number_axis,
    one_per,
    panels,
    row_mm,
)
from analysis.presentation.look import Look
from analysis.presentation.marks import document_keys, draw_documents
from analysis.presentation.style import QUIET, SMALL_POINTS, style

UNITS = ("document", "mean", "pooled")


@style()
def plot_frame_rates(table: pd.DataFrame, look: Look, *, note: str = "") -> Figure:
    """Draw how often each frame is mentioned, with every document.

    Parameters
    ----------
    table : DataFrame
        Long; columns frame, event, unit (document, pooled, mean), doc_id (empty
        unless unit is document), n (mentions), n_tokens, per_1000 and, if there are
        intervals, low and high.
    look : Look
        Language, width, colours.
    note : str
        A line under the figure.

    Returns
    -------
    Figure
        One panel per frame on one scale, one row per event: documents as small open
        markers (each at the same height in every panel), all documents together as a
        big one below them, the mean of the documents as an upright bar.

    Raises
    ------
    TableError
        If a column is missing, a row stands twice, or a unit is unknown.
    ExportError
        If an event or frame has no colour.

    Examples
    --------
    >>> from analysis.presentation.look import look_of
    >>> from analysis.study import read_study
    >>> table = pd.DataFrame({"frame": "Deal", "event": "alaska-2025",
    ...     "unit": ["document", "pooled"], "doc_id": ["a", ""],
    ...     "n": [3, 3], "n_tokens": [900, 900], "per_1000": [3.33, 3.33]})
    >>> drawn = plot_frame_rates(table, look_of(read_study()))
    >>> drawn.axes[0].get_title(loc="left")
    'Deal'
    """
    wanted = ["frame", "event", "unit", "doc_id", "n", "n_tokens", "per_1000"]
    _check(table, wanted, "plot_frame_rates")
    frames, events = look.order(table["frame"]), look.order(table["event"])
    names = [break_name(look.name(event), look.letters(NAME_SHARE)) for event in events]
    drawn, axes = panels(look, [len(events) * 11.0 + 5] * len(frames), extra_mm=19)
    for panel, frame in zip(axes, frames, strict=True):
        rows = table[table["frame"] == frame]
        for y, event in enumerate(events):
            draw_documents(panel, rows[rows["event"] == event], y, look, value="per_1000")
        name_rows(panel, names)
        panel.set_title(look.name(frame))
    from_zero(axes, highest(table, "per_1000"))
    number_axis(axes[-1], look)
    axes[-1].set_xlabel(look.word("per_1000"))
    add_legend(drawn, look, document_keys(look, events, set(table["unit"])))
    return finish(drawn, look, note)


def _check(table: pd.DataFrame, wanted: list[str], who: str) -> None:
    check_columns(table, wanted, who)
    check_values(table, "unit", UNITS, who)
    one_per(table, ["frame", "event", "unit", "doc_id"], who)


@style()
def plot_frame_shares(table: pd.DataFrame, look: Look, *, note: str = "") -> Figure:
    """Draw how the frame mentions of each document are shared among the frames.

    Parameters
    ----------
    table : DataFrame
        Long; columns frame, event, unit (document, pooled, mean), doc_id (empty
        unless unit is document), n (mentions of the frame), n_mentions (of all
        frames), share (in [0, 1]; empty if there are no mentions).
    look : Look
        Language, width, colours and hatches of the frames.
    note : str
        A line under the figure.

    Returns
    -------
    Figure
        One panel per event: all documents together, their mean, then every document
        as one bar, with the number of mentions that its shares rest on.

    Raises
    ------
    TableError
        If a column is missing, a row stands twice, a unit is unknown, or the shares
        of a bar exceed 1.
    ExportError
        If an event or frame has no colour.

    Examples
    --------
    >>> from analysis.presentation.look import look_of
    >>> from analysis.study import read_study
    >>> table = pd.DataFrame({"frame": ["Deal", "Erfolg"], "event": "alaska-2025",
    ...     "unit": "document", "doc_id": "a", "n": [3, 1], "n_mentions": 4, "share": [0.75, 0.25]})
    >>> drawn = plot_frame_shares(table, look_of(read_study()))
    >>> [float(bar.get_width()) for bar in drawn.axes[0].patches]
    [0.25, 0.75]
    """
    wanted = ["frame", "event", "unit", "doc_id", "n", "n_mentions", "share"]
    _check(table, wanted, "plot_frame_shares")
    _check_shares(table)
    frames, events = look.order(table["frame"]), look.order(table["event"])
    bars = [_bars(table[table["event"] == event]) for event in events]
    names = [[_bar_name(unit, doc, look) for (unit, doc), _ in group] for group in bars]
    rows = [len(group) * row_mm(group, least=5.0) + 5.5 for group in names]
    drawn, axes = panels(look, rows, extra_mm=19)
    for panel, event, group, shown in zip(axes, events, bars, names, strict=True):
        for y, (_, parts) in enumerate(group):
            _draw_shares(panel, parts, y, look)
        name_rows(panel, shown)
        panel.set_title(look.name(event))
    from_zero(axes, 1 / 1.06)
    number_axis(axes[-1], look)
    axes[-1].set_xlabel(look.word("share_mentions"))
    add_legend(drawn, look, [(_frame_key(look, frame), look.name(frame)) for frame in frames])
    return finish(drawn, look, note)


Bar = tuple[tuple[str, str], pd.DataFrame]


def _bars(rows: pd.DataFrame) -> list[Bar]:
    """Give the bars of one event from top to bottom, each with the rows of its frames."""
    found = {(str(u), str(d)): part for (u, d), part in rows.groupby(["unit", "doc_id"], sort=True)}
    place = {"pooled": 0, "mean": 1, "document": 2}
    return sorted(found.items(), key=lambda bar: (place[bar[0][0]], bar[0][1]))


def _bar_name(unit: str, doc_id: str, look: Look) -> str:
    """Name a bar by its document, or by what it sums up."""
    keys = {"pooled": "all_documents", "mean": "document_mean"}
    name = look.word(keys[unit]) if unit in keys else look.name(doc_id)
    return break_name(name, look.letters(NAME_SHARE))


def _draw_shares(axes: Axes, parts: pd.DataFrame, y: int, look: Look) -> None:
    """Draw one bar, frame after frame, and how many mentions it rests on."""
    shares = parts.set_index("frame")["share"].dropna()
    left = 0.0
    for frame in look.order(shares.index):
        axes.barh(y, shares[frame], 0.66, left, **_fill(look, frame))
        left += shares[frame]
    n_mentions = parts["n_mentions"].iloc[0]
    _write_size(axes, y, look, 0 if pd.isna(n_mentions) else n_mentions)


def _write_size(axes: Axes, y: int, look: Look, n_mentions: float) -> None:
    """Write the number of mentions beside a bar, or that there are none."""
    if n_mentions:
        x, text = 1.02, f"n = {look.number(n_mentions)}"
    else:
        x, text = 0.02, look.word("no_mentions")
    where = axes.get_yaxis_transform()
    axes.text(x, y, text, transform=where, va="center", fontsize=SMALL_POINTS, color=QUIET)


def _fill(look: Look, frame: str) -> dict[str, Any]:
    return {
        "color": look.colours[frame],
        "hatch": look.hatches[frame],
        "edgecolor": "white",
        "linewidth": 0.8,
    }


def _frame_key(look: Look, frame: str) -> Patch:
    fill = _fill(look, frame)
    return Patch(facecolor=fill.pop("color"), **fill)


def _check_shares(table: pd.DataFrame) -> None:
    """A bar longer than 1 would mean that the table is not one of shares of a whole."""
    sums = table.groupby(["event", "unit", "doc_id"])["share"].sum()
    if sums.max() > 1 + 1e-9:
        bar = sums.reset_index().sort_values("share").to_dict("records")[-1]
        raise TableError(
            f"plot_frame_shares: the shares of {bar['doc_id'] or bar['unit']!r} ({bar['event']})"
            f" add up to {bar['share']:.4g}; the frames of one bar can share 1 at most"
        )
