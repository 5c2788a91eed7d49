"""What only all articles together can say: which segments repeat one another, what recurs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.annotation.bags import assign_bags
from analysis.annotation.ngrams import Runs, Sequences, count_sequences
from analysis.annotation.parts import HASHES, frame_of, list_of, read_parts
from analysis.annotation.rows import RUNS
from analysis.annotation.windows import mark_firsts
from analysis.corpus.duplicates import find_repeats
from analysis.corpus.shingles import Ints
from analysis.study.cache import array_on_disk
from analysis.tables.schema import SEGMENTS

#: Articles whose parts are looked at together.
TOGETHER = 100
#: Columns of segments that are kept of all articles at once.
SIZES = ("segment_id", "doc_id", "zone", "n_tokens", "n_words")


@dataclass(frozen=True)
class Gathered:
    """What all articles together say of each.

    Attributes
    ----------
    segments : DataFrame
        All segments in the order of the articles: ids, sizes, repeats, bags, and what
        `mark_firsts` says.
    begins : ndarray of int
        By article its first row of segments; one more at the end.
    sequences : Sequences
        N-grams that recur.
    """

    segments: pd.DataFrame
    begins: Ints
    sequences: Sequences

    def segments_of(self, number: int) -> pd.DataFrame:
        """Give the segments of an article, by its number."""
        return self.segments.iloc[self.begins[number] : self.begins[number + 1]]


def gather(parts: Sequence[Path], folder: Path) -> Gathered:
    """Look through the parts of all articles.

    Parameters
    ----------
    parts : sequence of path
        One for each article, sorted by doc_id.
    folder : path
        For files that vanish with the process.

    Raises
    ------
    TableError
        If a part was damaged since the run began.
    """
    segments, begins = _repeated_segments(parts, folder)
    return Gathered(segments, begins, count_sequences(_runs(parts), folder))


def batches(n: int) -> Iterator[range]:
    """Give the numbers of articles that are looked at together.

    Examples
    --------
    >>> [len(batch) for batch in batches(250)]
    [100, 100, 50]
    """
    return (range(at, min(at + TOGETHER, n)) for at in range(0, n, TOGETHER))


def _repeated_segments(parts: Sequence[Path], folder: Path) -> tuple[pd.DataFrame, Ints]:
    frames: list[pd.DataFrame] = []
    lengths: list[int] = []

    def hashes() -> Iterator[np.ndarray]:
        for batch in batches(len(parts)):
            found = read_parts([parts[i] for i in batch], ["segments", HASHES])
            frames.append(frame_of(found, "segments")[list(SIZES)])
            lengths.extend(len(one) for one in found.column("segments"))
            yield list_of(found, HASHES).to_numpy(zero_copy_only=False)

    words = array_on_disk(hashes(), np.dtype(np.uint64), folder)
    segments = pd.concat(frames, ignore_index=True)
    segments = segments.astype({"n_tokens": "int64", "n_words": "int64"})
    repeats = find_repeats(segments, words)
    found = {name: repeats[name] for name in repeats if name in SEGMENTS.names}
    segments = segments.assign(**found)
    firsts = mark_firsts(segments).drop(columns=["segment_id", "doc_id"])
    segments = segments.join(firsts)
    segments = segments.assign(bag_id=assign_bags(segments))
    return segments, np.cumsum([0, *lengths], dtype=np.int64)


def _runs(parts: Sequence[Path]) -> Iterator[Runs]:
    for part in parts:
        yield read_runs(part)


def read_runs(part: Path) -> Runs:
    """Give the words of one article in their order, in runs that no mark parts."""
    runs: Runs = list_of(read_parts([part], [RUNS]), RUNS).to_pylist()
    return runs
