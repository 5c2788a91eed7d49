"""The articles as tokens that a query can look through."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.annotation.corrections import read_corrections
from analysis.annotation.origin import fingerprints
from analysis.concordance.cache import read_cache, write_cache
from analysis.concordance.columns import TEXTS, as_table
from analysis.corpus.sources import Source, check_raw, read_article, read_sources
from analysis.study.errors import SourceError, join_faults
from analysis.study.paths import Layout, find_layout
from analysis.study.study import Study, read_study

#: Articles per unit of work of a process.
BATCH = 10
CACHE = "kwic_tokens.parquet"
WAY_OUT = (
    "A concordance shows the articles' text, which is not part of the repository. Who holds "
    "the articles brings them in with `gipfel ingest FOLDER`; how often frames are mentioned, "
    "and how, stands in the open tables: `gipfel run 03_framing`."
)


@dataclass(frozen=True)
class Texts:
    """The articles of a study, annotated.

    Attributes
    ----------
    layout, study : Layout, Study
        The study.
    sources : tuple of Source
        Its articles, sorted by id.
    tokens : DataFrame
        One row per token, documents in that order; columns as in `columns.COLUMNS`.
    """

    layout: Layout
    study: Study
    sources: tuple[Source, ...]
    tokens: pd.DataFrame

    @cached_property
    def segments(self) -> np.ndarray:
        """For each token the number of its segment, counted through all documents."""
        return _numbered(self.tokens, "segment")

    @cached_property
    def sentences(self) -> np.ndarray:
        """For each token the number of its sentence, likewise."""
        return _numbered(self.tokens, "sentence")

    @cached_property
    def words(self) -> np.ndarray:
        """Positions of the tokens that hold a letter or digit."""
        return np.flatnonzero(self.tokens["is_word"].to_numpy())


def _numbered(tokens: pd.DataFrame, unit: str) -> np.ndarray:
    """Number units through; one begins where the document or the unit's own number changes."""
    own, documents = tokens[unit].to_numpy(), tokens["doc_id"].cat.codes.to_numpy()
    new = (own[1:] != own[:-1]) | (documents[1:] != documents[:-1])
    return np.concatenate([np.zeros(min(1, len(own)), dtype=np.int64), np.cumsum(new)])


def open_texts(
    layout: Layout | None = None,
    *,
    jobs: int = 1,
    on_documents: Callable[[int, int], None] | None = None,
) -> Texts:
    """Open the articles of a study for queries; annotates what no earlier call has.

    Parameters
    ----------
    layout : Layout, optional
        The study; by default that of the working directory.
    jobs : int
        Processes for annotating; each loads the German models once.
    on_documents : callable, optional
        Told how many of how many articles are annotated.

    Returns
    -------
    Texts
        From ``data/local/kwic_tokens.parquet`` as far as that fits article, design,
        lexicons, corrections, tools and code.

    Raises
    ------
    SourceError
        If an article is missing or another than the list says.
    TextError
        If an article cannot be read.
    """
    layout = layout or find_layout()
    study = read_study(layout)
    sources = read_sources(layout, study)
    _require_articles(layout, sources)
    corrections = read_corrections(layout.corrections_file)
    code = (Path(__file__).with_name(name) for name in ("annotated.py", "columns.py"))
    keys = fingerprints(sources, corrections, layout, code=code)
    path = layout.local / CACHE
    tokens, known = read_cache(path)
    missing = [source for source in sources if known.get(source.id) != keys[source.id]]
    if missing or known.keys() != keys.keys():
        fresh = [*_annotated(missing, layout.root, jobs, on_documents or _untold)]
        kept = tokens[tokens["doc_id"].isin(keys.keys() - {source.id for source in missing})]
        tokens = _joined([kept, *fresh])
        write_cache(tokens, keys, path)
    return Texts(layout, study, sources, tokens)


def _untold(_done: int, _total: int) -> None:
    """Nobody wants to be told."""


def _require_articles(layout: Layout, sources: Sequence[Source]) -> None:
    found = check_raw(layout, tuple(sources))
    faults = [
        f"{one.doc_id}: {one.state}, {one.detail}" for one in found if one.state != "recognised"
    ]
    if all(one.state == "missing" for one in found):
        faults = [f"none of the {len(found)} articles lies in {layout.show(layout.raw)}"]
    if faults:
        raise SourceError(join_faults("concordance", faults, WAY_OUT))


def _annotated(
    sources: Sequence[Source], root: Path, jobs: int, told: Callable[[int, int], None]
) -> Iterator[pd.DataFrame]:
    batches = [sources[i : i + BATCH] for i in range(0, len(sources), BATCH)]
    done = 0
    for found, batch in zip(_tables(batches, root, jobs), batches, strict=True):
        done += len(batch)
        told(done, len(sources))
        yield found


def _tables(batches: Sequence[Sequence[Source]], root: Path, jobs: int) -> Iterator[pd.DataFrame]:
    if jobs <= 1 or len(batches) <= 1:
        for batch in batches:
            yield annotate_batch(batch, root)
        return
    with ProcessPoolExecutor(min(jobs, len(batches))) as pool:
        yield from pool.map(annotate_batch, batches, [root] * len(batches))


def annotate_batch(batch: Sequence[Source], root: Path) -> pd.DataFrame:
    """Annotate some articles; loads the German models."""
    from analysis.annotation.tools import load_tools  # noqa: PLC0415 -- SoMaJo and HanTa
    from analysis.concordance.annotated import token_rows  # noqa: PLC0415 -- likewise

    tools, layout = load_tools(root), Layout(root)
    rows = []
    for source in batch:
        rows += token_rows(read_article(layout.raw / f"{source.id}.txt"), source, tools)
    return as_table(rows)


def _joined(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Put tables of tokens together, documents sorted, values that no token has left out."""
    texts = [table.astype(dict.fromkeys(TEXTS, "str")) for table in tables]
    joined = pd.concat(texts, ignore_index=True)
    ordered = joined.sort_values("doc_id", kind="stable", ignore_index=True)
    return ordered.astype(dict.fromkeys(TEXTS, "category"))
