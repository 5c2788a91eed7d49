"""Look at a drawn figure as a reader would: every text on the page, none on another."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from analysis.errors import ExportError, join_faults
from analysis.presentation.style import MM_PER_INCH, strict_drawing, style

#: Boxes of text have a little air; what is less than this is not seen.
TOLERANCE_MM = 0.2


def _draw_nothing(*_: Any, **__: Any) -> None:
    """Stand in for what draws: only where texts are is asked for."""


class _TextRecorder(RendererAgg):
    """A renderer that remembers the texts it was given, and draws nothing.

    Artists alone also list ticks out of view.
    """

    texts: list[Text]
    lines: set[str]
    draw_path = draw_markers = draw_path_collection = draw_quad_mesh = _draw_nothing
    draw_gouraud_triangles = draw_image = _draw_nothing

    def draw_text(self, gc: Any, x: float, y: float, s: str, *rest: Any, **named: Any) -> None:
        mtext = named.get("mtext", rest[-1] if rest else None)
        # matplotlib draws a text of several lines line by line and does not say whose they are.
        self.lines.add(s)
        if isinstance(mtext, Text) and mtext not in self.texts and s.strip():
            self.texts.append(mtext)


def _record_texts(figure: Figure) -> _TextRecorder:
    recorder = _TextRecorder(*figure.bbox.size, figure.dpi)  # type: ignore[no-untyped-call]
    recorder.texts, recorder.lines = [], set()
    figure.draw(recorder)
    for text in figure.findobj(Text):
        lines = text.get_text().split("\n")
        if len(lines) > 1 and text.get_visible() and recorder.lines.issuperset(lines):
            recorder.texts.append(text)
    return recorder


def drawn_texts(figure: Figure) -> list[tuple[str, Bbox]]:
    """Give every text that is drawn, with its box in mm from the lower left corner.

    Examples
    --------
    >>> from analysis.presentation.style import figure
    >>> empty = figure(height_mm=30)
    >>> note = empty.text(0.5, 0.5, "Mitte")
    >>> [text for text, box in drawn_texts(empty)]
    ['Mitte']
    """
    with style():
        FigureCanvasAgg(figure)
        with strict_drawing():
            recorder = _record_texts(figure)
        scale = MM_PER_INCH / figure.dpi
        boxes = [(text, text.get_window_extent(recorder)) for text in recorder.texts]
    return [(text.get_text(), Bbox(np.asarray(box) * scale)) for text, box in boxes]


def find_cut_texts(figure: Figure) -> list[str]:
    """Name the texts that leave the page.

    Examples
    --------
    >>> from analysis.presentation.style import figure
    >>> narrow = figure(height_mm=30)
    >>> with style():
    ...     note = narrow.text(0.9, 0.5, "Präsidentschaftswahlkampf")
    >>> find_cut_texts(narrow)
    ["'Präsidentschaftswahlkampf' leaves the page by 24 mm"]
    """
    width, height = figure.get_size_inches() * MM_PER_INCH
    faults = []
    for text, box in drawn_texts(figure):
        beyond = max(-box.x0, -box.y0, box.x1 - width, box.y1 - height)
        if beyond > TOLERANCE_MM:
            faults.append(f"{text!r} leaves the page by {beyond:.0f} mm")
    return faults


def find_overlaps(figure: Figure) -> list[str]:
    """Name the pairs of texts that lie on each other."""
    faults = []
    for (first, a), (second, b) in combinations(drawn_texts(figure), 2):
        common = Bbox.intersection(a, b)
        if common is not None and min(common.width, common.height) > TOLERANCE_MM:
            faults.append(f"{first!r} and {second!r} overlap")
    return faults


def check_figure(figure: Figure) -> Figure:
    """Check that no text is cut off; `find_overlaps` is for tests, since a figure may mean one.

    Raises
    ------
    ExportError
        With every text that leaves the page, and by how much.
    """
    faults = find_cut_texts(figure)
    if faults:
        raise ExportError(join_faults("figure", faults, "Use a wider figure or shorter labels."))
    return figure
