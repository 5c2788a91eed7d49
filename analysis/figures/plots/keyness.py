"""Plots of keyness, and of the keywords that come about where nothing is to be found."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MultipleLocator

from analysis.figures import layout
from analysis.figures.layout import Look
from analysis.figures.marks import (
    FILLED_POINTS,
    draw_interval,
    event_keys,
    key_point,
    mark_key,
    place_names,
    point,
    spread,
    zero_line,
)
from analysis.figures.reasons import VERDICT, status_line
from analysis.figures.style import GRID, INK, MM_PER_INCH, NEUTRAL, SMALL_POINTS
from analysis.figures.words import tick_format, word_reason

KEYNESS = ("term", "log_ratio", "evenness", "n_target", "n_reference", "labelled")
#: Diameter in points of the most frequent term, and of those that would be smaller.
LARGEST, SMALLEST = 13.0, 3.2
POINTS_PER_INCH = 72.0
HEIGHT_MM = 78.0


@layout.in_style
def plot_keyness(
    table: pd.DataFrame, look: Look, *, target: str, reference: str, note: str = ""
) -> Figure:
    """Draw terms by log ratio and by how evenly documents use them.

    The area of a marker grows with frequency; named terms are filled. What cannot be estimated,
    and why, is always said under the figure.

    Parameters
    ----------
    table : DataFrame
        One row per term; columns term, log_ratio (base 2; positive: more frequent in
        the target), evenness (in [0, 1]; terms without one are left out), n_target,
        n_reference, labelled (whether to name the term; earlier rows choose their place
        first) and, if there are intervals or tests, low, high, status, reason_code,
        reason_values, and the verdict's three under p_.
    target, reference : str
        Ids of the two events.

    Raises
    ------
    TableError
        Also if a reason has no words.
    ExportError
        Also if there is no room for a name.

    Examples
    --------
    >>> from analysis.figures.layout import look_of
    >>> from analysis.study.study import read_study
    >>> table = pd.DataFrame({"term": ["Deal", "Nato"], "log_ratio": [2.0, -1.0],
    ...     "evenness": [0.9, 0.1], "n_target": [8, 2], "n_reference": [2, 4],
    ...     "labelled": [True, False]})
    >>> drawn = plot_keyness(table, look_of(read_study()),
    ...     target="alaska-2025", reference="helsinki-2018")
    >>> [text.get_text() for text in drawn.axes[0].texts][-1]
    'Deal'
    """
    layout.check_table(table, KEYNESS, "plot_keyness", key=["term"])
    look.order([target, reference])
    shown = table.dropna(subset=["evenness"]).reset_index(drop=True)
    layout.check_table(shown, KEYNESS, "plot_keyness")
    n = shown["n_target"] + shown["n_reference"]
    shown["diameter"] = (LARGEST * np.sqrt(n / max(1, n.max()))).clip(lower=SMALLEST)
    shown["event"] = np.where(shown["log_ratio"] > 0, target, reference)
    drawn, (axes,) = layout.panels(look, [HEIGHT_MM], extra_mm=30)
    zero_line(axes)
    _draw_points(axes, shown, look)
    layout.symmetric_axis(axes, shown)
    _share_axis(axes, look)
    layout.number_axis(axes, look, look.word("log_ratio"), whole=True)
    layout.name_ends(axes, look, target, reference)
    keys = event_keys(look, [reference, target])
    for at in sorted({int(n.argmin()), int(n.argmax())}, key=lambda i: n[i]):
        circle = key_point("o", shown["diameter"][at], NEUTRAL, face="white")
        keys.append((circle, f"n = {look.number(n[at])}"))
    layout.finish(drawn, look, note, *_notes(table, look), keys=keys)
    _name_points(axes, shown)
    return drawn


def _draw_points(axes: Axes, table: pd.DataFrame, look: Look) -> None:
    """Draw the terms, the most frequent ones lowest, so that they cover no other."""
    order = table["diameter"].sort_values(ascending=False, kind="stable").index
    for _, row in table.loc[order].iterrows():
        colour = look.colours[row["event"]]
        draw_interval(axes, row, row["evenness"], colour, width=0.7, zorder=2.5)
        face = colour if row["labelled"] else "white"
        mark = point(look.markers[row["event"]], row["diameter"], colour, face=face, width=0.8)
        at = [row["log_ratio"]], [row["evenness"]]
        axes.plot(*at, **mark, clip_on=False, zorder=4, label="term")


def _share_axis(axes: Axes, look: Look) -> None:
    """Draw the y axis from 0 to 1, with air for markers and names at both ends."""
    axes.set_ylim(-0.09, 1.09)
    axes.yaxis.set_major_locator(MultipleLocator(0.25))
    axes.yaxis.set_major_formatter(tick_format(look.language))
    axes.grid(visible=True, axis="y")
    axes.set_ylabel(layout.break_name(look.word("evenness"), 44))


def _notes(table: pd.DataFrame, look: Look) -> list[str]:
    """Say what is drawn, and what cannot be claimed from it."""
    said = [look.word("evenness_explained")]
    for prefix, heading in (("", "status_interval"), ("p_", "status_p_value")):
        if f"{prefix}status" in table.columns:
            said.append(status_line(table, look, heading, prefix=prefix))
    if "p_status" not in table.columns:
        return [*said, look.word("descriptive")]
    nothing = (table["p_status"] != "ok").all()
    return [*said, look.word("nothing_significant") if nothing else ""]


def _name_points(axes: Axes, table: pd.DataFrame) -> None:
    """Name the labelled terms beside their points."""
    dpi = axes.figure.dpi
    radii = table["diameter"].to_numpy() / 2 / POINTS_PER_INCH * dpi + 0.2 / MM_PER_INCH * dpi
    names = table.loc[table["labelled"].to_numpy(bool), "term"].to_dict()
    zero = axes.transData.transform([(0.0, y) for y in axes.get_ylim()])
    xy = table[["log_ratio", "evenness"]].to_numpy(dtype=float)
    place_names(axes, xy, radii, names, avoid=[zero])


NOISE = (
    "comparison", "target", "reference", "n_documents_target", "n_documents_reference",
    "n_keywords_words", "n_keywords_documents", "p_floor", *VERDICT,
)  # fmt: skip
ROW_MM = 12.5
#: Height of a row that marks of one value may fill, and most of it that one mark takes.
STACK, STEP = 0.66, 0.12
REAL_MARKER = "D"


@layout.in_style
def plot_noise_floor(table: pd.DataFrame, look: Look, *, note: str = "") -> Figure:
    """Draw how many keywords come about where nothing is to be found, and where something may be.

    One row per group and per pair of groups, one marker per split; at the right, what remains
    if documents are the units. What the splits mean is always said under the figure.

    Parameters
    ----------
    table : DataFrame
        What `noise_floor` gives: one row per split of a group and per pair of groups;
        columns comparison (split or groups), target, reference, n_documents_target,
        n_documents_reference, n_keywords_words, n_keywords_documents (missing if not
        estimable), p_floor, status, reason_code, reason_values.

    Raises
    ------
    TableError
        Also if a reason has no words.

    Examples
    --------
    >>> from analysis.figures.layout import look_of
    >>> from analysis.study.study import read_study
    >>> table = pd.DataFrame({"comparison": ["split", "split"], "target": "alaska-2025",
    ...     "reference": "alaska-2025", "n_documents_target": 30, "n_documents_reference": 30,
    ...     "n_keywords_words": [7, 2], "n_keywords_documents": [0, 1], "p_floor": 0.001,
    ...     "status": "ok", "reason_code": "", "reason_values": ""})
    >>> drawn = plot_noise_floor(table, look_of(read_study()))
    >>> [int(line.get_xdata()[0]) for line in drawn.axes[0].lines if line.get_marker() == "s"]
    [2, 7]
    """
    layout.check_table(table, NOISE, "plot_noise_floor", codes={"comparison": ("groups", "split")})
    rows = _rows(table, look)
    names = [_row_name(part, look) for part in rows]
    drawn, (axes,) = layout.panels(look, [ROW_MM * len(rows) + 6], extra_mm=26, names=[names])
    for y, part in enumerate(rows):
        _draw_row(axes, part, y, look)
        layout.write_right(axes, y, _verdict(part, look))
    for y, (above, below) in enumerate(pairwise(rows)):
        # A dark line parts the splits from the comparison.
        real = _is_split(above) and not _is_split(below)
        axes.axhline(y + 0.5, color=INK if real else GRID, linewidth=0.6, zorder=1)
    most = table["n_keywords_words"].max()
    axes.set_xlim(-0.5, (0 if pd.isna(most) else float(most)) * 1.08 + 0.5)
    axes.spines["left"].set_visible(False)
    label = layout.break_name(look.word("keywords_words"), look.letters(0.5))
    layout.number_axis(axes, look, label, whole=True)
    axes.text(
        1.03, 1.0, layout.break_name(look.word("keywords_documents"), 16), transform=axes.transAxes,
        va="bottom", weight="semibold", fontsize=SMALL_POINTS,
    )  # fmt: skip
    nothing = look.word("nothing_significant") if (table["status"] != "ok").all() else ""
    said = (note, look.word("noise_explained"), nothing)
    return layout.finish(drawn, look, *said, keys=_noise_keys(rows, look))


def _rows(table: pd.DataFrame, look: Look) -> list[pd.DataFrame]:
    """Return the splits of each group, then each pair of groups, in the study's order."""
    place = {event: i for i, event in enumerate(look.colours)}
    parts = [part for _, part in table.groupby(["comparison", "target", "reference"], sort=True)]
    return sorted(
        parts, key=lambda part: (not _is_split(part), place.get(part["target"].iloc[0], len(place)))
    )


def _is_split(part: pd.DataFrame) -> bool:
    return bool(part["comparison"].iloc[0] == "split")


def _row_name(part: pd.DataFrame, look: Look) -> str:
    """Name a row: the group or both, and how many documents stand against how many."""
    first, letters = part.iloc[0], look.letters(layout.NAME_SHARE * 0.7)
    sides = f"{look.number(first.n_documents_target)} : {look.number(first.n_documents_reference)}"
    counts = f"{sides} {look.word('short_documents')}"
    if not _is_split(part):
        against = f"{look.name(first.target)} {look.word('against')} {look.name(first.reference)}"
        return f"{layout.break_name(against, letters)}\n{counts}"
    n = int(part["n_keywords_words"].notna().sum())
    splits = f"{look.number(n)} {look.word('splits' if n != 1 else 'split')}"
    return f"{layout.break_name(look.name(first.target), letters)}\n{splits}, {counts}"


def _draw_row(axes: Axes, part: pd.DataFrame, y: int, look: Look) -> None:
    """Draw a marker for each split; equal numbers are stacked."""
    numbers = part["n_keywords_words"].dropna().astype(int).value_counts().sort_index()
    step = min(STEP, STACK / max(1, numbers.max() - 1)) if len(numbers) else STEP
    group, shape, colour = part["target"].iloc[0], REAL_MARKER, INK
    if _is_split(part):
        shape, colour = look.markers.get(group, "o"), look.colours.get(group, INK)
    face = "white" if _is_split(part) else colour
    for value, n in zip(numbers.index.tolist(), numbers, strict=True):
        mark = point(shape, FILLED_POINTS if n < 8 else FILLED_POINTS * 0.6, colour, face=face)
        for offset in spread(n, step * (n - 1) / 2):
            axes.plot([value], [y + offset], **mark, label="keywords", zorder=4, clip_on=False)


def _verdict(part: pd.DataFrame, look: Look) -> str:
    """Say what remains if documents are the units, or why nothing can be said."""
    estimated = part.loc[part["status"] == "ok", "n_keywords_documents"]
    if estimated.empty:
        floor = part["p_floor"].iloc[0]
        if pd.isna(floor):
            _, code, values = part[list(VERDICT)].iloc[0]
            return layout.break_name(word_reason(code, values, look.language), 20)
        return f"{look.word('not_estimable')}\np ≥ {look.number(floor, digits=2)}"
    if not _is_split(part):
        return f"{look.number(estimated.iloc[0])} Keywords"
    of = {"de": "von", "en": "of"}[look.language]
    hits, n = int((estimated > 0).sum()), len(estimated)
    return f"{look.number(hits)} {of} {look.number(n)} {look.word('splits')}\n≥ 1 Keyword"


def _noise_keys(rows: list[pd.DataFrame], look: Look) -> list[tuple[layout.Handle, str]]:
    """Make the legend: splits by group, and the comparison of the groups."""
    keys: list[tuple[layout.Handle, str]] = []
    groups = [part["target"].iloc[0] for part in rows if _is_split(part)]
    known = [group for group in groups if group in look.colours]
    if groups:
        unknown = key_point("o", FILLED_POINTS, INK, face="white")
        key = mark_key(look, known, open_=True) if known else unknown
        keys.append((key, look.word("split_within")))
    if len(groups) < len(rows):
        keys.append((key_point(REAL_MARKER, FILLED_POINTS, INK), look.word("the_comparison")))
    return keys
