import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.transforms import Bbox

from analysis.figures.placement import Points, place_names
from analysis.figures.style import figure, fix_layout, style
from analysis.study.errors import ExportError


def scatter(xy: list[tuple[float, float]], *, height_mm: float = 60) -> tuple[Axes, Points]:
    drawn = figure(height_mm=height_mm)
    with style():
        axes = drawn.subplots()
        axes.set(xlim=(0, 10), ylim=(0, 10))
    fix_layout(drawn)
    centres = axes.transData.transform(xy)
    return axes, Points(centres, np.full(len(xy), 4.0))


def place(axes: Axes, points: Points, xy: list[tuple[float, float]], names: list[str]) -> None:
    with style():
        at = [(x, y, name) for (x, y), name in zip(xy, names, strict=False)]
        place_names(axes, at, points, range(len(names)))


def boxes(axes: Axes) -> list[Bbox]:
    with style():
        return [text.get_window_extent() for text in axes.texts]


def test_lonely_name_is_beside_its_point_without_a_line():
    xy = [(5.0, 5.0)]
    axes, points = scatter(xy)
    place(axes, points, xy, ["Gipfel"])
    (box,) = boxes(axes)
    gap = np.hypot(*(np.clip(points.centres[0], box.min, box.max) - points.centres[0]))
    assert gap < 12
    assert list(axes.lines) == []


def test_names_of_a_crowd_lie_apart_inside_and_off_the_named_points():
    rng = np.random.default_rng(0)
    xy = [tuple(row) for row in rng.normal(5, 0.7, (14, 2))]
    axes, points = scatter(xy)
    place(axes, points, xy, [f"Vereinbarung{i}" for i in range(14)])
    found = boxes(axes)
    frame = axes.get_window_extent()
    for i, box in enumerate(found):
        assert frame.contains(*box.min)
        assert frame.contains(*box.max)
        assert not any(Bbox.intersection(box, other) for other in found[:i])
        assert not any(box.contains(*centre) for centre in points.centres)
    assert len(axes.lines) > 0  # who stands far off has a line


def test_name_at_the_edge_stays_inside():
    xy = [(9.9, 9.9), (0.1, 0.1)]
    axes, points = scatter(xy)
    place(axes, points, xy, ["Waffenstillstand", "Einmischung"])
    frame = axes.get_window_extent()
    assert all(frame.contains(*box.min) and frame.contains(*box.max) for box in boxes(axes))


def test_places_repeat():
    xy = [(4.0, 4.0), (4.2, 4.1), (4.4, 4.0)]
    found = []
    for _ in range(2):
        axes, points = scatter(xy)
        place(axes, points, xy, ["eins", "zwei", "drei"])
        found.append([text.get_position() for text in axes.texts])
    assert found[0] == found[1]


def test_name_that_does_not_fit_is_an_error():
    xy = [(5.0, 5.0)]
    axes, points = scatter(xy, height_mm=30)
    with pytest.raises(ExportError, match="1 names are too many for the figure; name fewer terms"):
        place(axes, points, xy, ["Rüstungskontrollverhandlungsdelegation" * 3])
