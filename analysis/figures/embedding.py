"""What of a font goes into a PDF: its outlines, not the tables by which text is set."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from fontTools import subset
from fontTools.ttLib import TTFont

#: Kerning, ligatures, alternates: matplotlib has placed every glyph when it writes the file,
#: and a reader of PDF looks at outlines and widths only (ISO 32000-1, 9.9). To find what a
#: subset keeps of these tables takes most of the time of an export.
LAYOUT_TABLES = ("BASE", "GDEF", "GPOS", "GSUB")


@contextmanager
def outlines_only() -> Iterator[None]:
    """Leave the tables for setting text out of the fonts that matplotlib embeds meanwhile.

    matplotlib has no setting for it, so the function is replaced by which it has fontTools
    load the font that it then cuts down.

    Examples
    --------
    >>> from analysis.figures.style import FONT_FILES, FONT_FOLDER
    >>> file, options = FONT_FOLDER / FONT_FILES[0], subset.Options()
    >>> with outlines_only(), subset.load_font(file, options) as font:
    ...     "GSUB" in font, "glyf" in font
    (False, True)
    >>> with subset.load_font(file, options) as font:
    ...     "GSUB" in font
    True
    """
    load_font = subset.load_font

    def load_outlines(*given: Any, **named: Any) -> TTFont:
        font = load_font(*given, **named)
        for tag in LAYOUT_TABLES:
            if tag in font:
                del font[tag]
        return font

    subset.load_font = load_outlines
    try:
        yield
    finally:
        subset.load_font = load_font
