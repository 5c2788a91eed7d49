"""Plot of where in each document the hits of a query stand."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.figures.layout import (
    NAME_SHARE,
    break_name,
    check_columns,
    finish,
    name_rows,
    number_axis,
    panels,
)
from analysis.figures.look import Look
from analysis.figures.style import SMALL_POINTS, style
from analysis.study.errors import TableError


@style()
def plot_hits(places: pd.DataFrame, look: Look, *, note: str = "") -> Figure:
    """Draw a stroke for every hit, where in its document it stands.

    Parameters
    ----------
    places : DataFrame
        What `hit_places` gives: one row per hit, and one without a place for each document
        that has none; columns doc_id, event, place (in [0, 1]).
    look : Look
        Language, width, colours.
    note : str
        A line under the figure.

    Returns
    -------
    Figure
        One panel per event, one row per document with the number of hits beside it. Strokes
        that touch stand close together in the text.

    Raises
    ------
    TableError
        If a column is missing or a place lies outside the document.
    ExportError
        If an event has no colour.

    Examples
    --------
    >>> from analysis.figures.look import look_of
    >>> from analysis.study.study import read_study
    >>> places = pd.DataFrame({"doc_id": ["a", "a"], "event": "alaska-2025", "place": [0.1, 0.7]})
    >>> drawn = plot_hits(places, look_of(read_study()))
    >>> [text.get_text() for text in drawn.axes[0].texts]
    ['2']
    """
    check_columns(places, ["doc_id", "event", "place"], "plot_hits")
    if not places["place"].dropna().between(0, 1).all():
        raise TableError("plot_hits: column place: wanted shares of the document, from 0 to 1")
    groups = [(event, places[places["event"] == event]) for event in look.order(places["event"])]
    rows = [group["doc_id"].nunique() * 6.0 + 6.5 for _, group in groups]
    drawn, axes = panels(look, rows, extra_mm=14)
    for panel, (event, group) in zip(axes, groups, strict=True):
        _draw_places(panel, group, look, look.colours[event])
        panel.set_title(look.name(event))
    axes[-1].set_xlim(-2, 112)
    number_axis(axes[-1], look, whole=True)
    axes[-1].set_xticks([0, 25, 50, 75, 100])
    axes[-1].set_xlabel(look.word("place"))
    return finish(drawn, look, note)


def _draw_places(axes: Axes, group: pd.DataFrame, look: Look, colour: str) -> None:
    documents = list(dict.fromkeys(group["doc_id"]))
    for y, doc_id in enumerate(documents):
        found = group.loc[group["doc_id"] == doc_id, "place"].dropna() * 100
        axes.hlines(y, 0, 100, color="0.8", linewidth=0.6, zorder=1)
        axes.vlines(found, y - 0.32, y + 0.32, color=colour, linewidth=1.1, zorder=2)
        axes.annotate(
            look.number(len(found)),
            (111, y),
            ha="right",
            va="center_baseline",
            fontsize=SMALL_POINTS,
        )
    letters = look.letters(NAME_SHARE)
    name_rows(axes, [break_name(look.name(doc_id), letters) for doc_id in documents])
    axes.spines["left"].set_visible(False)
