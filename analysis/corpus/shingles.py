"""Shingles, words in a row, as hashes; taken in blocks of hashes, so that memory is bounded."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

Hashes = npt.NDArray[np.uint64]
Ints = npt.NDArray[np.int64]

MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
#: Shingles that are looked at together, about, and words that are hashed at once.
BLOCK, CHUNK = 1 << 22, 1 << 20
HALF = np.uint64(32)


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
