"""From articles to open tables: the one place where text turns into counts and codes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.annotation.corrections import read_corrections
from analysis.annotation.ngrams import Sequences
from analysis.annotation.origin import made_from
from analysis.annotation.rows import RUNS, Row, annotate_text
from analysis.annotation.tools import load_tools
from analysis.annotation.windows import add_up_segments
from analysis.checking import coerce_table
from analysis.corpus.duplicates import find_repeats
from analysis.corpus.readers import read_text
from analysis.corpus.sources import Source, check_raw, read_sources
from analysis.errors import SourceError, join_faults, unknown
from analysis.features import write_manifest, write_table
from analysis.paths import Layout
from analysis.schema import REPEAT_COLUMNS, TABLES, empty_table
from analysis.study import read_study

#: Articles per unit of work of a process.
BATCH = 20
#: Tables whose rows each article gives by itself; n-grams need all articles.
BY_ARTICLE = tuple(name for name in TABLES if name != "ngrams")
#: Tables that are added up from segments once repeats are known.
ADDED_UP = ("cooccurrences", "windows")


def annotate(
    layout: Layout, *, jobs: int = 1, on_documents: Callable[[int, int], None] | None = None
) -> dict[str, bool]:
    """Rebuild the open tables from the articles in ``data/raw``.

    Parameters
    ----------
    layout : Layout
        Where the study lies.
    jobs : int
        Processes; each loads the German models once.
    on_documents : callable, optional
        Told how many of how many articles are done.

    Returns
    -------
    dict
        By table, whether its content changed.

    Raises
    ------
    SourceError
        If an article is missing or is another than the list says; nothing is written.
    TextError
        If an article cannot be read.
    """
    study = read_study(layout)
    sources = read_sources(layout, study)
    _require_articles(layout, sources)
    _check_corrections(layout, sources)
    batches = [sources[i : i + BATCH] for i in range(0, len(sources), BATCH)]
    parts: list[Batch] = []
    sequences, done = Sequences(), 0
    for part in _run_batches(batches, layout.root, min(jobs, len(batches))):
        for doc_id, runs in part.runs:
            sequences.add(doc_id, runs)
        parts.append(replace(part, runs=()))
        done += len(part.tables["documents"])
        if on_documents:
            on_documents(done, len(sources))
    tables = {name: pd.concat([part.tables[name] for part in parts]) for name in BY_ARTICLE}
    tables = with_repeats(tables, np.concatenate([part.hashes for part in parts]))
    tables["ngrams"] = sequences.ngrams()
    changed = {name: write_table(tables[name], name, layout.features) for name in TABLES}
    write_manifest(made_from(layout), layout.features)
    return changed


@dataclass(frozen=True)
class Batch:
    """The rows of some articles; of their words in a row the hashes, and for n-grams the words."""

    tables: dict[str, pd.DataFrame]
    hashes: np.ndarray
    runs: tuple[tuple[str, list[list[str]]], ...]


def _require_articles(layout: Layout, sources: Sequence[Source]) -> None:
    faults = [
        f"{found.doc_id}: {found.state}, {found.detail}"
        for found in check_raw(layout, tuple(sources))
        if found.state != "recognised"
    ]
    if faults:
        raise SourceError(
            join_faults(
                "annotate",
                faults,
                "Bring the articles in with `gipfel ingest FOLDER`; if one "
                "was changed on purpose, put its new sha256 and size into data/sources.toml.",
            )
        )


def _check_corrections(layout: Layout, sources: Sequence[Source]) -> None:
    known = {source.id for source in sources}
    faults = [
        f"{one.where}: {unknown('document', one.doc_id, known)}"
        for one in read_corrections(layout.corrections_file)
        if one.doc_id not in known
    ]
    if faults:
        raise SourceError(join_faults("data/corrections.csv", faults))


def _run_batches(batches: Sequence[Sequence[Source]], root: Path, jobs: int) -> Iterator[Batch]:
    if jobs <= 1:
        for batch in batches:
            yield annotate_batch(batch, root)
        return
    with ProcessPoolExecutor(jobs) as pool:
        yield from pool.map(annotate_batch, batches, [root] * len(batches))


def annotate_batch(batch: Sequence[Source], root: Path) -> Batch:
    """Annotate some articles."""
    tools, layout = load_tools(root), Layout(root)
    rows: dict[str, list[Row]] = {name: [] for name in (*BY_ARTICLE, RUNS)}
    for source in batch:
        text = read_text(layout.raw / f"{source.id}.txt")
        for name, found in annotate_text(text, source, tools).items():
            rows[name] += found
    hashes = [row.pop("hashes") for row in rows["segments"]]
    return Batch(
        {name: _as_table(rows[name], name) for name in BY_ARTICLE},
        np.concatenate([np.zeros(0, dtype=np.uint64), *hashes]),
        tuple((row["doc_id"], row[RUNS]) for row in rows[RUNS]),
    )


def _as_table(rows: list[Row], name: str) -> pd.DataFrame:
    if name in ADDED_UP:
        return pd.DataFrame(rows)
    return coerce_table(pd.DataFrame(rows), name) if rows else empty_table(name)


def with_repeats(tables: dict[str, pd.DataFrame], hashes: np.ndarray) -> dict[str, pd.DataFrame]:
    """Give the tables with what only all segments together can say: which repeat one another.

    Parameters
    ----------
    tables : dict of DataFrame
        The open tables; segments in the order of the hashes; what stands near nodes by
        segment.
    hashes : ndarray of uint64
        Of the words of all segments, one after the other.

    Returns
    -------
    dict of DataFrame
        The open tables; groups, weights and weighted sizes filled in.
    """
    segments = tables["segments"].reset_index(drop=True)
    repeats = find_repeats(segments, hashes)
    found = [name for name in repeats.columns if name in segments.columns]
    segments = segments.assign(**{name: repeats[name] for name in found})
    known = segments.set_index("segment_id")
    of_mention = tables["mentions"]["segment_id"]
    copied = {name: of_mention.map(known[name]) for name in REPEAT_COLUMNS}
    return {
        **tables,
        "segments": segments,
        "documents": _with_weighted_sizes(tables["documents"], segments),
        "mentions": tables["mentions"].assign(**copied),
        **{name: add_up_segments(tables[name], segments, name) for name in ADDED_UP},
    }


def _with_weighted_sizes(documents: pd.DataFrame, segments: pd.DataFrame) -> pd.DataFrame:
    sizes = {}
    for name in ("n_tokens", "n_words"):
        for scope in ("within", "across"):
            weighted = segments[name] * segments[f"weight_{scope}"]
            sums = weighted.groupby(segments["doc_id"]).sum()
            sizes[f"{name}_{scope}"] = documents["doc_id"].map(sums).fillna(0.0)
    return documents.assign(**sizes)
