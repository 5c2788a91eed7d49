"""One style for all figures: the font of the package, sizes in print, bytes that repeat."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any, Literal, get_args

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, fontManager

from analysis.study.errors import ExportError, unknown

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

    Parameters
    ----------
    folder : Path
        Where the font files lie.

    Raises
    ------
    ExportError
        If a file is missing or matplotlib finds another font than ours; matplotlib
        itself would go on with a substitute and every label would change its width.

    Examples
    --------
    >>> load_fonts()
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
    """Find a font's file, which must lie in a folder; raises `ExportError` if it does not.

    Examples
    --------
    >>> load_fonts()
    >>> check_font("Source Sans Pro", "semibold").name
    'SourceSansPro-Semibold.ttf'
    """
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
    """Draw in the style of the study, whatever the machine's own settings; also a decorator.

    Examples
    --------
    >>> with style():
    ...     mpl.rcParams["pdf.fonttype"]
    42
    """
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
    """Return a text width in mm.

    Examples
    --------
    >>> width_mm("column")
    84.0
    """
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
    """Make an empty figure in print size; its layout leaves room for every label.

    Parameters
    ----------
    width : {"column", "page", "word"}
        A text width of `WIDTHS_MM`.
    height_mm : float
        Height in mm.

    Raises
    ------
    ExportError
        If the width is unknown.

    Examples
    --------
    >>> figure("page", height_mm=60).get_size_inches().round(2).tolist()
    [6.85, 2.36]
    """
    size = (width_mm(width) / MM_PER_INCH, height_mm / MM_PER_INCH)
    with style():
        return PrintFigure(figsize=size, layout="constrained")


def fix_layout(figure: Figure) -> Figure:
    """Lay a figure out once and keep it so, so that every format and every call gives the same.

    Raises
    ------
    ExportError
        If labels leave no room for the axes, or a character is not in the font.
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
        # Not "none": that leaves an empty engine, for which every export draws twice.
        figure.set_layout_engine(None)
    return figure


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
    """Turn what matplotlib only warns of while it draws into an `ExportError`.

    Examples
    --------
    >>> with strict_drawing():
    ...     figure(height_mm=30).draw_without_rendering()
    """
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            yield
        except UserWarning as warning:
            raise ExportError(
                f"the figure cannot be laid out: {warning}. Use a wider figure,"
                f" shorter labels, or characters that {FONT_FAMILY} has."
            ) from None
