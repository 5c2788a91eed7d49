"""Plot of how good the coding is, layer by layer."""

from __future__ import annotations

import math

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from analysis.figures.layout import (
    add_legend,
    break_name,
    check_columns,
    finish,
    name_rows,
    number_axis,
    one_per,
    panels,
    row_mm,
)
from analysis.figures.look import Look
from analysis.figures.marks import draw_interval
from analysis.figures.style import INK, NEUTRAL, style


@style()
def plot_quality(table: pd.DataFrame, look: Look, *, note: str = "") -> Figure:
    """Draw one score per layer of the coding, with n, interval and floor.

    Parameters
    ----------
    table : DataFrame
        One row per set and layer, drawn in this order; columns set, source (mentions,
        quotes), tier (core, near, empty), seen (unseen, scored, read), coded_by
        (language_model, people), layer, metric (accuracy, f1), value in [0, 1], low, high,
        floor, n (empty: not noted).
    look : Look
        Language and width.
    note : str
        A line under the figure.

    Returns
    -------
    Figure
        One panel per set, headed by what was known of it and who coded it; scores as dots,
        floors as upright bars.

    Raises
    ------
    TableError
        If a column is missing or a layer stands twice.

    Examples
    --------
    >>> from analysis.figures.look import look_of
    >>> from analysis.study.study import read_study
    >>> table = pd.DataFrame({"set": ["a"], "source": ["mentions"], "tier": ["core"],
    ...     "seen": ["unseen"], "coded_by": ["people"], "layer": ["polarity"], "n": [301],
    ...     "metric": ["accuracy"], "value": [0.9], "low": [0.8], "high": [0.95], "floor": [0.5]})
    >>> plot_quality(table, look_of(read_study())).axes[0].get_title(loc="left").splitlines()
    ['Ungesehene Texte', 'Frame-Nennungen (Kern)', 'Codierung durch Menschen']
    """
    wanted = ["set", "source", "tier", "seen", "coded_by", "layer", "metric"]
    check_columns(table, [*wanted, "value", "low", "high", "floor", "n"], "plot_quality")
    one_per(table, ["set", "layer"], "plot_quality")
    parts = [table[table["set"] == name] for name in dict.fromkeys(table["set"])]
    names = [[_name(row, look) for _, row in part.iterrows()] for part in parts]
    drawn, axes = panels(
        look,
        [math.fsum(row_mm([one], least=5.0) for one in n) for n in names],
        extra_mm=20 + 14 * len(parts),
    )
    for place, part, rows in zip(axes, parts, names, strict=True):
        place.set_title(_title(part.iloc[0], look), loc="left")
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


def _title(row: pd.Series, look: Look) -> str:
    """Say what was known of a set when it was scored, what it is, and who coded it."""
    tier = f" ({look.word('tier_' + row['tier'])})" if row["tier"] else ""
    seen, coder = look.word(f"seen_{row['seen']}"), look.word(f"coded_by_{row['coded_by']}")
    return f"{seen}\n{look.word('source_' + row['source'])}{tier}\n{coder}"


def _name(row: pd.Series, look: Look) -> str:
    n = (
        look.word("n_not_noted")
        if pd.isna(row["n"])
        else f"n\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}{look.number(row['n'])}"
    )
    metric = look.word("metric_" + row["metric"])
    name = f"{look.word('layer_' + row['layer'])} ({metric}; {n})"
    return break_name(name, look.letters(0.36))


def _keys(look: Look) -> list[tuple[Line2D, str]]:
    dot = Line2D([], [], marker="o", color=INK, markersize=5)
    bar = Line2D([], [], marker="|", color=NEUTRAL, markersize=9, linestyle="none")
    return [(dot, look.word("value_interval")), (bar, look.word("floor"))]
