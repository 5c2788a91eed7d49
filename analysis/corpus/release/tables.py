"""The open tables: exactly the schema's columns, keys that resolve, ranges that hold."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from analysis.corpus.release.cells import (
    MOST_CUE_WORDS,
    MOST_TITLE_WORDS,
    name_fault,
    word_fault,
    words_fault,
)
from analysis.corpus.sources import Source
from analysis.study.design import BAG_FLOOR, NARROWEST_WINDOW
from analysis.study.errors import TableError
from analysis.study.study import Study
from analysis.tables.features import read_parquet
from analysis.tables.schema import (
    LONGEST_SEQUENCE,
    SEQUENCE_DOCUMENTS,
    SEQUENCE_FLOOR,
    TABLES,
    Column,
    empty_table,
)
from analysis.tables.streams import check_table, to_pandas

#: Counts of what is there: a row without any would only hold a word.
_AT_LEAST_ONE = frozenset({"n", "n_nodes", "n_node_tokens", "n_surroundings"})
_ID = re.compile(r"[\w.:-]{0,80}")
_RULE = re.compile(r"[A-Z]\d{0,2}[a-z]?|hand")
_TAG = re.compile(r"[A-Z$]{0,10}[().,:]?")
_WRITER = re.compile(r"parquet-cpp-arrow version [\d.]+")


@dataclass(frozen=True)
class OpenTables:
    """The open tables of a study, read without trust, and what they must fit.

    Attributes
    ----------
    paths : mapping of table name to path
        The files that are there.
    study, sources : Study, tuple of Source
        What keys must resolve in.
    """

    paths: Mapping[str, Path]
    study: Study
    sources: tuple[Source, ...]
    _frames: dict[str, pd.DataFrame] = field(default_factory=dict)

    def frame(self, name: str) -> pd.DataFrame:
        """Give a table; one without rows for a file that is missing or not as the schema says."""
        if name not in self._frames:
            try:
                self._frames[name] = self._read(name)
            except (TableError, KeyError, OSError, ValueError, pa.ArrowException):
                self._frames[name] = empty_table(name)
        return self._frames[name]

    def _read(self, name: str) -> pd.DataFrame:
        return check_table(to_pandas(read_parquet(self.paths[name]), name), name)

    @cached_property
    def n_characters(self) -> dict[str, int]:
        """The length of each article's file."""
        documents = self.frame("documents")
        return dict(zip(documents["doc_id"], documents["n_characters"], strict=True))

    @cached_property
    def ids(self) -> dict[str, frozenset[str]]:
        """What the values of id columns must stand in."""
        segments = frozenset(self.frame("segments")["segment_id"])
        study = self.study
        frames = frozenset(frame.id for frame in study.frames)
        width = study.collocation.width
        return {
            "doc_id": frozenset(source.id for source in self.sources),
            "event": frozenset(event.id for event in study.events),
            "frame": frames,
            "node": frames | {actor.id for actor in study.actors},
            "span": frozenset({f"L{width}R{width}", "sentence"}),
            "segment_id": segments,
            "bag_id": segments | {""},
            "repeat_within": segments | {""},
            "repeat_across": segments | {""},
        }

    def known_cells(self) -> frozenset[str]:
        """Give the text cells of all tables but word sequences; figures may show them."""
        return frozenset(
            cell
            for name, table in TABLES.items()
            for column in table.columns
            if column.dtype == "text" and column.text != "sequence"
            for cell in self.frame(name)[column.name].unique()
        )


def table_faults(path: Path, tables: OpenTables) -> Iterator[str]:
    """Judge the file of one open table; what its columns may hold is in the schema."""
    name = path.stem
    try:
        unlike = list(_file_faults(path, name))
        yield from unlike
        if unlike:  # what follows would name columns, and a name could be a sentence
            return
        frame = check_table(to_pandas(read_parquet(path), name), name)
    except (TableError, pa.ArrowException, OSError, ValueError) as fault:
        yield str(fault)
        return
    for column in TABLES[name].columns:
        judge = _text_faults if column.dtype == "text" else _number_faults
        yield from (f"column {column.name!r}: {fault}" for fault in judge(frame, column, tables))
    ordered = frame.sort_values(list(TABLES[name].sort), kind="stable")
    if not ordered.index.equals(frame.index):
        yield f"rows are not sorted by {', '.join(TABLES[name].sort)}"
    yield from _ACROSS.get(name, _nothing)(frame, tables)


def _file_faults(path: Path, name: str) -> Iterator[str]:
    """Judge what a Parquet file holds besides cells: columns, metadata, bytes in between."""
    with pq.ParquetFile(path) as file:
        metadata, schema = file.metadata, file.schema_arrow
        came, wanted = schema.names, list(TABLES[name].names)
        if came != wanted:
            odd = [one for one in came if one not in wanted]
            yield f"wanted exactly the columns of the schema; {len(odd)} are not in it"
        if set(metadata.metadata or {}) - {b"ARROW:schema"} or schema.metadata:
            yield "metadata besides the schema, such as an index of pandas"
        if any(one.metadata for one in schema):
            yield "metadata of a column"
        if any(not _is_plain(one.type) for one in schema):
            yield "a column that is neither text, number, truth value nor time"
        if not _WRITER.fullmatch(metadata.created_by):
            yield "a writer that is not pyarrow"
        if path.stat().st_size != _size(metadata, path):
            yield "bytes that belong to no column"


def _is_plain(kind: pa.DataType) -> bool:
    return str(kind) in {"large_string", "string", "int64", "double", "bool", "timestamp[us]"}


def _size(metadata: pq.FileMetaData, path: Path) -> int:
    """Add up what a file of these columns holds: two marks, the data, the footer and its size."""
    chunks: int = sum(
        metadata.row_group(i).column(j).total_compressed_size
        for i in range(metadata.num_row_groups)
        for j in range(metadata.num_columns)
    )
    (footer,) = struct.unpack("<I", path.read_bytes()[-8:-4])
    return 12 + chunks + int(footer)


def _text_faults(frame: pd.DataFrame, column: Column, tables: OpenTables) -> Iterator[str]:
    values = [str(value) for value in frame[column.name].unique()]
    allowed = tables.ids.get(column.name)
    if allowed is not None and column.text != "code":
        n_odd = len([value for value in values if value not in allowed])
        if n_odd:
            yield f"{n_odd} values that are not in the study, its list of sources or its segments"
        return
    found = next(filter(None, (_cell_fault(value, column) for value in values)), "")
    if found:
        yield f"a cell of {found}" if found.startswith(("more", "words")) else f"a cell: {found}"


def _cell_fault(cell: str, column: Column) -> str:
    """Say why a text cell is not what the schema says that it holds, or nothing."""
    if column.text == "title":
        return _title_fault(cell)
    if column.text == "name":
        return next(filter(None, map(name_fault, cell.split(">"))), "") if cell else ""
    if column.text == "sequence":
        return words_fault(cell, LONGEST_SEQUENCE)
    if column.text == "id":
        return "" if _id_pattern(column.name).fullmatch(cell) else "not an id"
    if column.name.endswith("_cue"):
        return words_fault(cell, MOST_CUE_WORDS)
    return word_fault(cell) if cell and not column.allowed else ""


def _id_pattern(name: str) -> re.Pattern[str]:
    if name.endswith("_rule"):
        return _RULE
    return _TAG if name == "pos" else _ID


def _title_fault(title: str) -> str:
    most = MOST_TITLE_WORDS
    return f"more than {most} words" if len(title.split()) > most else ""


def _number_faults(frame: pd.DataFrame, column: Column, tables: OpenTables) -> Iterator[str]:
    values = frame[column.name].dropna()
    if column.dtype == "bool" or not len(values):
        return
    if column.dtype == "time?":
        if not values.dt.year.between(1900, 2100).all():
            yield "a time before 1900 or after 2100"
        return
    if not np.isfinite(values.astype("float64")).all():
        yield "a value that is not finite"
    if (values < (1 if column.name in _AT_LEAST_ONE else 0)).any():
        yield "a count below one" if column.name in _AT_LEAST_ONE else "a value below zero"
    if column.name.startswith("weight_") and not ((values > 0) & (values <= 1)).all():
        yield "a weight outside (0, 1]"
    yield from _bound_faults(frame, column, tables)


def _bound_faults(frame: pd.DataFrame, column: Column, tables: OpenTables) -> Iterator[str]:
    """Judge counts and offsets by the length of the article: none can be larger."""
    if column.name == "n_characters" or not tables.n_characters:
        return
    most = _document_of(frame).map(tables.n_characters).fillna(0)
    if column.unit != "pairs" and (frame[column.name].fillna(0) > most).any():
        yield "a number larger than its article is long"


def _document_of(frame: pd.DataFrame) -> pd.Series:
    """Give the document of each row; ids of segments begin with it."""
    if "doc_id" in frame:
        return frame["doc_id"]
    return frame.iloc[:, 0].str.rpartition(":")[0]


# ------------------------------------------------------------------ one table with another


def _nothing(frame: pd.DataFrame, tables: OpenTables) -> Iterator[str]:
    return iter(())


def _document_faults(frame: pd.DataFrame, tables: OpenTables) -> Iterator[str]:
    """Compare with the list of sources: what a row says of an article stands there."""
    listed = {source.id: source for source in tables.sources}
    for name in ("event", "outlet", "outlet_basis", "kind", "title", "date_quality", "sha256"):
        said = {doc_id: getattr(source, name) for doc_id, source in listed.items()}
        if any(said.get(d) != v for d, v in zip(frame["doc_id"], frame[name], strict=True)):
            yield f"column {name!r}: other than in data/sources.toml"


def _mention_faults(frame: pd.DataFrame, tables: OpenTables) -> Iterator[str]:
    ids = frame["doc_id"] + ":" + frame["begin"].astype("str")
    if (ids != frame["mention_id"]).any():
        yield "column 'mention_id': wanted doc_id, a colon, begin"
    documents = tables.frame("documents").set_index("doc_id")
    for name in ("event", "outlet", "kind"):
        said = frame["doc_id"].map(documents[name])
        if len(documents) and (said != frame[name]).any():
            yield f"column {name!r}: other than in documents"
    for name in frame.columns[frame.columns.str.contains("begin")]:
        length = (frame[name.replace("begin", "end")] - frame[name]).dropna()
        if ((length <= 0) | (length > 200)).any():
            yield f"column {name!r}: not before its end, or too far before it"


def _term_faults(frame: pd.DataFrame, tables: OpenTables) -> Iterator[str]:
    documents = tables.frame("documents").set_index("doc_id")["n_tokens"]
    sums = frame.groupby(_document_of(frame))["n"].sum()
    if len(documents) and (sums > documents.reindex(sums.index)).any():
        yield "column 'n': more words than the article has tokens"
    group = [name for name in ("bag_id", "doc_id", "voice") if name in frame]
    if (frame.groupby(group)["n"].sum() < BAG_FLOOR).any():
        yield f"column 'n': a bag of fewer than {BAG_FLOOR} words"


def _near_faults(frame: pd.DataFrame, tables: OpenTables) -> Iterator[str]:
    """Compare with terms: no word stands near a node more often than in the article."""
    keys = ["doc_id", "lemma", "pos"]
    counts, known = _counts(tables.frame("terms"), keys)
    here = counts.reindex(pd.MultiIndex.from_frame(frame[keys])).fillna(0).to_numpy()
    for name in ("n_joint", "n_in_node"):
        more = frame[name].fillna(0).to_numpy() > here
        if (more & frame["doc_id"].isin(known)).any():
            yield f"column {name!r}: a word more often than terms has it in the article"
    yield from _window_faults(frame, tables)


def _counts(terms: pd.DataFrame, keys: list[str]) -> tuple[pd.Series, set[str]]:
    """Add words up by document; give the documents, too: small ones have no words in terms."""
    whole = terms.assign(doc_id=_document_of(terms), word=terms["form"].str.lower())
    return whole.groupby(keys)["n"].sum(), set(whole["doc_id"])


def _window_faults(frame: pd.DataFrame, tables: OpenTables) -> Iterator[str]:
    """A narrow window holds the node's neighbours: the order of words."""
    if tables.study.collocation.width < NARROWEST_WINDOW:
        yield f"column 'span': a window of fewer than {NARROWEST_WINDOW} words to a side"


def _sequence_faults(frame: pd.DataFrame, tables: OpenTables) -> Iterator[str]:
    """Judge word sequences: short ones, none rarer than the floors over the whole corpus."""
    by_sequence = frame.groupby("ngram")
    if (by_sequence["n"].sum() < SEQUENCE_FLOOR).any():
        yield f"column 'ngram': word sequences without a frequency floor of {SEQUENCE_FLOOR}"
    if (by_sequence["doc_id"].nunique() < SEQUENCE_DOCUMENTS).any():
        yield f"column 'ngram': word sequences that are not in {SEQUENCE_DOCUMENTS} documents"
    if (frame["n_surroundings"] < SEQUENCE_FLOOR).any():
        yield f"column 'ngram': word sequences of fewer than {SEQUENCE_FLOOR} surroundings"
    if (by_sequence["n_surroundings"].max() > by_sequence["n"].sum()).any():
        yield "column 'n_surroundings': more surroundings than occurrences"
    words = frame["ngram"].str.split(" ")
    if (words.map(len) != frame["n_words"]).any() or (frame["n_words"] < 2).any():
        yield "column 'n_words': not the number of words in the row"
    if _has_false_counts(frame.assign(word=words), tables.frame("terms")):
        yield "column 'n': a row of words more often than terms has one of them in the article"


def _has_false_counts(frame: pd.DataFrame, terms: pd.DataFrame) -> bool:
    """Say whether a row of words is said to stand more often than one of its words does."""
    counts, known = _counts(terms, ["doc_id", "word"])
    each = frame[frame["doc_id"].isin(known)].explode("word")
    here = counts.reindex(pd.MultiIndex.from_frame(each[["doc_id", "word"]])).fillna(0)
    return bool((each["n"].to_numpy() > here.to_numpy()).any())


_ACROSS = {
    "documents": _document_faults,
    "mentions": _mention_faults,
    "terms": _term_faults,
    "voices": _term_faults,
    "cooccurrences": _near_faults,
    "windows": _window_faults,
    "ngrams": _sequence_faults,
}
