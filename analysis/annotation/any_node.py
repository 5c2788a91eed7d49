"""What stands near any lemma, counted from the articles: the open tables do not have it."""

from __future__ import annotations

import pandas as pd

from analysis.annotation.annotated import Row
from analysis.annotation.tokens import Token
from analysis.annotation.tools import load_annotator
from analysis.annotation.windows import add_up_tokens, mark_firsts, near_rows, node_rows
from analysis.corpus.cleaning import read_boilerplate
from analysis.corpus.segmentation import segment
from analysis.corpus.sources import read_article, read_sources
from analysis.study.errors import SourceError
from analysis.study.paths import Layout
from analysis.study.study import read_study

KIND = "lemma"
TABLES = ("cooccurrences", "windows")


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
    rows: dict[str, list[Row]] = {"nodes": [], "near": [], "tokens": []}
    for source in read_sources(layout, study):
        path = layout.raw / f"{source.id}.txt"
        if not path.is_file():
            raise SourceError(
                f"collocates: {layout.show(path)} is missing. Any lemma needs the articles: "
                "bring them in with `gipfel ingest FOLDER`; frames and actors need none."
            )
        text = read_article(path)
        for i, part in enumerate(segment(text, source, rules).segments):
            sentences = load_annotator().sentences(text[part.begin : part.end], part.begin)
            tokens = [token for sentence in sentences for token in sentence.tokens]
            nodes = {(KIND, lemma): found} if (found := _occurrences(tokens, lemma)) else {}
            segment_id = f"{source.id}:{i:04d}"
            rows["nodes"] += node_rows(nodes, segment_id)
            rows["near"] += near_rows(sentences, nodes, study.collocation.width, segment_id)
            rows["tokens"] += [
                {"segment_id": segment_id, "lemma": token.lemma, "pos": token.pos}
                for token in tokens
                if token.is_word
            ]
    if not rows["nodes"]:
        raise SourceError(f"collocates: no article has the lemma {lemma!r}. Is it a base form?")
    near, marked = pd.DataFrame(rows["near"]), mark_firsts(segments).set_index("segment_id")
    words = pd.DataFrame(rows["tokens"]).join(marked, on="segment_id")
    sums = {name: add_up_tokens(words, near, None, name) for name in TABLES}
    return {**sums, "nodes": pd.DataFrame(rows["nodes"])}


def _occurrences(tokens: list[Token], lemma: str) -> list[tuple[Token, ...]]:
    wanted = lemma.casefold()
    return [(token,) for token in tokens if token.is_word and token.lemma.casefold() == wanted]
