"""Plots of what the corpus holds: documents by length, and where the hits of a query stand."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from analysis.figures import layout
from analysis.figures.look import Look
from analysis.figures.style import NEUTRAL, SMALL_POINTS, style
from analysis.study.errors import TableError

#: How a ticker is told from an article without colour.
KIND_HATCHES = {"article": "", "live_ticker": "/////"}


@style()
def plot_corpus(documents: pd.DataFrame, look: Look, *, note: str = "") -> Figure:
    """Draw the length of every document, by event and kind.

    One panel per event, one bar per document, its length beside it.

    Parameters
    ----------
    documents : DataFrame
        One row per document, drawn in this order; columns doc_id, event, kind
        (article, live_ticker), n_tokens (word tokens), outlet (empty: unknown).

    Raises
    ------
    TableError
        If a column is missing, a document stands twice, or a kind is unknown.

    Examples
    --------
    >>> from analysis.figures.look import look_of
    >>> from analysis.study.study import read_study
    >>> documents = pd.DataFrame({"doc_id": ["a"], "event": ["alaska-2025"],
    ...     "kind": ["article"], "n_tokens": [812], "outlet": ["Morgenblatt"]})
    >>> drawn = plot_corpus(documents, look_of(read_study()))
    >>> [int(bar.get_width()) for bar in drawn.axes[0].patches]
    [812]
    """
    wanted, kinds = ["doc_id", "event", "kind", "n_tokens", "outlet"], list(KIND_HATCHES)
    layout.check_table(documents, wanted, "plot_corpus", key=["doc_id"], codes={"kind": kinds})
    groups = layout.by_event(documents, look)
    names = [_document_names(group, look) for group in groups.values()]
    rows = [len(shown) * layout.row_mm(shown) + 5.5 for shown in names]
    drawn, axes = layout.panels(look, rows, extra_mm=17)
    for panel, (event, group), shown in zip(axes, groups.items(), names, strict=True):
        _draw_lengths(panel, group, look, look.colours[event])
        layout.name_rows(panel, shown)
        panel.set_title(look.name(event))
    layout.from_zero(axes, documents["n_tokens"].max())
    layout.number_axis(axes[-1], look, whole=True, n_ticks=4)
    axes[-1].set_xlabel(look.word("n_tokens"))
    kinds = [kind for kind in KIND_HATCHES if kind in set(documents["kind"])]
    layout.add_legend(drawn, look, [(_kind_key(kind), look.word(kind)) for kind in kinds])
    return layout.finish(drawn, look, note)


def _document_names(group: pd.DataFrame, look: Look) -> list[str]:
    """Name each document by its id (or label) and, below it, its outlet."""
    letters = look.letters(layout.NAME_SHARE)
    return [
        layout.break_name(look.name(row["doc_id"]), letters)
        + "\n"
        + layout.break_name(row["outlet"] or look.word("outlet_unknown"), letters)
        for row in group.to_dict("records")
    ]


def _draw_lengths(axes: Axes, group: pd.DataFrame, look: Look, colour: str) -> None:
    for y, row in enumerate(group.to_dict("records")):
        n, hatch = row["n_tokens"], KIND_HATCHES[row["kind"]]
        axes.barh(y, n, 0.62, color=colour, hatch=hatch, edgecolor="white", linewidth=0)
        text = look.number(n)
        layout.write_beside(axes, text, (n, y), (3, 0), va="center", fontsize=SMALL_POINTS)


def _kind_key(kind: str) -> Patch:
    return Patch(facecolor=NEUTRAL, hatch=KIND_HATCHES[kind], edgecolor="white", linewidth=0)


@style()
def plot_hits(places: pd.DataFrame, look: Look, *, note: str = "") -> Figure:
    """Draw a stroke for every hit, where in its document it stands.

    One panel per event, one row per document with the number of hits beside it. Strokes that
    touch stand close together in the text.

    Parameters
    ----------
    places : DataFrame
        What `hit_places` gives: one row per hit, and one without a place for each document
        that has none; columns doc_id, event, place (in [0, 1]).

    Raises
    ------
    TableError
        If a column is missing or a place lies outside the document.

    Examples
    --------
    >>> from analysis.figures.look import look_of
    >>> from analysis.study.study import read_study
    >>> places = pd.DataFrame({"doc_id": ["a", "a"], "event": "alaska-2025", "place": [0.1, 0.7]})
    >>> drawn = plot_hits(places, look_of(read_study()))
    >>> [text.get_text() for text in drawn.axes[0].texts]
    ['2']
    """
    layout.check_table(places, ["doc_id", "event", "place"], "plot_hits")
    if not places["place"].dropna().between(0, 1).all():
        raise TableError("plot_hits: column place: wanted shares of the document, from 0 to 1")
    groups = layout.by_event(places, look)
    rows = [group["doc_id"].nunique() * 6.0 + 6.5 for group in groups.values()]
    drawn, axes = layout.panels(look, rows, extra_mm=14)
    for panel, (event, group) in zip(axes, groups.items(), strict=True):
        _draw_places(panel, group, look, look.colours[event])
        panel.set_title(look.name(event))
    axes[-1].set_xlim(-2, 112)
    layout.number_axis(axes[-1], look, whole=True)
    axes[-1].set_xticks([0, 25, 50, 75, 100])
    axes[-1].set_xlabel(look.word("place"))
    return layout.finish(drawn, look, note)


def _draw_places(axes: Axes, group: pd.DataFrame, look: Look, colour: str) -> None:
    documents = list(dict.fromkeys(group["doc_id"]))
    for y, doc_id in enumerate(documents):
        found = group.loc[group["doc_id"] == doc_id, "place"].dropna() * 100
        axes.hlines(y, 0, 100, color="0.8", linewidth=0.6, zorder=1)
        axes.vlines(found, y - 0.32, y + 0.32, color=colour, linewidth=1.1, zorder=2)
        text = look.number(len(found))
        axes.annotate(text, (111, y), ha="right", va="center_baseline", fontsize=SMALL_POINTS)
    layout.name_rows(axes, layout.break_names(documents, look))
    axes.spines["left"].set_visible(False)
