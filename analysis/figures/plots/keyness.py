"""Plot of keyness: how much more frequent a term is, and whether one text alone carries it."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MultipleLocator

from analysis.figures import layout
from analysis.figures.look import Look
from analysis.figures.marks import draw_interval, event_keys, key_point, point, zero_line
from analysis.figures.placement import place_names
from analysis.figures.reasons import status_line
from analysis.figures.style import MM_PER_INCH, NEUTRAL
from analysis.figures.words import tick_format

WANTED = ("term", "log_ratio", "evenness", "n_target", "n_reference", "labelled")
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
    >>> from analysis.figures.look import look_of
    >>> from analysis.study.study import read_study
    >>> table = pd.DataFrame({"term": ["Deal", "Nato"], "log_ratio": [2.0, -1.0],
    ...     "evenness": [0.9, 0.1], "n_target": [8, 2], "n_reference": [2, 4],
    ...     "labelled": [True, False]})
    >>> drawn = plot_keyness(table, look_of(read_study()),
    ...     target="alaska-2025", reference="helsinki-2018")
    >>> [text.get_text() for text in drawn.axes[0].texts][-1]
    'Deal'
    """
    layout.check_table(table, WANTED, "plot_keyness", key=["term"])
    look.order([target, reference])
    shown = table.dropna(subset=["evenness"]).reset_index(drop=True)
    layout.check_table(shown, WANTED, "plot_keyness")
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
