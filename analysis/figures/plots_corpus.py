"""Plots of what the corpus holds: documents by length."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from analysis.figures.layout import (
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
from analysis.figures.look import Look
from analysis.figures.style import NEUTRAL, SMALL_POINTS, style

#: How a ticker is told from an article without colour.
KIND_HATCHES = {"article": "", "live_ticker": "/////"}


@style()
def plot_corpus(documents: pd.DataFrame, look: Look, *, note: str = "") -> Figure:
    """Draw the length of every document, by event and kind.

    Parameters
    ----------
    documents : DataFrame
        One row per document, drawn in this order; columns doc_id, event, kind
        (article, live_ticker), n_tokens (word tokens), outlet (empty: unknown).
    look : Look
        Language, width, colours.
    note : str
        A line under the figure.

    Returns
    -------
    Figure
        One panel per event, one bar per document, its length beside it.

    Raises
    ------
    TableError
        If a column is missing, a document stands twice, or a kind is unknown.
    ExportError
        If an event has no colour.

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
    check_columns(documents, ["doc_id", "event", "kind", "n_tokens", "outlet"], "plot_corpus")
    one_per(documents, ["doc_id"], "plot_corpus")
    check_values(documents, "kind", list(KIND_HATCHES), "plot_corpus")
    groups = [
        (event, documents[documents["event"] == event]) for event in look.order(documents["event"])
    ]
    names = [_document_names(group, look) for _, group in groups]
    rows = [len(shown) * row_mm(shown) + 5.5 for shown in names]
    drawn, axes = panels(look, rows, extra_mm=17)
    for panel, (event, group), shown in zip(axes, groups, names, strict=True):
        _draw_lengths(panel, group, look, look.colours[event])
        name_rows(panel, shown)
        panel.set_title(look.name(event))
    from_zero(axes, documents["n_tokens"].max())
    number_axis(axes[-1], look, whole=True, n_ticks=4)
    axes[-1].set_xlabel(look.word("n_tokens"))
    kinds = [kind for kind in KIND_HATCHES if kind in set(documents["kind"])]
    add_legend(drawn, look, [(_kind_key(kind), look.word(kind)) for kind in kinds])
    return finish(drawn, look, note)


def _document_names(group: pd.DataFrame, look: Look) -> list[str]:
    """Name each document by its id (or label) and, below it, its outlet."""
    letters = look.letters(NAME_SHARE)
    return [
        break_name(look.name(row["doc_id"]), letters)
        + "\n"
        + break_name(row["outlet"] or look.word("outlet_unknown"), letters)
        for row in group.to_dict("records")
    ]


def _draw_lengths(axes: Axes, group: pd.DataFrame, look: Look, colour: str) -> None:
    for y, row in enumerate(group.to_dict("records")):
        axes.barh(
            y,
            row["n_tokens"],
            0.62,
            color=colour,
            hatch=KIND_HATCHES[row["kind"]],
            edgecolor="white",
            linewidth=0,
        )
        axes.annotate(
            look.number(row["n_tokens"]),
            (row["n_tokens"], y),
            xytext=(3, 0),
            textcoords="offset points",
            va="center",
            fontsize=SMALL_POINTS,
        )


def _kind_key(kind: str) -> Patch:
    return Patch(facecolor=NEUTRAL, hatch=KIND_HATCHES[kind], edgecolor="white", linewidth=0)
