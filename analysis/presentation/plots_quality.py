"""Plot of how good the coding is, layer by layer."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from analysis.presentation.layout import (
    add_legend,
    check_columns,
    finish,
    name_rows,
    number_axis,
    one_per,
    panels,
    row_mm,
)
from analysis.presentation.look import Look
from analysis.presentation.marks import draw_interval
from analysis.presentation.style import INK, NEUTRAL, style


@style()
def plot_quality(table: pd.DataFrame, look: Look, *, note: str = "") -> Figure:
    """Draw one score per layer of the coding, with interval and floor.

    Parameters
    ----------
    table : DataFrame
        One row per source and layer, drawn in this order; columns source (mentions,
        quotes), layer, metric (accuracy, f1), value in [0, 1], low, high, floor.
    look : Look
        Language and width.
    note : str
        A line under the figure.

    Returns
    -------
    Figure
        One panel per source; scores as dots, floors as upright bars.

    Raises
    ------
    TableError
        If a column is missing or a layer stands twice.

    Examples
    --------
    >>> from analysis.presentation.look import look_of
    >>> from analysis.study import read_study
    >>> table = pd.DataFrame({"source": ["mentions"], "layer": ["polarity"],
    ...     "metric": ["accuracy"], "value": [0.9], "low": [0.8], "high": [0.95], "floor": [0.5]})
    >>> plot_quality(table, look_of(read_study())).axes[0].get_title(loc="left")
    'Frame-Nennungen'
    """
    wanted = ["source", "layer", "metric", "value", "low", "high", "floor"]
    check_columns(table, wanted, "plot_quality")
    one_per(table, ["source", "layer"], "plot_quality")
    sources = list(dict.fromkeys(table["source"]))
    parts = [table[table["source"] == source] for source in sources]
    names = [[_name(row, look) for _, row in part.iterrows()] for part in parts]
    drawn, axes = panels(look, [len(n) * row_mm(n, least=5.0) for n in names], extra_mm=22)
    for place, part, rows, source in zip(axes, parts, names, sources, strict=True):
        place.set_title(look.word(f"source_{source}"), loc="left")
        for y, (_, row) in enumerate(part.iterrows()):
            draw_interval(place, row, y, INK)
            place.plot([row["value"]], [y], "o", color=INK, markersize=5, clip_on=False, zorder=5)
            if pd.notna(row["floor"]):
                place.plot([row["floor"]], [y], "|", color=NEUTRAL, markersize=9, zorder=4)
        name_rows(place, rows)
        place.set_xlim(0, 1)
        number_axis(place, look)
    axes[-1].set_xlabel(look.word("quality"))
    add_legend(drawn, look, _keys(look))
    return finish(drawn, look, note)


def _name(row: pd.Series, look: Look) -> str:
    return f"{look.word('layer_' + row['layer'])} ({look.word('metric_' + row['metric'])})"


def _keys(look: Look) -> list[tuple[Line2D, str]]:
    dot = Line2D([], [], marker="o", color=INK, markersize=5)
    bar = Line2D([], [], marker="|", color=NEUTRAL, markersize=9, linestyle="none")
    return [(dot, look.word("value_interval")), (bar, look.word("floor"))]
