"""Plots of frames: how often each is mentioned, and which of them is stressed."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.figures import layout
from analysis.figures.look import Look
from analysis.figures.marks import document_keys, draw_documents
from analysis.figures.style import style
from analysis.study.errors import TableError

UNITS = ("document", "mean", "pooled")


@style()
def plot_frame_rates(table: pd.DataFrame, look: Look, *, note: str = "") -> Figure:
    """Draw how often each frame is mentioned, with every document.

    One panel per frame on one scale, one row per event: documents as small open markers (each
    at the same height in every panel), all documents together as a big one below them, with its
    interval, the mean of the documents as an upright bar.

    Parameters
    ----------
    table : DataFrame
        Long; columns frame, event, unit (document, pooled, mean), doc_id (empty
        unless unit is document), n (mentions), n_tokens, per_1000 and, if there are
        intervals, low and high.

    Raises
    ------
    TableError
        If a column is missing, a row stands twice, or a unit is unknown.

    Examples
    --------
    >>> from analysis.figures.look import look_of
    >>> from analysis.study.study import read_study
    >>> table = pd.DataFrame({"frame": "Deal", "event": "alaska-2025",
    ...     "unit": ["document", "pooled"], "doc_id": ["a", ""],
    ...     "n": [3, 3], "n_tokens": [900, 900], "per_1000": [3.33, 3.33]})
    >>> drawn = plot_frame_rates(table, look_of(read_study()))
    >>> drawn.axes[0].get_title(loc="left")
    'Deal'
    """
    _check_units(table, ["n", "n_tokens", "per_1000"], "plot_frame_rates")
    shown = _with_pooled_intervals(table)
    drawn, axes = _draw_units(shown, look, "per_1000")
    layout.from_zero(axes, layout.highest(shown, "per_1000"))
    axes[-1].set_xlabel(look.word("per_1000"))
    return layout.finish(drawn, look, note)


@style()
def plot_frame_shares(table: pd.DataFrame, look: Look, *, note: str = "") -> Figure:
    """Draw each frame's share of the frame mentions, with every document.

    As `plot_frame_rates`, on the scale from 0 to 1. Documents have their intervals, too, as
    thin lines: a share of a handful of mentions is not shown without one.

    Parameters
    ----------
    table : DataFrame
        Long; columns frame, event, unit (document, pooled, mean), doc_id (empty
        unless unit is document), n, n_mentions (of all frames), share and, if there are
        intervals, low and high.

    Raises
    ------
    TableError
        If a column is missing, a row stands twice, a unit is unknown, or the shares of a
        document exceed 1.

    Examples
    --------
    >>> from analysis.figures.look import look_of
    >>> from analysis.study.study import read_study
    >>> table = pd.DataFrame({"frame": "Deal", "event": "alaska-2025",
    ...     "unit": ["document", "pooled"], "doc_id": ["a", ""],
    ...     "n": [3, 3], "n_mentions": [4, 4], "share": 0.75})
    >>> drawn = plot_frame_shares(table, look_of(read_study()))
    >>> drawn.axes[0].get_xlabel()
    'Anteil an den Frame-Nennungen'
    """
    _check_units(table, ["n", "n_mentions", "share"], "plot_frame_shares")
    _check_shares(table, "plot_frame_shares")
    drawn, axes = _draw_units(table[table["share"].notna()], look, "share")
    layout.from_zero(axes, 1 / 1.06)
    axes[-1].set_xlabel(look.word("share_mentions"))
    return layout.finish(drawn, look, note)


def _draw_units(table: pd.DataFrame, look: Look, value: str) -> tuple[Figure, list[Axes]]:
    """Draw documents, their mean, and all of them together: a panel per frame, a row per event."""
    frames, events = look.order(table["frame"]), look.order(table["event"])
    names = layout.break_names(events, look)
    drawn, axes = layout.panels(look, [len(events) * 11.0 + 5] * len(frames), extra_mm=19)
    for panel, frame in zip(axes, frames, strict=True):
        rows = table[table["frame"] == frame]
        for y, event in enumerate(events):
            draw_documents(panel, rows[rows["event"] == event], y, look, value=value)
        layout.name_rows(panel, names)
        panel.set_title(look.name(frame))
    layout.number_axis(axes[-1], look)
    layout.add_legend(drawn, look, document_keys(look, events, set(table["unit"])))
    return drawn, axes


def _with_pooled_intervals(table: pd.DataFrame) -> pd.DataFrame:
    """Leave out the intervals of single documents, which would set the scale of all."""
    bounds = [name for name in ("low", "high") if name in table.columns]
    pooled = table["unit"] == "pooled"
    return table.assign(**{name: table[name].where(pooled) for name in bounds})


def _check_shares(table: pd.DataFrame, who: str) -> None:
    """More than 1 would mean that the table is not one of shares of a whole."""
    sums = table.groupby(["event", "unit", "doc_id"])["share"].sum()
    if sums.max() > 1 + 1e-9:
        row = sums.reset_index().sort_values("share").to_dict("records")[-1]
        raise TableError(
            f"{who}: the shares of {row['doc_id'] or row['unit']!r} ({row['event']})"
            f" add up to {row['share']:.4g}; the frames of one row can share 1 at most"
        )


def _check_units(table: pd.DataFrame, wanted: list[str], who: str) -> None:
    """Check a table of documents, their mean, and all of them together."""
    key = ["frame", "event", "unit", "doc_id"]
    layout.check_table(table, [*key, *wanted], who, key=key, codes={"unit": UNITS})
