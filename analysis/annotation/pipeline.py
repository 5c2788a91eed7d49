"""From articles to open tables: the one place where text turns into counts and codes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pandas as pd

from analysis.annotation.ngrams import Sequences
from analysis.annotation.origin import made_from
from analysis.annotation.rows import RUNS, Row, annotate_text, load_tools
from analysis.checking import coerce_table
from analysis.corpus.readers import read_text
from analysis.corpus.sources import Source, check_raw, read_sources
from analysis.errors import SourceError, join_faults
from analysis.features import write_manifest, write_table
from analysis.paths import Layout
from analysis.schema import TABLES, empty_table
from analysis.study import read_study

#: Articles per unit of work of a process.
BATCH = 20


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
    batches = [sources[i : i + BATCH] for i in range(0, len(sources), BATCH)]
    parts: list[dict[str, pd.DataFrame]] = []
    sequences, done = Sequences(), 0
    for part in _run_batches(batches, layout.root, min(jobs, len(batches))):
        for doc_id, runs in part.pop(RUNS).to_numpy():
            sequences.add(doc_id, runs)
        parts.append(part)
        done += len(part["documents"])
        if on_documents:
            on_documents(done, len(sources))
    parts.append({"ngrams": sequences.ngrams()})
    changed = {name: _write(parts, name, layout.features) for name in TABLES}
    write_manifest(made_from(layout), layout.features)
    return changed


def _write(parts: Iterable[dict[str, pd.DataFrame]], name: str, folder: Path) -> bool:
    return write_table(pd.concat([part[name] for part in parts if name in part]), name, folder)


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


def _run_batches(
    batches: Sequence[Sequence[Source]], root: Path, jobs: int
) -> Iterator[dict[str, pd.DataFrame]]:
    if jobs <= 1:
        for batch in batches:
            yield annotate_batch(batch, root)
        return
    with ProcessPoolExecutor(jobs) as pool:
        yield from pool.map(annotate_batch, batches, [root] * len(batches))


def annotate_batch(batch: Sequence[Source], root: Path) -> dict[str, pd.DataFrame]:
    """Annotate some articles; gives the rows of each open table and the runs of words."""
    tools, layout = load_tools(root), Layout(root)
    rows: dict[str, list[Row]] = {name: [] for name in (*TABLES, RUNS) if name != "ngrams"}
    for source in batch:
        text = read_text(layout.raw / f"{source.id}.txt")
        for name, found in annotate_text(text, source, tools).items():
            rows[name] += found
    return {name: _as_table(found, name) for name, found in rows.items()}


def _as_table(rows: Iterable[Row], name: str) -> pd.DataFrame:
    rows = list(rows)
    if name == RUNS:
        return pd.DataFrame(rows)
    return coerce_table(pd.DataFrame(rows), name) if rows else empty_table(name)
