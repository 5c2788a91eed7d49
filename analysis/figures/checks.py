"""Look at a drawn figure as a reader would: every text on the page, none on another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from itertools import combinations
from typing import Any, cast

import numpy as np
from matplotlib.backend_bases import RendererBase
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from analysis.figures.style import MM_PER_INCH, PNG, strict_drawing, style
from analysis.study.errors import ExportError, join_faults

#: Boxes of text have a little air; what is less than this is not seen.
TOLERANCE_MM = 0.2

Boxes = dict[Text, Bbox]


@contextmanager
def _boxes_of_texts() -> Iterator[Boxes]:
    """Record the texts that are drawn meanwhile, with their boxes in mm from the lower left corner.

    The artists of a figure alone would also list the labels of ticks that are out of view.
    """
    boxes: Boxes = {}
    draw_text = Text.draw

    def draw(text: Text, renderer: RendererBase, *rest: Any, **named: Any) -> None:
        draw_text(text, renderer, *rest, **named)
        if text.get_visible() and text.get_text().strip():
            pixels = np.asarray(text.get_window_extent(renderer))
            boxes[text] = Bbox(pixels * MM_PER_INCH / cast(Figure, text.get_figure(root=True)).dpi)

    Text.draw = draw  # type: ignore[method-assign, assignment]
    try:
        with style(), strict_drawing():
            yield boxes
    finally:
        Text.draw = draw_text  # type: ignore[method-assign]


def drawn_texts(figure: Figure) -> list[tuple[str, Bbox]]:
    """Return every text that is drawn, with its box in mm from the lower left corner.

    Examples
    --------
    >>> from analysis.figures.style import figure
    >>> empty = figure(height_mm=30)
    >>> note = empty.text(0.5, 0.5, "Mitte")
    >>> [text for text, box in drawn_texts(empty)]
    ['Mitte']
    """
    with _boxes_of_texts() as boxes:
        figure.draw_without_rendering()
    return [(text.get_text(), box) for text, box in boxes.items()]


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
    """Name the pairs of texts that lie on each other; for tests, since a figure may mean one."""
    faults = []
    for (first, a), (second, b) in combinations(drawn_texts(figure), 2):
        common = Bbox.intersection(a, b)
        if common is not None and min(common.width, common.height) > TOLERANCE_MM:
            faults.append(f"{first!r} and {second!r} overlap")
    return faults


def draw_checked(figure: Figure, metadata: Mapping[str, str | None]) -> bytes:
    """Draw a figure as PNG in the resolution for print, and check that no text is cut off.

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
    with _boxes_of_texts() as boxes:
        figure.savefig(buffer, format="png", metadata=dict(metadata), pil_kwargs=PNG)
    faults = _name_cut(figure, [(text.get_text(), box) for text, box in boxes.items()])
    if faults:
        raise ExportError(join_faults("figure", faults, "Use a wider figure or shorter labels."))
    return buffer.getvalue()
