"""Look at a drawn figure as a reader would: every text on the page, none on another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from itertools import combinations
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from analysis.figures.style import MM_PER_INCH, PNG, strict_drawing, style
from analysis.study.errors import ExportError, join_faults

#: Boxes of text have a little air; what is less than this is not seen.
TOLERANCE_MM = 0.2


class _TextKeeper(RendererAgg):
    """A renderer that remembers the texts it was given: artists alone also list hidden ticks."""

    def __init__(self, width: float, height: float, dpi: float) -> None:
        super().__init__(width, height, dpi)  # type: ignore[no-untyped-call]
        self.texts: list[Text] = []
        self.lines: set[str] = set()

    def draw_text(self, gc: Any, x: float, y: float, s: str, *rest: Any, **named: Any) -> None:
        self.keep(s, *rest, **named)
        super().draw_text(gc, x, y, s, *rest, **named)  # type: ignore[no-untyped-call]

    def keep(self, s: str, *rest: Any, **named: Any) -> None:
        mtext = named.get("mtext", rest[-1] if rest else None)
        # matplotlib draws a text of several lines line by line and does not say whose they are.
        self.lines.add(s)
        if isinstance(mtext, Text) and mtext not in self.texts and s.strip():
            self.texts.append(mtext)

    def boxes(self, figure: Figure) -> list[tuple[str, Bbox]]:
        """Give every text that was drawn, with its box in mm from the lower left corner."""
        texts = list(self.texts)
        for text in figure.findobj(Text):
            lines = text.get_text().split("\n")
            if len(lines) > 1 and text.get_visible() and self.lines.issuperset(lines):
                texts.append(text)
        former, figure.dpi = figure.dpi, self.dpi
        try:
            found = [(text, text.get_window_extent(self)) for text in texts]
        finally:
            figure.dpi = former
        scale = MM_PER_INCH / self.dpi
        return [(text.get_text(), Bbox(np.asarray(box) * scale)) for text, box in found]


def _draw_nothing(*_: Any, **__: Any) -> None:
    """Stand in for what draws: only where texts are is asked for."""


class _TextRecorder(_TextKeeper):
    """A renderer that remembers texts, and draws nothing."""

    draw_path = draw_markers = draw_path_collection = draw_quad_mesh = _draw_nothing
    draw_gouraud_triangles = draw_image = _draw_nothing

    def draw_text(self, gc: Any, x: float, y: float, s: str, *rest: Any, **named: Any) -> None:
        self.keep(s, *rest, **named)


class _KeepingCanvas(FigureCanvasAgg):
    """A canvas for one drawing, which then knows where its texts stand."""

    keeper: _TextKeeper | None = None

    def get_renderer(self) -> _TextKeeper:
        if self.keeper is None:
            size = self.get_width_height(physical=True)
            self.keeper = _TextKeeper(*size, self.figure.dpi)
        return self.keeper


@contextmanager
def _canvas_kept(figure: Figure) -> Iterator[None]:
    """Give a figure its canvas back: a notebook draws with whichever it finds there."""
    canvas = figure.canvas
    try:
        yield
    finally:
        figure.set_canvas(canvas)


def drawn_texts(figure: Figure) -> list[tuple[str, Bbox]]:
    """Give every text that is drawn, with its box in mm from the lower left corner.

    Examples
    --------
    >>> from analysis.figures.style import figure
    >>> empty = figure(height_mm=30)
    >>> note = empty.text(0.5, 0.5, "Mitte")
    >>> [text for text, box in drawn_texts(empty)]
    ['Mitte']
    """
    with style(), _canvas_kept(figure):
        FigureCanvasAgg(figure)
        recorder = _TextRecorder(*figure.bbox.size, figure.dpi)
        with strict_drawing():
            figure.draw(recorder)
        return recorder.boxes(figure)


def find_cut_texts(figure: Figure) -> list[str]:
    """Name the texts that leave the page.

    Examples
    --------
    >>> from analysis.figures.style import figure
    >>> narrow = figure(height_mm=30)
    >>> with style():
    ...     note = narrow.text(0.9, 0.5, "Präsidentschaftswahlkampf")
    >>> find_cut_texts(narrow)
    ["'Präsidentschaftswahlkampf' leaves the page by 24 mm"]
    """
    return _name_cut(figure, drawn_texts(figure))


def _name_cut(figure: Figure, texts: list[tuple[str, Bbox]]) -> list[str]:
    width, height = figure.get_size_inches() * MM_PER_INCH
    faults = []
    for text, box in texts:
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


def draw_checked(figure: Figure, metadata: Mapping[str, str | None]) -> bytes:
    """Draw a figure as PNG in the resolution for print, and check that no text is cut off.

    `find_overlaps` is for tests, since a figure may mean one.

    Raises
    ------
    ExportError
        With every text that leaves the page, and by how much; or if it cannot be drawn.

    Examples
    --------
    >>> from analysis.figures.style import figure
    >>> draw_checked(figure(height_mm=30), {})[1:4]
    b'PNG'
    """
    buffer = BytesIO()
    with style(), _canvas_kept(figure):
        canvas = _KeepingCanvas(figure)
        with strict_drawing():
            canvas.print_figure(buffer, format="png", metadata=dict(metadata), pil_kwargs=PNG)
        faults = _name_cut(figure, canvas.get_renderer().boxes(figure))
    if faults:
        raise ExportError(join_faults("figure", faults, "Use a wider figure or shorter labels."))
    return buffer.getvalue()
