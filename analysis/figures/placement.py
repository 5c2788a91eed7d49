"""Names beside the points of a scatter plot: each near its point, none on another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

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
