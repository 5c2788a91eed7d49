"""Figures, tables and numbers into files: all formats at once, equal bytes for equal inputs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import pandas as pd
from fontTools import subset
from fontTools.ttLib import TTFont
from matplotlib.figure import Figure

from analysis.figures.checks import draw_checked
from analysis.figures.provenance import Provenance, json_text
from analysis.figures.style import fixed_layout, style
from analysis.figures.tables import Value, csv_text, latex_macros, latex_table
from analysis.study.atomic import atomically
from analysis.study.design import Language
from analysis.study.errors import ExportError
from analysis.tables.cells import rounded


def export_figure(
    figure: Figure,
    name: str,
    *,
    data: pd.DataFrame,
    folder: Path,
    provenance: Provenance,
    title: str,
) -> list[Path]:
    """Write a figure as PDF, SVG and PNG, with the table it was drawn from and its provenance.

    Parameters
    ----------
    figure : Figure
        What to write; it is left as it was.
    name : str
        File name without ending; begins with the notebook's two digits.
    data : DataFrame
        The table that is drawn.
    folder : Path
        Where to write; made if it is missing.
    provenance : Provenance
        What the figure came from.
    title : str
        For the metadata of the formats, not drawn.

    Returns
    -------
    list of Path
        The files, in the order csv, json, pdf, png, svg.

    Raises
    ------
    ExportError
        If the name does not fit the notebook, a label is cut off, or a file cannot
        be written; then no file was changed.

    Examples
    --------
    >>> import tempfile
    >>> from analysis.figures.style import figure
    >>> source = Provenance("01_corpus", {}, {})
    >>> data = pd.DataFrame({"n": [1]})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     files = export_figure(figure(height_mm=30), "01_empty", data=data,
    ...         folder=Path(folder), provenance=source, title="Empty")
    ...     [file.name for file in files]
    ['01_empty.csv', '01_empty.json', '01_empty.pdf', '01_empty.png', '01_empty.svg']
    """
    _check_name(name, provenance)
    record = {**provenance.record(), "title": title, "drawn_from": f"{name}.csv"}
    metadata = _metadata(title, provenance.describe())
    with fixed_layout(figure):
        pictures = {"png": draw_checked(figure, metadata["png"])}
        pictures |= {kind: _picture(figure, kind, metadata[kind]) for kind in ("pdf", "svg")}
    texts = {"csv": csv_text(rounded(data)), "json": json_text(record)}
    return _write(folder, name, {**_encode(texts), **pictures})


def export_table(
    table: pd.DataFrame,
    name: str,
    *,
    folder: Path,
    provenance: Provenance,
    language: Language,
    headings: Mapping[str, str] | None = None,
) -> list[Path]:
    """Write a table as CSV and LaTeX, with its provenance.

    Parameters
    ----------
    table : DataFrame
        A result table; numbers of the CSV as `rounded` gives them, of LaTeX with two decimals.
    name, folder, provenance
        As `export_figure` takes them.
    language : {"de", "en"}
        Of the LaTeX table.
    headings : mapping of column to heading, optional
        As `latex_table` takes them.

    Returns
    -------
    list of Path
        The files, in the order csv, json, tex.

    Raises
    ------
    ExportError
        As `export_figure`, or if a column has no heading.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     files = export_table(pd.DataFrame({"n": [1]}), "01_sizes", folder=Path(folder),
    ...         provenance=Provenance("01_corpus", {}, {}), language="de")
    ...     [file.name for file in files]
    ['01_sizes.csv', '01_sizes.json', '01_sizes.tex']
    """
    _check_name(name, provenance)
    table = rounded(table)
    texts = {
        "csv": csv_text(table),
        "json": json_text(provenance.record()),
        "tex": latex_table(table, language=language, headings=headings),
    }
    return _write(folder, name, _encode(texts))


def export_values(
    values: Mapping[str, Value],
    name: str,
    *,
    folder: Path,
    provenance: Provenance,
    language: Language,
    digits: int = 2,
) -> list[Path]:
    r"""Write the numbers that a text quotes, as JSON and with fewer digits as LaTeX macros.

    Parameters
    ----------
    values : mapping of name to number or text
        Names of ASCII letters, digits and underscores.
    name, folder, provenance
        As `export_figure` takes them.
    language : {"de", "en"}
        Of the macros' numbers.
    digits : int
        Decimal places of the macros' real numbers.

    Returns
    -------
    list of Path
        The files, in the order json, tex.

    Raises
    ------
    ExportError
        As `export_figure`, or if a value or its name cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     files = export_values({"n_terms": 12}, "01_values", folder=Path(folder),
    ...         provenance=Provenance("01_corpus", {}, {}), language="de")
    ...     print(files[1].read_text(), end="")
    \newcommand{\gipfelZeroOneNTerms}{12}
    """
    _check_name(name, provenance)
    written = {
        key: rounded(value) if isinstance(value, float) else value for key, value in values.items()
    }
    texts = {
        "tex": latex_macros(written, provenance.number, language=language, digits=digits),
        "json": json_text({**provenance.record(), "values": written}),
    }
    return _write(folder, name, _encode(texts))


def _check_name(name: str, provenance: Provenance) -> None:
    if not re.fullmatch(rf"{provenance.number}_[a-z0-9_]+", name):
        raise ExportError(
            f"file name {name!r}: wanted {provenance.number}_ (the number of notebook"
            f" {provenance.notebook!r}), then small letters, digits and underscores"
        )


def _metadata(title: str, description: str) -> dict[str, dict[str, str | None]]:
    """Give each format its standard keys; the None ones would hold a time or a version twice."""
    return {
        "pdf": {"Title": title, "Subject": description, "CreationDate": None},
        "png": {"Title": title, "Description": description, "Software": None},
        "svg": {"Title": title, "Description": description, "Date": None},
    }


def _picture(figure: Figure, kind: str, metadata: dict[str, str | None]) -> bytes:
    buffer = BytesIO()
    with style(), outlines_only():
        figure.savefig(buffer, format=kind, metadata=metadata)
    return buffer.getvalue()


def _encode(texts: Mapping[str, str]) -> dict[str, bytes]:
    return {ending: text.encode("utf-8") for ending, text in texts.items()}


def _write(folder: Path, name: str, contents: Mapping[str, bytes]) -> list[Path]:
    """Write all files beside their places, then move them in, so that none is ever half-written."""
    targets = {ending: folder / f"{name}.{ending}" for ending in sorted(contents)}
    try:
        # Each takes its place when the last one has been written.
        with ExitStack() as stack:
            for ending, target in targets.items():
                stack.enter_context(atomically(target)).write_bytes(contents[ending])
    except OSError as fault:
        raise ExportError(
            f"cannot write {name} ({', '.join(targets)}) in {folder}: {fault.strerror or fault}."
            f" Make room or choose another folder; no half-written file was left."
        ) from fault
    return list(targets.values())


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
