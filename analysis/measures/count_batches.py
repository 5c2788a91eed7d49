"""Counting terms in two passes over batches: first the vocabulary, then a matrix for each batch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from analysis.errors import MeasureError
from analysis.feature_batches import N_ROWS, find_documents, read_batches
from analysis.measures.counts import chosen_bags
from analysis.measures.term_counts import Recipe, Unit, terms_of
from analysis.schema import BAG_FLOOR

#: Columns of ``terms`` that a unit is made of.
UNIT_COLUMNS: dict[Unit, tuple[str, ...]] = {
    "form": ("form",),
    "stem": ("form",),
    "lemma": ("lemma",),
    "lemma_pos": ("lemma", "pos"),
    "head": ("head",),
}


@dataclass(frozen=True)
class BatchPlan:
    """What is counted in batches: the same as in memory, by the same words.

    Attributes
    ----------
    recipe : Recipe
        Rows are bags; without weights, since models are fitted on occurrences.
    stop_words : frozenset of str
        Terms that are dropped, whatever their case.
    min_rows : int
        A term must stand in so many segments.
    min_words : int
        Shorter segments, and those counted together with others, are left out of the
        matrices; the vocabulary counts them.
    collapse_repeats : bool
        Whether only the first segment of a group of repeats is to be fitted on.
    n_rows : int
        Rows of ``terms`` read at a time.
    """

    recipe: Recipe = field(default_factory=lambda: Recipe(rows="bag"))
    stop_words: frozenset[str] = frozenset()
    min_rows: int = 2
    min_words: int = BAG_FLOOR
    collapse_repeats: bool = True
    n_rows: int = N_ROWS

    def __post_init__(self) -> None:
        odd = self.recipe.rows != "bag" or self.recipe.weight != "none" or self.recipe.n != 1
        if odd or self.recipe.kinds:
            raise MeasureError(
                "count_batches: wanted Recipe(rows='bag') with weight 'none', n of 1 and "
                f"all kinds, came {self.recipe}"
            )


class SegmentIndex(NamedTuple):
    """What is known of each segment, in thirteen bytes: the one thing that grows with the corpus.

    Attributes
    ----------
    codes : ndarray of uint64
        Hashes of the segment_ids, sorted.
    n_words : ndarray of int32
        Words; -1 for segments that are too short.
    is_fitted : ndarray of bool
        Whether topics are fitted on it.
    """

    codes: npt.NDArray[np.uint64]
    n_words: npt.NDArray[np.int32]
    is_fitted: npt.NDArray[np.bool_]

    def find(self, segment_ids: pd.Series) -> npt.NDArray[np.int64]:
        """Give the places of segments, -1 for those that are not counted in."""
        codes = hash_ids(segment_ids)
        at = np.minimum(np.searchsorted(self.codes, codes), max(len(self.codes) - 1, 0))
        found: npt.NDArray[np.int64] = np.where(self.codes[at] == codes, at, -1)
        return found


class Vocabulary(NamedTuple):
    """Terms in order, with the number of segments that each occurs in."""

    terms: pd.Index
    n_segments: npt.NDArray[np.int64]


class CountBatch(NamedTuple):
    """Counts of one batch: segments of whole documents by terms.

    Attributes
    ----------
    segment_ids : Index
        The rows; all are long enough.
    n_words : ndarray
        Of each.
    is_fitted : ndarray of bool
        Which to fit on; others repeat one of these.
    matrix : csr_array
        Occurrences.
    """

    segment_ids: pd.Index
    n_words: npt.NDArray[np.int32]
    is_fitted: npt.NDArray[np.bool_]
    matrix: sparse.csr_array


def hash_ids(segment_ids: pd.Series) -> npt.NDArray[np.uint64]:
    """Hash ids to 64 bits: two of ten million are the same with a chance of 3 in a million."""
    hashed: npt.NDArray[np.uint64] = pd.util.hash_array(segment_ids.to_numpy(dtype=object))
    return hashed


def index_segments(folder: Path, plan: BatchPlan) -> SegmentIndex:
    """Read which segments are counted in, which are long enough, and which are fitted on.

    Raises
    ------
    MeasureError
        If no segment is long enough.

    Examples
    --------
    >>> from analysis.paths import find_layout
    >>> index = index_segments(find_layout().features, BatchPlan())
    >>> int(index.is_fitted.sum())
    128
    """
    parts, first = [], dict[str, str]()
    columns = ["bag_id", "zone", "n_tokens", "n_words", "repeat_across"]
    for rows in read_batches("segments", folder, columns=columns, n_rows=plan.n_rows):
        counted, _ = chosen_bags(rows, plan.recipe)
        is_long = ((counted["n_segments"] == 1) & (counted["n_words"] >= plan.min_words)).to_numpy()
        repeats = counted[is_long & (counted["repeat_across"] != "").to_numpy()]
        for group, segment_id in zip(repeats["repeat_across"], repeats["bag_id"], strict=True):
            first[group] = min(segment_id, first.get(group, segment_id))
        words = np.where(is_long, counted["n_words"].to_numpy(), -1).astype(np.int32)
        again = is_long & (counted["repeat_across"] != "").to_numpy()
        parts.append((hash_ids(counted["bag_id"]), words, again))
    codes, n_words, again = (np.concatenate(column) for column in zip(*parts, strict=True))
    is_fitted = n_words >= 0
    if plan.collapse_repeats and first:
        is_fitted &= ~again | np.isin(codes, hash_ids(pd.Series(list(first.values()))))
    if not is_fitted.any():
        raise MeasureError(
            f"count_batches: no segment has {plan.min_words} words. Lower min_words."
        )
    order = np.argsort(codes)
    return SegmentIndex(codes[order], n_words[order], is_fitted[order])


def find_vocabulary(folder: Path, plan: BatchPlan, index: SegmentIndex) -> Vocabulary:
    """Count, in one pass, in how many segments each term stands; keep those that stand in enough.

    Raises
    ------
    MeasureError
        If no term is left.

    Examples
    --------
    >>> from analysis.paths import find_layout
    >>> plan, folder = BatchPlan(Recipe(rows="bag", pos=("NN",))), find_layout().features
    >>> "Deal" in find_vocabulary(folder, plan, index_segments(folder, plan)).terms
    True
    """
    spread: Counter[str] = Counter()
    for rows in _counted_rows(folder, plan, index):
        pairs = rows[["bag_id", "term"]].drop_duplicates()
        spread.update(pairs["term"].tolist())
    kept = {
        term: n
        for term, n in spread.items()
        if n >= plan.min_rows and term.casefold() not in plan.stop_words
    }
    if not kept:
        raise MeasureError(
            f"count_batches: no term is left of {len(spread)}. Lower min_rows, drop fewer words, "
            "or count other tags."
        )
    terms = sorted(kept)
    return Vocabulary(pd.Index(terms), np.array([kept[term] for term in terms], dtype=np.int64))


def count_batches(
    folder: Path, plan: BatchPlan, index: SegmentIndex, vocabulary: Vocabulary
) -> Iterator[CountBatch]:
    """Give, in one pass, the counts of each batch; only one batch is held at a time.

    Parameters
    ----------
    folder : path
        The folder of the open tables.
    plan : BatchPlan
        What is counted.
    index : SegmentIndex
        From `index_segments`.
    vocabulary : Vocabulary
        From `find_vocabulary`.

    Yields
    ------
    CountBatch
        Of whole documents. Together the rows and counts of `count_terms` with the same
        recipe, for the segments that are long enough.

    Examples
    --------
    >>> from analysis.paths import find_layout
    >>> plan, folder = BatchPlan(Recipe(rows="bag", pos=("NN",))), find_layout().features
    >>> index = index_segments(folder, plan)
    >>> words = find_vocabulary(folder, plan, index)
    >>> sum(len(batch.segment_ids) for batch in count_batches(folder, plan, index, words))
    125
    """
    for rows in _batches(folder, plan):
        at = index.find(rows["bag_id"])
        is_long = (at >= 0) & (index.n_words[at] >= 0)
        held, at = rows[is_long], at[is_long]
        row, segment_ids = pd.factorize(held["bag_id"])
        if not len(segment_ids):
            continue
        place = at[np.unique(row, return_index=True)[1]]
        keep = _is_counted(held, plan.recipe)
        column = vocabulary.terms.get_indexer(pd.Index(terms_of(held[keep], plan.recipe.unit)))
        known = column >= 0
        cells = (held["n"].to_numpy()[keep][known], (row[keep][known], column[known]))
        shape = (len(segment_ids), len(vocabulary.terms))
        matrix = sparse.csr_array(cells, shape=shape)
        yield CountBatch(
            pd.Index(segment_ids), index.n_words[place], index.is_fitted[place], matrix
        )


def _batches(folder: Path, plan: BatchPlan) -> Iterator[pd.DataFrame]:
    columns = list(dict.fromkeys([*UNIT_COLUMNS[plan.recipe.unit], "pos", "n"]))
    yield from read_batches("terms", folder, columns=columns, n_rows=plan.n_rows)


def _counted_rows(folder: Path, plan: BatchPlan, index: SegmentIndex) -> Iterator[pd.DataFrame]:
    """Give bag_id and term of the rows that the recipe counts."""
    for rows in _batches(folder, plan):
        counted = rows[_is_counted(rows, plan.recipe) & (index.find(rows["bag_id"]) >= 0)]
        yield counted[["bag_id"]].assign(term=terms_of(counted, plan.recipe.unit))


def _is_counted(rows: pd.DataFrame, recipe: Recipe) -> npt.NDArray[np.bool_]:
    keep = np.ones(len(rows), dtype=bool)
    if recipe.pos:
        keep &= rows["pos"].str.startswith(recipe.pos).to_numpy(dtype=bool)
    return keep


def documents_of(batch: CountBatch) -> pd.Series:
    """Give the document of each row."""
    return find_documents(pd.Series(batch.segment_ids))
