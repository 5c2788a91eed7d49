"""Where a query matches: at which tokens its conditions hold, and which rows of them fit.

Nothing is tried twice, so that no query runs for ever. Regular expressions are those of RE2,
as pyarrow has it, which refuses what would need much memory; of rows of tokens the earliest
end is computed test by test from right to left, for every start at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache, reduce

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from analysis.annotation.rows import PARTING
from analysis.concordance.grammar import (
    All,
    Any,
    Choice,
    Comparison,
    Condition,
    Not,
    Pattern,
    Query,
    Repeat,
    Row,
    comparisons,
    fault_at,
)
from analysis.concordance.texts import CLOSED
from analysis.study.errors import QueryError, unknown
from analysis.study.study import Study

#: Says of a condition at which tokens it holds.
Judge = Callable[[Condition], np.ndarray]
NEVER = np.iinfo(np.int32).max
#: RE2 knows \w, \d for ASCII only; a German word has other letters, too.
CLASSES = {"w": r"\p{L}\p{M}\p{N}_", "d": r"\p{Nd}"}
ESCAPE = re.compile(r"\\(?P<letter>.)|(?P<open>\[\^?\]?)|(?P<close>\])", re.DOTALL)


def check_values(query: Query, study: Study) -> None:
    """Refuse values that no token can have, such as a frame that the study does not know.

    Examples
    --------
    >>> from analysis.concordance.query import parse_query
    >>> from analysis.study.study import read_study
    >>> check_values(parse_query('[frame="Deals"]'), read_study())  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    analysis.study.errors.QueryError: query: unknown frame 'Deals'. Allowed: Deal, ...
    """
    closed = {**CLOSED, "frame": tuple(frame.id for frame in study.frames)}
    for one in comparisons(query.pattern):
        allowed = closed.get(one.attribute)
        if allowed and not find_values(one, allowed, query.text).any():
            raise fault_at(query.text, one.at, unknown(one.attribute, one.pattern, allowed))


def judge(condition: Condition, tokens: pd.DataFrame, query: str) -> np.ndarray:
    """Return for each token whether a condition holds; the query is for messages."""
    match condition:
        case Comparison():
            return _compare(condition, tokens, query)
        case Not(inner):
            return ~judge(inner, tokens, query)
        case All(parts):
            everywhere = np.ones(len(tokens), dtype=bool)
            return reduce(np.logical_and, (judge(one, tokens, query) for one in parts), everywhere)
        case Any(parts):
            return reduce(np.logical_or, (judge(one, tokens, query) for one in parts))


def _compare(one: Comparison, tokens: pd.DataFrame, query: str) -> np.ndarray:
    found = _in_column(one, tokens[one.attribute], query)
    if one.attribute == "lemma":
        found |= _in_column(one, tokens["joined"], query)
    return ~found if one.negated else found


def _in_column(one: Comparison, column: pd.Series, query: str) -> np.ndarray:
    """Compare each distinct value once; of several stems of a word one must fit."""
    values = [str(value).split(PARTING) for value in column.cat.categories]
    stems = sorted({stem for value in values for stem in value})
    fitting = dict(zip(stems, find_values(one, stems, query), strict=True))
    fits = np.array([any(fitting[stem] for stem in value) for value in values], dtype=bool)
    return fits[column.cat.codes.to_numpy()]


def find_values(test: Comparison, values: Sequence[str], query: str) -> np.ndarray:
    r"""Detect the values that a test finds; negation aside.

    The pattern must fit the whole of a value, and an empty value is never found. If it is no
    regular expression, the `QueryError` points at it in the query.

    Examples
    --------
    >>> test = Comparison("form", r"\w+deal", False, True, False, 0)
    >>> find_values(test, ["Übungsdeal", "Deal"], "")
    array([ True, False])
    """
    found = _equal(test, values) if test.literal else _search(test, values, query)
    filled: np.ndarray = np.array([value != "" for value in values], dtype=bool) & found
    return filled


def _equal(test: Comparison, values: Sequence[str]) -> np.ndarray:
    fold = str.casefold if test.ignore_case else str
    return np.array([fold(value) == fold(test.pattern) for value in values], dtype=bool)


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


def find_matches(
    pattern: Pattern, units: np.ndarray, judge: Judge
) -> tuple[np.ndarray, np.ndarray]:
    """Find the matches of a pattern: leftmost, then shortest, none overlapping another.

    The units number each token's segment or sentence from 0 on; no match crosses one. What
    comes back are the positions of the first tokens and those after the last ones. The work is
    the number of tests (at most `query.LARGEST`) times the number of tokens.

    Examples
    --------
    >>> from analysis.concordance.query import parse_query
    >>> words = np.array(["kein", "Deal", "kein", "guter", "Deal", "kein"])
    >>> pattern = parse_query("kein guter? Deal").pattern
    >>> found = find_matches(pattern, np.zeros(6, int), lambda one: words == one.pattern)
    >>> [positions.tolist() for positions in found]
    [[0, 2], [2, 5]]
    """
    place = np.arange(len(units)) + units.astype(np.int64)
    here = np.arange(int(place[-1]) + 2 if len(place) else 1, dtype=np.int32)

    @cache
    def holds(condition: Condition) -> np.ndarray:
        """Spread the tokens out, so that behind each unit a place is left that nothing fits."""
        spread = np.zeros(len(here), dtype=bool)
        spread[place] = judge(condition)
        return spread

    ends = _ends(pattern, here, holds)
    starts, stops = _without_overlap(ends)
    return np.searchsorted(place, starts), np.searchsorted(place, stops)


def _ends(pattern: Pattern, following: np.ndarray, holds: Judge) -> np.ndarray:
    """Return for each place the earliest end; ``following`` holds that of what comes after."""
    match pattern:
        case Row(inner):
            for one in reversed(inner):
                following = _ends(one, following, holds)
            return following
        case Choice(inner):
            return reduce(np.minimum, [_ends(one, following, holds) for one in inner])
        case Repeat(inner, low, high):
            ends = following
            for _ in range(high - low):
                ends = np.minimum(following, _ends(inner, ends, holds))
            for _ in range(low):
                ends = _ends(inner, ends, holds)
            return ends
        case condition:
            ends = np.full_like(following, NEVER)
            ends[:-1] = np.where(holds(condition)[:-1], following[1:], NEVER)
            return ends


def _without_overlap(ends: np.ndarray) -> tuple[list[int], list[int]]:
    starts, stops, at = [], [], 0
    for start in np.flatnonzero(ends < NEVER).tolist():
        if start >= at:
            at = int(ends[start])
            starts.append(start)
            stops.append(at)
    return starts, stops
