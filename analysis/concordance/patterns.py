"""Comparing values with patterns, in a time that grows with their length and no faster.

Regular expressions are those of RE2, as pyarrow has it: it never tries a text twice, so
that no pattern runs for ever, and it refuses what would need much memory.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analysis.concordance.grammar import Comparison, fault_at
from analysis.study.errors import QueryError

#: RE2 knows \w, \d for ASCII only; a German word has other letters, too.
CLASSES = {"w": r"\p{L}\p{M}\p{N}_", "d": r"\p{Nd}"}
ESCAPE = re.compile(r"\\(?P<letter>.)|(?P<open>\[\^?\]?)|(?P<close>\])", re.DOTALL)


def find_values(test: Comparison, values: Sequence[str], query: str) -> np.ndarray:
    r"""Say which values a test finds; negation aside.

    Parameters
    ----------
    test : Comparison
        Pattern, whether it is literal, whether case counts.
    values : sequence of str
        Distinct values; the pattern must fit the whole of one.
    query : str
        For messages.

    Returns
    -------
    ndarray of bool
        One entry per value; an empty value is never found.

    Raises
    ------
    QueryError
        If the pattern is no regular expression; the message points at it.

    Examples
    --------
    >>> test = Comparison("form", r"\w+deal", False, True, False, 0)
    >>> find_values(test, ["Übungsdeal", "Deal"], "")
    array([ True, False])
    """
    found = _equal(test, values) if test.literal else _search(test, values, query)
    filled = np.array([value != "" for value in values], dtype=bool)
    return np.asarray(filled & found)


def _equal(test: Comparison, values: Sequence[str]) -> np.ndarray:
    if not test.ignore_case:
        return np.array([value == test.pattern for value in values], dtype=bool)
    wanted = test.pattern.casefold()
    return np.array([value.casefold() == wanted for value in values], dtype=bool)


def _search(test: Comparison, values: Sequence[str], query: str) -> np.ndarray:
    pattern = translate(test.pattern)
    try:
        pc.match_substring_regex(pa.array([""]), pattern)
        found = pc.match_substring_regex(
            pa.array(values, pa.large_string()),
            rf"\A(?:{pattern})\z",
            ignore_case=test.ignore_case,
        )
    except (pa.ArrowException, UnicodeEncodeError) as fault:
        raise _broken(test, str(fault), query) from None
    return np.asarray(found.to_numpy(zero_copy_only=False), dtype=bool)


def _broken(test: Comparison, said: str, query: str) -> QueryError:
    """Point at the piece of the pattern that RE2 names, or at the pattern."""
    reason = said.removeprefix("Invalid regular expression: ").splitlines()[0]
    piece = reason.rpartition(": ")[2]
    at = max(test.pattern.find(piece), 0) if piece else 0
    return fault_at(query, test.at + at, f"no regular expression (RE2): {reason}")


def translate(pattern: str) -> str:
    r"""Write ``\w``, ``\d`` and their opposites so that RE2 knows every letter and digit.

    Examples
    --------
    >>> translate(r"\w+[\d.]\\w")
    '[\\p{L}\\p{M}\\p{N}_]+[\\p{Nd}.]\\\\w'
    """
    pieces, at, inside = [], 0, False
    for match in ESCAPE.finditer(pattern):
        pieces.append(pattern[at : match.start()])
        pieces.append(_escape(match["letter"], inside) if match["letter"] else match[0])
        if not match["letter"]:
            inside = match["close"] is None
        at = match.end()
    return "".join([*pieces, pattern[at:]])


def _escape(letter: str, inside: bool) -> str:
    known = CLASSES.get(letter.lower())
    if known is None or (inside and letter.isupper()):
        return f"\\{letter}"
    if inside:
        return known
    return f"[^{known}]" if letter.isupper() else f"[{known}]"
