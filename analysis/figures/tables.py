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

from analysis.figures.words import MINUS, NARROW_SPACE, format_number
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
#: Decimal places of real numbers in LaTeX.
DIGITS = 2

Value = int | float | str


def csv_text(table: pd.DataFrame) -> str:
    r"""Write a table as CSV: UTF-8, line feeds, numbers as they are given, no index.

    A text cell that a spreadsheet would run as a formula gets a leading apostrophe.
    """

    def harmless(column: pd.Series) -> pd.Series:
        if is_numeric_dtype(column) or is_datetime64_any_dtype(column):
            return column
        return column.astype(object).map(
            lambda cell: guard(cell) if isinstance(cell, str) else cell
        )

    return table.apply(harmless).to_csv(index=False, lineterminator="\n")


def latex_table(table: pd.DataFrame, headings: Mapping[str, str], *, language: Language) -> str:
    r"""Write a table in LaTeX with the rules of booktabs.

    Parameters
    ----------
    table : DataFrame
        Text and numbers; the index is not written.
    headings : mapping of column to heading
        The columns to write, in this order, with what stands above them.
    language : {"de", "en"}
        Of the numbers; German has a decimal comma.

    Returns
    -------
    str
        A ``tabular``; all text escaped, numbers to the right, real ones with two decimals, an
        empty cell as a dash.

    Raises
    ------
    ExportError
        If two columns have the same heading.
    """
    named = table[list(headings)].set_axis(list(headings.values()), axis="columns")
    repeated = sorted(named.columns[named.columns.duplicated()])
    if repeated:
        raise ExportError(f"latex_table: two columns are headed {repeated[0]!r}")
    formats: dict[Any, str | Callable[[object], str] | None] = {
        text: _number_format(named[text], language) for text in named
    }
    styler = named.style.format(formats, escape="latex", na_rep="--")
    styler = styler.hide(axis="index").format_index(escape="latex", axis="columns")
    columns = "".join("l" if form is None else "r" for form in formats.values())
    return str(styler.to_latex(hrules=True, column_format=columns))


def _number_format(column: pd.Series, language: Language) -> Callable[[Any], str] | None:
    """Return the function that writes a column's numbers; None leaves text to the Styler."""
    if not is_numeric_dtype(column) or is_bool_dtype(column):
        return None
    places = DIGITS if is_float_dtype(column) else 0
    return lambda cell: latex_number(cell, language, digits=places)


def latex_number(value: float, language: Language, *, digits: int) -> str:
    r"""Write a number for LaTeX, in text or in mathematics."""
    return format_number(value, language, digits=digits).translate(LATEX_NUMBER)


def latex_macros(values: Mapping[str, Value], number: str, *, language: Language) -> str:
    r"""Write values as LaTeX macros; a name that is not there is an error of LaTeX.

    Whole numbers are written as such, real ones with two decimals. The notebook's two digits are
    part of every name, so that notebooks do not collide. Raises `ExportError` if a name cannot be
    a macro, two names give the same one, or a value is neither a finite number nor text.

    Examples
    --------
    >>> print(latex_macros({"n_terms": 1200}, "02", language="de"), end="")
    \newcommand{\gipfelZeroTwoNTerms}{1\,200}
    """
    lines: dict[str, str] = {}
    for name, value in sorted(values.items()):
        macro = macro_name(number, name)
        if macro in lines:
            raise ExportError(f"value {name!r}: another value has the macro \\{macro}, too")
        if isinstance(value, str):
            text = value.translate(LATEX_SPECIAL)
        elif isinstance(value, bool) or not math.isfinite(value):
            raise ExportError(f"value {name!r}: wanted a finite number or text, came {value!r}")
        else:
            text = latex_number(value, language, digits=0 if isinstance(value, int) else DIGITS)
        lines[macro] = f"\\newcommand{{\\{macro}}}{{{text}}}\n"
    return "".join(lines.values())
