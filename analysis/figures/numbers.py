"""Numbers on axes, legends and tables, as German and English write them."""

from __future__ import annotations

import math

from matplotlib.ticker import FuncFormatter

from analysis.study.design import Language
from analysis.study.errors import ExportError, unknown
from analysis.tables.cells import rounded

LANGUAGES: tuple[Language, ...] = ("de", "en")
MINUS, NARROW_SPACE = "\N{MINUS SIGN}", "\N{NARROW NO-BREAK SPACE}"


def check_language(language: str) -> None:
    """Raise `ExportError` unless figures speak a language."""
    if language not in LANGUAGES:
        raise ExportError(f"figures: {unknown('language', language, LANGUAGES)}")


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
