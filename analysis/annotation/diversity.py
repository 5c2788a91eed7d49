"""Lexical diversity that does not fall with the length of a text: MATTR and MTLD."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

#: Words per window of MATTR, and the fewest that either measure is given for: the
#: shortest article decides how wide a window all can share.
WINDOW = 50
#: Type-token ratio at which a factor of MTLD is full (McCarthy & Jarvis 2010).
FULL_FACTOR = 0.72


def mattr(words: Sequence[str], window: int = WINDOW) -> float | None:
    """Compute the moving-average type-token ratio (Covington & McFall 2010).

    The words are those of a text in their order, in lower case. The mean of types / `window`
    over all windows lies in (0, 1]; a text that is shorter than one window has none.

    Examples
    --------
    >>> mattr(["a", "b", "a", "a"], window=2)
    0.8333333333333334
    """
    if len(words) < window:
        return None
    counts = Counter(words[:window])
    total = len(counts)
    for gone, come in zip(words, words[window:], strict=False):
        counts[come] += 1
        counts[gone] -= 1
        if not counts[gone]:
            del counts[gone]
        total += len(counts)
    return total / (window * (len(words) - window + 1))


def mtld(words: Sequence[str], threshold: float = FULL_FACTOR) -> float | None:
    """Compute the measure of textual lexical diversity (McCarthy & Jarvis 2010).

    The words are those of a text in their order, in lower case; a factor is full when the
    type-token ratio falls below the threshold. Words per factor are the mean of reading forwards
    and backwards; a text in which no word is repeated has no factor and no value.

    Examples
    --------
    >>> round(mtld("a b a c d d".split(), threshold=0.7), 4)
    3.1364
    """
    factors = [_factors(order, threshold) for order in (words, words[::-1])]
    if not all(factors):
        return None
    return sum(len(words) / each for each in factors) / len(factors)


def _factors(words: Sequence[str], threshold: float) -> float:
    """Count stretches that use the ratio up, the last one by how far it came."""
    full, n_words, ratio = 0, 0, 1.0
    types: set[str] = set()
    for word in words:
        n_words += 1
        types.add(word)
        ratio = len(types) / n_words
        if ratio < threshold:
            full, n_words, ratio = full + 1, 0, 1.0
            types = set()
    return full + (1 - ratio) / (1 - threshold)
