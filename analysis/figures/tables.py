"""Result tables as text: CSV that a spreadsheet cannot run, LaTeX with booktabs, LaTeX macros."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
from pandas.api.types import (
    is_bool_dtype,
    is_datetime64_any_dtype,
    is_float_dtype,
    is_numeric_dtype,
)

from analysis.figures.numbers import MINUS, NARROW_SPACE, format_number
from analysis.figures.words import heading
from analysis.study.design import Language
from analysis.study.errors import ExportError
from analysis.tables.cells import guard, macro_name

LATEX_SPECIAL = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        **{character: f"\\{character}" for character in "&%$#_{}"},
    }
)
LATEX_NUMBER = str.maketrans({NARROW_SPACE: r"\,", MINUS: r"\ensuremath{-}", "–": "--"})

Value = int | float | str


def csv_text(table: pd.DataFrame) -> str:
    r"""Write a table as CSV: UTF-8, line feeds, numbers as they are given.

    Parameters
    ----------
    table : DataFrame
        Any result table; its index is not written.

    Returns
    -------
    str
        A text cell that a spreadsheet would run as a formula gets a leading apostrophe.

    Examples
    --------
    >>> csv_text(pd.DataFrame({"term": ["=1+1", "Öl"], "share": [0.1 + 0.2, -0.5]}))
    "term,share\n'=1+1,0.30000000000000004\nÖl,-0.5\n"
    """
    harmless = table.copy()
    for name in table.columns:
        if not is_numeric_dtype(table[name]) and not is_datetime64_any_dtype(table[name]):
            harmless[name] = table[name].astype(object).map(_harmless)
    return harmless.to_csv(index=False, lineterminator="\n")


def _harmless(cell: object) -> object:
    return guard(cell) if isinstance(cell, str) else cell


def latex_table(
    table: pd.DataFrame,
    *,
    language: Language,
    headings: Mapping[str, str] | None = None,
    digits: int = 2,
) -> str:
    r"""Write a table in LaTeX with the rules of booktabs.

    Parameters
    ----------
    table : DataFrame
        Text and numbers; the index is not written.
    language : {"de", "en"}
        Of headings and numbers; German has a decimal comma.
    headings : mapping of column to heading, optional
        For columns without one heading for all tables in ``words.toml``; a column that
        is given an empty one is left out.
    digits : int
        Decimal places of columns of real numbers.

    Returns
    -------
    str
        A ``tabular``; all text escaped, numbers to the right, an empty cell as a dash.

    Raises
    ------
    ExportError
        If a column has no heading, or two columns have the same.

    Examples
    --------
    >>> table = pd.DataFrame({"term": ["Gipfel & Co"], "n": [1200], "per_1000": [-0.5]})
    >>> print(latex_table(table, language="de").splitlines()[4])
    Gipfel \& Co & 1\,200 & \ensuremath{-}0,50 \\
    """
    left_out = [name for name, text in (headings or {}).items() if not text]
    table = table.drop(columns=left_out, errors="ignore")
    named = table.set_axis(_headings(table, language, headings), axis="columns")
    formats: dict[Any, str | Callable[[object], str] | None] = {
        text: _latex_format(named[text], language, digits) for text in named
    }
    styler = named.style.format(formats, escape="latex", na_rep="--")
    styler = styler.hide(axis="index").format_index(escape="latex", axis="columns")
    columns = "".join("l" if form is None else "r" for form in formats.values())
    return str(styler.to_latex(hrules=True, column_format=columns))


def _headings(
    table: pd.DataFrame, language: Language, given: Mapping[str, str] | None
) -> list[str]:
    named = given or {}
    found = [
        named[name] if name in named else heading(name, language, sides={})
        for name in table.columns
    ]
    repeated = sorted({text for text in found if found.count(text) > 1})
    if repeated:
        raise ExportError(f"latex_table: two columns are headed {repeated[0]!r}; pass `headings`")
    return found


def _latex_format(
    column: pd.Series, language: Language, digits: int
) -> Callable[[Any], str] | None:
    """Give the function that writes the cells of a column; None leaves text to the Styler."""
    if not is_numeric_dtype(column) or is_bool_dtype(column):
        return None
    places = digits if is_float_dtype(column) else 0
    return lambda cell: latex_number(cell, language, digits=places)


def latex_number(value: float, language: Language, *, digits: int) -> str:
    r"""Write a number for LaTeX, in text or in mathematics.

    Examples
    --------
    >>> latex_number(-1234.5, "de", digits=1)
    '\\ensuremath{-}1\\,234,5'
    """
    return format_number(value, language, digits=digits).translate(LATEX_NUMBER)


def latex_macros(
    values: Mapping[str, Value], number: str, *, language: Language, digits: int = 2
) -> str:
    r"""Write values as LaTeX macros; a name that is not there is an error of LaTeX.

    Parameters
    ----------
    values : mapping of name to number or text
        Whole numbers are written as such, real ones with ``digits`` places.
    number : str
        The notebook's two digits; part of every name, so that notebooks do not collide.
    language : {"de", "en"}
        Of the numbers.
    digits : int
        Decimal places.

    Raises
    ------
    ExportError
        If a name cannot be a macro, two names give the same one, or a value is
        neither a finite number nor text.

    Examples
    --------
    >>> print(latex_macros({"n_terms": 1200}, "02", language="de"), end="")
    \newcommand{\gipfelZeroTwoNTerms}{1\,200}
    """
    lines: dict[str, str] = {}
    for name in sorted(values):
        macro = macro_name(number, name)
        if macro in lines:
            raise ExportError(f"value {name!r}: another value has the macro \\{macro}, too")
        text = _latex_value(name, values[name], language, digits)
        lines[macro] = f"\\newcommand{{\\{macro}}}{{{text}}}"
    return "".join(f"{line}\n" for line in lines.values())


def _latex_value(name: str, value: Value, language: Language, digits: int) -> str:
    if isinstance(value, str):
        return value.translate(LATEX_SPECIAL)
    if isinstance(value, bool) or not math.isfinite(value):
        raise ExportError(f"value {name!r}: wanted a finite number or text, came {value!r}")
    return latex_number(value, language, digits=0 if isinstance(value, int) else digits)
