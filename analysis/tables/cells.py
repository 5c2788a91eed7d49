"""Cells of tables: digits that hold on any processor, text that no sheet or page runs."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.api.types import is_float_dtype

from analysis.study.errors import ExportError

#: Names of LaTeX macros hold letters only.
DIGIT_WORDS = ("Zero", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine")
#: How numbers are written, drawn and ranked; how this was measured stands in
#: docs/explanation/reproducibility.md.
SIGNIFICANT_DIGITS = 9
#: What is left of two numbers that cancel out is noise below this, and written as 0.
MOST_DECIMALS = 12
#: By number of decimals; powers that are computed could differ in the last bit.
_SCALES = np.array([float(f"1e{n}") for n in range(MOST_DECIMALS + 1)])

Numbers = TypeVar("Numbers", float, npt.NDArray[np.float64], pd.Series, pd.DataFrame)

#: A spreadsheet runs a cell that begins so (OWASP, "CSV Injection"); with the apostrophes
#: before it, so that reading gives back what was written.
DANGEROUS = re.compile(r"^(?='*[=+\-@\t\r])")
GUARDED = re.compile(r"^'(?='*[=+\-@\t\r])")
#: What XML 1.0 cannot hold: control characters, halves of pairs, two that are none.
NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
LONGEST_CELL = 32_000


def rounded(values: Numbers) -> Numbers:
    """Round to the digits that are the same on any processor.

    This is the one place for the rule. What is written, drawn or sorted by a computed number
    passes through here first; sorting by it breaks ties by the next key, such as a name.

    Parameters
    ----------
    values : float, array, Series or DataFrame
        Of a table, the columns of real numbers are rounded; whole numbers and text stay.

    Returns
    -------
    same kind as ``values``
        With 9 significant digits, at most 12 decimals, and no negative zero. Whole digits
        are all kept.

    Examples
    --------
    >>> rounded(2 / 3), rounded(0.1 + 0.2 - 0.3), rounded(1234567890.25)
    (0.666666667, 0.0, 1234567890.0)
    >>> table = pd.DataFrame({"term": ["b", "a"], "share": [0.3, 0.1 + 0.2]})
    >>> table.sort_values(["share", "term"], key=rounded)["term"].tolist()
    ['a', 'b']
    """
    if isinstance(values, pd.DataFrame):
        return values.apply(rounded) if len(values.columns) else values
    if isinstance(values, pd.Series):
        if values.dtype == object:
            cells = [rounded(cell) if isinstance(cell, float) else cell for cell in values]
            return pd.Series(cells, index=values.index, dtype=object)
        if not is_float_dtype(values):
            return values
        return pd.Series(_round(values.to_numpy(float)), values.index)
    array = _round(np.asarray(values, dtype=float))
    return array if isinstance(values, np.ndarray) else float(array)


def _round(array: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Round by a scale that is a power of ten, so that the quotient is the nearest decimal."""
    with np.errstate(divide="ignore"):
        exponent = np.nan_to_num(np.floor(np.log10(np.abs(array))))
    places = np.clip(SIGNIFICANT_DIGITS - 1 - exponent, 0, MOST_DECIMALS).astype(int)
    return np.asarray(np.rint(array * _SCALES[places]) / _SCALES[places] + 0.0)


def clean(text: str) -> str:
    r"""Return text that XML can hold and a cell can show.

    Line ends become line feeds, what XML forbids becomes U+FFFD, and the text is cut at
    32,000 characters.

    Examples
    --------
    >>> clean("a\r\nb\x07")
    'a\nb�'
    """
    legal = NO_XML.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))
    return legal if len(legal) <= LONGEST_CELL else legal[: LONGEST_CELL - 1] + "…"


def guard(cell: str) -> str:
    """Put an apostrophe before a cell that a spreadsheet would run; `unguard` takes it off.

    Examples
    --------
    >>> guard("=1+1"), guard("'=1+1"), guard("Kein Deal")
    ("'=1+1", "''=1+1", 'Kein Deal')
    """
    return DANGEROUS.sub("'", cell)


def unguard(cell: str) -> str:
    """Take off what `guard` put before a cell."""
    return GUARDED.sub("", cell)


def is_dangerous(cell: str) -> bool:
    """Say whether a spreadsheet could run a cell."""
    return bool(DANGEROUS.match(cell))


def macro_name(number: str, name: str) -> str:
    """Name the LaTeX macro of a value: letters only, digits in words.

    Examples
    --------
    >>> macro_name("02", "n_tokens_2018")
    'gipfelZeroTwoNTokensTwoZeroOneEight'
    """
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name):
        raise ExportError(
            f"value {name!r}: wanted ASCII letters, digits and underscores, a letter first"
        )
    camel = "".join(part[:1].upper() + part[1:] for part in name.split("_"))
    return "gipfel" + re.sub(r"\d", lambda digit: DIGIT_WORDS[int(digit[0])], number + camel)


def content_policy(style: str, script: str) -> str:
    """Write the policy of a page that runs its own style and script, and loads nothing."""
    style, script = (
        base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()
        for code in (style, script)
    )
    return (
        f"default-src 'none'; script-src 'sha256-{script}'; style-src 'sha256-{style}'; "
        "base-uri 'none'; form-action 'none'"
    )
