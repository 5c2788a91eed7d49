"""Bags: which words are counted together, and which counts give none away by subtraction.

A bag of ten words is a sentence. So no table tells of a bag of fewer than `BAG_FLOOR` tokens,
and no two of them do, the one taken from the other.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.study.design import BAG_FLOOR
from analysis.tables.schema import SHOWN

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
ENOUGH, TOO_FEW, BY_DIFFERENCE = SHOWN
#: What all segments of a bag share: one weight, and one answer to "is it a copy?".
COPY = ["weight_within", "weight_across", "once_within", "once_across"]


def assign_bags(segments: pd.DataFrame) -> pd.Series:
    """Return the bag in which the words of each segment are counted, in the order of the segments.

    A segment of 20 tokens is a bag. Shorter ones of a document and zone are counted together;
    what has too few even so joins the smallest bag of the document, or, where there is none,
    what else has too few. Segments of different weights, or of which one is a copy to be left
    out and the other is not, are never counted together: every measure can leave out or weigh
    a bag as a whole.

    The segments are those of whole documents, with what `mark_firsts` says of them. A bag is
    named by the segment_id of the first segment that it was begun with; the name is empty where
    the document has fewer than 20 tokens of that weight.

    Examples
    --------
    >>> segments = pd.DataFrame({"segment_id": ["a:0", "a:1", "a:2"], "doc_id": "a",
    ...     "zone": ["headline", "body", "body"], "n_tokens": [8, 40, 30],
    ...     "weight_within": 1.0, "weight_across": 1.0, "once_within": True, "once_across": True})
    >>> assign_bags(segments).tolist()
    ['a:2', 'a:1', 'a:2']
    """
    is_short = segments["n_tokens"] < BAG_FLOOR
    together = segments["segment_id"].where(~is_short)
    short = segments[is_short]
    firsts = short.groupby(["doc_id", "zone", *COPY], sort=False)["segment_id"].transform("first")
    bags = together.fillna(firsts)
    sizes = segments.assign(bag_id=bags).groupby(["doc_id", *COPY, "bag_id"], sort=False)
    table = sizes["n_tokens"].sum().reset_index()
    # Documents whose bags are all large enough, nearly all of a long text, need no second look.
    lacking = table[table["n_tokens"] < BAG_FLOOR]["doc_id"]
    moved = {
        small: large
        for _, one in table[table["doc_id"].isin(lacking)].groupby(["doc_id", *COPY], sort=False)
        for small, large in _joined(one["bag_id"], one["n_tokens"])
    }
    return bags.replace(moved) if moved else bags


def _joined(bag_ids: pd.Series, n_tokens: pd.Series) -> Iterator[tuple[str, str]]:
    """Pair each bag of one document and weight that is too small with the one that it joins."""
    sizes = dict(zip(bag_ids, n_tokens, strict=True))
    small = [bag_id for bag_id, n in sizes.items() if n < BAG_FLOOR]
    large = {bag_id: n for bag_id, n in sizes.items() if n >= BAG_FLOOR}
    if not large:
        enough = sum(sizes.values()) >= BAG_FLOOR
        yield from ((bag_id, small[0] if enough else "") for bag_id in small)
        return
    for bag_id in small:
        smallest = min(large, key=lambda one: (large[one], one))
        large[smallest] += sizes[bag_id]
        yield bag_id, smallest


def number_bags(bag_ids: pd.Series) -> IntArray:
    """Number the bags that tokens stand in, -1 for those in none.

    Examples
    --------
    >>> number_bags(pd.Series(["a:1", "", "a:0", "a:1"])).tolist()
    [0, -1, 1, 0]
    """
    return pd.factorize(bag_ids.where(bag_ids != ""))[0].astype(np.int64)


class KnownSets:
    """The sets of tokens of one document whose words some table tells, beside its bags.

    A set is told only if no reader can subtract bags and sets told from one another, two at
    a time, so that 1 to 19 tokens are left. Words of a node itself are known to every reader
    and are left out of the reckoning.
    """

    def __init__(self, bags: IntArray) -> None:
        self._bags = bags
        self._told: list[tuple[IntArray, BoolArray]] = []

    def tell(self, tokens: BoolArray, own: BoolArray | None = None) -> str:
        """Return whether the words of a set may be told, one of `SHOWN`, and remember it if so.

        ``tokens`` says which tokens of the document are in the set, ``own`` which are of the node
        itself and so in no set of it. A set without a token is shown.

        Examples
        --------
        >>> known = KnownSets(np.zeros(100, dtype=np.int64))
        >>> known.tell(np.arange(100) < 60), known.tell(np.arange(100) < 70)
        ('shown', 'by_difference')
        """
        own = np.zeros(len(tokens), dtype=bool) if own is None else own
        if not tokens.any() or any(np.array_equal(tokens, other) for other, _ in self._told):
            return ENOUGH
        if tokens.sum() < BAG_FLOOR:
            return TOO_FEW
        values = tokens.astype(np.int64)
        if any(0 < rest < BAG_FLOOR for rest in self._rests(values, own)):
            return BY_DIFFERENCE
        self._told.append((values, own))
        return ENOUGH

    def _rests(self, values: IntArray, own: BoolArray) -> Iterator[int]:
        """Return how many tokens are left, at least, by each way of subtracting."""
        yield least_rest(values[~own], self._bags[~own])
        for others, others_own in self._told:
            kept = ~(own | others_own)
            for combined in (values - others, values + others):
                yield least_rest(combined[kept], self._bags[kept])


def least_rest(values: IntArray, bags: IntArray) -> int:
    """Count what is left of some sets of tokens when whole bags are taken off or added at will.

    The values say how often each token is in the sets, below 0 where a set was subtracted; the
    bags number each token's bag. What is left counts with either sign, by the best choice.

    Examples
    --------
    >>> least_rest(np.array([1, 1, 0, 0, 0]), np.array([0, 0, 0, 1, 1]))
    1
    """
    if not len(values):
        return 0
    low, high = min(0, int(values.min())), max(0, int(values.max()))
    levels = np.arange(low, high + 1)
    n_bags = int(bags.max()) + 2
    at = (bags + 1) * len(levels) + (values - low)
    counts = np.bincount(at, minlength=n_bags * len(levels)).reshape(n_bags, len(levels))
    costs = counts @ np.abs(levels[:, None] - levels)
    return int(costs[0, -low] + costs[1:].min(axis=1).sum())
