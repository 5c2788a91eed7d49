"""Plot of shares as the rules give them and as people's coding corrects them."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from analysis.figures.layout import (
    LINE_MM,
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
from analysis.figures.reasons import VERDICT, status_line
from analysis.figures.style import INK, QUIET, style

RAW_POINTS, POINTS = 7.5, 4.5


@style()
def plot_corrected(table: pd.DataFrame, look: Look, *, note: str = "") -> Figure:
    """Draw raw and corrected shares of one code, one panel per group.

    Parameters
    ----------
    table : DataFrame
        One row per group and value, drawn in this order; columns group, value, raw, share
        in [0, 1] (empty where it is refused), low, high, n, n_coded, coded_by
        (language_model, people, mixed; empty: nobody), status, reason_code, reason_values.
    look : Look
        Language and width.
    note : str
        A line under the figure; what was refused is added.

    Returns
    -------
    Figure
        Raw shares as open squares, corrected ones as dots with intervals.

    Raises
    ------
    TableError
        If a column is missing or a value stands twice in a group.

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
    wanted = ["group", "value", "raw", "share", "low", "high", "n", "n_coded", *VERDICT]
    wanted.append("coded_by")
    check_columns(table, wanted, "plot_corrected")
    one_per(table, ["group", "value"], "plot_corrected")
    groups = look.order(table["group"].unique())
    parts = [table[table["group"] == group] for group in groups]
    names = [[look.word(f"value_{value}") for value in part["value"]] for part in parts]
    told = [note, status_line(table.drop_duplicates("group"), look, "status_corrected")]
    whole = " ".join(filter(None, told))
    lines = break_name(whole, look.letters(1.04)).count("\n")
    heights = [len(n) * row_mm(n, least=5.0) for n in names]
    drawn, axes = panels(look, heights, extra_mm=26 + LINE_MM * (lines + len(groups)))
    for place, part, rows in zip(axes, parts, names, strict=True):
        place.set_title(_title(part.iloc[0], look), loc="left")
        for y, (_, row) in enumerate(part.iterrows()):
            place.add_line(_raw_mark([row["raw"]], [y]))
            if row["status"] == "ok":
                draw_interval(place, row, y, INK)
                place.add_line(_corrected_mark([row["share"]], [y]))
        name_rows(place, rows)
        place.set_xlim(0, 1)
        number_axis(place, look)
    axes[-1].set_xlabel(look.word("share_found"))
    keys = ((_raw_mark([], []), "by_rule"), (_corrected_mark([], []), "corrected_interval"))
    add_legend(drawn, look, [(mark, look.word(key)) for mark, key in keys])
    return finish(drawn, look, whole)


def _raw_mark(x: list[float], y: list[int]) -> Line2D:
    """Make an open square: a corrected dot in its middle stays visible."""
    return Line2D(
        x,
        y,
        marker="s",
        markersize=RAW_POINTS,
        markerfacecolor="white",
        markeredgecolor=QUIET,
        linestyle="none",
        clip_on=False,
        zorder=2.5,
    )


def _corrected_mark(x: list[float], y: list[int]) -> Line2D:
    return Line2D(
        x, y, marker="o", markersize=POINTS, color=INK, linestyle="none", clip_on=False, zorder=5
    )


def _title(row: pd.Series, look: Look) -> str:
    """Say how many mentions were coded a second time, and by whom."""
    counts = {"de": "{} von {} Nennungen", "en": "{} of {} mentions"}
    told = counts[look.language].format(look.number(row["n_coded"]), look.number(row["n"]))
    coder = f"\n{look.word('coded_by_' + row['coded_by'])}" if row["coded_by"] else ""
    return f"{look.name(row['group'])}: {told}{coder}"
