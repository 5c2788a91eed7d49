"""Shingles, words in a row, as hashes, and the pairs of segments that share enough of them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from scipy import sparse

Hashes = npt.NDArray[np.uint64]
Ints = npt.NDArray[np.int64]

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
Bools = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.int32]


def hash_shingles(words: Hashes, size: int) -> Hashes:
    """Hash every `size` words in a row.

    Examples
    --------
    >>> one, other = hash_shingles(np.array([1, 2, 1, 2], dtype=np.uint64), 2)[[0, 2]]
    >>> bool(one == other)
    True
    """
    n = max(len(words) - size + 1, 0)
    hashes = np.zeros(n, dtype=np.uint64)
    for k in range(size):
        hashes = hashes * MULTIPLIER + words[k : n + k]
    return hashes


def in_block(hashes: Hashes, block: int, n_blocks: int) -> npt.NDArray[np.bool_]:
    """Mark the hashes of one block: all equal ones are in the same."""
    marked: npt.NDArray[np.bool_] = (hashes >> HALF) % np.uint64(n_blocks) == block
    return marked


def count_blocks(n_words: int) -> int:
    """Say how many blocks so many words need."""
    return 1 + n_words // BLOCK


def shingle_blocks(
    words: Hashes, segment: npt.NDArray[np.int32], size: int, used: npt.NDArray[np.bool_]
) -> Iterator[tuple[Hashes, Ints]]:
    """Return the shingles of the segments, block by block.

    Parameters
    ----------
    words : ndarray of uint64
        Hashes of all words; may lie on disk.
    segment : ndarray of int32
        For each word the number of its segment, ascending.
    size : int
        Words per shingle; none goes beyond its segment.
    used : ndarray of bool
        By segment, whether it counts.

    Yields
    ------
    tuple of ndarray
        Hashes, and the position of each shingle's first word, ascending. Shingles of equal
        hashes come in one block.
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


def _whole_shingles(
    words: Hashes, segment: npt.NDArray[np.int32], size: int, used: npt.NDArray[np.bool_]
) -> tuple[Hashes, Ints]:
    """Return the shingles that lie in one segment that counts, and where they begin."""
    hashes = hash_shingles(np.asarray(words), size)
    first, last = segment[: len(hashes)], segment[size - 1 :][: len(hashes)]
    at = np.flatnonzero((first == last) & used[first])
    return hashes[at], at


def repeating_pairs(
    words: Hashes, segment: Numbers, lengths: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the pairs of segments that repeat one another, the first before the second.

    Parameters
    ----------
    words : ndarray of uint64
        Hashes of the words of all segments, end to end; may lie on disk.
    segment : ndarray of int32
        For each word the number of its segment, ascending.
    lengths : ndarray of int
        Words of each segment.

    Returns
    -------
    tuple of two ndarray
        Numbers of segments; the rules are those of `analysis.corpus.duplicates.find_repeats`.
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
    marked: Bools = (contained >= CONTAINED) | (jaccard >= JACCARD) | edited
    return marked


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
