"""Plots of frames: how often each is mentioned, which is stressed, which actors go with it.

How good the coding is, and shares as people's coding corrects them, are drawn here, too.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle

from analysis.figures import layout
from analysis.figures.layout import Look
from analysis.figures.marks import (
    document_keys,
    draw_document_panels,
    draw_interval,
    key_point,
    point,
)
from analysis.figures.reasons import VERDICT, status_line
from analysis.figures.style import GRID, INK, NEUTRAL, PALE, QUIET, SMALL_POINTS
from analysis.study.errors import TableError

UNITS = ("document", "mean", "pooled")


@layout.in_style
def plot_frame_rates(table: pd.DataFrame, look: Look, *, note: str = "") -> Figure:
    """Draw how often each frame is mentioned, with every document.

    One panel per frame on one scale, one row per event: documents as small open markers (each
    at the same height in every panel), all documents together as a big one below them, with its
    interval, the mean of the documents as an upright bar.

    Parameters
    ----------
    table : DataFrame
        Long; columns frame, event, unit (document, pooled, mean), doc_id (empty
        unless unit is document), n (mentions), n_tokens, per_1000 and, if there are
        intervals, low and high.

    Examples
    --------
    >>> from analysis.figures.layout import look_of
    >>> from analysis.study.study import read_study
    >>> table = pd.DataFrame({"frame": "Deal", "event": "alaska-2025",
    ...     "unit": ["document", "pooled"], "doc_id": ["a", ""],
    ...     "n": [3, 3], "n_tokens": [900, 900], "per_1000": [3.33, 3.33]})
    >>> drawn = plot_frame_rates(table, look_of(read_study()))
    >>> drawn.axes[0].get_title(loc="left")
    'Deal'
    """
    _check_units(table, ["n", "n_tokens", "per_1000"], "plot_frame_rates")
    # The intervals of single documents would set the scale of all.
    bounds = table.columns.intersection(["low", "high"])
    shown = table.assign(**{str(b): table[b].where(table["unit"] == "pooled") for b in bounds})
    return _draw_units(shown, look, "per_1000", label="per_1000", note=note)


@layout.in_style
def plot_frame_shares(table: pd.DataFrame, look: Look, *, note: str = "") -> Figure:
    """Draw each frame's share of the frame mentions, with every document.

    As `plot_frame_rates`, on the scale from 0 to 1. Documents have their intervals, too, as
    thin lines: a share of a handful of mentions is not shown without one.

    Parameters
    ----------
    table : DataFrame
        Long; columns frame, event, unit (document, pooled, mean), doc_id (empty
        unless unit is document), n, n_mentions (of all frames), share and, if there are
        intervals, low and high.

    Raises
    ------
    TableError
        Also if the shares of a document exceed 1.

    Examples
    --------
    >>> from analysis.figures.layout import look_of
    >>> from analysis.study.study import read_study
    >>> table = pd.DataFrame({"frame": "Deal", "event": "alaska-2025",
    ...     "unit": ["document", "pooled"], "doc_id": ["a", ""],
    ...     "n": [3, 3], "n_mentions": [4, 4], "share": 0.75})
    >>> drawn = plot_frame_shares(table, look_of(read_study()))
    >>> drawn.axes[0].get_xlabel()
    'Anteil an den Frame-Nennungen'
    """
    _check_units(table, ["n", "n_mentions", "share"], "plot_frame_shares")
    # More than 1 would mean that the table is not one of shares of a whole.
    sums = table.groupby(["event", "unit", "doc_id"])["share"].sum()
    if sums.max() > 1 + 1e-9:
        row = sums.reset_index().sort_values("share").to_dict("records")[-1]
        raise TableError(
            f"plot_frame_shares: the shares of {row['doc_id'] or row['unit']!r} ({row['event']})"
            f" add up to {row['share']:.4g}; the frames of one row can share 1 at most"
        )
    return _draw_units(
        table[table["share"].notna()], look, "share", label="share_mentions", note=note
    )


def _check_units(table: pd.DataFrame, wanted: list[str], who: str) -> None:
    """Check a table of documents, their mean, and all of them together."""
    key = ["frame", "event", "unit", "doc_id"]
    layout.check_table(table, [*key, *wanted], who, key=key, codes={"unit": UNITS})


def _draw_units(table: pd.DataFrame, look: Look, value: str, *, label: str, note: str) -> Figure:
    titles = {frame: look.name(frame) for frame in look.order(table["frame"])}
    drawn, axes = draw_document_panels(table, look, value, of="frame", titles=titles)
    if value == "share":
        axes[0].set_xlim(0, 1)
    layout.number_axis(axes[-1], look, look.word(label))
    return layout.finish(drawn, look, note, keys=document_keys(table, look))


ACTORS = ("frame", "actor", "event", "unit", "n_joint", "n_frame", "counted_as", "npmi", *VERDICT)
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
    >>> from analysis.figures.layout import look_of
    >>> from analysis.study.study import read_study
    >>> table = pd.DataFrame({"frame": "Deal", "actor": ["Trump", "Putin"], "unit": "pooled",
    ...     "event": "alaska-2025", "n_joint": [8, 3], "n_frame": 10, "counted_as": "segments",
    ...     "npmi": [0.1, None], "status": ["ok", "not_estimable"],
    ...     "reason_code": ["", "actor_absent"], "reason_values": ""})
    >>> drawn = plot_frame_actors([table], look_of(read_study()))
    >>> [text.get_text() for text in drawn.axes[0].texts][:4]
    ['Alaska 2025', '10', '8', '0,10']
    """
    pooled = [_check_actors(table) for table in tables]
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
        _draw_actors(panel, table, actors, look)
    return layout.finish(drawn, look, note, keys=keys)


def _check_actors(table: pd.DataFrame) -> pd.DataFrame:
    who, key = "plot_frame_actors", ["frame", "actor", "event"]
    layout.check_table(table, ACTORS, who, codes={"counted_as": HEADINGS})
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


def _draw_actors(axes: Axes, table: pd.DataFrame, actors: list[str], look: Look) -> None:
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


QUALITY = (
    "set", "source", "tier", "seen", "coded_by", "layer", "metric", "value", "low", "high",
    "floor", "n",
)  # fmt: skip
CORRECTED = (
    "group", "value", "raw", "share", "low", "high", "n", "n_coded", "coded_by", *VERDICT,
)  # fmt: skip
#: A raw share is an open square: the dot of a corrected one in its middle stays visible.
RAW, CORRECTED_POINT = point("s", 7.5, QUIET, face="white"), point("o", 4.5, INK)
CODING_ROW_MM = 5.0


@layout.in_style
def plot_quality(table: pd.DataFrame, look: Look, *, note: str = "") -> Figure:
    """Draw one score per layer of the coding, with n, interval and floor.

    One panel per set, headed by what was known of it and who coded it; scores as dots, floors
    as upright bars.

    Parameters
    ----------
    table : DataFrame
        One row per set and layer, drawn in this order; columns set, source (mentions,
        quotes), tier (core, near, empty), seen (unseen, scored, read), coded_by
        (language_model, people), layer, metric (accuracy, f1), value in [0, 1], low, high,
        floor, n (empty: not noted).

    Examples
    --------
    >>> from analysis.figures.layout import look_of
    >>> from analysis.study.study import read_study
    >>> table = pd.DataFrame({"set": ["a"], "source": ["mentions"], "tier": ["core"],
    ...     "seen": ["unseen"], "coded_by": ["people"], "layer": ["polarity"], "n": [301],
    ...     "metric": ["accuracy"], "value": [0.9], "low": [0.8], "high": [0.95], "floor": [0.5]})
    >>> plot_quality(table, look_of(read_study())).axes[0].get_title(loc="left").splitlines()
    ['Ungesehene Texte', 'Frame-Nennungen (Kern)', 'Codierung durch Menschen']
    """
    layout.check_table(table, QUALITY, "plot_quality", key=["set", "layer"])
    parts = [part for _, part in table.groupby("set", sort=False)]
    names = [[_layer_name(row, look) for _, row in part.iterrows()] for part in parts]
    heights = [math.fsum(layout.row_mm([one], least=CODING_ROW_MM) for one in n) for n in names]
    drawn, axes = layout.panels(
        look, heights, extra_mm=20 + 14 * len(parts), names=names,
        titles=[_set_title(part.iloc[0], look) for part in parts],
    )  # fmt: skip
    for panel, part in zip(axes, parts, strict=True):
        for y, (_, row) in enumerate(part.iterrows()):
            draw_interval(panel, row, y, INK)
            panel.plot([row["value"]], [y], "o", color=INK, markersize=5, clip_on=False, zorder=5)
            if pd.notna(row["floor"]):
                panel.plot([row["floor"]], [y], "|", color=NEUTRAL, markersize=9, zorder=4)
        panel.set_xlim(0, 1)
    layout.number_axis(axes[-1], look, look.word("quality"))
    dot = Line2D([], [], marker="o", color=INK, markersize=5)
    floor = key_point("|", 9, NEUTRAL)
    keys = [(dot, look.word("value_interval")), (floor, look.word("floor"))]
    return layout.finish(drawn, look, note, keys=keys)


def _set_title(row: pd.Series, look: Look) -> str:
    """Say what was known of a set when it was scored, what it is, and who coded it."""
    tier = f" ({look.word('tier_' + row['tier'])})" if row["tier"] else ""
    seen, coder = look.word(f"seen_{row['seen']}"), look.word(f"coded_by_{row['coded_by']}")
    return f"{seen}\n{look.word('source_' + row['source'])}{tier}\n{coder}"


def _layer_name(row: pd.Series, look: Look) -> str:
    n = look.word("n_not_noted")
    if pd.notna(row["n"]):
        n = f"n\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}{look.number(row['n'])}"
    metric = look.word("metric_" + row["metric"])
    name = f"{look.word('layer_' + row['layer'])} ({metric}; {n})"
    return layout.break_name(name, look.letters(0.36))


@layout.in_style
def plot_corrected(table: pd.DataFrame, look: Look, *, note: str = "") -> Figure:
    """Draw raw and corrected shares of one code, one panel per group.

    Raw shares as open squares, corrected ones as dots with intervals. What was refused is
    always said under the figure.

    Parameters
    ----------
    table : DataFrame
        One row per group and value, drawn in this order; columns group, value, raw, share
        in [0, 1] (empty where it is refused), low, high, n, n_coded, coded_by
        (language_model, people, mixed; empty: nobody), status, reason_code, reason_values.

    Examples
    --------
    >>> from analysis.figures.layout import look_of
    >>> from analysis.study.study import read_study
    >>> table = pd.DataFrame({"group": ["alaska-2025"], "value": ["open"], "raw": [0.4],
    ...     "share": [0.5], "low": [0.3], "high": [0.7], "n": [18], "n_coded": [10],
    ...     "coded_by": ["people"], "status": ["ok"], "reason_code": "", "reason_values": ""})
    >>> plot_corrected(table, look_of(read_study())).axes[0].get_title(loc="left").splitlines()
    ['Alaska 2025: 10 von 18 Nennungen', 'Codierung durch Menschen']
    """
    layout.check_table(table, CORRECTED, "plot_corrected", key=["group", "value"])
    parts = [table[table["group"] == group] for group in look.order(table["group"])]
    names = [[look.word(f"value_{value}") for value in part["value"]] for part in parts]
    refused = status_line(table.drop_duplicates("group"), look, "status_corrected")
    lines = layout.break_note(look, note, refused).count("\n")
    drawn, axes = layout.panels(
        look, [len(n) * layout.row_mm(n, least=CODING_ROW_MM) for n in names], names=names,
        extra_mm=26 + layout.LINE_MM * (lines + len(parts)),
        titles=[_group_title(part.iloc[0], look) for part in parts],
    )  # fmt: skip
    for panel, part in zip(axes, parts, strict=True):
        for y, (_, row) in enumerate(part.iterrows()):
            panel.plot([row["raw"]], [y], **RAW, clip_on=False, zorder=2.5)
            if row["status"] == "ok":
                draw_interval(panel, row, y, INK)
                panel.plot([row["share"]], [y], **CORRECTED_POINT, clip_on=False, zorder=5)
        panel.set_xlim(0, 1)
    layout.number_axis(axes[-1], look, look.word("share_found"))
    marks = ((RAW, "by_rule"), (CORRECTED_POINT, "corrected_interval"))
    keys = [(Line2D([], [], **mark), look.word(key)) for mark, key in marks]
    return layout.finish(drawn, look, note, refused, keys=keys)


def _group_title(row: pd.Series, look: Look) -> str:
    """Say how many mentions were coded a second time, and by whom."""
    counts = {"de": "{} von {} Nennungen", "en": "{} of {} mentions"}
    told = counts[look.language].format(look.number(row["n_coded"]), look.number(row["n"]))
    coder = f"\n{look.word('coded_by_' + row['coded_by'])}" if row["coded_by"] else ""
    return f"{look.name(row['group'])}: {told}{coder}"
