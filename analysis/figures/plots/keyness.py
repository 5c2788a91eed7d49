"""Plot of keyness: how much more frequent a term is, and whether one text alone carries it."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MultipleLocator

from analysis.figures import layout
from analysis.figures.look import Look
from analysis.figures.marks import event_keys, has_interval, key_point, point, zero_line
from analysis.figures.numbers import tick_format
from analysis.figures.placement import Points, place_names
from analysis.figures.plots.terms import name_ends, symmetric_axis
from analysis.figures.reasons import status_line
from analysis.figures.style import MM_PER_INCH, NEUTRAL, style

WANTED = ("term", "log_ratio", "evenness", "n_target", "n_reference", "labelled")
#: Diameter in points of the most frequent term, and of those that would be smaller.
LARGEST, SMALLEST = 13.0, 3.2
#: Points of an inch.
POINTS = 72.0


@style()
def plot_keyness(
    table: pd.DataFrame, look: Look, *, target: str, reference: str, note: str = ""
) -> Figure:
    """Draw terms by log ratio and by how evenly documents use them.

    The area of a marker grows with frequency; named terms are filled.

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
    note : str
        A line under the figure. What cannot be estimated, and why, stands there always.

    Raises
    ------
    TableError
        If a column is missing, a term stands twice, or a reason has no words.
    ExportError
        If an event has no colour, or there is no room for a name.

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
    diameters = _diameters(shown)
    drawn, (axes,) = layout.panels(look, [78.0], extra_mm=30)
    zero_line(axes)
    _draw_points(axes, shown, diameters, (look, target, reference))
    symmetric_axis(axes, shown)
    _share_axis(axes, look)
    layout.number_axis(axes, look, whole=True, n_ticks=5)
    axes.set_xlabel(look.word("log_ratio"))
    axes.set_ylabel(layout.break_name(look.word("evenness"), 44))
    name_ends(axes, look, target, reference)
    layout.add_legend(drawn, look, _keys(look, (reference, target), shown, diameters))
    layout.finish(drawn, look, *_notes(table, look, note))
    _name_points(axes, shown, diameters)
    return drawn


def _draw_points(
    axes: Axes, table: pd.DataFrame, diameters: pd.Series, about: tuple[Look, str, str]
) -> None:
    """Draw the terms, the most frequent ones lowest, so that they cover no other."""
    look, target, reference = about
    for i in diameters.sort_values(ascending=False, kind="stable").index:
        row = table.loc[i]
        event = target if row["log_ratio"] > 0 else reference
        colour = look.colours[event]
        if has_interval(row):
            y = [row["evenness"]] * 2
            axes.plot([row["low"], row["high"]], y, color=colour, linewidth=0.7, zorder=2.5)
        face = colour if row["labelled"] else "white"
        axes.plot(
            [row["log_ratio"]], [row["evenness"]],
            **point(look.markers[event], diameters[i], colour, face=face, width=0.8),
            clip_on=False, zorder=4, label="term",
        )  # fmt: skip


def _diameters(table: pd.DataFrame) -> pd.Series:
    """Give marker diameters in points: areas as frequencies, the rarest still visible."""
    n = table["n_target"] + table["n_reference"]
    sizes = (LARGEST * np.sqrt(n / max(1, n.max()))).clip(lower=SMALLEST)
    return pd.Series(sizes, dtype=float)


def _share_axis(axes: Axes, look: Look) -> None:
    """Give the y axis the whole of [0, 1], with air for markers and names at both ends."""
    axes.set_ylim(-0.09, 1.09)
    axes.yaxis.set_major_locator(MultipleLocator(0.25))
    axes.yaxis.set_major_formatter(tick_format(look.language))
    axes.grid(visible=True, axis="y")


def _keys(
    look: Look, events: tuple[str, str], table: pd.DataFrame, diameters: pd.Series
) -> list[tuple[layout.Handle, str]]:
    """Make the legend: the events, and what two areas mean."""
    keys = event_keys(look, events)
    n = table["n_target"] + table["n_reference"]
    for at in sorted({int(n.argmin()), int(n.argmax())}, key=lambda i: n[i]):
        circle = key_point("o", diameters[at], NEUTRAL, face="white")
        keys.append((circle, f"n = {look.number(n[at])}"))
    return keys


def _notes(table: pd.DataFrame, look: Look, note: str) -> list[str]:
    """Say what is drawn, and what cannot be claimed from it."""
    said = [note, look.word("evenness_explained")]
    for prefix, heading in (("", "status_interval"), ("p_", "status_p_value")):
        if f"{prefix}status" in table.columns:
            said.append(status_line(table, look, heading, prefix=prefix))
    if "p_status" not in table.columns:
        return [*said, look.word("descriptive")]
    nothing = (table["p_status"] != "ok").all()
    return [*said, look.word("nothing_significant") if nothing else ""]


def _name_points(axes: Axes, table: pd.DataFrame, diameters: pd.Series) -> None:
    """Name the labelled terms beside their points."""
    dpi = axes.figure.dpi
    centres = axes.transData.transform(table[["log_ratio", "evenness"]].to_numpy(dtype=float))
    radii = diameters.to_numpy() / 2 / POINTS * dpi
    named = np.flatnonzero(table["labelled"]).tolist()
    rows = table.iloc[named]
    at = list(zip(rows["log_ratio"], rows["evenness"], rows["term"], strict=True))
    points = Points(centres, radii + 0.2 / MM_PER_INCH * dpi)
    zero = axes.transData.transform([(0.0, y) for y in axes.get_ylim()])
    place_names(axes, at, points, named, avoid=[zero])
