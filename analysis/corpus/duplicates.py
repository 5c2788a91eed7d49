"""Repeats: segments that say again, word for word or slightly edited, what another says.

An inverted index of hashed shingles finds them, exactly and in one pass of sorting.
MinHash with LSH, the usual choice, estimates the Jaccard similarity of whole sets: a
truncated copy has a low one, an edited short copy too, and both are what agency copy
and tickers are made of. docs/repeats.md holds the comparison.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from functools import lru_cache

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from analysis.errors import TableError

#: Words of a shingle (Nicholls 2019), and of the shorter ones that survive an edit.
SHINGLE, RUN, TRIPLE = 8, 5, 3
#: Least share of the smaller segment's shingles, and least Jaccard similarity.
CONTAINED, JACCARD = 0.5, 0.3
#: Least share of the smaller segment's triples, where a run of five words is common too, and
#: least words of that segment: half of the triples of a headline may be one turn of phrase.
EDITED, EDITED_WORDS = 0.5, 12
#: Each segment that holds a run is compared with so many of the next that hold it, so that a
#: phrase found everywhere costs as much as it is long, not its square.
NEIGHBOURS = 12
#: Pairs that are compared at once, to bound memory.
BLOCK = 50_000
MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)


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


def _find(segments: pd.DataFrame, words: np.ndarray) -> pd.DataFrame:
    segment = np.repeat(np.arange(len(segments)), segments["n_tokens"])
    document = pd.factorize(segments["doc_id"])[0]
    first, second = _repeating_pairs(words, segment, segments["n_tokens"].to_numpy())
    same = document[first] == document[second]
    names = segments["segment_id"].to_numpy(dtype=object)
    table = pd.DataFrame({"segment_id": segments["segment_id"]})
    for scope, chosen in (("within", same), ("across", np.ones_like(same))):
        group, size = _groups(first[chosen], second[chosen], len(segments))
        table[f"repeat_{scope}"] = pd.Series(np.where(size > 1, names[group], ""), dtype="str")
        table[f"n_{scope}"] = size
        table[f"weight_{scope}"] = 1 / size
    within, across = _repeated_words(words, segment, document)
    return table.assign(n_repeated_within=within, n_repeated_across=across)


def _groups(first: np.ndarray, second: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Give each segment the first member of its group, and the group's size."""
    links = sparse.coo_array((np.ones(len(first), dtype=bool), (first, second)), shape=(n, n))
    number, label = connected_components(links, directed=False) if n else (0, np.zeros(0, int))
    members = np.bincount(label, minlength=number)
    leader = np.full(number, n)
    np.minimum.at(leader, label, np.arange(n))
    return leader[label], members[label]


# ------------------------------------------------------------------ shingles


def _shingles(words: np.ndarray, segment: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Hash every `size` words in a row; gives the hashes and where each begins."""
    n = max(len(words) - size + 1, 0)
    hashes = np.zeros(n, dtype=np.uint64)
    for k in range(size):
        hashes = hashes * MULTIPLIER + words[k : n + k]
    begins = np.flatnonzero(segment[:n] == segment[size - 1 :][:n])
    return hashes[begins], begins


def _index(hashes: np.ndarray, holder: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """List who holds each shingle: shingle numbers and holders, sorted, each pair once.

    Shingles of one holder only are left out. Holders must come in ascending order.
    """
    order = np.argsort(hashes, kind="stable")
    sorted_hashes, holders = hashes[order], holder[order]
    new = np.ones(len(order), dtype=bool)
    new[1:] = sorted_hashes[1:] != sorted_hashes[:-1]
    kept = new.copy()
    kept[1:] |= holders[1:] != holders[:-1]
    number = (np.cumsum(new) - 1)[kept]
    common = np.bincount(number)[number] > 1 if len(number) else np.zeros(0, dtype=bool)
    return number[common], holders[kept][common]


def _repeated_words(
    words: np.ndarray, segment: np.ndarray, document: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Count by segment the words whose shingle stands elsewhere in the document, and beyond."""
    hashes, begins = _shingles(words, segment, SHINGLE)
    number = np.unique(hashes, return_inverse=True)[1]
    holder = segment[begins]
    in_document = pd.factorize(number * np.int64(len(document) + 1) + document[holder])[0]
    within = _held_by_several(in_document, holder)
    across = _held_by_several(number, document[holder])
    counts = [_covered(begins[some], segment, len(document)) for some in (within, across)]
    return counts[0], counts[1]


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


def _covered(begins: np.ndarray, segment: np.ndarray, n_segments: int) -> np.ndarray:
    """Count by segment the words that shingles beginning at these places cover."""
    steps = np.bincount(begins, minlength=len(segment) + SHINGLE)
    steps[SHINGLE:] -= np.bincount(begins, minlength=len(segment))[: len(steps) - SHINGLE]
    inside = np.cumsum(steps)[: len(segment)] > 0
    return np.bincount(segment[inside], minlength=n_segments)


# ------------------------------------------------------------------ pairs


def _repeating_pairs(
    words: np.ndarray, segment: np.ndarray, lengths: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Give the pairs of segments that repeat one another, the first before the second."""
    long_enough = lengths[segment] >= SHINGLE
    words, segment = words[long_enough], segment[long_enough]
    pairs = _candidates(words, segment, len(lengths))
    used = np.zeros(len(lengths), dtype=bool)
    used[pairs] = True
    words, segment = words[used[segment]], segment[used[segment]]
    contained, jaccard = _overlap(words, segment, SHINGLE, pairs)
    triples, _ = _overlap(words, segment, TRIPLE, pairs)
    smaller = lengths[pairs].min(axis=0)
    edited = (triples >= EDITED) & (smaller >= EDITED_WORDS)
    repeats = (contained >= CONTAINED) | (jaccard >= JACCARD) | edited
    return pairs[0, repeats], pairs[1, repeats]


def _candidates(words: np.ndarray, segment: np.ndarray, n: int) -> np.ndarray:
    """Give the pairs that share a run of five words, shape (2, n_pairs)."""
    hashes, begins = _shingles(words, segment, RUN)
    number, holder = _index(hashes, segment[begins])
    keys = np.zeros(0, dtype=np.int64)
    for step in range(1, min(NEIGHBOURS, max(len(number) - 1, 0)) + 1):
        both = np.flatnonzero(number[step:] == number[:-step])
        keys = np.union1d(keys, holder[both].astype(np.int64) * n + holder[both + step])
    return np.stack(np.divmod(keys, max(n, 1)))


def _overlap(
    words: np.ndarray, segment: np.ndarray, size: int, pairs: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Give for each pair the share of the smaller one's shingles in both, and the Jaccard."""
    hashes, begins = _shingles(words, segment, size)
    number = np.unique(hashes, return_inverse=True)[1]
    holder = segment[begins]
    shape = (int(pairs.max(initial=0)) + 1, int(number.max(initial=0)) + 1)
    held = sparse.csr_array((np.ones(len(number), dtype=np.int32), (holder, number)), shape=shape)
    held.data[:] = 1
    n = np.diff(held.indptr)
    shared = np.concatenate([np.zeros(0, dtype=np.int64), *_shared(held, pairs)])
    one, other = n[pairs[0]], n[pairs[1]]
    return shared / np.minimum(one, other), shared / (one + other - shared)


def _shared(held: sparse.csr_array, pairs: np.ndarray) -> Iterator[np.ndarray]:
    for at in range(0, pairs.shape[1], BLOCK):
        one, other = (held[side[at : at + BLOCK]] for side in pairs)
        yield np.asarray(one.multiply(other).sum(axis=1)).ravel()
