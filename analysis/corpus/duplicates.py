"""Repeats: segments that say again, word for word or slightly edited, what another says.

An inverted index of hashed shingles, words in a row, finds them, exactly and in one pass of
sorting. MinHash with LSH, the usual choice, estimates the Jaccard similarity of whole sets: a
truncated copy has a low one, an edited short copy too, and both are what agency copy
and tickers are made of. docs/explanation/repeats.md holds the comparison.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from analysis.study.errors import TableError

Hashes = npt.NDArray[np.uint64]
Ints = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.int32]
Bools = npt.NDArray[np.bool_]

MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
#: Shingles that are looked at together, about, and words that are hashed at once.
BLOCK, CHUNK = 1 << 22, 1 << 20
HALF = np.uint64(32)
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
PAIRS = 50_000
#: Candidates that are compared in one pass over the words, likewise.
COMPARED = 1 << 23


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
    wanted, ids = int(segments["n_tokens"].sum()), segments["segment_id"]
    if len(words) != wanted:
        raise TableError(f"find_repeats: wanted {wanted} words, by n_tokens, came {len(words)}")
    if ids.duplicated().any():
        twice = ids[ids.duplicated()].iloc[0]
        raise TableError(f"find_repeats: segment_id {twice!r} stands more than once")
    order = segments["segment_id"].argsort(kind="stable").to_numpy()
    lengths = segments["n_tokens"].to_numpy()
    ordered = segments.iloc[order].reset_index(drop=True)
    repeats = _find(ordered, _reordered(words, lengths, order))
    return repeats.iloc[np.argsort(order)].reset_index(drop=True)


def _reordered(words: np.ndarray, lengths: np.ndarray, order: np.ndarray) -> np.ndarray:
    """Put the words into the order of the segments; nothing to do if they are in it."""
    if (order[1:] > order[:-1]).all():
        return words
    begins = np.cumsum(lengths) - lengths
    moved = lengths[order]
    shift = np.repeat(begins[order] - (np.cumsum(moved) - moved), moved)
    return np.asarray(words[np.arange(len(words)) + shift])


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
        within = begins[_held_by_several(in_document, holder)]
        across = begins[_held_by_several(number, document[holder])]
        for k in range(SHINGLE):
            covered[0, within + k] = covered[1, across + k] = True
    n_within, n_across = (np.bincount(segment[one], minlength=len(document)) for one in covered)
    return n_within, n_across


def _held_by_several(number: np.ndarray, holder: np.ndarray) -> np.ndarray:
    """Mark the shingles that more than one holder has."""
    if not len(number):
        return np.zeros(0, dtype=bool)
    least = np.full(number.max() + 1, np.iinfo(np.int64).max)
    most = np.full(number.max() + 1, -1)
    np.minimum.at(least, number, holder)
    np.maximum.at(most, number, holder)
    return np.asarray((least < most)[number])


# ------------------------------------------------------------------ shingles


def hash_shingles(words: Hashes, size: int) -> Hashes:
    """Hash every `size` words in a row."""
    n = max(len(words) - size + 1, 0)
    hashes = np.zeros(n, dtype=np.uint64)
    for k in range(size):
        hashes = hashes * MULTIPLIER + words[k : n + k]
    return hashes


def in_block(hashes: Hashes, block: int, n_blocks: int) -> Bools:
    """Mark the hashes of one block: all equal ones are in the same."""
    return np.asarray((hashes >> HALF) % np.uint64(n_blocks) == block)


def count_blocks(n_words: int) -> int:
    """Say how many blocks so many words need."""
    return 1 + n_words // BLOCK


def shingle_blocks(
    words: Hashes, segment: Numbers, size: int, used: Bools
) -> Iterator[tuple[Hashes, Ints]]:
    """Return the shingles of the segments that are used, block by block, and where they begin.

    Words may lie on disk; `segment` gives for each its segment, ascending, beyond which no shingle
    goes. Shingles of equal hashes come in one block, by the position of the first word, ascending.
    """
    n_blocks = count_blocks(len(words))
    for block in range(n_blocks):
        hashes, begins = [], []
        for begin in range(0, max(1, len(words)), CHUNK):
            there = slice(begin, begin + CHUNK + size - 1)
            found, at = _whole_shingles(words[there], segment[there], size, used)
            own = in_block(found, block, n_blocks)
            hashes.append(found[own])
            begins.append(at[own] + begin)
        yield np.concatenate(hashes), np.concatenate(begins)


def _whole_shingles(words: Hashes, segment: Numbers, size: int, used: Bools) -> tuple[Hashes, Ints]:
    """Return the shingles that lie in one segment that counts, and where they begin."""
    hashes = hash_shingles(np.asarray(words), size)
    first, last = segment[: len(hashes)], segment[size - 1 :][: len(hashes)]
    at = np.flatnonzero((first == last) & used[first])
    return hashes[at], at


# ------------------------------------------------------------------ pairs


def repeating_pairs(
    words: Hashes, segment: Numbers, lengths: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the pairs of segments that repeat one another, the first before the second.

    The rules are those of `find_repeats`.
    """
    candidates = find_candidates(words, segment, lengths >= SHINGLE)
    found = [np.zeros((2, 0), dtype=np.int64)]
    for at in range(0, candidates.shape[1], COMPARED):
        pairs = candidates[:, at : at + COMPARED]
        found.append(pairs[:, _repeat(pairs, words, segment, lengths)])
    first, second = np.concatenate(found, axis=1)
    return first, second


def _repeat(pairs: np.ndarray, words: Hashes, segment: Numbers, lengths: np.ndarray) -> Bools:
    """Mark the pairs that repeat one another."""
    used = np.zeros(len(lengths), dtype=bool)
    used[pairs] = True
    contained, jaccard = _overlap(words, segment, SHINGLE, (pairs, used))
    triples, _ = _overlap(words, segment, TRIPLE, (pairs, used))
    edited = (triples >= EDITED) & (lengths[pairs].min(axis=0) >= EDITED_WORDS)
    return np.asarray((contained >= CONTAINED) | (jaccard >= JACCARD) | edited)


def find_candidates(words: Hashes, segment: Numbers, long_enough: Bools) -> np.ndarray:
    """Return the pairs that share a run of five words, shape (2, n_pairs)."""
    n = len(long_enough)
    keys = waiting = np.zeros(0, dtype=np.int64)
    for hashes, begins in shingle_blocks(words, segment, RUN, long_enough):
        waiting = np.concatenate([waiting, *_keys(*_index(hashes, segment[begins]), n)])
        if len(waiting) > len(keys):  # else every block would sort all keys again
            keys, waiting = np.union1d(keys, waiting), waiting[:0]
    return np.stack(np.divmod(np.union1d(keys, waiting), max(n, 1)))


def _keys(number: np.ndarray, holder: np.ndarray, n: int) -> Iterator[np.ndarray]:
    """Write pairs of holders as one number each, by how far they are apart in the index."""
    for step in range(1, min(NEIGHBOURS, max(len(number) - 1, 0)) + 1):
        both = np.flatnonzero(number[step:] == number[:-step])
        yield np.unique(holder[both].astype(np.int64) * n + holder[both + step])


def _overlap(
    words: Hashes, segment: Numbers, size: int, compared: tuple[np.ndarray, Bools]
) -> tuple[np.ndarray, np.ndarray]:
    """Return for each pair the share of shingles in both, of the smaller one's and of all."""
    pairs, used = compared
    n, shared = np.zeros(len(used), dtype=np.int64), np.zeros(pairs.shape[1], dtype=np.int64)
    for hashes, begins in shingle_blocks(words, segment, size, used):
        number, holder = np.unique(hashes, return_inverse=True)[1], segment[begins]
        shape = (len(used), int(number.max(initial=0)) + 1)
        ones = np.ones(len(number), dtype=np.int32)
        held = sparse.csr_array((ones, (holder, number)), shape=shape)
        held.data[:] = 1
        n += np.diff(held.indptr)
        shared += np.concatenate([np.zeros(0, dtype=np.int64), *_shared(held, pairs)])
    one, other = n[pairs[0]], n[pairs[1]]
    return shared / np.minimum(one, other), shared / (one + other - shared)


def _shared(held: sparse.csr_array, pairs: np.ndarray) -> Iterator[np.ndarray]:
    for at in range(0, pairs.shape[1], PAIRS):
        one, other = (held[side[at : at + PAIRS]] for side in pairs)
        yield np.asarray(one.multiply(other).sum(axis=1)).ravel()


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
