"""Plots of frames: how often each is mentioned, and which of them is stressed."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from analysis.figures import layout
from analysis.figures.look import Look
from analysis.figures.marks import document_keys, draw_document_panels
from analysis.study.errors import TableError

UNITS = ("document", "mean", "pooled")


@layout.in_style
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
    _check(table, ["n", "n_tokens", "per_1000"], "plot_frame_rates")
    # The intervals of single documents would set the scale of all.
    bounds = table.columns.intersection(["low", "high"])
    shown = table.assign(**{str(b): table[b].where(table["unit"] == "pooled") for b in bounds})
    return _draw(shown, look, "per_1000", label="per_1000", note=note)


@layout.in_style
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
        Also if the shares of a document exceed 1.

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
    _check(table, ["n", "n_mentions", "share"], "plot_frame_shares")
    # More than 1 would mean that the table is not one of shares of a whole.
    sums = table.groupby(["event", "unit", "doc_id"])["share"].sum()
    if sums.max() > 1 + 1e-9:
        row = sums.reset_index().sort_values("share").to_dict("records")[-1]
        raise TableError(
            f"plot_frame_shares: the shares of {row['doc_id'] or row['unit']!r} ({row['event']})"
            f" add up to {row['share']:.4g}; the frames of one row can share 1 at most"
        )
    return _draw(table[table["share"].notna()], look, "share", label="share_mentions", note=note)


def _check(table: pd.DataFrame, wanted: list[str], who: str) -> None:
    """Check a table of documents, their mean, and all of them together."""
    key = ["frame", "event", "unit", "doc_id"]
    layout.check_table(table, [*key, *wanted], who, key=key, codes={"unit": UNITS})


def _draw(table: pd.DataFrame, look: Look, value: str, *, label: str, note: str) -> Figure:
    titles = {frame: look.name(frame) for frame in look.order(table["frame"])}
    drawn, axes = draw_document_panels(table, look, value, of="frame", titles=titles)
    if value == "share":
        axes[0].set_xlim(0, 1)
    layout.number_axis(axes[-1], look, look.word(label))
    return layout.finish(drawn, look, note, keys=document_keys(table, look))
