"""Plot of frames and actors: a matrix of counts, with what is too few marked as such."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle

from analysis.figures import layout
from analysis.figures.look import Look
from analysis.figures.reasons import VERDICT
from analysis.figures.style import GRID, INK, PALE, QUIET, SMALL_POINTS
from analysis.study.errors import TableError

WANTED = ("frame", "actor", "event", "unit", "n_joint", "n_frame", "counted_as", "npmi", *VERDICT)
ROW_MM = 6.2
#: Room for the names above and below a matrix; at column width frames are written upright.
HEAD_UPRIGHT_MM, HEAD_MM = 28.0, 18.0
#: Free space between the columns of two events, in columns.
GAP = 0.35
#: What a table counts -> the panel's heading.
HEADINGS = {
    "segments": "actors_named",
    "tokens": "actors_named_sentence",
    "mentions": "actors_speaking",
}
#: A cell that has an association, and one that has none.
FILLED: dict[str, Any] = {"facecolor": PALE, "edgecolor": QUIET, "linewidth": 0.6}
EMPTY: dict[str, Any] = {"facecolor": "white", "edgecolor": GRID}


@layout.in_style
def plot_frame_actors(tables: Sequence[pd.DataFrame], look: Look, *, note: str = "") -> Figure:
    """Draw which actors go with which frames, both events side by side, counts in the cells.

    A panel per table: actors as rows, frames within events as columns, and above them a row of
    all that the counts are part of. A filled cell has an association, written below the count;
    a count in brackets is too small for one; an empty cell is 0. A network would draw the
    second as if it were the first, and could not show what is not there.

    Parameters
    ----------
    tables : sequence of DataFrame
        One per panel; long, pooled by event: columns frame, actor, event, unit, n_joint,
        n_frame, counted_as (segments, tokens or mentions), npmi, status, reason_code, reason_values
        and, if counts are bounds, n_unclear (a cell then reads ≥). Rows of single documents are
        left out; so are actors who go with no frame in the panel.

    Raises
    ------
    TableError
        Also if a pair is missing, or no table has a pooled row.

    Examples
    --------
    >>> from analysis.figures.look import look_of
    >>> from analysis.study.study import read_study
    >>> table = pd.DataFrame({"frame": "Deal", "actor": ["Trump", "Putin"], "unit": "pooled",
    ...     "event": "alaska-2025", "n_joint": [8, 3], "n_frame": 10, "counted_as": "segments",
    ...     "npmi": [0.1, None], "status": ["ok", "not_estimable"],
    ...     "reason_code": ["", "actor_absent"], "reason_values": ""})
    >>> drawn = plot_frame_actors([table], look_of(read_study()))
    >>> [text.get_text() for text in drawn.axes[0].texts][:4]
    ['Alaska 2025', '10', '8', '0,10']
    """
    pooled = [_check(table) for table in tables]
    if not pooled:
        raise TableError("plot_frame_actors: wanted at least one table, came none")
    joint = [table.groupby("actor", sort=False)["n_joint"].sum() for table in pooled]
    rows = [n.index[n > 0].tolist() for n in joint]
    keys = [
        (Patch(**FILLED), look.word("pair_estimable")),
        (Patch(**EMPTY), f"(n) {look.word('pair_refused')}"),
    ]
    head = HEAD_UPRIGHT_MM if look.width == "column" else HEAD_MM
    around = head * len(rows) + layout.frame_mm(look, keys, note)
    heights = [(len(actors) + 1) * ROW_MM for actors in rows]
    names = [[look.word("in_all"), *layout.break_names(actors, look, 0.24)] for actors in rows]
    drawn, axes = layout.panels(look, heights, extra_mm=around, share_x=False, names=names)
    for panel, table, actors in zip(axes, pooled, rows, strict=True):
        _draw(panel, table, actors, look)
    return layout.finish(drawn, look, note, keys=keys)


def _check(table: pd.DataFrame) -> pd.DataFrame:
    who, key = "plot_frame_actors", ["frame", "actor", "event"]
    layout.check_table(table, WANTED, who, codes={"counted_as": HEADINGS})
    pooled = table[table["unit"] == "pooled"]
    if pooled.empty:
        raise TableError(
            f"{who}: no row is pooled; came: {', '.join(sorted(map(str, set(table['unit']))))}"
        )
    layout.check_table(pooled, key, who, key=key)
    n_wanted = math.prod(pooled[name].nunique() for name in key)
    if len(pooled) != n_wanted:
        raise TableError(
            f"{who}: wanted a pooled row for every frame, actor and event, {n_wanted} in all;"
            f" came {len(pooled)}. Pass zeros as rows."
        )
    return pooled


def _draw(axes: Axes, table: pd.DataFrame, actors: list[str], look: Look) -> None:
    """Draw a matrix: columns of frames, event by event, each under what its counts are part of."""
    frames, events = look.order(table["frame"]), look.order(table["event"])
    lefts = {event: i * (len(frames) + GAP) for i, event in enumerate(events)}
    for event, left in reversed(lefts.items()):
        place = axes.get_xaxis_transform()
        axes.text(left - 0.5, 1.02, look.name(event), transform=place, va="bottom")
    columns = [(lefts[e] + j, e, f) for e in events for j, f in enumerate(frames)]
    for x, event, frame in columns:
        column = table[(table["event"] == event) & (table["frame"] == frame)].set_index("actor")
        total = _count(float(column["n_frame"].max()), look)
        _write(axes, (x, 0), total, color=QUIET)
        for y, actor in enumerate(actors, start=1):
            _draw_cell(axes, (x, y), column.loc[actor].to_dict(), look)
    axes.set_xticks([x for x, _, _ in columns], [look.short_name(f) for _, _, f in columns])
    if look.width == "column":
        axes.tick_params("x", rotation=90)
    axes.tick_params("x", length=0)
    axes.set_xlim(-0.55, columns[-1][0] + 0.55)
    axes.set_title(look.word(HEADINGS[table["counted_as"].iloc[0]]), pad=16)
    axes.grid(visible=False)
    axes.spines[["left", "bottom"]].set_visible(False)


def _draw_cell(axes: Axes, at: tuple[float, float], cell: dict[Hashable, Any], look: Look) -> None:
    """Draw one pair: filled with its association, in brackets if it has none, or nothing for 0."""
    x, y = at
    fine = cell["status"] == "ok"
    box = {**(FILLED if fine else EMPTY), "linewidth": 0.6}
    axes.add_patch(Rectangle((x - 0.46, y - 0.46), 0.92, 0.92, **box))
    count = _count(float(cell["n_joint"]), look)
    unclear = cell.get("n_unclear", 0) > 0
    if fine:
        _write(axes, (x, y - 0.17), count, color=INK, weight="semibold")
        value = look.number(float(cell["npmi"]), digits=2)
        _write(axes, (x, y + 0.24), value, color=INK, fontsize=6.0)
    elif cell["n_joint"] > 0 or unclear:
        least = "≥" if unclear else ""
        _write(axes, at, f"({least}{count})", color=QUIET, fontsize=SMALL_POINTS)


def _write(axes: Axes, at: tuple[float, float], text: str, **how: Any) -> None:
    axes.text(*at, text, ha="center", va="center", **how)


def _count(n: float, look: Look) -> str:
    """Write a count: whole, or with one place if repeats are weighted."""
    return look.number(n, digits=0 if n == round(n) else 1)
