"""Finding where a query matches: from right to left, every start at once, never backtracking.

For each token the earliest end of a match that begins there is computed, test by test from
the end of the pattern to its beginning. The work is the number of tests (at most
`query.LARGEST`) times the number of tokens, whatever the pattern and the text.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, reduce

import numpy as np

from analysis.concordance.grammar import Choice, Condition, One, Pattern, Repeat, Row

#: Says of a condition at which tokens it holds.
Judge = Callable[[Condition], np.ndarray]
NEVER = np.iinfo(np.int32).max


def find_matches(
    pattern: Pattern, units: np.ndarray, judge: Judge
) -> tuple[np.ndarray, np.ndarray]:
    """Find the matches of a pattern: leftmost, then shortest, none overlapping another.

    Parameters
    ----------
    pattern : Pattern
        What to look for; it needs one token at least.
    units : ndarray of int
        For each token the number of its segment or sentence, which no match crosses; the
        tokens of a unit stand together.
    judge : callable
        Gives for a condition one bool per token.

    Returns
    -------
    first, end : ndarray of int
        Positions of the first token and after the last one.

    Examples
    --------
    >>> from analysis.concordance.query import parse_query
    >>> words = np.array(["kein", "Deal", "kein", "guter", "Deal", "kein"])
    >>> pattern = parse_query("kein []? Deal").pattern
    >>> def judge(condition):
    ...     wanted = getattr(condition, "pattern", None)
    ...     return words == wanted if wanted else np.ones(len(words), bool)
    >>> [found.tolist() for found in find_matches(pattern, np.zeros(6), judge)]
    [[0, 2], [2, 5]]
    """
    place = np.arange(len(units)) + _breaks(units)
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


def _breaks(units: np.ndarray) -> np.ndarray:
    """Count for each token the borders of units before it."""
    if not len(units):
        return np.zeros(0, dtype=np.int64)
    return np.concatenate([[0], np.cumsum(units[1:] != units[:-1])])


def _ends(pattern: Pattern, following: np.ndarray, holds: Judge) -> np.ndarray:
    """Give for each place the earliest end, where ``following`` holds that of what comes after."""
    match pattern:
        case One(condition):
            ends = np.full_like(following, NEVER)
            ends[:-1] = np.where(holds(condition)[:-1], following[1:], NEVER)
            return ends
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


def _without_overlap(ends: np.ndarray) -> tuple[list[int], list[int]]:
    starts, stops, at = [], [], 0
    for start in np.flatnonzero(ends < NEVER).tolist():
        if start >= at:
            at = int(ends[start])
            starts.append(start)
            stops.append(at)
    return starts, stops
