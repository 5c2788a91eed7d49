"""Plots of terms and collocates: how often they are, and where two events differ."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from analysis.figures import layout
from analysis.figures.layout import Look
from analysis.figures.marks import (
    draw_interval,
    draw_mark,
    event_keys,
    has_interval,
    spread,
    zero_line,
)
from analysis.figures.reasons import status_line
from analysis.figures.style import GRID, INK, NEUTRAL, QUIET

#: The order of legend, counts and note: the reference first, as above the axis of differences.
SIDES = ("reference", "target")


@layout.in_style
def plot_terms(table: pd.DataFrame, look: Look, *, note: str = "") -> Figure:
    """Draw how often terms are in each event, as a dot plot.

    One row per term, one marker per event.

    Parameters
    ----------
    table : DataFrame
        One row per term and event; columns term, event, n, per_1000 and, if there
        are intervals, low and high (per 1000). Terms are drawn in their order in the table.

    Examples
    --------
    >>> from analysis.figures.layout import look_of
    >>> from analysis.study.study import read_study
    >>> table = pd.DataFrame({"term": ["Gipfel", "Gipfel"], "n": [9, 4],
    ...     "event": ["helsinki-2018", "alaska-2025"], "per_1000": [3.5, 1.25]})
    >>> drawn = plot_terms(table, look_of(read_study()))
    >>> [tick.get_text() for tick in drawn.axes[0].get_yticklabels()]
    ['Gipfel']
    """
    wanted = ["term", "event", "n", "per_1000"]
    layout.check_table(table, wanted, "plot_terms", key=["term", "event"])
    events, terms = look.order(table["event"]), list(dict.fromkeys(table["term"]))
    names = layout.break_terms(terms, look)
    height = len(names) * layout.row_mm(names, least=5.0)
    drawn, (axes,) = layout.panels(look, [height], extra_mm=17, names=[names])
    offsets = dict(zip(events, spread(len(events), 0.21), strict=True))
    for _, row in table.iterrows():
        y = terms.index(row["term"]) + offsets[row["event"]]
        draw_interval(axes, row, y, look.colours[row["event"]])
        draw_mark(axes, (row["per_1000"], y), look, row["event"])
    for y in range(1, len(names)):
        # So that two markers are read as one term's.
        axes.axhline(y - 0.5, color=GRID, linewidth=0.6, zorder=0)
    layout.from_zero([axes], table, "per_1000")
    layout.number_axis(axes, look, look.word("per_1000"))
    return layout.finish(drawn, look, note, keys=event_keys(look, events))


@layout.in_style
def plot_term_difference(
    table: pd.DataFrame, look: Look, *, target: str, reference: str, note: str = ""
) -> Figure:
    """Draw where two events differ in their terms, as lollipops from zero.

    One row per term, both raw counts at its end; the axis is symmetric. That the figure only
    describes is always said under it.

    Parameters
    ----------
    table : DataFrame
        One row per term, drawn in this order; columns term, log_ratio (base 2;
        positive: more frequent in the target), n_target, n_reference and, if there
        are intervals, low and high.
    target, reference : str
        Ids of the two events.

    Examples
    --------
    >>> from analysis.figures.layout import look_of
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
    names = layout.break_terms(table["term"], look)
    heights = [len(names) * layout.row_mm(names)]
    drawn, (axes,) = layout.panels(look, heights, extra_mm=22, names=[names])
    zero_line(axes)
    for y, (_, row) in enumerate(table.iterrows()):
        event = target if row["log_ratio"] > 0 else reference
        ends, colour = [0, row["log_ratio"]], look.colours[event]
        axes.plot(ends, [y, y], color=colour, linewidth=1.6, zorder=3, label="stem")
        draw_interval(axes, row, y, QUIET)
        draw_mark(axes, (row["log_ratio"], y), look, event)
        _write_counts(axes, row, y, look, count="n")
    layout.symmetric_axis(axes, table)
    layout.number_axis(axes, look, look.word("log_ratio"), whole=True, n_ticks=4)
    layout.name_ends(axes, look, target, reference)
    counts = f"{look.word('counts_right')} n {look.name(reference)} : n {look.name(target)}."
    return layout.finish(drawn, look, note, look.word("descriptive"), counts)


def _write_counts(axes: Axes, row: pd.Series, y: int, look: Look, *, count: str) -> None:
    layout.write_right(axes, y, " : ".join(look.number(row[f"{count}_{s}"]) for s in SIDES))


@layout.in_style
def plot_collocates(
    table: pd.DataFrame, look: Look, *, target: str, reference: str, note: str = ""
) -> Figure:
    """Draw the association of nodes with their collocates in two events.

    One panel per node, one row per collocate: a marker for each event that has the two
    together, and a line for the difference (thick and dark if its interval leaves out zero);
    both counts at the right. What cannot be estimated is always said under the figure.

    Parameters
    ----------
    table : DataFrame
        One row per node and collocate, drawn in this order (nodes in that of the study);
        columns node, collocate, n_joint_target, n_joint_reference (both together),
        association_target, association_reference (missing where the node or the collocate
        does not occur), difference and, if there are intervals of it, low, high, status,
        reason_code, reason_values.
    target, reference : str
        Ids of the two events.

    Raises
    ------
    TableError
        Also if a reason has no words.

    Examples
    --------
    >>> from analysis.figures.layout import look_of
    >>> from analysis.study.study import read_study
    >>> table = pd.DataFrame({"node": ["Deal"], "collocate": ["gut"], "n_joint_target": [4],
    ...     "n_joint_reference": [1], "association_target": [2.5],
    ...     "association_reference": [0.5], "difference": [2.0]})
    >>> drawn = plot_collocates(table, look_of(read_study()),
    ...     target="alaska-2025", reference="helsinki-2018")
    >>> drawn.axes[0].texts[0].get_text()
    '1 : 4'
    """
    by_side = [f"{name}_{side}" for name in ("n_joint", "association") for side in SIDES]
    wanted, key = ["node", "collocate", *by_side, "difference"], ["node", "collocate"]
    layout.check_table(table, wanted, "plot_collocates", key=key)
    look.order([target, reference])
    known = list(look.colours)
    groups = {
        node: table[table["node"] == node]
        for node in sorted(
            table["node"].unique(), key=lambda n: known.index(n) if n in known else len(known)
        )
    }
    names = [layout.break_terms(group["collocate"], look) for group in groups.values()]
    heights = [len(group) * layout.row_mm(group) + 5.5 for group in names]
    titles = [look.name(node) for node in groups]
    drawn, axes = layout.panels(look, heights, extra_mm=30, titles=titles, names=names)
    events = {"reference": reference, "target": target}
    for panel, group in zip(axes, groups.values(), strict=True):
        zero_line(panel)
        for y, (_, row) in enumerate(group.iterrows()):
            _draw_pair(panel, row, y, look, events=events)
            _write_counts(panel, row, y, look, count="n_joint")
        panel.spines["left"].set_visible(False)
    axes[0].set_xlim(*_limits(table))
    layout.number_axis(axes[-1], look, look.word("association"), whole=True)
    line = Line2D([], [], color=NEUTRAL, linewidth=0.8)
    keys = [*event_keys(look, [reference, target]), (line, look.word("difference"))]
    return layout.finish(drawn, look, note, *_notes(table, look, events), keys=keys)


def _draw_pair(axes: Axes, row: pd.Series, y: int, look: Look, *, events: dict[str, str]) -> None:
    """Draw the difference as a line, and the events that have the pair as its ends."""
    seen = [side for side in SIDES if row[f"n_joint_{side}"] > 0]
    if len(seen) == len(SIDES) and pd.notna(row["difference"]):
        ends = [row["association_reference"], row["association_target"]]
        sure = has_interval(row) and not row["low"] <= 0 <= row["high"]
        colour, width = (INK, 1.8) if sure else (NEUTRAL, 0.8)
        axes.plot(ends, [y, y], color=colour, linewidth=width, zorder=3, label="difference")
    for side in seen:
        draw_mark(axes, (row[f"association_{side}"], y), look, events[side])


def _limits(table: pd.DataFrame) -> tuple[float, float]:
    """Return one axis for all panels, with zero on it and air at both ends."""
    drawn = [table.loc[table[f"n_joint_{s}"] > 0, f"association_{s}"] for s in SIDES]
    values = np.append(pd.concat(drawn).to_numpy(dtype=float), 0.0)
    air = 0.06 * max(float(np.ptp(values)), 1.0)
    return float(values.min()) - air, float(values.max()) + air


def _notes(table: pd.DataFrame, look: Look, events: dict[str, str]) -> list[str]:
    """Say what the counts are, and what cannot be claimed."""
    names = " : ".join(f"n {look.name(event)}" for event in events.values())
    said = [f"{look.word('counts_right')} {names}."]
    if (table[[f"n_joint_{side}" for side in SIDES]] == 0).to_numpy().any():
        said.append(look.word("never_together"))
    if "status" not in table.columns:
        return [*said, look.word("descriptive")]
    said.append(status_line(table, look, "status_interval"))
    return [*said, look.word("nothing_significant") if (table["status"] != "ok").all() else ""]
