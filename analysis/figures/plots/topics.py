"""Plots of topics: their terms, their share of each document, and how far they come back."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from analysis.figures import layout
from analysis.figures.layout import Look
from analysis.figures.marks import document_keys, draw_document_panels, point
from analysis.figures.style import INK, NEUTRAL, PALE, SMALL_POINTS, figure
from analysis.figures.words import tick_format

#: How many topics stand side by side.
COLUMNS = {"column": 2, "word": 3, "page": 4}
#: The panels of stability, and the label of each.
KINDS = {
    "subsamples": "stability_subsamples",
    "documents": "stability_documents",
    "seeds": "stability_seeds",
}
UNRELATED = "unrelated"
PANEL_MM = 27.0
#: The mean of the fits, unrelated lists, the threshold, and a ring around the number chosen,
#: which greys and bands do not hide.
BAND: dict[str, Any] = {"color": PALE, "linewidth": 0}
MEAN: dict[str, Any] = {"color": INK, "marker": "o", "markersize": 3.4}
FLOOR: dict[str, Any] = {"color": NEUTRAL, "linestyle": (0, (5, 2))}
THRESHOLD: dict[str, Any] = {"color": INK, "linestyle": (0, (1, 1.6)), "linewidth": 0.9}
RING = point("o", 8.5, INK, face="none", width=1.1)


@layout.in_style
def plot_topic_terms(table: pd.DataFrame, look: Look, *, note: str = "") -> Figure:
    """Draw the terms of each topic as bars that carry their term.

    One panel per topic on one scale, terms by rank; the term stands on its bar, so that long
    compounds take no room from the bars.

    Parameters
    ----------
    table : DataFrame
        One row per topic and term; columns topic, rank (1 is the first), term, weight.

    Examples
    --------
    >>> from analysis.figures.layout import look_of
    >>> from analysis.study.study import read_study
    >>> table = pd.DataFrame({"topic": 1, "rank": [1, 2], "term": ["Gipfel", "Treffen"],
    ...     "weight": [0.04, 0.03]})
    >>> drawn = plot_topic_terms(table, look_of(read_study()))
    >>> drawn.axes[0].get_title(loc="left")
    'Thema 1'
    """
    wanted = ["topic", "rank", "term", "weight"]
    layout.check_table(table, wanted, "plot_topic_terms", key=["topic", "rank"])
    topics = sorted(table["topic"].unique())
    n_columns = min(COLUMNS[look.width], len(topics))
    n_rows = math.ceil(len(topics) / n_columns)
    letters = look.letters(0.92 / n_columns)
    names = {term: layout.break_name(term, letters) for term in table["term"]}
    step = 7.4 if any("\n" in name for name in names.values()) else 4.2
    height = n_rows * (table["rank"].max() * step + 7) + 12
    drawn = figure(look.width, height_mm=height)
    grid = list(drawn.subplots(n_rows, n_columns, sharex=True, squeeze=False).flat)
    for axes, topic in zip(grid, topics, strict=False):
        _draw_terms(axes, table[table["topic"] == topic], names)
        axes.set_title(topic_name(topic, look))
    layout.from_zero(grid, table, "weight")
    layout.number_axis(grid[0], look, "", n_ticks=3 if look.width == "column" else 2)
    for axes in grid[len(topics) :]:
        axes.set_visible(False)
    # Ticks and label stand under the last panel of each column.
    for axes in grid[max(0, len(topics) - n_columns) : len(topics)]:
        axes.tick_params(labelbottom=True)
        axes.set_xlabel(look.word("weight"))
    return layout.finish(drawn, look, note)


def topic_name(topic: object, look: Look) -> str:
    """Name a topic by its label, or else by its number."""
    name = look.name(str(topic))
    return name if name != str(topic) else f"{look.word('topic')} {topic}"


def _draw_terms(axes: Axes, rows: pd.DataFrame, names: dict[str, str]) -> None:
    for row in rows.sort_values("rank").to_dict("records"):
        axes.barh(row["rank"], row["weight"], 0.84, color=PALE)
        name = names[row["term"]]
        # Centred text would sit lower with an umlaut than without; a baseline does not move.
        lift, side = (0.0, "center") if "\n" in name else (-2.6, "baseline")
        place, how = (0, row["rank"]), {"va": side, "fontsize": 7.5, "linespacing": 0.95}
        layout.write_beside(axes, name, place, (2, lift), **how)
    axes.set_yticks([])
    axes.set_ylim(rows["rank"].max() + 0.5, 0.5)


@layout.in_style
def plot_topic_prevalence(table: pd.DataFrame, look: Look, *, note: str = "") -> Figure:
    """Draw how much of each document each topic takes.

    One panel per topic on one scale, one row per event: documents as small markers, each at the
    same height in every panel, their mean as an upright bar.

    Parameters
    ----------
    table : DataFrame
        Long; columns topic, doc_id, event, share (in [0, 1]) and, if given, unit
        (document, mean). Without unit every row is a document, and the mean of
        each event is marked. With low and high, the spread of the mean over fits is drawn.

    Examples
    --------
    >>> from analysis.figures.layout import look_of
    >>> from analysis.study.study import read_study
    >>> table = pd.DataFrame({"topic": [1, 2], "doc_id": "a", "event": "alaska-2025",
    ...     "share": [0.25, 0.75]})
    >>> drawn = plot_topic_prevalence(table, look_of(read_study()))
    >>> [axes.get_title(loc="left") for axes in drawn.axes]
    ['Thema 1', 'Thema 2']
    """
    wanted, key = ["topic", "doc_id", "event", "share"], ["topic", "event", "unit", "doc_id"]
    layout.check_table(table, wanted, "plot_topic_prevalence")
    if "unit" not in table:
        # A mark for the eye; the table itself stays as it came.
        means = table.groupby(["topic", "event"])["share"].mean().reset_index()
        parts = [table.assign(unit="document"), means.assign(unit="mean", doc_id="")]
        table = pd.concat(parts, ignore_index=True)
    codes = {"unit": ["document", "mean"]}
    layout.check_table(table, wanted, "plot_topic_prevalence", key=key, codes=codes)
    titles = {topic: topic_name(topic, look) for topic in sorted(table["topic"].unique())}
    drawn, axes = draw_document_panels(table, look, "share", of="topic", titles=titles)
    layout.number_axis(axes[-1], look, look.word("share_topic"))
    keys = document_keys(table, look)
    if "low" in table:
        keys.append((Line2D([], [], color=INK), look.word("middle_fits")))
    return layout.finish(drawn, look, note, keys=keys)


@layout.in_style
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

    One panel per kind on one scale: the mean of the fits as a line, their middle as a band,
    unrelated lists as a dashed line, the threshold as a dotted one.

    Parameters
    ----------
    curve : DataFrame
        From `stability_curve`: n_topics, kind (seeds, subsamples, documents, unrelated),
        stability, low, high.
    thresholds : mapping of str to float
        Kind -> lowest stability wanted.
    chosen : int or None
        The number chosen, which is marked; None: no number is stable.
    share : float
        The part of the segments that the subsamples hold.

    Examples
    --------
    >>> from analysis.figures.layout import look_of
    >>> from analysis.study.study import read_study
    >>> curve = pd.DataFrame({"n_topics": [2, 3], "kind": "subsamples", "stability": [0.8, 0.5],
    ...     "low": [0.6, 0.3], "high": [1.0, 0.7]})
    >>> drawn = plot_topic_stability(curve, look_of(read_study()),
    ...     thresholds={"subsamples": 0.6}, chosen=2, share=0.8)
    >>> drawn.axes[0].get_title(loc="left")
    '80 % der Segmente'
    """
    wanted, codes = ["n_topics", "kind", "stability", "low", "high"], {"kind": [*KINDS, UNRELATED]}
    layout.check_table(curve, wanted, "plot_topic_stability", key=["n_topics", "kind"], codes=codes)
    kinds = [kind for kind in KINDS if (curve["kind"] == kind).any()]
    titles = [look.word(KINDS[kind]).format(look.number(100 * share)) for kind in kinds]
    drawn, axes = layout.panels(look, [PANEL_MM] * len(kinds), extra_mm=24, titles=titles)
    curve = curve.sort_values("n_topics")
    floor = curve[curve["kind"] == UNRELATED]
    for panel, kind in zip(axes, kinds, strict=True):
        rows = curve[curve["kind"] == kind]
        panel.fill_between(*rows[["n_topics", "low", "high"]].to_numpy().T, **BAND, zorder=1)
        panel.plot(rows["n_topics"], rows["stability"], **MEAN, zorder=4)
        ringed = rows[rows["n_topics"] == chosen]
        if len(ringed):  # An empty line that is not clipped would leave the axes no room.
            panel.plot(ringed["n_topics"], ringed["stability"], **RING, zorder=5, clip_on=False)
        panel.plot(floor["n_topics"], floor["stability"], **FLOOR, zorder=3)
        if kind in thresholds:
            least = thresholds[kind]
            panel.axhline(least, **THRESHOLD, zorder=2)
            layout.write_beside(
                panel, look.number(least), (1.0, least), (3, 0), va="center",
                xycoords=panel.get_yaxis_transform(), fontsize=SMALL_POINTS, annotation_clip=False,
            )  # fmt: skip
        _scale(panel, curve, look)
    axes[-1].set_xlabel(look.word("n_topics"))
    axes[len(axes) // 2].set_ylabel(look.word("stability"))
    unstable = "" if chosen is not None else look.word("no_stable_number")
    return layout.finish(drawn, look, note, unstable, keys=_stability_keys(look, chosen))


def _scale(axes: Axes, curve: pd.DataFrame, look: Look) -> None:
    axes.set_ylim(0, 1.02)
    axes.set_xlim(curve["n_topics"].min() - 0.5, curve["n_topics"].max() + 0.5)
    axes.set_yticks([0, 0.5, 1])
    axes.yaxis.set_major_formatter(tick_format(look.language))
    axes.xaxis.set_major_locator(MaxNLocator(12, integer=True))
    axes.grid(visible=False, axis="x")
    axes.grid(visible=True, axis="y")


def _stability_keys(look: Look, chosen: int | None) -> list[tuple[layout.Handle, str]]:
    keys: list[tuple[layout.Handle, str]] = [
        (Line2D([], [], **MEAN), look.word("mean_fits")),
        (Patch(color=PALE), look.word("middle_fits")),
        (Line2D([], [], **FLOOR), look.word("unrelated_lists")),
        (Line2D([], [], **THRESHOLD), look.word("threshold")),
    ]
    if chosen is not None:
        named = f"{look.word('chosen_number')} {look.number(chosen)}"
        keys.append((Line2D([], [], **RING), named))
    return keys
