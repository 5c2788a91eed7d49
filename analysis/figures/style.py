"""One style for all figures: the shipped font, sizes in print, bytes that repeat, no text cut."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any, Literal, cast, get_args

import matplotlib as mpl
import numpy as np
from matplotlib.backend_bases import RendererBase
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, fontManager
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from analysis.study.errors import ExportError, join_faults, unknown

Width = Literal["column", "page", "word"]
#: Text widths in print: one and two columns of a journal page, and A4 in Word with 2.5 cm margins.
WIDTHS_MM: dict[Width, float] = {"column": 84.0, "page": 174.0, "word": 160.0}
MM_PER_INCH = 25.4

FONT_FAMILY = "Source Sans Pro"
FONT_FOLDER = Path(__file__).parent / "fonts"
FONT_FILES = (
    "SourceSansPro-Regular.ttf",
    "SourceSansPro-It.ttf",
    "SourceSansPro-Semibold.ttf",
    "SourceSansPro-Bold.ttf",
)

#: Greys that still differ in print: text, secondary text, neutral marks, bars under text, grid.
INK, QUIET, NEUTRAL, PALE, GRID = "#222222", "#555555", "#767676", "#d5d5d5", "#e4e4e4"
TEXT_POINTS, SMALL_POINTS = 8.0, 7.0

SETTINGS: Mapping[Any, Any] = {
    "font.family": [FONT_FAMILY],
    "font.size": TEXT_POINTS,
    "axes.labelsize": TEXT_POINTS,
    "axes.titlesize": TEXT_POINTS,
    "axes.titleweight": "semibold",
    "axes.titlelocation": "left",
    "axes.titlepad": 4.0,
    "xtick.labelsize": 7.5,
    "ytick.labelsize": 7.5,
    "legend.fontsize": 7.5,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": QUIET,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "axes.linewidth": 0.6,
    "xtick.major.width": 0.6,
    "xtick.major.size": 2.5,
    "ytick.major.size": 0.0,
    # Room for a mark that stands at zero.
    "ytick.major.pad": 6.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.grid.axis": "x",
    "axes.axisbelow": True,
    "grid.color": GRID,
    "grid.linewidth": 0.6,
    "hatch.linewidth": 0.7,
    "lines.linewidth": 1.0,
    "legend.frameon": False,
    "figure.dpi": 144,
    "figure.facecolor": "white",
    "figure.constrained_layout.h_pad": 0.05,
    "figure.constrained_layout.w_pad": 0.03,
    # A term such as "$" is a word here, never a formula.
    "text.parse_math": False,
    # Hinting depends on how FreeType was built; unhinted outlines do not.
    "text.hinting": "no_hinting",
    "savefig.dpi": 300,
    # "tight" would cut the figure to its content and lose the width a journal asks for.
    "savefig.bbox": None,
    # TrueType: editors and printers accept it, and the text can be searched and copied.
    "pdf.fonttype": 42,
    # Outlines: a reader's machine seldom has the font, and a substitute would shift every label.
    # Who needs searchable text has the PDF.
    "svg.fonttype": "path",
    "svg.hashsalt": "gipfeldiskurs",
}

#: Whether the style is set already: plots call one another, and setting it takes milliseconds.
_IS_ON: ContextVar[bool] = ContextVar("style", default=False)

#: Of flat colours and thin lines this level makes smaller files than the default one, sooner.
PNG = {"compress_level": 3}


@cache
def load_fonts(folder: Path = FONT_FOLDER) -> None:
    """Register the fonts of the package with matplotlib, before those of the machine.

    Raises `ExportError` if a file is missing or matplotlib finds another font than ours; matplotlib
    itself would go on with a substitute and every label would change its width.
    """
    known = list(fontManager.ttflist)
    for name in FONT_FILES:
        if not (folder / name).is_file():
            raise ExportError(
                f"font {name!r} is missing in {folder}. Reinstall the package: the figures"
                f" are drawn with {FONT_FAMILY} only."
            )
        fontManager.addfont(folder / name)
    # The first of equals is taken, so another version on the machine changes nothing.
    fontManager.ttflist = [*fontManager.ttflist[len(known) :], *known]
    for weight in ("regular", "semibold", "bold"):
        check_font(FONT_FAMILY, weight, folder)


def check_font(family: str, weight: str = "regular", folder: Path = FONT_FOLDER) -> Path:
    """Find a font's file, which must lie in a folder; raises `ExportError` if it does not."""
    wanted = FontProperties(family=[family], weight=weight)
    try:
        found = Path(findfont(wanted, fallback_to_default=False))
    except ValueError:
        found = None
    if found is None or found.parent != folder:
        came = "none" if found is None else found.name
        raise ExportError(
            f"font {family!r} ({weight}) was looked for in {folder}, found: {came}."
            f" Figures need the font that is shipped with the package."
        )
    return found


@contextmanager
def style() -> Iterator[None]:
    """Draw in the style of the study, whatever the machine's own settings; also a decorator."""
    if _IS_ON.get():
        yield
        return
    load_fonts()
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(SETTINGS)
        token = _IS_ON.set(True)
        try:
            yield
        finally:
            _IS_ON.reset(token)


def width_mm(width: Width) -> float:
    """Return a text width in mm."""
    if width not in WIDTHS_MM:
        raise ExportError(unknown("width", width, get_args(Width)))
    return WIDTHS_MM[width]


class PrintFigure(Figure):
    """A figure that a notebook shows as its last line, without pyplot and its global state."""

    def _repr_png_(self) -> bytes:
        buffer = BytesIO()
        with style():
            self.savefig(buffer, format="png", dpi=144, metadata={"Software": None}, pil_kwargs=PNG)
        return buffer.getvalue()


def figure(width: Width = "column", *, height_mm: float) -> Figure:
    """Make an empty figure in print size: a text width of `WIDTHS_MM`, and a height in mm.

    Its layout leaves room for every label. Raises `ExportError` if the width is unknown.
    """
    size = (width_mm(width) / MM_PER_INCH, height_mm / MM_PER_INCH)
    with style():
        return PrintFigure(figsize=size, layout="constrained")


def fix_layout(figure: Figure) -> Figure:
    """Lay a figure out once and keep it so, so that every format and every call gives the same.

    Raises `ExportError` if labels leave no room for the axes, or a character is not in the font.
    """
    engine = figure.get_layout_engine()
    if engine is None and isinstance(figure, PrintFigure):
        # It has been fixed before; drawing it again would change nothing.
        return figure
    with style(), strict_drawing():
        if engine is not None and figure.axes:
            # The second pass settles what depends on the width that the first one left.
            engine.execute(figure)
            engine.execute(figure)
            _round_positions(figure)
        # Not "none": that leaves an empty engine, for which every export draws twice.
        figure.set_layout_engine(None)
    return figure


def _round_positions(figure: Figure) -> None:
    """Round where the axes lie, so that every process draws the same bytes.

    The layout's solver takes its constraints in the order of their addresses in memory: last
    digits differ from one process to the next, and names of clip paths are made from all digits.
    """
    for axes in figure.axes:
        axes.set_position(Bbox(np.round(axes.get_position().get_points(), POSITION_DIGITS)))
        axes.set_in_layout(True)  # set_position takes the axes out of the layout


@contextmanager
def fixed_layout(figure: Figure) -> Iterator[None]:
    """Fix a figure's layout for several drawings; afterwards it is laid out again as before."""
    engine = figure.get_layout_engine()
    fix_layout(figure)
    try:
        yield
    finally:
        if engine is not None:
            figure.set_layout_engine(engine)


@contextmanager
def strict_drawing() -> Iterator[None]:
    """Turn what matplotlib only warns of while it draws into an `ExportError`."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            yield
        except UserWarning as warning:
            raise ExportError(
                f"the figure cannot be laid out: {warning}. Use a wider figure,"
                f" shorter labels, or characters that {FONT_FAMILY} has."
            ) from None


#: Digits of the positions of axes, in parts of the figure: less than a thousandth of a micrometre.
POSITION_DIGITS = 9
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
    """Return every text that is drawn, with its box in mm from the lower left corner."""
    with _boxes_of_texts() as boxes:
        figure.draw_without_rendering()
    return [(text.get_text(), box) for text, box in boxes.items()]


def name_cut_texts(figure: Figure, texts: list[tuple[str, Bbox]]) -> list[str]:
    """Name the texts that leave the page, and by how much."""
    width, height = figure.get_size_inches() * MM_PER_INCH
    over = [(text, max(-b.x0, -b.y0, b.x1 - width, b.y1 - height)) for text, b in texts]
    cut = [(text, beyond) for text, beyond in over if beyond > TOLERANCE_MM]
    return [f"{text!r} leaves the page by {beyond:.0f} mm" for text, beyond in cut]


def draw_checked(figure: Figure, metadata: Mapping[str, str | None]) -> bytes:
    """Draw a figure as PNG in the resolution for print, and check that no text is cut off.

    Raises `ExportError` with every text that leaves the page, and by how much; or if it cannot be
    drawn.
    """
    buffer = BytesIO()
    with _boxes_of_texts() as boxes:
        figure.savefig(buffer, format="png", metadata=dict(metadata), pil_kwargs=PNG)
    faults = name_cut_texts(figure, [(text.get_text(), box) for text, box in boxes.items()])
    if faults:
        raise ExportError(join_faults("figure", faults, "Use a wider figure or shorter labels."))
    return buffer.getvalue()
