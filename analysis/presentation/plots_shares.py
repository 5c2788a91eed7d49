"""Plot of the frames' shares of each document, as parts of one bar."""

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
    name_rows,
    number_axis,
    one_per,
    panels,
    row_mm,
)
from analysis.presentation.look import Look
from analysis.presentation.style import QUIET, SMALL_POINTS, style

UNITS = ("document", "mean", "pooled")


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
    check_units(table, wanted, "plot_frame_shares")
    check_shares(table, "plot_frame_shares")
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


def check_shares(table: pd.DataFrame, who: str) -> None:
    """A bar longer than 1 would mean that the table is not one of shares of a whole."""
    sums = table.groupby(["event", "unit", "doc_id"])["share"].sum()
    if sums.max() > 1 + 1e-9:
        bar = sums.reset_index().sort_values("share").to_dict("records")[-1]
        raise TableError(
            f"{who}: the shares of {bar['doc_id'] or bar['unit']!r} ({bar['event']})"
            f" add up to {bar['share']:.4g}; the frames of one bar can share 1 at most"
        )


def check_units(table: pd.DataFrame, wanted: list[str], who: str) -> None:
    """Check a table of documents, their mean, and all of them together."""
    check_columns(table, wanted, who)
    check_values(table, "unit", UNITS, who)
    one_per(table, ["frame", "event", "unit", "doc_id"], who)
