"""From the parts of all articles to the open tables, some articles at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pandas as pd
import pyarrow as pa

from analysis.annotation.gathering import TOGETHER, Gathered, read_runs
from analysis.annotation.ngrams import ngram_rows
from analysis.annotation.parts import BY_ARTICLE, frame_of, read_parts
from analysis.annotation.rows import NEAR, TOKENS
from analysis.annotation.windows import add_up_tokens, tell_words
from analysis.tables.checking import coerce_table
from analysis.tables.schema import REPEAT_COLUMNS, SHOWN, empty_table, find_table

#: What `analysis.corpus.duplicates.find_repeats` says of segments.
REPEATED = (*REPEAT_COLUMNS, "n_repeated_within", "n_repeated_across")
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
        Typed and sorted, for `analysis.tables.streams.write_rows`; repeats filled in.

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
    end = "" if find_table(name).sort[0] == "doc_id" else ":"
    return sorted(range(len(articles)), key=lambda number: articles[number][0] + end)


def _frame(
    name: str, numbers: Sequence[int], articles: Sequence[Article], gathered: Gathered
) -> pd.DataFrame:
    if name == "ngrams":
        return _ngrams(numbers, articles, gathered)
    paths = [articles[number][1] for number in numbers]
    if name == "nodes":  # say nothing of repeats
        return frame_of(read_parts(paths, [name]), name)
    # Articles that stand together in this order may stand apart in that of doc_id.
    segments = pd.concat([gathered.segments_of(number) for number in numbers])
    if name in BY_ARTICLE:
        names = [name, TOKENS, NEAR] if name == "documents" else [name]
        return _with_repeats(read_parts(paths, names), segments, name)
    return _count_words(read_parts(paths, [TOKENS, NEAR]), segments, name)


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
            (in_bags["voice"] == voice) & in_bags["doc_id"].isin(column.index[column == SHOWN[0]])
        ]
        for voice, column in ((str(name).removeprefix("words_"), voices[name]) for name in voices)
    ]
    return _add_up(pd.concat(shown), name)


def _add_up(tokens: pd.DataFrame, name: str) -> pd.DataFrame:
    columns = [column for column in find_table(name).names if column != "n"]
    return tokens.groupby(columns, as_index=False).size().rename(columns={"size": "n"})


def _tokens_of(parts: pa.Table, segments: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the words of some articles, with what is known of their segments and what is near."""
    about = segments.set_index("segment_id")[["doc_id", "bag_id", "once_within", "once_across"]]
    tokens = frame_of(parts, TOKENS)
    words = tokens[tokens["is_word"]].reset_index(drop=True)
    return words.join(about, on="segment_id"), frame_of(parts, NEAR)


def _with_weighted_sizes(documents: pd.DataFrame, segments: pd.DataFrame) -> pd.DataFrame:
    sizes = {}
    for name in ("n_tokens", "n_words"):
        for scope in ("within", "across"):
            weighted = segments[name] * segments[f"weight_{scope}"]
            sums = weighted.groupby(segments["doc_id"]).sum()
            sizes[f"{name}_{scope}"] = documents["doc_id"].map(sums).fillna(0.0)
    return documents.assign(**sizes)
