"""Plot of collocates: what stands near a node in each event, and how the events differ."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from analysis.figures import layout
from analysis.figures.look import Look
from analysis.figures.marks import draw_mark, event_keys, has_interval, zero_line
from analysis.figures.reasons import status_line
from analysis.figures.style import INK, NEUTRAL, style

WANTED = (
    "node", "collocate", "n_joint_target", "n_joint_reference", "association_target",
    "association_reference", "difference",
)  # fmt: skip
#: The order of legend, counts and note: the reference first, as above the axis of differences.
SIDES = ("reference", "target")


@style()
def plot_collocates(
    table: pd.DataFrame, look: Look, *, target: str, reference: str, note: str = ""
) -> Figure:
    """Draw the association of nodes with their collocates in two events.

    One panel per node, one row per collocate: a marker for each event that has the two
    together, and a line for the difference (thick and dark if its interval leaves out zero);
    both counts at the right.

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
    note : str
        A line under the figure. What cannot be estimated stands there always.

    Raises
    ------
    TableError
        If a column is missing, a pair stands twice, or a reason has no words.

    Examples
    --------
    >>> from analysis.figures.look import look_of
    >>> from analysis.study.study import read_study
    >>> table = pd.DataFrame({"node": ["Deal"], "collocate": ["gut"], "n_joint_target": [4],
    ...     "n_joint_reference": [1], "association_target": [2.5],
    ...     "association_reference": [0.5], "difference": [2.0]})
    >>> drawn = plot_collocates(table, look_of(read_study()),
    ...     target="alaska-2025", reference="helsinki-2018")
    >>> drawn.axes[0].texts[0].get_text()
    '1 : 4'
    """
    layout.check_table(table, WANTED, "plot_collocates", key=["node", "collocate"])
    look.order([target, reference])
    events = {"reference": reference, "target": target}
    came, known = list(dict.fromkeys(table["node"])), list(look.colours)
    nodes = sorted(came, key=lambda node: known.index(node) if node in known else len(known))
    groups = [table[table["node"] == node].reset_index(drop=True) for node in nodes]
    letters = look.letters(layout.NAME_SHARE)
    names = [[layout.break_name(name, letters) for name in g["collocate"]] for g in groups]
    rows = [len(group) * layout.row_mm(group) + 5.5 for group in names]
    drawn, axes = layout.panels(look, rows, extra_mm=30)
    for panel, node, group, shown in zip(axes, nodes, groups, names, strict=True):
        zero_line(panel)
        for y, (_, row) in enumerate(group.iterrows()):
            _draw_pair(panel, row, y, (look, events))
        layout.name_rows(panel, shown)
        panel.set_title(look.name(node))
        panel.spines["left"].set_visible(False)
    axes[0].set_xlim(*_limits(table))
    layout.number_axis(axes[-1], look, whole=True)
    axes[-1].set_xlabel(look.word("association"))
    layout.add_legend(drawn, look, _keys(look, events))
    return layout.finish(drawn, look, *_notes(table, look, events, note))


def _draw_pair(axes: Axes, row: pd.Series, y: int, about: tuple[Look, dict[str, str]]) -> None:
    """Draw the difference as a line, the events as its ends, and the counts beside."""
    look, events = about
    seen = {side: row[f"n_joint_{side}"] > 0 for side in SIDES}
    if all(seen.values()) and pd.notna(row["difference"]):
        ends = [row["association_reference"], row["association_target"]]
        sure = has_interval(row) and not row["low"] <= 0 <= row["high"]
        axes.plot(
            ends, [y, y], color=INK if sure else NEUTRAL, linewidth=1.8 if sure else 0.8,
            zorder=3, label="difference",
        )  # fmt: skip
    for side, event in events.items():
        if seen[side]:
            draw_mark(axes, (row[f"association_{side}"], y), look, event, open_=False)
    counts = " : ".join(look.number(row[f"n_joint_{side}"]) for side in SIDES)
    layout.write_right(axes, y, counts)


def _limits(table: pd.DataFrame) -> tuple[float, float]:
    """Give all panels one axis, with zero on it and air at both ends."""
    drawn = [table.loc[table[f"n_joint_{s}"] > 0, f"association_{s}"] for s in SIDES]
    values = np.append(pd.concat(drawn).to_numpy(dtype=float), 0.0)
    air = 0.06 * max(float(np.ptp(values)), 1.0)
    return float(values.min()) - air, float(values.max()) + air


def _keys(look: Look, events: dict[str, str]) -> list[tuple[layout.Handle, str]]:
    line = Line2D([], [], color=NEUTRAL, linewidth=0.8)
    return [*event_keys(look, list(events.values())), (line, look.word("difference"))]


def _notes(table: pd.DataFrame, look: Look, events: dict[str, str], note: str) -> list[str]:
    """Say what the counts are, and what cannot be claimed."""
    names = " : ".join(f"n {look.name(event)}" for event in events.values())
    said = [note, f"{look.word('counts_right')} {names}."]
    if (table[[f"n_joint_{side}" for side in SIDES]] == 0).to_numpy().any():
        said.append(look.word("never_together"))
    if "status" not in table.columns:
        return [*said, look.word("descriptive")]
    nothing = (table["status"] != "ok").all()
    said.append(status_line(table, look, "status_interval"))
    return [*said, look.word("nothing_significant") if nothing else ""]
