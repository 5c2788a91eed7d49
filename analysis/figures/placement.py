"""Names beside the points of a scatter plot: each near its point, none on another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from analysis.figures.style import INK, MM_PER_INCH, NEUTRAL, SMALL_POINTS
from analysis.study.errors import ExportError

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


class Points(NamedTuple):
    """Where points lie on the page, in pixels: their centres and radii."""

    centres: FloatArray
    radii: FloatArray


class _Place(NamedTuple):
    """A place for a name: its box in pixels, its distance from the point in mm, its cost."""

    box: FloatArray
    distance: float
    cost: float


class _Page(NamedTuple):
    """What stands on the page already."""

    points: Points
    named: list[int]
    names: list[FloatArray]
    lines: list[FloatArray]
    pixel: float


def place_names(
    axes: Axes,
    at: Sequence[tuple[float, float, str]],
    points: Points,
    named: Sequence[int],
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
    at : sequence of (x, y, name)
        Of the points to name, the most important first.
    points : Points
        All points, also those without a name.
    named : sequence of int
        Place of each named point among all points.
    avoid : sequence of ndarray, shape (2, 2)
        Straight lines in pixels, such as that of zero, that names had better not cross.

    Raises
    ------
    ExportError
        If a name finds no place.
    """
    frame = np.asarray(axes.get_window_extent().extents)
    page = _Page(points, list(named), [], list(avoid), axes.figure.dpi / MM_PER_INCH)
    for (x, y, name), i in zip(at, named, strict=True):
        text = axes.annotate(
            name, (x, y), ha="center", va="center", fontsize=SMALL_POINTS, color=INK, zorder=8,
            bbox=BEHIND,
        )  # fmt: skip
        size = np.asarray(text.get_window_extent().size) + 2 * AIR_MM * page.pixel
        best = _find_place(page, i, size, frame)
        if best is None:
            raise ExportError(
                f"no room for the name {name!r}: {len(at)} names are too many for the figure;"
                " name fewer terms or draw it wider"
            )
        page.names.append(best.box)
        middle = (best.box[:2] + best.box[2:]) / 2
        text.set_position(tuple(axes.transData.inverted().transform(middle)))
        if best.distance >= LEADER_MM:
            page.lines.append(_draw_line(axes, points.centres[i], best.box))


def _find_place(page: _Page, i: int, size: FloatArray, frame: FloatArray) -> _Place | None:
    """Give the place that costs least inside the frame, or none."""
    for candidates in (_around(page, i, size), _anywhere(page, i, size, frame)):
        best: _Place | None = None
        for box, far in candidates:
            # Distance alone costs as much: one farther away than that cannot be better.
            if best is not None and far >= best.cost:
                continue
            if np.all(box[:2] >= frame[:2]) and np.all(box[2:] <= frame[2:]):
                place = _judge(page, i, box, far)
                if place.cost < (best.cost if best is not None else np.inf):
                    best = place
        if best is not None:
            return best
    return None


def _around(page: _Page, i: int, size: FloatArray) -> Iterator[tuple[FloatArray, float]]:
    """Give boxes around a point, ring by ring, each with its distance in mm."""
    centre, radius = page.points.centres[i], page.points.radii[i]
    for far in RINGS_MM:
        for angle in 2 * np.pi * np.arange(N_ANGLES) / N_ANGLES:
            direction = np.array([np.cos(angle), np.sin(angle)])
            edge = centre + direction * (radius + far * page.pixel)
            # The box touches the ring with the side that faces the point.
            middle = edge + np.clip(direction * 1.6, -1, 1) * size / 2
            yield np.concatenate([middle - size / 2, middle + size / 2]), far


def _anywhere(
    page: _Page, i: int, size: FloatArray, frame: FloatArray
) -> Iterator[tuple[FloatArray, float]]:
    """Give boxes all over the frame, for a point in a crowd."""
    step = GRID_MM * page.pixel
    for x in np.arange(frame[0], frame[2] - size[0], step):
        for y in np.arange(frame[1], frame[3] - size[1], step):
            box = np.array([x, y, x + size[0], y + size[1]])
            centre = page.points.centres[i]
            apart = np.hypot(*(_nearest(box, centre) - centre)) - page.points.radii[i]
            yield box, max(LEADER_MM, float(apart / page.pixel))


def _judge(page: _Page, i: int, box: FloatArray, far: float) -> _Place:
    """Say what a place costs; infinite if the name would lie on a name or a named point."""
    gaps = _gaps(box, page.points) / page.pixel
    if any(_overlap(box, other) for other in page.names) or (gaps[page.named] < 0).any():
        return _Place(box, far, np.inf)
    others = [j for j in page.named if j != i]
    near = np.clip(APART_MM - gaps[others], 0, None).sum()
    crossed = sum(_crosses(line, box) for line in page.lines)
    cost = far + 1.2 * (gaps < 0).sum() + 1.5 * near + 6.0 * crossed
    if far >= LEADER_MM:
        centre = page.points.centres[i]
        line = np.stack([centre, _nearest(box, centre)])
        cost += 1.0 + 4.0 * sum(_crosses(line, other) for other in page.names)
        cost += 4.0 * sum(_meet(line, other) for other in page.lines)
    return _Place(box, far, float(cost))


def _overlap(one: FloatArray, other: FloatArray) -> bool:
    return bool(np.all(one[:2] < other[2:]) and np.all(other[:2] < one[2:]))


def _nearest(box: FloatArray, point: FloatArray) -> FloatArray:
    return np.asarray(np.clip(point, box[:2], box[2:]))


def _gaps(box: FloatArray, points: Points) -> FloatArray:
    """Give how far a box is from the edge of each point, in pixels; negative: it covers it."""
    nearest = np.clip(points.centres, box[:2], box[2:])
    apart: FloatArray = np.hypot(*(points.centres - nearest).T) - points.radii
    return apart


def _crosses(line: FloatArray, box: FloatArray) -> bool:
    """Say whether a straight line passes through a box."""
    steps = line[0] + np.linspace(0.05, 0.95, 40)[:, None] * (line[1] - line[0])
    return bool(np.any(np.all((steps > box[:2]) & (steps < box[2:]), axis=1)))


def _meet(one: FloatArray, other: FloatArray) -> bool:
    """Say whether two lines cross."""

    def side(line: FloatArray, point: FloatArray) -> float:
        (ax, ay), (bx, by) = line
        return float((bx - ax) * (point[1] - ay) - (by - ay) * (point[0] - ax))

    return (
        side(one, other[0]) * side(one, other[1]) < 0
        and side(other, one[0]) * side(other, one[1]) < 0
    )


def _draw_line(axes: Axes, centre: FloatArray, box: FloatArray) -> FloatArray:
    line = np.stack([centre, _nearest(box, centre)])
    xs, ys = axes.transData.inverted().transform(line).T
    axes.plot(xs, ys, color=NEUTRAL, linewidth=0.5, zorder=3.5)
    return line
