"""From articles to open tables: the one place where text turns into counts and codes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import chain
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.annotation.annotated import Row, load_tools
from analysis.annotation.corrections import read_corrections
from analysis.annotation.joining import gather, table_frames, words_of
from analysis.annotation.parts import (
    fingerprints,
    made_from,
    make_part,
    part_path,
    prune_parts,
    read_part,
    read_parts,
)
from analysis.annotation.rows import TOKENS
from analysis.annotation.windows import add_up_tokens, mark_firsts, span_rows
from analysis.corpus.sources import Source, check_raw, read_sources
from analysis.study.errors import SourceError, join_faults, unknown
from analysis.study.paths import Layout
from analysis.study.study import read_study
from analysis.tables.features import new_tables, table_path, write_manifest
from analysis.tables.schema import TABLES
from analysis.tables.streams import write_rows

#: Articles per unit of work of a process.
BATCH = 20
WAY_OUT = (
    "Bring the articles in with `gipfel ingest FOLDER`; if one was changed on purpose, put its "
    "new sha256 and size into data/sources.toml."
)


def annotate(
    layout: Layout,
    *,
    jobs: int = 1,
    force: bool = False,
    on_documents: Callable[[int, int], None] | None = None,
) -> dict[str, bool]:
    """Rebuild the open tables from the articles in ``data/raw``.

    Each article is annotated by itself and kept in ``data/local/annotated``: a killed run
    goes on where it was, and an article is annotated again only if it, or what its annotation
    depends on, changed. The tables take the place of the old ones all at once.

    The arguments are those of `annotate_articles`.

    Returns
    -------
    dict
        By table, whether its content changed.

    Raises
    ------
    SourceError
        If an article is missing or is another than the list says; no table is written.
    TextError
        If an article cannot be read; likewise.
    """
    sources = read_sources(layout, read_study(layout))
    faults = article_faults(sources, layout)
    if faults:
        raise SourceError(join_faults("annotate", faults, WAY_OUT))
    parts = annotate_articles(sources, layout, jobs=jobs, force=force, on_documents=on_documents)
    with new_tables(layout.features) as folder:
        changed = _join(parts, layout, folder)
        write_manifest(made_from(layout), folder)
    return changed


def annotate_articles(
    sources: Sequence[Source],
    layout: Layout,
    *,
    jobs: int = 1,
    force: bool = False,
    on_documents: Callable[[int, int], None] | None = None,
) -> dict[str, Path]:
    """Annotate the articles of which nothing is kept, or what is kept is stale, and keep them.

    The sources are all articles of the study; what is kept of others is deleted. With ``force``
    every article is annotated anew. Each of the ``jobs`` processes loads the German models
    once. ``on_documents`` is told how many of how many articles are annotated: once at the
    beginning, then after each batch.

    Returns the part of each article by its id, in the order of the articles. Raises
    `SourceError` if a correction by hand does not fit, `TextError` if an article cannot be read.
    """
    corrections = read_corrections(layout.corrections_file)
    known = {source.id for source in sources}
    strangers = [one for one in corrections if one.doc_id not in known]
    faults = [f"{one.where}: {unknown('document', one.doc_id, known)}" for one in strangers]
    if faults:
        raise SourceError(join_faults("data/corrections.csv", faults))
    keys = fingerprints(sources, corrections, layout)
    paths = {source.id: part_path(keys[source.id], layout) for source in sources}
    missing = [one for one in sources if force or read_part(paths[one.id]) is None]
    done = len(sources) - len(missing)
    for n in chain([0], _annotated(missing, keys, layout.root, jobs)):
        done += n
        if on_documents:
            on_documents(done, len(sources))
    prune_parts(keys.values(), layout)
    return paths


def _join(parts: Mapping[str, Path], layout: Layout, folder: Path) -> dict[str, bool]:
    """Write the open tables from the parts, whose order is that of the articles."""
    gathered = gather(list(parts.values()), layout.annotated)
    articles = list(parts.items())
    return {
        name: write_rows(table_frames(name, articles, gathered), name, table_path(name, folder))
        for name in TABLES
    }


def article_faults(sources: Sequence[Source], layout: Layout) -> list[str]:
    """List the articles that ``data/raw`` does not hold as the list of articles says."""
    return [
        f"{found.doc_id}: {found.state}, {found.detail}"
        for found in check_raw(layout, tuple(sources))
        if found.state != "recognised"
    ]


def _annotated(
    sources: Sequence[Source], keys: Mapping[str, str], root: Path, jobs: int
) -> Iterator[int]:
    """Annotate articles batch by batch; yield how many are done with each."""
    todo = [(source, keys[source.id]) for source in sources]
    batches = [todo[i : i + BATCH] for i in range(0, len(todo), BATCH)]
    if jobs <= 1 or len(batches) <= 1:
        for batch in batches:
            yield annotate_batch(batch, root)
        return
    with ProcessPoolExecutor(min(jobs, len(batches))) as pool:
        yield from pool.map(annotate_batch, batches, [root] * len(batches))


def annotate_batch(batch: Sequence[tuple[Source, str]], root: Path) -> int:
    """Annotate some articles, keep each as soon as it is done, and return how many they are."""
    tools, layout = load_tools(root), Layout(root)
    for source, key in batch:
        make_part(source, key, tools, layout)
    return len(batch)


def count_near_lemma(layout: Layout, lemma: str, segments: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Count words near a lemma in every article, which the open tables do not have.

    Parameters
    ----------
    layout : Layout
        The study; its articles must lie in ``data/raw``, and are annotated as far as needed.
    lemma : str
        A base form; case does not matter.
    segments : DataFrame
        The open table ``segments``, which says what is repeated.

    Returns
    -------
    dict of DataFrame
        cooccurrences, windows and nodes as in the open tables of these names, with node
        kind ``lemma``: put them in their place with ``Features.with_tables``.

    Raises
    ------
    SourceError
        If an article is missing or changed, or the lemma stands in none.
    """
    study = read_study(layout)
    sources = read_sources(layout, study)
    faults = article_faults(sources, layout)
    if faults:
        raise SourceError(join_faults("collocates", faults, f"Any lemma needs them. {WAY_OUT}"))
    words = words_of(read_parts(annotate_articles(sources, layout).values(), [TOKENS]))
    nodes, near = _nodes_of(words, lemma, study.collocation.width)
    if not nodes:
        raise SourceError(f"collocates: no article has the lemma {lemma!r}. Is it a base form?")
    marked = words.join(mark_firsts(segments).set_index("segment_id"), on="segment_id")
    names = ("cooccurrences", "windows")
    sums = {name: add_up_tokens(marked, pd.DataFrame(near), None, name) for name in names}
    return {**sums, "nodes": pd.DataFrame(nodes)}


def _nodes_of(words: pd.DataFrame, lemma: str, width: int) -> tuple[list[Row], list[Row]]:
    """Return rows as of `node_rows` and `near_rows` for the segments that have a lemma."""
    nodes: list[Row] = []
    near: list[Row] = []
    is_node = words["lemma"].str.casefold() == lemma.casefold()
    having = words[words["segment_id"].isin(words["segment_id"][is_node])]
    for segment_id, own in having.groupby("segment_id", sort=False):
        places = np.flatnonzero(is_node[own.index]).tolist()
        node: Row = {"segment_id": segment_id, "node_kind": "lemma", "node": lemma}
        node["n_nodes"] = len(places)
        nodes.append({**node, "n_node_tokens": len(places)})
        near += span_rows(node, places, own["sentence"].tolist(), width)
    return nodes, near
