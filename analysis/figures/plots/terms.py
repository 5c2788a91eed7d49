"""Plots of terms: how often they are, and where two events differ."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.figures import layout
from analysis.figures.look import Look
from analysis.figures.marks import draw_interval, draw_mark, event_keys, spread, zero_line
from analysis.figures.style import GRID, QUIET, style

LEFT, RIGHT = "\N{LEFTWARDS ARROW}", "\N{RIGHTWARDS ARROW}"


@style()
def plot_terms(table: pd.DataFrame, look: Look, *, note: str = "") -> Figure:
    """Draw how often terms are in each event, as a dot plot.

    One row per term, one marker per event.

    Parameters
    ----------
    table : DataFrame
        One row per term and event; columns term, event, n, per_1000 and, if there
        are intervals, low and high (per 1000). Terms are drawn in their order in the table.

    Raises
    ------
    TableError
        If a column is missing or a term stands twice for one event.

    Examples
    --------
    >>> from analysis.figures.look import look_of
    >>> from analysis.study.study import read_study
    >>> table = pd.DataFrame({"term": ["Gipfel", "Gipfel"], "n": [9, 4],
    ...     "event": ["helsinki-2018", "alaska-2025"], "per_1000": [3.5, 1.25]})
    >>> drawn = plot_terms(table, look_of(read_study()))
    >>> [tick.get_text() for tick in drawn.axes[0].get_yticklabels()]
    ['Gipfel']
    """
    wanted = ["term", "event", "n", "per_1000"]
    layout.check_table(table, wanted, "plot_terms", key=["term", "event"])
    events = look.order(table["event"])
    terms = list(dict.fromkeys(table["term"]))
    names = [layout.break_name(term, look.letters(layout.NAME_SHARE)) for term in terms]
    height = len(names) * layout.row_mm(names, least=5.0)
    drawn, (axes,) = layout.panels(look, [height], extra_mm=17)
    offsets = dict(zip(events, spread(len(events), 0.21), strict=True))
    for _, row in table.iterrows():
        y = terms.index(row["term"]) + offsets[row["event"]]
        draw_interval(axes, row, y, look.colours[row["event"]])
        draw_mark(axes, (row["per_1000"], y), look, row["event"], open_=False)
    layout.name_rows(axes, names)
    _stripe(axes, len(names))
    layout.from_zero([axes], layout.highest(table, "per_1000"))
    layout.number_axis(axes, look)
    axes.set_xlabel(look.word("per_1000"))
    layout.add_legend(drawn, look, event_keys(look, events))
    return layout.finish(drawn, look, note)


def _stripe(axes: Axes, n_rows: int) -> None:
    """Part the rows by faint lines, so that two markers are read as one term's."""
    for y in range(1, n_rows):
        axes.axhline(y - 0.5, color=GRID, linewidth=0.6, zorder=0)


@style()
def plot_term_difference(
    table: pd.DataFrame, look: Look, *, target: str, reference: str, note: str = ""
) -> Figure:
    """Draw where two events differ in their terms, as lollipops from zero.

    One row per term, both raw counts at its end; the axis is symmetric.

    Parameters
    ----------
    table : DataFrame
        One row per term, drawn in this order; columns term, log_ratio (base 2;
        positive: more frequent in the target), n_target, n_reference and, if there
        are intervals, low and high.
    target, reference : str
        Ids of the two events.
    note : str
        A line under the figure; a line that the figure only describes stands there always.

    Raises
    ------
    TableError
        If a column is missing or a term stands twice.

    Examples
    --------
    >>> from analysis.figures.look import look_of
    >>> from analysis.study.study import read_study
    >>> table = pd.DataFrame({"term": ["Deal"], "log_ratio": [2.0],
    ...     "n_target": [8], "n_reference": [2]})
    >>> drawn = plot_term_difference(table, look_of(read_study()),
    ...     target="alaska-2025", reference="helsinki-2018")
    >>> float(sum(drawn.axes[0].get_xlim()))
    0.0
    """
    wanted = ["term", "log_ratio", "n_target", "n_reference"]
    layout.check_table(table, wanted, "plot_term_difference", key=["term"])
    look.order([target, reference])
    names = [layout.break_name(term, look.letters(layout.NAME_SHARE)) for term in table["term"]]
    drawn, (axes,) = layout.panels(look, [len(names) * layout.row_mm(names)], extra_mm=22)
    zero_line(axes)
    for y, (_, row) in enumerate(table.iterrows()):
        _draw_lollipop(axes, row, y, (look, target if row["log_ratio"] > 0 else reference))
    layout.name_rows(axes, names)
    symmetric_axis(axes, table)
    layout.number_axis(axes, look, whole=True, n_ticks=4)
    axes.set_xlabel(look.word("log_ratio"))
    name_ends(axes, look, target, reference)
    counts = f"{look.word('counts_right')} n {look.name(reference)} : n {look.name(target)}."
    return layout.finish(drawn, look, note, look.word("descriptive"), counts)


def _draw_lollipop(axes: Axes, row: pd.Series, y: int, side: tuple[Look, str]) -> None:
    look, event = side
    colour = look.colours[event]
    axes.plot([0, row["log_ratio"]], [y, y], color=colour, linewidth=1.6, zorder=3, label="stem")
    draw_interval(axes, row, y, QUIET)
    draw_mark(axes, (row["log_ratio"], y), look, event, open_=False)
    # In the order of the names above the axis: the reference stands on the left.
    counts = f"{look.number(row['n_reference'])} : {look.number(row['n_target'])}"
    layout.write_right(axes, y, counts)


def symmetric_axis(axes: Axes, table: pd.DataFrame) -> None:
    """Give both directions the same room, so that lengths can be compared."""
    drawn = table[[c for c in ("log_ratio", "low", "high") if c in table]].abs().max().max()
    reach = drawn * 1.1 if drawn > 0 else 1.0
    axes.set_xlim(-reach, reach)
    axes.spines["left"].set_visible(False)


def name_ends(axes: Axes, look: Look, target: str, reference: str) -> None:
    """Say above the axis which direction is whose."""
    left, right = f"{LEFT} {look.name(reference)}", f"{look.name(target)} {RIGHT}"
    for offset, side, text in ((-4, "right", left), (4, "left", right)):
        how = {"xycoords": ("data", "axes fraction"), "ha": side, "weight": "semibold"}
        layout.write_beside(axes, text, (0, 1), (offset, 4), **how)
