"""Plot of frames and actors: a matrix of counts, with what is too few marked as such."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterator, Sequence
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle

from analysis.figures import layout
from analysis.figures.look import Look
from analysis.figures.reasons import VERDICT
from analysis.figures.style import GRID, INK, PALE, QUIET, SMALL_POINTS, style
from analysis.study.errors import TableError

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


@style()
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
        If a column is missing, a pair stands twice or is missing, counted_as is
        unknown, or no table has a pooled row.

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
    rows = [_actors(table) for table in pooled]
    keys = [
        (Patch(facecolor=PALE, edgecolor=QUIET, linewidth=0.6), look.word("pair_estimable")),
        (Patch(facecolor="white", edgecolor=GRID), f"(n) {look.word('pair_refused')}"),
    ]
    head = HEAD_UPRIGHT_MM if look.width == "column" else HEAD_MM
    around = head * len(rows) + layout.frame_mm(look, [text for _, text in keys], note)
    heights = [(len(actors) + 1) * ROW_MM for actors in rows]
    drawn, axes = layout.panels(look, heights, extra_mm=around, share_x=False)
    for panel, table, actors in zip(axes, pooled, rows, strict=True):
        _draw(panel, table, actors, look)
    layout.add_legend(drawn, look, [*keys])
    return layout.finish(drawn, look, note)


def _check(table: pd.DataFrame) -> pd.DataFrame:
    who = "plot_frame_actors"
    wanted = ["frame", "actor", "event", "unit", "n_joint", "n_frame", "counted_as"]
    layout.check_table(
        table, [*wanted, "npmi", *VERDICT], who, codes={"counted_as": list(HEADINGS)}
    )
    pooled = table[table["unit"] == "pooled"]
    if pooled.empty:
        raise TableError(
            f"{who}: no row is pooled; came: {', '.join(sorted(map(str, set(table['unit']))))}"
        )
    layout.one_per(pooled, ["frame", "actor", "event"], who)
    n_wanted = math.prod(pooled[key].nunique() for key in ("frame", "actor", "event"))
    if len(pooled) != n_wanted:
        raise TableError(
            f"{who}: wanted a pooled row for every frame, actor and event, {n_wanted} in all;"
            f" came {len(pooled)}. Pass zeros as rows."
        )
    return pooled


def _actors(table: pd.DataFrame) -> list[str]:
    """Give the actors that go with a frame, in the order of the table."""
    joint = table.groupby("actor", sort=False)["n_joint"].sum()
    return joint.index[joint > 0].tolist()


def _columns(table: pd.DataFrame, look: Look) -> Iterator[tuple[float, str, str]]:
    """Give the place, event and frame of each column, from left to right."""
    frames = look.order(table["frame"])
    for i, event in enumerate(look.order(table["event"])):
        for j, frame in enumerate(frames):
            yield i * (len(frames) + GAP) + j, event, frame


def _draw(axes: Axes, table: pd.DataFrame, actors: list[str], look: Look) -> None:
    columns = list(_columns(table, look))
    heading = HEADINGS[table["counted_as"].iloc[0]]
    places = pd.Series({event: x for x, event, _ in reversed(columns)})
    for event, x in places.items():
        axes.text(
            x - 0.5, 1.02, look.name(str(event)), transform=axes.get_xaxis_transform(), va="bottom"
        )
    keys = ["event", "frame", "actor"]
    cells = {tuple(row[key] for key in keys): row for row in table.to_dict("records")}
    for x, event, frame in columns:
        n_frame = table.loc[(table["event"] == event) & (table["frame"] == frame), "n_frame"].max()
        axes.text(x, 0, _count(float(n_frame), look), ha="center", va="center", color=QUIET)
        for y, actor in enumerate(actors, start=1):
            _draw_cell(axes, (x, y), cells[event, frame, actor], look)
    names = layout.break_names(actors, look, 0.24)
    axes.set_yticks(range(len(actors) + 1), [look.word("in_all"), *names])
    axes.set_ylim(len(actors) + 0.5, -0.5)
    _name_columns(axes, columns, look)
    axes.set_title(look.word(heading), pad=16)
    axes.grid(visible=False)
    axes.spines[["left", "bottom"]].set_visible(False)


def _name_columns(axes: Axes, columns: list[tuple[float, str, str]], look: Look) -> None:
    names = [look.short_name(frame) for _, _, frame in columns]
    axes.set_xticks([x for x, _, _ in columns], names)
    if look.width == "column":
        axes.tick_params("x", rotation=90)
    axes.tick_params("x", length=0)
    axes.set_xlim(-0.55, columns[-1][0] + 0.55)


def _draw_cell(axes: Axes, at: tuple[float, float], cell: dict[Hashable, Any], look: Look) -> None:
    """Draw one pair: filled with its association, in brackets if it has none, or nothing for 0."""
    x, y = at
    fine = cell["status"] == "ok"
    face, edge = (PALE, QUIET) if fine else ("white", GRID)
    box = Rectangle((x - 0.46, y - 0.46), 0.92, 0.92, facecolor=face, edgecolor=edge, linewidth=0.6)
    axes.add_patch(box)
    count = _count(float(cell["n_joint"]), look)
    if fine:
        axes.text(x, y - 0.17, count, ha="center", va="center", color=INK, weight="semibold")
        value = look.number(float(cell["npmi"]), digits=2)
        axes.text(x, y + 0.24, value, ha="center", va="center", color=INK, fontsize=6.0)
    elif cell["n_joint"] > 0 or cell.get("n_unclear", 0) > 0:
        least = "≥" if cell.get("n_unclear", 0) > 0 else ""
        axes.text(
            x, y, f"({least}{count})", ha="center", va="center", color=QUIET, fontsize=SMALL_POINTS
        )


def _count(n: float, look: Look) -> str:
    """Write a count: whole, or with one place if repeats are weighted."""
    return look.number(n, digits=0 if n == round(n) else 1)
