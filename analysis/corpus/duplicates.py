"""Repeats: segments that say again, word for word or slightly edited, what another says.

An inverted index of hashed shingles finds them, exactly and in one pass of sorting.
MinHash with LSH, the usual choice, estimates the Jaccard similarity of whole sets: a
truncated copy has a low one, an edited short copy too, and both are what agency copy
and tickers are made of. docs/explanation/repeats.md holds the comparison.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import lru_cache

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from analysis.corpus.shingles import SHINGLE, Hashes, Numbers, repeating_pairs, shingle_blocks
from analysis.study.errors import TableError


def hash_words(words: Iterable[str]) -> np.ndarray:
    """Hash words to 64 bits, whatever their case; the same in every process.

    Examples
    --------
    >>> hash_words(["Zoo", "zoo"]).tolist() == [hash_words(["ZOO"]).item()] * 2
    True
    """
    return np.fromiter((_hash_word(word) for word in words), dtype=np.uint64)


@lru_cache(maxsize=500_000)
def _hash_word(word: str) -> int:
    digest = hashlib.blake2b(word.casefold().encode("utf-8", "surrogatepass"), digest_size=8)
    return int.from_bytes(digest.digest(), "little")


def find_repeats(segments: pd.DataFrame, words: np.ndarray) -> pd.DataFrame:
    """Find the segments that repeat one another, within documents and over all of them.

    Two segments repeat one another if they share at least half of the smaller one's
    eight-word shingles, or have a Jaccard similarity of .3; or if they share a run of
    five words and at least half of the smaller one's three-word shingles, which one
    word changed in ten leaves; for this the smaller one must have twelve words. A segment
    under eight words repeats nothing. Repeats of repeats belong to one group.

    Parameters
    ----------
    segments : DataFrame
        segment_id, doc_id, n_tokens.
    words : ndarray of uint64, shape (sum of n_tokens,)
        What `hash_words` gives for the words of the segments, one after the other.

    Returns
    -------
    DataFrame
        One row per segment, in the order given: segment_id; repeat_within and
        repeat_across, the group within its document and over all documents, named after
        its smallest segment_id, empty for none; n_within, n_across, the segments of the
        group, 1 for none; weight_within and weight_across, one over these; and
        n_repeated_within and n_repeated_across, the words that lie in an eight-word shingle
        which also stands in another segment of the document, or in another document.

    Raises
    ------
    TableError
        If the words are not as many as the segments say, or a segment stands twice.

    Examples
    --------
    >>> post = "Der Zoo am See öffnet am Montag um neun Uhr".split()
    >>> segments = pd.DataFrame({"segment_id": ["a:0", "a:1"], "doc_id": "a", "n_tokens": 10})
    >>> repeats = find_repeats(segments, hash_words(post * 2))
    >>> repeats["repeat_within"].tolist(), repeats["weight_within"].tolist()
    (['a:0', 'a:0'], [0.5, 0.5])
    """
    _check(segments, words)
    order = segments["segment_id"].argsort(kind="stable").to_numpy()
    lengths = segments["n_tokens"].to_numpy()
    ordered = segments.iloc[order].reset_index(drop=True)
    repeats = _find(ordered, _reordered(words, lengths, order))
    return repeats.iloc[np.argsort(order)].reset_index(drop=True)


def _check(segments: pd.DataFrame, words: np.ndarray) -> None:
    wanted = int(segments["n_tokens"].sum())
    if len(words) != wanted:
        raise TableError(f"find_repeats: wanted {wanted} words, by n_tokens, came {len(words)}")
    twice = segments["segment_id"][segments["segment_id"].duplicated()]
    if len(twice):
        raise TableError(f"find_repeats: segment_id {twice.iloc[0]!r} stands more than once")


def _reordered(words: np.ndarray, lengths: np.ndarray, order: np.ndarray) -> np.ndarray:
    """Put the words into the order of the segments; nothing to do if they are in it."""
    if (order[1:] > order[:-1]).all():
        return words
    begins = np.cumsum(lengths) - lengths
    moved = lengths[order]
    shift = np.repeat(begins[order] - (np.cumsum(moved) - moved), moved)
    moved_words: np.ndarray = words[np.arange(len(words)) + shift]
    return moved_words


def _find(segments: pd.DataFrame, words: Hashes) -> pd.DataFrame:
    lengths = segments["n_tokens"].to_numpy(dtype=np.int64)
    segment = np.repeat(np.arange(len(segments), dtype=np.int32), lengths)
    document = pd.factorize(segments["doc_id"])[0]
    first, second = repeating_pairs(words, segment, lengths)
    same = document[first] == document[second]
    table = pd.DataFrame({"segment_id": segments["segment_id"]})
    for scope, chosen in (("within", same), ("across", np.ones_like(same))):
        group, size = _groups(first[chosen], second[chosen], len(segments))
        named = table["segment_id"].take(group).reset_index(drop=True)
        table[f"repeat_{scope}"] = named.where(size > 1, "").astype("str")
        table[f"n_{scope}"] = size
        table[f"weight_{scope}"] = 1 / size
    within, across = _repeated_words(words, segment, document)
    return table.assign(n_repeated_within=within, n_repeated_across=across)


def _groups(first: np.ndarray, second: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Return for each segment the first member of its group, and the group's size."""
    links = sparse.coo_array((np.ones(len(first), dtype=bool), (first, second)), shape=(n, n))
    number, label = connected_components(links, directed=False) if n else (0, np.zeros(0, int))
    members = np.bincount(label, minlength=number)
    leader = np.full(number, n)
    np.minimum.at(leader, label, np.arange(n))
    return leader[label], members[label]


# ------------------------------------------------------------------ shingles


def _repeated_words(
    words: Hashes, segment: Numbers, document: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Count by segment the words whose shingle stands elsewhere in the document, and beyond."""
    covered = np.zeros((2, len(words)), dtype=bool)
    every = np.ones(len(document), dtype=bool)
    for hashes, begins in shingle_blocks(words, segment, SHINGLE, every):
        number = np.unique(hashes, return_inverse=True)[1]
        holder = segment[begins]
        in_document = pd.factorize(number * np.int64(len(document) + 1) + document[holder])[0]
        for scope, several in enumerate(
            (
                _held_by_several(in_document, holder),
                _held_by_several(number, document[holder]),
            )
        ):
            for k in range(SHINGLE):
                covered[scope, begins[several] + k] = True
    within, across = (np.bincount(segment[one], minlength=len(document)) for one in covered)
    return within, across


def _held_by_several(number: np.ndarray, holder: np.ndarray) -> np.ndarray:
    """Mark the shingles that more than one holder has."""
    if not len(number):
        return np.zeros(0, dtype=bool)
    least = np.full(number.max() + 1, np.iinfo(np.int64).max)
    most = np.full(number.max() + 1, -1)
    np.minimum.at(least, number, holder)
    np.maximum.at(most, number, holder)
    several: np.ndarray = (least < most)[number]
    return several
