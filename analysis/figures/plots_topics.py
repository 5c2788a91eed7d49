"""Plots of topics: the terms that make them up, and how much of each document they take."""

from __future__ import annotations

import math

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from analysis.figures.layout import (
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
)
from analysis.figures.look import Look
from analysis.figures.marks import document_keys, draw_documents
from analysis.figures.style import INK, PALE, figure, style

#: How many topics stand side by side.
COLUMNS = {"column": 2, "word": 3, "page": 4}


@style()
def plot_topic_terms(table: pd.DataFrame, look: Look, *, note: str = "") -> Figure:
    """Draw the terms of each topic as bars that carry their term.

    Parameters
    ----------
    table : DataFrame
        One row per topic and term; columns topic, rank (1 is the first), term, weight.
    look : Look
        Language, width, names of the topics.
    note : str
        A line under the figure.

    Returns
    -------
    Figure
        One panel per topic on one scale, terms by rank; the term stands on its bar,
        so that long compounds take no room from the bars.

    Raises
    ------
    TableError
        If a column is missing or a topic has two terms of one rank.

    Examples
    --------
    >>> from analysis.figures.look import look_of
    >>> from analysis.study.study import read_study
    >>> table = pd.DataFrame({"topic": 1, "rank": [1, 2], "term": ["Gipfel", "Treffen"],
    ...     "weight": [0.04, 0.03]})
    >>> drawn = plot_topic_terms(table, look_of(read_study()))
    >>> drawn.axes[0].get_title(loc="left")
    'Thema 1'
    """
    check_columns(table, ["topic", "rank", "term", "weight"], "plot_topic_terms")
    one_per(table, ["topic", "rank"], "plot_topic_terms")
    topics = sorted(table["topic"].unique())
    n_columns = min(COLUMNS[look.width], len(topics))
    letters = look.letters(0.92 / n_columns)
    names = {term: break_name(term, letters) for term in table["term"]}
    step = 4.2 if all("\n" not in name for name in names.values()) else 7.4
    n_rows = math.ceil(len(topics) / n_columns)
    height = n_rows * (table["rank"].max() * step + 7) + 12
    drawn = figure(look.width, height_mm=height)
    grid = drawn.subplots(n_rows, n_columns, sharex=True, squeeze=False).ravel()
    for axes, topic in zip(grid, topics, strict=False):
        _draw_terms(axes, table[table["topic"] == topic], names)
        axes.set_title(topic_name(topic, look))
    from_zero(list(grid), table["weight"].max())
    _label_columns(list(grid), len(topics), n_columns, look)
    return finish(drawn, look, note)


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
        axes.annotate(
            name,
            (0, row["rank"]),
            xytext=(2, lift),
            textcoords="offset points",
            va=side,
            fontsize=7.5,
            linespacing=0.95,
        )
    axes.set_yticks([])
    axes.set_ylim(rows["rank"].max() + 0.5, 0.5)


def _label_columns(grid: list[Axes], n_drawn: int, n_columns: int, look: Look) -> None:
    """Hide panels without a topic and put ticks and label under the last panel of each column."""
    number_axis(grid[0], look, n_ticks=3 if look.width == "column" else 2)
    for axes in grid[n_drawn:]:
        axes.set_visible(False)
    for axes in grid[max(0, n_drawn - n_columns) : n_drawn]:
        axes.tick_params(labelbottom=True)
        axes.set_xlabel(look.word("weight"))


@style()
def plot_topic_prevalence(table: pd.DataFrame, look: Look, *, note: str = "") -> Figure:
    """Draw how much of each document each topic takes.

    Parameters
    ----------
    table : DataFrame
        Long; columns topic, doc_id, event, share (in [0, 1]) and, if given, unit
        (document, mean). Without unit every row is a document, and the mean of
        each event is marked. With low and high, the spread of the mean over fits is drawn.
    look : Look
        Language, width, colours, names of the topics.
    note : str
        A line under the figure.

    Returns
    -------
    Figure
        One panel per topic on one scale, one row per event: documents as small
        markers, each at the same height in every panel, their mean as an upright bar.

    Raises
    ------
    TableError
        If a column is missing, a row stands twice, or a unit is unknown.
    ExportError
        If an event has no colour.

    Examples
    --------
    >>> from analysis.figures.look import look_of
    >>> from analysis.study.study import read_study
    >>> table = pd.DataFrame({"topic": [1, 2], "doc_id": "a", "event": "alaska-2025",
    ...     "share": [0.25, 0.75]})
    >>> drawn = plot_topic_prevalence(table, look_of(read_study()))
    >>> [axes.get_title(loc="left") for axes in drawn.axes]
    ['Thema 1', 'Thema 2']
    """
    check_columns(table, ["topic", "doc_id", "event", "share"], "plot_topic_prevalence")
    table = table if "unit" in table else _with_means(table)
    check_values(table, "unit", ["document", "mean"], "plot_topic_prevalence")
    one_per(table, ["topic", "event", "unit", "doc_id"], "plot_topic_prevalence")
    topics, events = sorted(table["topic"].unique()), look.order(table["event"])
    names = [break_name(look.name(event), look.letters(0.3)) for event in events]
    drawn, axes = panels(look, [len(events) * 7.5 + 5] * len(topics), extra_mm=19)
    for panel, topic in zip(axes, topics, strict=True):
        rows = table[table["topic"] == topic]
        for y, event in enumerate(events):
            draw_documents(panel, rows[rows["event"] == event], y, look, value="share")
        name_rows(panel, names)
        panel.set_title(topic_name(topic, look))
    from_zero(axes, highest(table, "share"))
    number_axis(axes[-1], look)
    axes[-1].set_xlabel(look.word("share_topic"))
    keys = document_keys(look, events, set(table["unit"]))
    if "low" in table:
        keys.append((Line2D([], [], color=INK), look.word("middle_fits")))
    add_legend(drawn, look, keys)
    return finish(drawn, look, note)


def _with_means(table: pd.DataFrame) -> pd.DataFrame:
    """Add the mean of each event, as a mark for the eye; the table itself stays as it came."""
    means = table.groupby(["topic", "event"])["share"].mean().reset_index()
    parts = [table.assign(unit="document"), means.assign(unit="mean", doc_id="")]
    return pd.concat(parts, ignore_index=True)
