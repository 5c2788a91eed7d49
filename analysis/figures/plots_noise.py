"""Plot of the noise floor: keywords in random splits of a group, beside those between groups."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from analysis.figures.layout import (
    NAME_SHARE,
    Handle,
    add_legend,
    break_name,
    check_columns,
    check_values,
    finish,
    name_rows,
    number_axis,
    panels,
)
from analysis.figures.look import Look
from analysis.figures.marks import FILLED_POINTS, mark_key, spread
from analysis.figures.reasons import VERDICT
from analysis.figures.style import GRID, INK, SMALL_POINTS, style
from analysis.figures.words import word_reason

WANTED = (
    "comparison",
    "target",
    "reference",
    "n_documents_target",
    "n_documents_reference",
    "n_keywords_words",
    "n_keywords_documents",
    "p_floor",
    *VERDICT,
)
ROW_MM = 12.5
#: Height of a row that marks of one value may fill, and most of it that one mark takes.
STACK, STEP = 0.66, 0.12
REAL_MARKER = "D"


@style()
def plot_noise_floor(table: pd.DataFrame, look: Look, *, note: str = "") -> Figure:
    """Draw how many keywords come about where nothing is to be found, and where something may be.

    Parameters
    ----------
    table : DataFrame
        What `noise_floor` gives: one row per split of a group and per pair of groups;
        columns comparison (split or groups), target, reference, n_documents_target,
        n_documents_reference, n_keywords_words, n_keywords_documents (missing if not
        estimable), p_floor, status, reason_code, reason_values.
    look : Look
        Language, width, colours and markers of the groups; groups without are grey.
    note : str
        A line under the figure. What the splits mean stands there always.

    Returns
    -------
    Figure
        One row per group and per pair of groups, one marker per split; at the right,
        what remains if documents are the units.

    Raises
    ------
    TableError
        If a column is missing, a comparison is unknown, or a reason has no words.

    Examples
    --------
    >>> from analysis.figures.look import look_of
    >>> from analysis.study.study import read_study
    >>> table = pd.DataFrame({"comparison": ["split", "split"], "target": "alaska-2025",
    ...     "reference": "alaska-2025", "n_documents_target": 30, "n_documents_reference": 30,
    ...     "n_keywords_words": [7, 2], "n_keywords_documents": [0, 1], "p_floor": 0.001,
    ...     "status": "ok", "reason_code": "", "reason_values": ""})
    >>> drawn = plot_noise_floor(table, look_of(read_study()))
    >>> [int(line.get_xdata()[0]) for line in drawn.axes[0].lines if line.get_marker() == "s"]
    [2, 7]
    """
    check_columns(table, WANTED, "plot_noise_floor")
    check_values(table, "comparison", ("groups", "split"), "plot_noise_floor")
    rows = _rows(table, look)
    names = [_row_name(part, look) for part in rows]
    drawn, (axes,) = panels(look, [ROW_MM * len(rows) + 6], extra_mm=26)
    for y, part in enumerate(rows):
        _draw_row(axes, part, y, look)
        _write_verdict(axes, part, y, look)
    name_rows(axes, names)
    _part_rows(axes, rows)
    most = table["n_keywords_words"].max()
    axes.set_xlim(-0.5, (0 if pd.isna(most) else float(most)) * 1.08 + 0.5)
    axes.spines["left"].set_visible(False)
    number_axis(axes, look, whole=True)
    axes.set_xlabel(break_name(look.word("keywords_words"), look.letters(0.5)))
    _head(axes, look)
    add_legend(drawn, look, _keys(rows, look))
    nothing = look.word("nothing_significant") if (table["status"] != "ok").all() else ""
    said = (note, look.word("noise_explained"), nothing)
    return finish(drawn, look, " ".join(part for part in said if part))


def _rows(table: pd.DataFrame, look: Look) -> list[pd.DataFrame]:
    """Give the splits of each group, then each pair of groups, in the study's order."""
    known = {event: i for i, event in enumerate(look.colours)}
    found = []
    for (comparison, target, reference), part in table.groupby(
        ["comparison", "target", "reference"], sort=True
    ):
        place = (comparison == "groups", known.get(str(target), len(known)), target, reference)
        found.append((place, part))
    return [part for _, part in sorted(found, key=lambda pair: pair[0])]


def _is_split(part: pd.DataFrame) -> bool:
    return bool(part["comparison"].iloc[0] == "split")


def _row_name(part: pd.DataFrame, look: Look) -> str:
    """Name a row: the group or both, and how many documents stand against how many."""
    first, letters = part.iloc[0], look.letters(NAME_SHARE * 0.7)
    sides = f"{look.number(first.n_documents_target)} : {look.number(first.n_documents_reference)}"
    counts = f"{sides} {look.word('short_documents')}"
    if not _is_split(part):
        against = f"{look.name(first.target)} {look.word('against')} {look.name(first.reference)}"
        return f"{break_name(against, letters)}\n{counts}"
    n = int(part["n_keywords_words"].notna().sum())
    splits = f"{look.number(n)} {look.word('splits' if n != 1 else 'split')}"
    return f"{break_name(look.name(first.target), letters)}\n{splits}, {counts}"


def _draw_row(axes: Axes, part: pd.DataFrame, y: int, look: Look) -> None:
    """Draw a marker for each split; equal numbers are stacked."""
    values = part["n_keywords_words"].dropna().astype(int).sort_values()
    groups = {int(value): len(same) for value, same in values.groupby(values)}
    highest = max(groups.values(), default=1)
    step = min(STEP, STACK / max(1, highest - 1))
    shape, colour = _mark(part, look)
    for value, n in groups.items():
        for offset in spread(n, step * (n - 1) / 2):
            axes.plot(
                [value], [y + offset], marker=shape, linestyle="none", label="keywords",
                markersize=FILLED_POINTS if n < 8 else FILLED_POINTS * 0.6, color=colour,
                markerfacecolor="white" if _is_split(part) else colour, zorder=4, clip_on=False,
            )  # fmt: skip


def _mark(part: pd.DataFrame, look: Look) -> tuple[str, str]:
    """Give marker and colour: those of the group that is split, or black between groups."""
    group = part["target"].iloc[0]
    if not _is_split(part):
        return REAL_MARKER, INK
    return look.markers.get(group, "o"), look.colours.get(group, INK)


def _write_verdict(axes: Axes, part: pd.DataFrame, y: int, look: Look) -> None:
    """Write what remains if documents are the units, or why nothing can be said."""
    axes.text(
        1.03, y, _verdict(part, look), transform=axes.get_yaxis_transform(), va="center",
        fontsize=SMALL_POINTS,
    )  # fmt: skip


def _verdict(part: pd.DataFrame, look: Look) -> str:
    estimated = part.loc[part["status"] == "ok", "n_keywords_documents"]
    if estimated.empty:
        floor = part["p_floor"].iloc[0]
        if pd.isna(floor):
            _, code, values = part[list(VERDICT)].iloc[0]
            return break_name(word_reason(code, values, look.language), 20)
        return f"{look.word('not_estimable')}\np ≥ {look.number(floor, digits=2)}"
    if not _is_split(part):
        return f"{look.number(estimated.iloc[0])} Keywords"
    of = {"de": "von", "en": "of"}[look.language]
    hits, n = int((estimated > 0).sum()), len(estimated)
    return f"{look.number(hits)} {of} {look.number(n)} {look.word('splits')}\n≥ 1 Keyword"


def _part_rows(axes: Axes, rows: list[pd.DataFrame]) -> None:
    """Part the rows by faint lines, and the splits from the comparison by a dark one."""
    for y in range(1, len(rows)):
        real = _is_split(rows[y - 1]) and not _is_split(rows[y])
        axes.axhline(y - 0.5, color=INK if real else GRID, linewidth=0.6, zorder=1)


def _head(axes: Axes, look: Look) -> None:
    axes.text(
        1.03, 1.0, break_name(look.word("keywords_documents"), 16), transform=axes.transAxes,
        va="bottom", weight="semibold", fontsize=SMALL_POINTS,
    )  # fmt: skip


def _keys(rows: list[pd.DataFrame], look: Look) -> list[tuple[Handle, str]]:
    """Make the legend: splits by group, and the comparison of the groups."""
    keys: list[tuple[Handle, str]] = []
    groups = [part["target"].iloc[0] for part in rows if _is_split(part)]
    known = [group for group in groups if group in look.colours]
    if groups:
        key = mark_key(look, known, open_=True) if known else _key("o", "white")
        keys.append((key, look.word("split_within")))
    if not all(map(_is_split, rows)):
        keys.append((_key(REAL_MARKER, INK), look.word("the_comparison")))
    return keys


def _key(marker: str, face: str) -> Handle:
    return Line2D(
        [], [], marker=marker, linestyle="none", markersize=FILLED_POINTS, color=INK,
        markerfacecolor=face,
    )  # fmt: skip
