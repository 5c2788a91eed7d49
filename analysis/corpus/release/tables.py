"""The open tables: exactly the schema's columns, keys that resolve, ranges that hold."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from analysis.corpus.release.cells import first_fault, name_fault, those, word_fault, words_fault
from analysis.corpus.sources import Source
from analysis.study.design import BAG_FLOOR, NARROWEST_WINDOW
from analysis.study.errors import TableError
from analysis.study.study import Study
from analysis.tables.features import read_parquet, table_path
from analysis.tables.schema import (
    LONGEST_SEQUENCE,
    SEQUENCE_DOCUMENTS,
    SEQUENCE_FLOOR,
    TABLES,
    Column,
    empty_table,
)
from analysis.tables.streams import check_table, to_pandas

MOST_CUE_WORDS, MOST_TITLE_WORDS = 4, 25
#: Counts of what is there: a row without any would only hold a word.
_AT_LEAST_ONE = frozenset({"n", "n_nodes", "n_node_tokens", "n_surroundings"})
_ID = re.compile(r"[\w.:-]{0,80}")
_RULE = re.compile(r"[A-Z]\d{0,2}[a-z]?|hand")
_TAG = re.compile(r"[A-Z$]{0,10}[().,:]?")
_WRITER = re.compile(r"parquet-cpp-arrow version [\d.]+")
_PLAIN_TYPES = frozenset({"large_string", "string", "int64", "double", "bool", "timestamp[us]"})
_UNREADABLE = (TableError, KeyError, OSError, ValueError, pa.ArrowException)


@dataclass(frozen=True)
class OpenTables:
    """The open tables of a folder, read without trust, and what keys must resolve in."""

    folder: Path
    study: Study
    sources: tuple[Source, ...]
    _frames: dict[str, pd.DataFrame] = field(default_factory=dict)

    def frame(self, name: str) -> pd.DataFrame:
        """Return a table; one without rows if it is missing or not as the schema says."""
        if name not in self._frames:
            try:
                self._frames[name] = _read(table_path(name, self.folder))
            except _UNREADABLE:
                self._frames[name] = empty_table(name)
        return self._frames[name]

    def of_documents(self, column: str, doc_ids: pd.Series) -> pd.Series:
        """Return what the table of documents says of some of them; empty of those it lacks."""
        return doc_ids.map(self.frame("documents").set_index("doc_id")[column])

    @cached_property
    def ids(self) -> dict[str, frozenset[str]]:
        """What the values of id columns must stand in."""
        study, width = self.study, self.study.collocation.width
        segments = frozenset(self.frame("segments")["segment_id"])
        frames = frozenset(frame.id for frame in study.frames)
        return {
            "doc_id": frozenset(source.id for source in self.sources),
            "event": frozenset(event.id for event in study.events),
            "frame": frames,
            "node": frames | {actor.id for actor in study.actors},
            "span": frozenset({f"L{width}R{width}", "sentence"}),
            "segment_id": segments,
            **dict.fromkeys(("bag_id", "repeat_within", "repeat_across"), segments | {""}),
        }

    def known_cells(self) -> frozenset[str]:
        """Return the text cells of all tables but word sequences; figures may show them."""
        return frozenset(
            cell
            for name, table in TABLES.items()
            for column in table.columns
            if column.text not in {None, "sequence"}
            for cell in self.frame(name)[column.name].unique()
        )


def _read(path: Path) -> pd.DataFrame:
    return check_table(to_pandas(read_parquet(path), path.stem), path.stem)


def table_faults(path: Path, tables: OpenTables) -> Iterator[str]:
    """Judge the file of one open table; what its columns may hold is in the schema."""
    name = path.stem
    try:
        yield from (faults := list(_file_faults(path, name)))
        if faults:  # what follows would name columns, and a name could be a sentence
            return
        frame = _read(path)
    except _UNREADABLE as fault:
        yield str(fault)
        return
    for column in TABLES[name].columns:
        judge = _text_faults if column.text else _number_faults
        yield from (f"column {column.name!r}: {fault}" for fault in judge(frame, column, tables))
    ordered = frame.sort_values(list(TABLES[name].sort), kind="stable")
    if not ordered.index.equals(frame.index):
        yield f"rows are not sorted by {', '.join(TABLES[name].sort)}"
    if name in _TOGETHER:
        yield from _TOGETHER[name](frame, tables)


def _file_faults(path: Path, name: str) -> Iterator[str]:
    """Judge what a Parquet file holds besides cells: columns, metadata, bytes in between."""
    with pq.ParquetFile(path) as file:
        metadata, schema = file.metadata, file.schema_arrow
    wanted = TABLES[name].names
    n_odd = len([one for one in schema.names if one not in wanted])
    columns = f"wanted exactly the columns of the schema; {n_odd} are not in it"
    odd_types = {str(kind) for kind in schema.types} - _PLAIN_TYPES
    besides = set(metadata.metadata or {}) - {b"ARROW:schema"} or schema.metadata
    return those(
        {
            columns: tuple(schema.names) != wanted,
            "metadata besides the schema, such as an index of pandas": besides,
            "metadata of a column": any(one.metadata for one in schema),
            "a column that is neither text, number, truth value nor time": odd_types,
            "a writer that is not pyarrow": not _WRITER.fullmatch(metadata.created_by),
            "bytes that belong to no column": path.stat().st_size != _size(metadata, path),
        }
    )


def _size(metadata: pq.FileMetaData, path: Path) -> int:
    """Add up what a file of these columns holds: two marks, the data, the footer and its size."""
    groups = [metadata.row_group(i) for i in range(metadata.num_row_groups)]
    chunks = [group.column(j) for group in groups for j in range(metadata.num_columns)]
    (footer,) = struct.unpack("<I", path.read_bytes()[-8:-4])
    return 12 + int(footer) + sum(int(chunk.total_compressed_size) for chunk in chunks)


# ------------------------------------------------------------------ one column


def _text_faults(frame: pd.DataFrame, column: Column, tables: OpenTables) -> Iterator[str]:
    values = [str(value) for value in frame[column.name].unique()]
    if column.name in tables.ids and column.text != "code":
        n_odd = len(set(values) - tables.ids[column.name])
        if n_odd:
            yield f"{n_odd} values that are not in the study, its list of sources or its segments"
    elif found := first_fault(lambda cell: _cell_fault(cell, column), values):
        yield f"a cell of {found}" if found.startswith(("more", "words")) else f"a cell: {found}"


def _cell_fault(cell: str, column: Column) -> str:
    """Say why a text cell is not what the schema says that it holds, or nothing."""
    name = column.name
    if column.allowed:
        return ""
    if column.text == "title":
        most = MOST_TITLE_WORDS
        return f"more than {most} words" if len(cell.split()) > most else ""
    if column.text == "name":
        return first_fault(name_fault, cell.split(">"))
    if column.text == "sequence":
        return words_fault(cell, LONGEST_SEQUENCE)
    if column.text == "id":
        pattern = _RULE if name.endswith("_rule") else _TAG if name == "pos" else _ID
        return "" if pattern.fullmatch(cell) else "not an id"
    return words_fault(cell, MOST_CUE_WORDS) if name.endswith("_cue") else word_fault(cell)


def _number_faults(frame: pd.DataFrame, column: Column, tables: OpenTables) -> Iterator[str]:
    values = frame[column.name].dropna()
    if column.dtype == "time?":
        if not values.dt.year.between(1900, 2100).all():
            yield "a time before 1900 or after 2100"
    elif column.dtype != "bool":
        yield from _range_faults(values.astype("float64"), column.name)
        if column.name == "n_characters" or column.unit == "pairs":
            return
        most = tables.of_documents("n_characters", _documents_of(frame)).fillna(0)
        if len(tables.frame("documents")) and (frame[column.name].fillna(0) > most).any():
            yield "a number larger than its article is long"


def _range_faults(values: pd.Series, name: str) -> Iterator[str]:
    is_count, is_weight = name in _AT_LEAST_ONE, name.startswith("weight_")
    return those(
        {
            "a value that is not finite": not np.isfinite(values).all(),
            "a count below one": is_count and (values < 1).any(),
            "a value below zero": not is_count and (values < 0).any(),
            "a weight outside (0, 1]": is_weight
            and not values.between(0, 1, inclusive="right").all(),
        }
    )


def _documents_of(frame: pd.DataFrame) -> pd.Series:
    """Return the document of each row; ids of segments begin with it."""
    return frame["doc_id"] if "doc_id" in frame else frame.iloc[:, 0].str.rpartition(":")[0]


# ------------------------------------------------------------------ one table with another


def _document_faults(frame: pd.DataFrame, tables: OpenTables) -> Iterator[str]:
    """Compare with the list of sources: what a row says of an article stands there."""
    for name in ("event", "outlet", "outlet_basis", "kind", "title", "date_quality", "sha256"):
        said = frame["doc_id"].map({one.id: getattr(one, name) for one in tables.sources})
        if (said != frame[name]).any():
            yield f"column {name!r}: other than in data/sources.toml"


def _mention_faults(frame: pd.DataFrame, tables: OpenTables) -> Iterator[str]:
    ids = frame["doc_id"] + ":" + frame["begin"].astype("str")
    if (ids != frame["mention_id"]).any():
        yield "column 'mention_id': wanted doc_id, a colon, begin"
    for name in ("event", "outlet", "kind"):
        said = tables.of_documents(name, frame["doc_id"])
        if len(tables.frame("documents")) and (said != frame[name]).any():
            yield f"column {name!r}: other than in documents"
    for name in frame.columns[frame.columns.str.contains("begin")]:
        length = (frame[name.replace("begin", "end")] - frame[name]).dropna()
        if ((length <= 0) | (length > 200)).any():
            yield f"column {name!r}: not before its end, or too far before it"


def _term_faults(frame: pd.DataFrame, tables: OpenTables) -> Iterator[str]:
    sums = frame.groupby(_documents_of(frame))["n"].sum()
    group = [name for name in ("bag_id", "doc_id", "voice") if name in frame]
    n_tokens = tables.of_documents("n_tokens", sums.index.to_series())
    is_small = frame.groupby(group)["n"].sum() < BAG_FLOOR
    return those(
        {
            "column 'n': more words than the article has tokens": (sums > n_tokens).any(),
            f"column 'n': a bag of fewer than {BAG_FLOOR} words": is_small.any(),
        }
    )


def _near_faults(frame: pd.DataFrame, tables: OpenTables) -> Iterator[str]:
    """Compare with terms: no word stands near a node more often than in the article."""
    for name in ("n_joint", "n_in_node"):
        if _is_more(frame, name, ["doc_id", "lemma", "pos"], tables):
            yield f"column {name!r}: a word more often than terms has it in the article"
    yield from _window_faults(frame, tables)


def _is_more(frame: pd.DataFrame, name: str, keys: list[str], tables: OpenTables) -> bool:
    """Say whether a column counts a word more often than terms has it in the article.

    Small documents have no words in terms.
    """
    terms = tables.frame("terms")
    terms = terms.assign(doc_id=_documents_of(terms), word=terms["form"].str.lower())
    rows = frame[frame["doc_id"].isin(terms["doc_id"])]
    here = terms.groupby(keys)["n"].sum().reindex(pd.MultiIndex.from_frame(rows[keys])).fillna(0)
    return bool((rows[name].fillna(0).to_numpy() > here.to_numpy()).any())


def _window_faults(frame: pd.DataFrame, tables: OpenTables) -> Iterator[str]:
    """A narrow window holds the node's neighbours: the order of words."""
    if tables.study.collocation.width < NARROWEST_WINDOW:
        yield f"column 'span': a window of fewer than {NARROWEST_WINDOW} words to a side"


def _sequence_faults(frame: pd.DataFrame, tables: OpenTables) -> Iterator[str]:
    """Judge word sequences: short ones, none rarer than the floors over the whole corpus."""
    by_sequence, words = frame.groupby("ngram"), frame["ngram"].str.split(" ")
    n, n_around = by_sequence["n"].sum(), frame["n_surroundings"]
    n_documents = by_sequence["doc_id"].nunique()
    is_long = (words.map(len) != frame["n_words"]) | (frame["n_words"] < 2)
    more = _is_more(frame.assign(word=words).explode("word"), "n", ["doc_id", "word"], tables)
    rare, few = n < SEQUENCE_FLOOR, n_documents < SEQUENCE_DOCUMENTS
    alike, odd = n_around < SEQUENCE_FLOOR, by_sequence["n_surroundings"].max() > n
    sequences = "column 'ngram': word sequences"
    return those(
        {
            f"{sequences} without a frequency floor of {SEQUENCE_FLOOR}": rare.any(),
            f"{sequences} that are not in {SEQUENCE_DOCUMENTS} documents": few.any(),
            f"{sequences} of fewer than {SEQUENCE_FLOOR} surroundings": alike.any(),
            "column 'n_surroundings': more surroundings than occurrences": odd.any(),
            "column 'n_words': not the number of words in the row": is_long.any(),
            "column 'n': a row of words more often than terms has one of them in the article": more,
        }
    )


_TOGETHER: Mapping[str, Callable[[pd.DataFrame, OpenTables], Iterator[str]]] = {
    "documents": _document_faults,
    "mentions": _mention_faults,
    "terms": _term_faults,
    "voices": _term_faults,
    "cooccurrences": _near_faults,
    "windows": _window_faults,
    "ngrams": _sequence_faults,
}
