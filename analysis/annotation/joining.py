"""From the parts of all articles to the open tables, some articles at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pandas as pd

from analysis.annotation.gathering import TOGETHER, Gathered, read_runs
from analysis.annotation.ngrams import ngram_rows
from analysis.annotation.parts import ADDED_UP, frame_of, read_parts
from analysis.annotation.windows import add_up_marked
from analysis.checking import coerce_table
from analysis.schema import REPEAT_COLUMNS, empty_table, find_table

#: An article: its doc_id, and its part.
Article = tuple[str, Path]


def table_frames(
    name: str, articles: Sequence[Article], gathered: Gathered
) -> Iterator[pd.DataFrame]:
    """Give the rows of one open table in their order, some articles at a time.

    Parameters
    ----------
    name : str
        An open table.
    articles : sequence of tuple
        All articles, sorted by doc_id.
    gathered : Gathered
        What `analysis.annotation.gathering.gather` says of them.

    Yields
    ------
    DataFrame
        Typed and sorted, for `analysis.streams.write_rows`; repeats filled in.

    Raises
    ------
    TableError
        If a part was damaged since the run began.
    """
    order = _order(name, articles)
    for at in range(0, len(order), TOGETHER):
        yield coerce_table(_frame(name, order[at : at + TOGETHER], articles, gathered), name)


def _order(name: str, articles: Sequence[Article]) -> list[int]:
    """Sort articles as the table does: *a:0001* comes after *a-b:0001*, *a* before *a-b*."""
    end = ":" if find_table(name).sort[0] == "segment_id" else ""
    return sorted(range(len(articles)), key=lambda number: articles[number][0] + end)


def _frame(
    name: str, numbers: Sequence[int], articles: Sequence[Article], gathered: Gathered
) -> pd.DataFrame:
    paths = [articles[number][1] for number in numbers]
    if name == "ngrams":
        return _ngrams(numbers, articles, gathered)
    rows = frame_of(read_parts(paths, [name]), name)
    if find_table(name).sort[0] == "segment_id":  # says nothing of repeats
        return rows
    return _with_repeats(rows, gathered.segments_of(numbers[0], numbers[-1]), name)


def _ngrams(
    numbers: Sequence[int], articles: Sequence[Article], gathered: Gathered
) -> pd.DataFrame:
    rows = [
        row
        for number in numbers
        for row in ngram_rows(
            gathered.sequences, number, articles[number][0], read_runs(articles[number][1])
        )
    ]
    return pd.DataFrame(rows) if rows else empty_table("ngrams")


def _with_repeats(rows: pd.DataFrame, segments: pd.DataFrame, name: str) -> pd.DataFrame:
    """Fill in what repeats say; the segments are those of the rows' articles, in their order."""
    if name == "segments":
        known = rows.columns.intersection(segments.columns)
        return rows.assign(**{str(column): segments[column] for column in known})
    if name == "mentions":
        by_id = segments.set_index("segment_id")
        own = rows["segment_id"]
        return rows.assign(**{column: own.map(by_id[column]) for column in REPEAT_COLUMNS})
    if name in ADDED_UP:
        return add_up_marked(rows, segments, name)
    return _with_weighted_sizes(rows, segments)


def _with_weighted_sizes(documents: pd.DataFrame, segments: pd.DataFrame) -> pd.DataFrame:
    sizes = {}
    for name in ("n_tokens", "n_words"):
        for scope in ("within", "across"):
            weighted = segments[name] * segments[f"weight_{scope}"]
            sums = weighted.groupby(segments["doc_id"]).sum()
            sizes[f"{name}_{scope}"] = documents["doc_id"].map(sums).fillna(0.0)
    return documents.assign(**sizes)
