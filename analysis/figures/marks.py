"""The marks of the plots: markers, intervals, rows of documents, keys, and names beside points."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from analysis.figures import layout
from analysis.figures.layout import Handle, Look
from analysis.figures.style import INK, MM_PER_INCH, NEUTRAL, SMALL_POINTS
from analysis.study.errors import ExportError

#: Half the height that the documents of one event spread over, in rows.
REACH = 0.26
OPEN_POINTS, FILLED_POINTS = 4.2, 6.0
#: Height in mm of an event's row in a panel of a frame or topic, and the share of the width that
#: its name takes.
EVENT_ROWS = {"frame": (11.0, layout.NAME_SHARE), "topic": (7.5, 0.3)}


def point(
    marker: str, size: float, edge: str, *, face: str = "", width: float = 1.0
) -> dict[str, Any]:
    """Return the settings of a mark without a line; it is filled unless a face is given."""
    return {
        "marker": marker,
        "markersize": size,
        "color": edge,
        "markerfacecolor": face or edge,
        "markeredgewidth": width,
        "linestyle": "none",
    }


def key_point(marker: str, size: float, edge: str, *, face: str = "", width: float = 1.0) -> Line2D:
    """Make a legend key of a `point`."""
    return Line2D([], [], **point(marker, size, edge, face=face, width=width))


def _mark_of(look: Look, item: str, colour: str, *, open_: bool) -> dict[str, Any]:
    """Return the mark of an event or frame: small and open, or big and filled."""
    size, face = (OPEN_POINTS, "white") if open_ else (FILLED_POINTS, colour)
    return point(look.markers[item], size, colour, face=face)


def draw_mark(
    axes: Axes, at: tuple[float, float], look: Look, item: str, *, open_: bool = False
) -> None:
    """Draw the mark of an event or frame."""
    mark = _mark_of(look, item, look.colours[item], open_=open_)
    axes.plot([at[0]], [at[1]], **mark, clip_on=False, zorder=4 if open_ else 5)


def mark_key(look: Look, items: Sequence[str], *, open_: bool = False, colour: str = "") -> Handle:
    """Make the legend key for marks: every event's marker, in its colour or in one grey."""
    marks = [_mark_of(look, item, colour or look.colours[item], open_=open_) for item in items]
    keys = tuple(Line2D([], [], **mark) for mark in marks)
    return keys if len(keys) > 1 else keys[0]


def event_keys(look: Look, events: Sequence[str]) -> list[tuple[Handle, str]]:
    """Make the legend of events: the marker of each and its name."""
    return [(mark_key(look, [event]), look.name(event)) for event in events]


def has_interval(row: pd.Series) -> bool:
    """Tell whether an estimate has an interval."""
    return bool("low" in row.index and pd.notna(row["low"]) and pd.notna(row["high"]))


def draw_interval(
    axes: Axes, row: pd.Series, y: float, colour: str, *, width: float = 1.0, zorder: float = 3
) -> None:
    """Draw the interval of an estimate, if its table has one."""
    if has_interval(row):
        ends = [row["low"], row["high"]]
        axes.plot(ends, [y, y], color=colour, linewidth=width, zorder=zorder)


def zero_line(axes: Axes) -> None:
    """Draw the line that lollipops and differences start from."""
    axes.axvline(0, color=NEUTRAL, linewidth=0.8, zorder=2)


def spread(n: int, reach: float) -> list[float]:
    """Space ``n`` marks of one row evenly over its height, so that equal values stay apart."""
    step = 2 * reach / max(n - 1, 1)
    return [round(step * (i - (n - 1) / 2), 10) for i in range(n)]


def draw_document_panels(
    table: pd.DataFrame,
    look: Look,
    value: str,
    *,
    of: str,
    titles: Mapping[Any, str],
) -> layout.Panels:
    """Draw a panel for each frame or topic, and in it a row of documents for each event.

    Parameters
    ----------
    table : DataFrame
        Columns event, unit (document, mean, pooled), doc_id, those named by ``value`` and
        ``of`` and, if there are intervals, low and high.
    value : str
        The column to draw.
    of : {"frame", "topic"}
        The column whose values have a panel each.
    titles : mapping
        Of the panels, by these values, from top to bottom.
    """
    events, (row_mm, share) = look.order(table["event"]), EVENT_ROWS[of]
    names = layout.break_names(events, look, share)
    drawn, axes = layout.panels(
        look, [len(events) * row_mm + 5] * len(titles), extra_mm=19,
        titles=titles.values(), names=[names] * len(titles),
    )  # fmt: skip
    for panel, one in zip(axes, titles, strict=True):
        for y, event in enumerate(events):
            rows = table[(table[of] == one) & (table["event"] == event)]
            _draw_documents(panel, rows, y, look, value=value)
    layout.from_zero(axes, table, value)
    return drawn, axes


def _draw_documents(axes: Axes, rows: pd.DataFrame, y: float, look: Look, *, value: str) -> None:
    """Draw one event's row: documents, their mean, and all of them together below.

    A document keeps its height from panel to panel.
    """
    documents = rows[rows["unit"] == "document"].sort_values("doc_id")
    middle = y - 0.14 if (rows["unit"] == "pooled").any() else y
    heights = spread(len(documents), REACH)
    for height, (_, row) in zip(heights, documents.iterrows(), strict=True):
        draw_interval(axes, row, middle + height, look.colours[row["event"]], width=0.4)
        draw_mark(axes, (row[value], middle + height), look, row["event"], open_=True)
    for _, row in rows[rows["unit"] == "mean"].iterrows():
        draw_interval(axes, row, middle, INK)
        ends = [middle - (REACH + 0.06), middle + (REACH + 0.06)]
        axes.plot([row[value]] * 2, ends, color=INK, linewidth=1.8, zorder=6)
    for _, row in rows[rows["unit"] == "pooled"].iterrows():
        draw_interval(axes, row, y + 0.34, look.colours[row["event"]])
        draw_mark(axes, (row[value], y + 0.34), look, row["event"])


def document_keys(table: pd.DataFrame, look: Look) -> list[tuple[Handle, str]]:
    """Make the legend of what `draw_document_panels` draws."""
    events = look.order(table["event"])
    keys: dict[str, tuple[Handle, str]] = {
        "document": (mark_key(look, events, open_=True, colour=NEUTRAL), look.word("one_document")),
        "mean": (key_point("|", 8, INK, width=1.8), look.word("document_mean")),
        "pooled": (mark_key(look, events, colour=NEUTRAL), look.word("all_documents")),
    }
    return [key for unit, key in keys.items() if (table["unit"] == unit).any()]


#: Air around a name, and distances from the edge of the point that are tried, in mm.
AIR_MM = 0.35
RINGS_MM = (0.5, 1.5, 3.0, 5.0, 7.5, 10.5, 14.0, 18.0, 23.0, 29.0, 36.0)
#: Where nothing near is free: distance of the places tried all over the frame.
GRID_MM = 1.5
#: From this distance on a thin line leads to the point.
LEADER_MM = 1.5
N_ANGLES = 16
#: A name nearer than this to the point of another name could be read as its own.
APART_MM = 2.2

#: A veil behind names, so that they can be read on points.
BEHIND = {"facecolor": "white", "alpha": 0.7, "linewidth": 0, "pad": 0.3}

FloatArray = npt.NDArray[np.float64]
#: A box for a name (left, bottom, right, top) in pixels, and its distance from the point in mm.
Place = tuple[FloatArray, float]


def place_names(
    axes: Axes,
    xy: FloatArray,
    radii: FloatArray,
    names: Mapping[int, str],
    *,
    avoid: Sequence[FloatArray] = (),
) -> None:
    """Write names beside points so that no name lies on another, on a named point or outside.

    Greedy: names are placed in the order given, each where it costs least; far from its
    point costs, and so does covering another point or crossing the line of another name.

    Parameters
    ----------
    axes : Axes
        Laid out for good (`layout.finish`), its limits set.
    xy : ndarray, shape (n, 2)
        All points, also those without a name, in the coordinates of the axes.
    radii : ndarray, shape (n,)
        Of the points, in pixels.
    names : mapping of int to str
        Names by the place of their points in ``xy``, the most important first.
    avoid : sequence of ndarray, shape (2, 2)
        Straight lines in pixels, such as that of zero, that names had better not cross.

    Raises
    ------
    ExportError
        If a name finds no place.
    """
    page = _Page(axes, xy, radii, named=list(names), lines=list(avoid))
    to_data = axes.transData.inverted().transform
    for i, name in names.items():
        text = axes.annotate(
            name, tuple(xy[i]), ha="center", va="center", fontsize=SMALL_POINTS, color=INK,
            zorder=8, bbox=BEHIND,
        )  # fmt: skip
        size = np.asarray(text.get_window_extent().size) + 2 * AIR_MM * page.pixel
        best = page.find_place(i, size)
        if best is None:
            raise ExportError(
                f"no room for the name {name!r}: {len(names)} names are too many for the figure;"
                " name fewer terms or draw it wider"
            )
        box, far = best
        page.names.append(box)
        text.set_position(tuple(to_data((box[:2] + box[2:]) / 2)))
        if far >= LEADER_MM:
            page.lines.append(page.leader(i, box))
            axes.plot(*to_data(page.lines[-1]).T, color=NEUTRAL, linewidth=0.5, zorder=3.5)


class _Page:
    """What stands on the page already, in pixels; a mm is `pixel` pixels wide."""

    def __init__(
        self,
        axes: Axes,
        xy: FloatArray,
        radii: FloatArray,
        *,
        named: list[int],
        lines: list[FloatArray],
    ) -> None:
        self.frame = np.asarray(axes.get_window_extent().extents)
        self.pixel = axes.figure.dpi / MM_PER_INCH
        self.centres, self.radii = axes.transData.transform(xy), radii
        self.named, self.lines = named, lines
        self.names: list[FloatArray] = []

    def find_place(self, i: int, size: FloatArray) -> Place | None:
        """Return the place that costs least inside the frame, if there is one."""
        for candidates in (self._around(i, size), self._anywhere(i, size)):
            best, least = None, np.inf
            for box, far in candidates:
                inside = np.all(box[:2] >= self.frame[:2]) and np.all(box[2:] <= self.frame[2:])
                # Distance alone costs as much: one farther away than that cannot be better.
                if far < least and inside and (cost := self._cost(i, box, far)) < least:
                    best, least = (box, far), cost
            if best is not None:
                return best
        return None

    def _around(self, i: int, size: FloatArray) -> Iterator[Place]:
        """Find boxes around a point, ring by ring."""
        for far in RINGS_MM:
            for angle in 2 * np.pi * np.arange(N_ANGLES) / N_ANGLES:
                direction = np.array([np.cos(angle), np.sin(angle)])
                edge = self.centres[i] + direction * (self.radii[i] + far * self.pixel)
                # The box touches the ring with the side that faces the point.
                middle = edge + np.clip(direction * 1.6, -1, 1) * size / 2
                yield np.concatenate([middle - size / 2, middle + size / 2]), far

    def _anywhere(self, i: int, size: FloatArray) -> Iterator[Place]:
        """Find boxes all over the frame, for a point in a crowd."""
        step, frame = GRID_MM * self.pixel, self.frame
        for x in np.arange(frame[0], frame[2] - size[0], step):
            for y in np.arange(frame[1], frame[3] - size[1], step):
                box = np.array([x, y, x + size[0], y + size[1]])
                yield box, max(LEADER_MM, float(self._gaps(box)[i] / self.pixel))

    def _cost(self, i: int, box: FloatArray, far: float) -> float:
        """Return what a place costs; infinite if the name would lie on a name or a named point."""
        gaps = self._gaps(box) / self.pixel
        if any(_overlap(box, other) for other in self.names) or (gaps[self.named] < 0).any():
            return np.inf
        near = np.clip(APART_MM - gaps[[j for j in self.named if j != i]], 0, None).sum()
        crossed = sum(_crosses(line, box) for line in self.lines)
        cost = far + 1.2 * (gaps < 0).sum() + 1.5 * near + 6.0 * crossed
        if far >= LEADER_MM:
            line = self.leader(i, box)
            cost += 1.0 + 4.0 * sum(_crosses(line, other) for other in self.names)
            cost += 4.0 * sum(_meet(line, other) for other in self.lines)
        return float(cost)

    def _gaps(self, box: FloatArray) -> FloatArray:
        """Return how far a box is from the edge of each point; negative: it covers it."""
        nearest = np.clip(self.centres, box[:2], box[2:])
        return np.asarray(np.hypot(*(self.centres - nearest).T) - self.radii)

    def leader(self, i: int, box: FloatArray) -> FloatArray:
        """Return the line from a point to the nearest place of a box."""
        return np.stack([self.centres[i], np.clip(self.centres[i], box[:2], box[2:])])


def _overlap(one: FloatArray, other: FloatArray) -> bool:
    return bool(np.all(one[:2] < other[2:]) and np.all(other[:2] < one[2:]))


def _crosses(line: FloatArray, box: FloatArray) -> bool:
    """Say whether a straight line passes through a box."""
    steps = line[0] + np.linspace(0.05, 0.95, 40)[:, None] * (line[1] - line[0])
    return bool(np.any(np.all((steps > box[:2]) & (steps < box[2:]), axis=1)))


def _meet(one: FloatArray, other: FloatArray) -> bool:
    """Say whether two lines cross: the ends of each lie on both sides of the other."""
    return all(
        _side(line, ends[0]) * _side(line, ends[1]) < 0
        for line, ends in ((one, other), (other, one))
    )


def _side(line: FloatArray, point: FloatArray) -> float:
    (ax, ay), (bx, by) = line
    return float((bx - ax) * (point[1] - ay) - (by - ay) * (point[0] - ax))
