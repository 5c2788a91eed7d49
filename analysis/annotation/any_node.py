"""What stands near any lemma, counted from the articles: the open tables do not have it."""

from __future__ import annotations

import pandas as pd

from analysis.annotation.annotated import Row
from analysis.annotation.tokens import Token
from analysis.annotation.tools import load_annotator
from analysis.annotation.windows import (
    WindowCounts,
    add_up_segments,
    cooccurrence_rows,
    count_windows,
    node_rows,
    window_rows,
)
from analysis.corpus.cleaning import read_boilerplate
from analysis.corpus.readers import read_text
from analysis.corpus.segmentation import segment
from analysis.corpus.sources import read_sources
from analysis.errors import SourceError
from analysis.paths import Layout
from analysis.study import read_study

KIND = "lemma"
TABLES = ("cooccurrences", "windows", "nodes")


def count_near_lemma(layout: Layout, lemma: str, segments: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Count words near a lemma in every article.

    Parameters
    ----------
    layout : Layout
        The study; its articles must lie in ``data/raw``.
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
        If an article is missing, or the lemma stands in none.
    """
    study = read_study(layout)
    rules = read_boilerplate(layout.lexicons / "boilerplate.toml")
    rows: dict[str, list[Row]] = {name: [] for name in TABLES}
    for source in read_sources(layout, study):
        path = layout.raw / f"{source.id}.txt"
        if not path.is_file():
            raise SourceError(
                f"collocates: {layout.show(path)} is missing. Any lemma needs the articles: "
                "bring them in with `gipfel ingest FOLDER`; frames and actors need none."
            )
        text = read_text(path)
        for i, part in enumerate(segment(text, source, rules).segments):
            sentences = load_annotator().sentences(text[part.begin : part.end], part.begin)
            tokens = [token for sentence in sentences for token in sentence.tokens]
            nodes = {(KIND, lemma): found} if (found := _occurrences(tokens, lemma)) else {}
            counts, segment_id = WindowCounts(), f"{source.id}:{i:04d}"
            count_windows(counts, sentences, nodes, study.collocation.width)
            rows["nodes"] += node_rows(nodes, segment_id)
            rows["cooccurrences"] += cooccurrence_rows(counts, segment_id)
            rows["windows"] += window_rows(counts, segment_id)
    if not rows["nodes"]:
        raise SourceError(f"collocates: no article has the lemma {lemma!r}. Is it a base form?")
    by_segment = {name: pd.DataFrame(each) for name, each in rows.items()}
    sums = {name: add_up_segments(by_segment[name], segments, name) for name in TABLES[:2]}
    return {**by_segment, **sums}


def _occurrences(tokens: list[Token], lemma: str) -> list[tuple[Token, ...]]:
    wanted = lemma.casefold()
    return [(token,) for token in tokens if token.is_word and token.lemma.casefold() == wanted]
