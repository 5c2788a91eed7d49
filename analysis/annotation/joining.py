"""From the parts of all articles to the open tables, some articles at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from analysis.annotation.ngrams import Runs, Sequences, count_sequences, ngram_rows
from analysis.annotation.parts import BY_ARTICLE, HASHES, frame_of, list_of, read_parts
from analysis.annotation.rows import NEAR, RUNS, TOKENS
from analysis.annotation.windows import add_up_tokens, assign_bags, mark_firsts, tell_words
from analysis.corpus.duplicates import Ints, find_repeats
from analysis.study.cache import array_on_disk
from analysis.tables.schema import REPEAT_COLUMNS, SHOWN, TABLES, empty_table, find_table
from analysis.tables.streams import coerce_table

#: Articles whose parts are looked at together.
TOGETHER = 100
#: Columns of segments that are kept of all articles at once.
SIZES = ("segment_id", "doc_id", "zone", "n_tokens", "n_words")
#: What `analysis.corpus.duplicates.find_repeats` says of segments.
REPEATED = (*REPEAT_COLUMNS, "n_repeated_within", "n_repeated_across")
#: An article: its doc_id, and its part.
Article = tuple[str, Path]


@dataclass(frozen=True)
class Gathered:
    """What all articles together say of each.

    The segments are all in the order of the articles, with ids, sizes, repeats, bags, and what
    `mark_firsts` says; ``begins`` has by article its first row of them, and one more at the end;
    the sequences are n-grams that recur.
    """

    segments: pd.DataFrame
    begins: Ints
    sequences: Sequences

    def segments_of(self, number: int) -> pd.DataFrame:
        """Return the segments of an article, by its number."""
        return self.segments.iloc[self.begins[number] : self.begins[number + 1]]


def gather(parts: Sequence[Path], folder: Path) -> Gathered:
    """Look through the parts of all articles, one for each, sorted by doc_id.

    Files that vanish with the process are made in the folder.
    """
    segments, begins = _repeated_segments(parts, folder)
    return Gathered(segments, begins, count_sequences(map(read_runs, parts), folder))


def _repeated_segments(parts: Sequence[Path], folder: Path) -> tuple[pd.DataFrame, Ints]:
    frames: list[pd.DataFrame] = []
    lengths: list[int] = []

    def hashes() -> Iterator[np.ndarray]:
        for at in range(0, len(parts), TOGETHER):
            found = read_parts(parts[at : at + TOGETHER], ["segments", HASHES])
            frames.append(frame_of(found, "segments")[list(SIZES)])
            lengths.extend(len(one) for one in found.column("segments"))
            yield list_of(found, HASHES).to_numpy(zero_copy_only=False)

    words = array_on_disk(hashes(), np.dtype(np.uint64), folder)
    segments = pd.concat(frames, ignore_index=True)
    segments = segments.astype({"n_tokens": "int64", "n_words": "int64"})
    repeats = find_repeats(segments, words)
    found = {name: repeats[name] for name in repeats if name in TABLES["segments"].names}
    segments = segments.assign(**found)
    segments = segments.join(mark_firsts(segments).drop(columns=["segment_id", "doc_id"]))
    segments = segments.assign(bag_id=assign_bags(segments))
    return segments, np.cumsum([0, *lengths], dtype=np.int64)


def read_runs(part: Path) -> Runs:
    """Return the words of one article in their order, in runs that no mark parts."""
    runs: Runs = list_of(read_parts([part], [RUNS]), RUNS).to_pylist()
    return runs


def table_frames(
    name: str, articles: Sequence[Article], gathered: Gathered
) -> Iterator[pd.DataFrame]:
    """Return the rows of one open table in their order, some articles at a time.

    The articles are all, sorted by doc_id, and gathered is what `gather` says of them. The frames
    are typed and sorted, with repeats filled in, for `analysis.tables.streams.write_rows`. A
    part that was damaged since the run began raises a `TableError`.
    """
    # *a:0001* comes after *a-b:0001*, but *a* before *a-b*.
    end = "" if find_table(name).sort[0] == "doc_id" else ":"
    order = sorted(range(len(articles)), key=lambda number: articles[number][0] + end)
    for at in range(0, len(order), TOGETHER):
        yield coerce_table(_frame(name, order[at : at + TOGETHER], articles, gathered), name)


def _frame(
    name: str, numbers: Sequence[int], articles: Sequence[Article], gathered: Gathered
) -> pd.DataFrame:
    if name == "ngrams":
        rows = [
            row
            for number in numbers
            for row in ngram_rows(
                gathered.sequences, number, articles[number][0], read_runs(articles[number][1])
            )
        ]
        return pd.DataFrame(rows) if rows else empty_table(name)
    paths = [articles[number][1] for number in numbers]
    if name == "nodes":  # say nothing of repeats
        return frame_of(read_parts(paths, [name]), name)
    # Articles that stand together in this order may stand apart in that of doc_id.
    segments = pd.concat([gathered.segments_of(number) for number in numbers])
    if name in BY_ARTICLE:
        names = [name, TOKENS, NEAR] if name == "documents" else [name]
        return _with_repeats(read_parts(paths, names), segments, name)
    return _count_words(read_parts(paths, [TOKENS, NEAR]), segments, name)


def _with_repeats(parts: pa.Table, segments: pd.DataFrame, name: str) -> pd.DataFrame:
    """Fill in what repeats say; the segments are those of the rows' articles."""
    rows = frame_of(parts, name)
    if name == "documents":
        voices, _ = tell_words(*_tokens_of(parts, segments))
        told = voices.reindex(rows["doc_id"], fill_value=SHOWN[0]).reset_index(drop=True)
        rows = rows.assign(**{str(column): told[column] for column in told})
        return _with_weighted_sizes(rows, segments)
    known = ["bag_id", *REPEATED] if name == "segments" else REPEAT_COLUMNS
    by_id = segments.set_index("segment_id")
    return rows.assign(**{column: rows["segment_id"].map(by_id[column]) for column in known})


def _count_words(parts: pa.Table, segments: pd.DataFrame, name: str) -> pd.DataFrame:
    """Count the words of bags, of voices, or near nodes; none in too small a number."""
    tokens, near = _tokens_of(parts, segments)
    in_bags = tokens[tokens["bag_id"] != ""]
    if name == "terms":
        return _add_up(in_bags, name)
    voices, windows = tell_words(tokens, near)
    if name != "voices":
        return add_up_tokens(tokens, near, windows, name)
    shown = [
        in_bags[
            (in_bags["voice"] == str(of).removeprefix("words_"))
            & in_bags["doc_id"].isin(told.index[told == SHOWN[0]])
        ]
        for of, told in voices.items()
    ]
    return _add_up(pd.concat(shown), name)


def _add_up(tokens: pd.DataFrame, name: str) -> pd.DataFrame:
    columns = [column for column in find_table(name).names if column != "n"]
    return tokens.groupby(columns, as_index=False).size().rename(columns={"size": "n"})


def _tokens_of(parts: pa.Table, segments: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the words of some articles, with what is known of their segments and what is near."""
    about = segments.set_index("segment_id")[["doc_id", "bag_id", "once_within", "once_across"]]
    return words_of(parts).join(about, on="segment_id"), frame_of(parts, NEAR)


def words_of(parts: pa.Table) -> pd.DataFrame:
    """Return the tokens of some articles that are words, numbered from 0."""
    tokens = frame_of(parts, TOKENS)
    return tokens[tokens["is_word"]].reset_index(drop=True)


def _with_weighted_sizes(documents: pd.DataFrame, segments: pd.DataFrame) -> pd.DataFrame:
    sizes = {}
    for name, scope in product(("n_tokens", "n_words"), ("within", "across")):
        weighted = segments[name] * segments[f"weight_{scope}"]
        sums = weighted.groupby(segments["doc_id"]).sum()
        sizes[f"{name}_{scope}"] = documents["doc_id"].map(sums).fillna(0.0)
    return documents.assign(**sizes)
