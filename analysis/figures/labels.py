"""The words and numbers on axes, legends and tables, in German and English."""

from __future__ import annotations

import math
from collections.abc import Mapping

from matplotlib.ticker import FuncFormatter

from analysis.figures.headings import HEADINGS, OF_TABLES
from analysis.figures.words import LABELS
from analysis.study.design import ALPHA, FEWEST_JOINT, LEVEL, Language
from analysis.study.errors import ExportError, unknown
from analysis.tables.cells import rounded

LANGUAGES: tuple[Language, ...] = ("de", "en")
MINUS, NARROW_SPACE = "\N{MINUS SIGN}", "\N{NARROW NO-BREAK SPACE}"


def label(key: str, language: Language) -> str:
    """Give the word for a key.

    Parameters
    ----------
    key : str
        A key of `LABELS`.
    language : {"de", "en"}
        The language of the figure.

    Raises
    ------
    ExportError
        If the key or the language is unknown; with all allowed ones.

    Examples
    --------
    >>> label("topic", "de"), label("topic", "en")
    ('Thema', 'topic')
    """
    check_language(language)
    if key not in LABELS:
        raise ExportError(f"labels.py: {unknown('label', key, LABELS)}")
    return _with_constants(LABELS[key][LANGUAGES.index(language)], language)


def heading(column: str, language: Language, *, table: str = "", sides: Mapping[str, str]) -> str:
    """Give the heading of a column of a result table.

    Parameters
    ----------
    column : str
        Name of the column.
    language : {"de", "en"}
        Of the heading.
    table : str
        Name of the table, such as ``03_position``: what a column means can depend on it.
    sides : mapping
        The names of the events compared, by ``target`` and ``reference``.

    Raises
    ------
    ExportError
        If the column has no heading in this table, or the heading names events not given.

    Examples
    --------
    >>> heading("n_target", "de", sides={"target": "Alaska 2025"})
    'n Alaska 2025'
    >>> heading("weight", "de", table="11_seeded_topics", sides={})
    'Gewicht im Thema'
    """
    check_language(language)
    known = HEADINGS | OF_TABLES.get(table[:2], {}) | OF_TABLES.get(table, {})
    if column not in known:
        found = unknown("column", column, known)
        raise ExportError(
            f"headings.py: no heading in table {table!r}: {found} Add it there, or pass `headings`."
        )
    text = _with_constants(known[column][LANGUAGES.index(language)], language)
    for side in ("target", "reference"):
        if f"{{{side}}}" in text and side not in sides:
            raise ExportError(
                f"headings.py: the heading of {column!r} names the {side} of the comparison, which"
                " was not given; export with the workbench, or pass `headings`"
            )
        text = text.replace(f"{{{side}}}", sides.get(side, ""))
    return text


def _with_constants(text: str, language: Language) -> str:
    """Put the study's constants into a text; what stands there by number is left."""
    for name, value in (("level", 100 * LEVEL), ("alpha", ALPHA), ("few", FEWEST_JOINT)):
        text = text.replace(f"{{{name}}}", format_number(value, language))
    return text


def check_language(language: str) -> None:
    """Raise `ExportError` unless a language has labels."""
    if language not in LANGUAGES:
        raise ExportError(f"labels.py: {unknown('language', language, LANGUAGES)}")


def format_number(value: float, language: Language, *, digits: int | None = None) -> str:
    """Write a number as the language does.

    Parameters
    ----------
    value : float
        Any finite number, or NaN.
    language : {"de", "en"}
        German: decimal comma, narrow no-break space between thousands.
    digits : int, optional
        Decimal places; without it, as many as the number has (at most ten digits).

    Returns
    -------
    str
        With a true minus sign; NaN gives an en dash.

    Examples
    --------
    >>> format_number(-0.25, "de")
    '−0,25'
    >>> format_number(12345.678, "en", digits=1)
    '12,345.7'
    """
    check_language(language)
    if math.isnan(value):
        return "–"
    value = value if isinstance(value, int) else rounded(value)
    text = f"{value:,.{digits}f}" if digits is not None else _shortest(value)
    if not any(digit in text for digit in "123456789"):
        text = text.removeprefix("-")
    if language == "de":
        text = text.translate({ord(","): NARROW_SPACE, ord("."): ","})
    return text.replace("-", MINUS)


def _shortest(value: float) -> str:
    """Write a number without the noise of its last bits, as ticks at 0.1 + 0.2 have it."""
    whole, _, decimals = f"{value:,.10f}".partition(".")
    decimals = decimals.rstrip("0")
    return f"{whole}.{decimals}" if decimals else whole


def tick_format(language: Language) -> FuncFormatter:
    """Give the formatter of a numeric axis.

    Examples
    --------
    >>> tick_format("de")(0.30000000000000004, 0)
    '0,3'
    """
    check_language(language)
    return FuncFormatter(lambda value, _position: format_number(value, language))
