"""Rows of words that recur: counted over the whole corpus, kept from a floor on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.annotation.tokens import Sentence
from analysis.corpus.duplicates import (
    CHUNK,
    MULTIPLIER,
    Hashes,
    Ints,
    count_blocks,
    hash_shingles,
    in_block,
)
from analysis.study.cache import array_on_disk
from analysis.tables.schema import LONGEST_SEQUENCE, SEQUENCE_DOCUMENTS, SEQUENCE_FLOOR

LENGTHS = range(2, LONGEST_SEQUENCE + 1)
#: What stands between documents; no word has this hash.
EDGE = np.uint64(0)
Runs = Sequence[Sequence[str]]
Row = dict[str, Any]


def word_runs(sentences: Iterable[Sentence]) -> list[list[str]]:
    """Return words in lower case, parted where a sentence ends or a mark stands between.

    Examples
    --------
    >>> from analysis.annotation.tokens import Annotator
    >>> word_runs(Annotator().sentences("Der Hafen, sagt Ada, ist leer."))
    [['der', 'hafen'], ['sagt', 'ada'], ['ist', 'leer']]
    """
    runs: list[list[str]] = []
    for sentence in sentences:
        runs.append([])
        for token in sentence.tokens:
            if token.is_word:
                runs[-1].append(token.form.lower())
            else:
                runs.append([])
    return [run for run in runs if run]


@dataclass(frozen=True)
class Sequences:
    """What recurs in a corpus.

    ``begins`` says for each document where its first word lies among all words. ``surroundings``
    says by length, for each word of the corpus, in how many different surroundings the n-gram
    occurs that begins with it, 0 if that is too rare; it lies on disk.
    """

    begins: Ints
    surroundings: dict[int, npt.NDArray[np.uint32]]


def count_sequences(documents: Iterable[Runs], folder: Path) -> Sequences:
    """Count what recurs often enough to be published, from the runs of words of each document.

    An n-gram is two to five words that no mark parts, with at least `SEQUENCE_FLOOR`
    different surroundings in at least `SEQUENCE_DOCUMENTS` documents. The surroundings are
    the word before and the word after: what many papers print from one agency has one,
    however often. Words and n-grams are compared by hashes of 64 bits. While they are counted
    they lie in the folder, in files without a name that vanish with the process: 25 bytes a
    word. Memory holds a block of n-grams at a time.

    Examples
    --------
    >>> import tempfile
    >>> corpus = {name: [[f"{name}1", "am", "hafen", f"{name}2"]] for name in "abcde"}
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     sequences = count_sequences(corpus.values(), Path(folder))
    >>> list(ngram_rows(sequences, 4, "e", corpus["e"]))
    [{'doc_id': 'e', 'n_words': 2, 'ngram': 'am hafen', 'n': 1, 'n_surroundings': 5}]
    """
    lengths: list[int] = []
    packed = array_on_disk((_pack(runs, lengths) for runs in documents), PACKED, folder)
    stream = _Stream(packed, np.cumsum([0, *lengths], dtype=np.int64))
    surroundings = {
        length: array_on_disk(_blank(len(packed)), np.dtype(np.uint32), folder)
        for length in LENGTHS
    }
    for length, found in surroundings.items():
        for block in range(count_blocks(len(packed))):
            _count_block(stream, length, block, found)
    return Sequences(stream.edges[:-1] + 1, surroundings)


#: A word: its hash, and whether a run begins with it.
PACKED = np.dtype([("word", np.uint64), ("begin", np.bool_)])


@dataclass(frozen=True)
class _Stream:
    """All words, with an edge before each document, and where these edges are."""

    packed: npt.NDArray[np.void]
    edges: Ints


def _pack(runs: Runs, lengths: list[int]) -> npt.NDArray[np.void]:
    """Hash the words of a document, an edge before them; notes how long that is."""
    words = np.array([word for run in runs for word in run], dtype=object)
    lengths.append(len(words) + 1)
    packed = np.zeros(len(words) + 1, dtype=PACKED)
    if len(words):
        packed["word"][1:] = np.maximum(pd.util.hash_array(words), EDGE + np.uint64(1))
    packed["begin"][np.cumsum([0, 1, *map(len, runs)])[:-1]] = True
    return packed


def _blank(n: int) -> Iterator[npt.NDArray[np.uint32]]:
    for at in range(0, n, CHUNK):
        yield np.zeros(min(CHUNK, n - at), dtype=np.uint32)


def _count_block(stream: _Stream, length: int, block: int, found: npt.NDArray[np.uint32]) -> None:
    """Note where the n-grams of one block of hashes begin that reach the floors."""
    hashes, around, at = _ngrams(stream, length, block)
    order = np.lexsort((around, hashes))
    hashes, around, at = hashes[order], around[order], at[order]
    first = _changes(hashes)
    number = np.cumsum(first) - 1
    starts = np.flatnonzero(first)
    if not len(starts):
        return
    n_around = np.add.reduceat((first | _changes(around)).astype(np.int64), starts)
    document = np.searchsorted(stream.edges, at, side="right")
    pairs = np.unique(number * (len(stream.edges) + 1) + document)
    n_documents = np.bincount(pairs // (len(stream.edges) + 1))
    kept = (n_around >= SEQUENCE_FLOOR) & (n_documents >= SEQUENCE_DOCUMENTS)
    found[at[kept[number]]] = n_around[number[kept[number]]]


def _changes(values: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """Mark the values that differ from the one before; the first always does."""
    changes = np.ones(len(values), dtype=bool)
    changes[1:] = values[1:] != values[:-1]
    return changes


def _ngrams(stream: _Stream, length: int, block: int) -> tuple[Hashes, Hashes, Ints]:
    """Return the n-grams of one block that may be frequent: hash, hash of surroundings, place."""
    n = len(stream.packed)
    hashes, around, places = [], [], []
    for begin in range(0, max(1, n), CHUNK):
        found, near, at = _ngrams_of_chunk(stream.packed, begin, length)
        own = in_block(found, block, count_blocks(n))
        hashes.append(found[own])
        around.append(near[own])
        places.append(at[own])
    whole = np.concatenate(hashes)
    order = np.argsort(whole)
    number = np.empty(len(order), dtype=np.int64)
    number[order] = np.cumsum(_changes(whole[order])) - 1
    frequent = np.flatnonzero((np.bincount(number) >= SEQUENCE_FLOOR)[number])
    return whole[frequent], np.concatenate(around)[frequent], np.concatenate(places)[frequent]


def _ngrams_of_chunk(
    packed: npt.NDArray[np.void], begin: int, length: int
) -> tuple[Hashes, Hashes, Ints]:
    """Return the n-grams that begin in one chunk, with what stands before and after them."""
    first, end = max(1, begin), max(1, min(begin + CHUNK, len(packed)))
    piece = np.full(end - first + 1 + length, np.array((EDGE, True), dtype=PACKED))
    there = packed[first - 1 : end + length]
    piece[: len(there)] = there
    n, words, new = end - first, piece["word"], piece["begin"]
    whole = words[1 : 1 + n] != EDGE
    for k in range(2, 1 + length):
        whole &= ~new[k : k + n]
    at = np.flatnonzero(whole)
    around = words[at] * MULTIPLIER + words[at + 1 + length]
    return hash_shingles(words[1:], length)[at], around, at + first


def ngram_rows(sequences: Sequences, number: int, doc_id: str, runs: Runs) -> Iterator[Row]:
    """Return the rows of one document for the open table ``ngrams``.

    Its number, from 0, and its runs of words are those with which `count_sequences` counted it.
    """
    words = [word for run in runs for word in run]
    begin = int(sequences.begins[number])
    for length, found in sequences.surroundings.items():
        surroundings = np.asarray(found[begin : begin + len(words)])
        at = np.flatnonzero(surroundings).tolist()
        ngrams = [" ".join(words[i : i + length]) for i in at]
        known = dict(zip(ngrams, surroundings[at].tolist(), strict=True))
        for ngram, n in Counter(ngrams).items():
            yield {
                "doc_id": doc_id,
                "n_words": length,
                "ngram": ngram,
                "n": n,
                "n_surroundings": known[ngram],
            }
