"""Plot of stability: how far topics come back with other seeds, segments and documents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from analysis.figures.layout import (
    Handle,
    add_legend,
    check_columns,
    check_values,
    finish,
    one_per,
    panels,
)
from analysis.figures.look import Look
from analysis.figures.numbers import tick_format
from analysis.figures.style import INK, NEUTRAL, PALE, SMALL_POINTS, style

#: The panels, and the label of each.
KINDS = {
    "subsamples": "stability_subsamples",
    "documents": "stability_documents",
    "seeds": "stability_seeds",
}
FLOOR = "unrelated"
PANEL_MM = 27.0
RING: dict[str, Any] = {
    "marker": "o", "markersize": 8.5, "markerfacecolor": "none", "markeredgecolor": INK,
    "markeredgewidth": 1.1, "linestyle": "none",
}  # fmt: skip


@style()
def plot_topic_stability(
    curve: pd.DataFrame,
    look: Look,
    *,
    thresholds: Mapping[str, float],
    chosen: int | None,
    share: float,
    note: str = "",
) -> Figure:
    """Draw the stability of every number of topics, with the thresholds and the number chosen.

    Parameters
    ----------
    curve : DataFrame
        From `stability_curve`: n_topics, kind (seeds, subsamples, documents, unrelated),
        stability, low, high.
    look : Look
        Language and width.
    thresholds : mapping of str to float
        Kind -> lowest stability wanted.
    chosen : int or None
        The number chosen, which is marked; None: no number is stable.
    share : float
        The part of the segments that the subsamples hold.
    note : str
        A line under the figure.

    Returns
    -------
    Figure
        One panel per kind on one scale: the mean of the fits as a line, their middle as a
        band, unrelated lists as a dashed line, the threshold as a dotted one.

    Raises
    ------
    TableError
        If a column is missing, a kind is unknown, or a row stands twice.

    Examples
    --------
    >>> from analysis.figures.look import look_of
    >>> from analysis.study.study import read_study
    >>> curve = pd.DataFrame({"n_topics": [2, 3], "kind": "subsamples", "stability": [0.8, 0.5],
    ...     "low": [0.6, 0.3], "high": [1.0, 0.7]})
    >>> drawn = plot_topic_stability(curve, look_of(read_study()),
    ...     thresholds={"subsamples": 0.6}, chosen=2, share=0.8)
    >>> drawn.axes[0].get_title(loc="left")
    '80 % der Segmente'
    """
    check_columns(curve, ["n_topics", "kind", "stability", "low", "high"], "plot_topic_stability")
    check_values(curve, "kind", [*KINDS, FLOOR], "plot_topic_stability")
    one_per(curve, ["n_topics", "kind"], "plot_topic_stability")
    kinds = [kind for kind in KINDS if (curve["kind"] == kind).any()]
    drawn, axes = panels(look, [PANEL_MM] * len(kinds), extra_mm=24)
    floor = curve[curve["kind"] == FLOOR].sort_values("n_topics")
    for panel, kind in zip(axes, kinds, strict=True):
        panel.set_title(look.word(KINDS[kind]).format(look.number(100 * share)))
        rows = curve[curve["kind"] == kind].sort_values("n_topics")
        _draw_kind(panel, rows)
        _ring(panel, rows[rows["n_topics"] == chosen])
        panel.plot(
            floor["n_topics"], floor["stability"], color=NEUTRAL, linestyle=(0, (5, 2)), zorder=3
        )
        if kind in thresholds:
            _draw_threshold(panel, thresholds[kind], look)
        _scale(panel, curve, look)
    axes[-1].set_xlabel(look.word("n_topics"))
    axes[len(axes) // 2].set_ylabel(look.word("stability"))
    add_legend(drawn, look, _keys(look, chosen))
    said = (note, "" if chosen is not None else look.word("no_stable_number"))
    return finish(drawn, look, " ".join(part for part in said if part))


def _draw_kind(axes: Axes, rows: pd.DataFrame) -> None:
    axes.fill_between(
        rows["n_topics"], rows["low"], rows["high"], color=PALE, linewidth=0, zorder=1
    )
    axes.plot(rows["n_topics"], rows["stability"], color=INK, marker="o", markersize=3.4, zorder=4)


def _ring(axes: Axes, rows: pd.DataFrame) -> None:
    """Draw a ring around the number chosen, which greys and bands do not hide."""
    if len(rows):  # An empty line that is not clipped would leave the axes no room.
        axes.plot(rows["n_topics"], rows["stability"], **RING, zorder=5, clip_on=False)


def _draw_threshold(axes: Axes, least: float, look: Look) -> None:
    axes.axhline(least, color=INK, linestyle=(0, (1, 1.6)), linewidth=0.9, zorder=2)
    axes.annotate(
        look.number(least), (1.0, least), xycoords=axes.get_yaxis_transform(), xytext=(3, 0),
        textcoords="offset points", va="center", fontsize=SMALL_POINTS, annotation_clip=False,
    )  # fmt: skip


def _scale(axes: Axes, curve: pd.DataFrame, look: Look) -> None:
    axes.set_ylim(0, 1.02)
    axes.set_xlim(curve["n_topics"].min() - 0.5, curve["n_topics"].max() + 0.5)
    axes.set_yticks([0, 0.5, 1])
    axes.yaxis.set_major_formatter(tick_format(look.language))
    axes.xaxis.set_major_locator(MaxNLocator(12, integer=True))
    axes.grid(visible=False, axis="x")
    axes.grid(visible=True, axis="y")


def _keys(look: Look, chosen: int | None) -> list[tuple[Handle, str]]:
    keys: list[tuple[Handle, str]] = [
        (Line2D([], [], color=INK, marker="o", markersize=3.4), look.word("mean_fits")),
        (Patch(color=PALE), look.word("middle_fits")),
        (Line2D([], [], color=NEUTRAL, linestyle=(0, (5, 2))), look.word("unrelated_lists")),
        (Line2D([], [], color=INK, linestyle=(0, (1, 1.6)), linewidth=0.9), look.word("threshold")),
    ]
    if chosen is not None:
        named = f"{look.word('chosen_number')} {look.number(chosen)}"
        keys.append((Line2D([], [], **RING), named))
    return keys
