import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.transforms import Bbox

from analysis.figures.marks import place_names
from analysis.figures.style import figure, fix_layout, style
from analysis.study.errors import ExportError

RADIUS = 4.0


def placed(xy: list, names: list[str], *, height_mm: float = 60) -> Axes:
    """Draw points on axes from 0 to 10 and name the first of them."""
    drawn = figure(height_mm=height_mm)
    with style():
        axes = drawn.subplots()
        axes.set(xlim=(0, 10), ylim=(0, 10))
        fix_layout(drawn)
        radii = np.full(len(xy), RADIUS)
        place_names(axes, np.array(xy, dtype=float), radii, dict(enumerate(names)))
    return axes


def boxes(axes: Axes) -> list[Bbox]:
    with style():
        return [text.get_window_extent() for text in axes.texts]


def gap(axes: Axes, box: Bbox, xy: tuple[float, float]) -> float:
    centre = axes.transData.transform(xy)
    return float(np.hypot(*(np.clip(centre, box.min, box.max) - centre)))


def test_lonely_name_is_beside_its_point_without_a_line():
    axes = placed([(5, 5)], ["Gipfel"])
    (box,) = boxes(axes)
    assert gap(axes, box, (5, 5)) < 12
    assert list(axes.lines) == []


def test_names_of_a_crowd_lie_apart_inside_and_off_the_named_points():
    rng = np.random.default_rng(0)
    xy = [tuple(row) for row in rng.normal(5, 0.7, (14, 2))]
    axes = placed(xy, [f"Vereinbarung{i}" for i in range(14)])
    found = boxes(axes)
    frame = axes.get_window_extent()
    for i, box in enumerate(found):
        assert frame.contains(*box.min)
        assert frame.contains(*box.max)
        assert not any(Bbox.intersection(box, other) for other in found[:i])
        assert min(gap(axes, box, point) for point in xy) > 0
    assert len(axes.lines) > 0  # who stands far off has a line


def test_name_at_the_edge_stays_inside():
    axes = placed([(9.9, 9.9), (0.1, 0.1)], ["Waffenstillstand", "Einmischung"])
    frame = axes.get_window_extent()
    assert all(frame.contains(*box.min) and frame.contains(*box.max) for box in boxes(axes))


def test_places_repeat():
    xy, names = [(4.0, 4.0), (4.2, 4.1), (4.4, 4.0)], ["eins", "zwei", "drei"]
    first, second = (placed(xy, names).texts for _ in range(2))
    assert [t.get_position() for t in first] == [t.get_position() for t in second]


def test_name_that_does_not_fit_is_an_error():
    with pytest.raises(ExportError, match="1 names are too many for the figure; name fewer terms"):
        placed([(5, 5)], ["Rüstungskontrollverhandlungsdelegation" * 3], height_mm=30)
