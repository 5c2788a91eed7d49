"""Rows of words that recur: counted over the whole corpus, kept from a floor on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.annotation.tokens import Sentence
from analysis.release import LONGEST_SEQUENCE, SEQUENCE_DOCUMENTS, SEQUENCE_FLOOR
from analysis.schema import empty_table

Ints = npt.NDArray[np.int64]
LENGTHS = range(2, LONGEST_SEQUENCE + 1)


def word_runs(sentences: Iterable[Sentence]) -> list[list[str]]:
    """Give words in lower case, parted where a sentence ends or a mark stands between.

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


class Sequences:
    """The words of all documents as numbers in their order; not to be stored.

    Four bytes a word: the words of 100,000 articles fit into memory, all their n-grams
    as text would not.
    """

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._doc_ids: list[str] = []
        self._words: list[npt.NDArray[np.int32]] = []
        self._lengths: list[list[int]] = []

    def add(self, doc_id: str, runs: Sequence[Sequence[str]]) -> None:
        """Take in the runs of words of one document."""
        numbers = self._numbers
        words = [numbers.setdefault(word, len(numbers) + 1) for run in runs for word in run]
        self._doc_ids.append(doc_id)
        self._words.append(np.array(words, dtype=np.int32))
        self._lengths.append([len(run) for run in runs])

    def ngrams(self) -> pd.DataFrame:
        """Count what recurs often enough to be published.

        Returns
        -------
        DataFrame
            Columns of the open table ``ngrams``, not yet sorted: rows of two to five words
            that no mark parts, with at least `SEQUENCE_FLOOR` different surroundings in at
            least `SEQUENCE_DOCUMENTS` documents. The surroundings are the word before and
            the word after: what many papers print from one agency has one, however often.

        Examples
        --------
        >>> sequences = Sequences()
        >>> for name in "abcde":
        ...     sequences.add(name, [[f"{name}1", "am", "hafen", f"{name}2"]])
        >>> sequences.ngrams()[["doc_id", "ngram", "n", "n_surroundings"]].head(2)
          doc_id     ngram  n  n_surroundings
        0      a  am hafen  1               5
        1      b  am hafen  1               5
        """
        stream = self._stream()
        parts = [empty_table("ngrams")]
        frequent = np.bincount(stream.words) >= SEQUENCE_FLOOR
        at = np.flatnonzero(frequent[stream.words] & (stream.words > 0))
        code = stream.words[at]
        for length in LENGTHS:
            at, code = _longer(stream, at, code, length)
            parts.append(self._released(stream, at, code, length))
        return pd.concat([part for part in parts if len(part)] or parts, ignore_index=True)

    def _stream(self) -> _Stream:
        """Lay the documents end to end, a zero before each and after the last."""
        edge = np.zeros(1, dtype=np.int64)
        words = [part for each in self._words for part in (edge, each)]
        document = np.repeat(np.arange(len(self._words)), [len(each) + 1 for each in self._words])
        lengths = [length for each in self._lengths for length in (1, *each)]
        return _Stream(
            np.concatenate([*words, edge, np.zeros(max(LENGTHS), dtype=np.int64)]),
            np.append(np.repeat(np.arange(len(lengths)), lengths), [-1] * (1 + max(LENGTHS))),
            document,
        )

    def _released(self, stream: _Stream, at: Ints, code: Ints, length: int) -> pd.DataFrame:
        """Write the n-grams whose surroundings reach the floor, document by document."""
        surroundings = _surroundings(stream, at, code, length)
        kept = surroundings[code] >= SEQUENCE_FLOOR
        at, code = at[kept], code[kept]
        pairs, n = np.unique(code * len(self._doc_ids) + stream.document[at], return_counts=True)
        codes, documents = np.divmod(pairs, max(1, len(self._doc_ids)))
        first = pd.Series(at).groupby(code).first()
        words = list(self._numbers)
        text = {
            number: " ".join(words[i - 1] for i in stream.words[start : start + length])
            for number, start in first.items()
        }
        return pd.DataFrame(
            {
                "doc_id": [self._doc_ids[i] for i in documents],
                "n_words": length,
                "ngram": [text[number] for number in codes],
                "n": n,
                "n_surroundings": surroundings[codes],
            }
        )


@dataclass(frozen=True)
class _Stream:
    """All words as numbers (0 between documents), with the run and document of each."""

    words: Ints
    run: Ints
    document: Ints


def _longer(stream: _Stream, at: Ints, code: Ints, length: int) -> tuple[Ints, Ints]:
    """Lengthen n-grams by a word; those that are too rare cannot become frequent again."""
    fits = stream.run[at] == stream.run[at + length - 1]
    at, code = at[fits], code[fits]
    pairs = code * (int(stream.words.max()) + 1) + stream.words[at + length - 1]
    _, code, n = np.unique(pairs, return_inverse=True, return_counts=True)
    in_documents = _distinct(code, stream.document[at])
    frequent = (n[code] >= SEQUENCE_FLOOR) & (in_documents[code] >= SEQUENCE_DOCUMENTS)
    _, code = np.unique(code[frequent], return_inverse=True)
    return at[frequent], code


def _surroundings(stream: _Stream, at: Ints, code: Ints, length: int) -> Ints:
    """Count the different pairs of the word before and the word after, by n-gram."""
    pairs = stream.words[at - 1] * (int(stream.words.max()) + 1) + stream.words[at + length]
    return _distinct(code, np.unique(pairs, return_inverse=True)[1])


def _distinct(code: Ints, value: Ints) -> Ints:
    """Count the different values that go with each code."""
    base = int(value.max()) + 1 if len(value) else 1
    return np.bincount(np.unique(code * base + value) // base, minlength=0)
