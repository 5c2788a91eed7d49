"""Plots of how good the coding is, and of shares as people's coding corrects them."""

from __future__ import annotations

import math

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from analysis.figures import layout
from analysis.figures.look import Look
from analysis.figures.marks import draw_interval, key_point, point
from analysis.figures.reasons import VERDICT, status_line
from analysis.figures.style import INK, NEUTRAL, QUIET

QUALITY = (
    "set", "source", "tier", "seen", "coded_by", "layer", "metric", "value", "low", "high",
    "floor", "n",
)  # fmt: skip
CORRECTED = (
    "group", "value", "raw", "share", "low", "high", "n", "n_coded", "coded_by", *VERDICT,
)  # fmt: skip
#: A raw share is an open square: the dot of a corrected one in its middle stays visible.
RAW, CORRECTED_POINT = point("s", 7.5, QUIET, face="white"), point("o", 4.5, INK)
ROW_MM = 5.0


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
    >>> from analysis.figures.look import look_of
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
    heights = [math.fsum(layout.row_mm([one], least=ROW_MM) for one in n) for n in names]
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
    >>> from analysis.figures.look import look_of
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
        look, [len(n) * layout.row_mm(n, least=ROW_MM) for n in names], names=names,
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
