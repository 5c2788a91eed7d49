"""The sentences around mentions, from the articles: what a coder decides on."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis.annotation.annotated import load_annotator
from analysis.corpus.cleaning import Rule, read_boilerplate
from analysis.corpus.readers import read_text
from analysis.corpus.segmentation import segment
from analysis.corpus.sources import Source, read_sources
from analysis.study.errors import SourceError, join_faults
from analysis.study.paths import Layout
from analysis.study.study import read_study

OPEN, CLOSE = "[[", "]]"
Span = tuple[int, int]


@dataclass(frozen=True)
class Context:
    """A mention in its sentence, marked by double brackets, and the sentences around it."""

    before: str
    sentence: str
    after: str


def find_contexts(
    layout: Layout,
    mentions: pd.DataFrame,
    *,
    n_sentences: int = 2,
    on_documents: Callable[[int, int], None] | None = None,
) -> dict[str, Context]:
    """Find the sentences around mentions.

    Parameters
    ----------
    layout : Layout
        The study; its articles must lie in ``data/raw``.
    mentions : DataFrame
        Rows of the open table.
    n_sentences : int
        How many sentences to either side; boilerplate is left out.
    on_documents : callable, optional
        Told how many of how many articles are done.

    Returns
    -------
    dict of Context
        By mention_id. Of a split verb both parts are marked.

    Raises
    ------
    SourceError
        With every article that is missing, or that is not the one annotated.
    """
    sources = {source.id: source for source in read_sources(layout, read_study(layout))}
    _check_articles(layout, sorted(mentions["doc_id"].unique()))
    rules = read_boilerplate(layout.lexicons / "boilerplate.toml")
    found: dict[str, Context] = {}
    documents = mentions.groupby("doc_id")
    for done, (doc_id, rows) in enumerate(documents, start=1):
        name = str(doc_id)
        text = read_text(layout.raw / f"{name}.txt")
        sentences = list(_sentences(text, sources[name], rules))
        for row in rows.to_dict("records"):
            found[str(row["mention_id"])] = _context(text, sentences, row, n_sentences)
        if on_documents is not None:
            on_documents(done, documents.ngroups)
    return found


def _check_articles(layout: Layout, doc_ids: Sequence[str]) -> None:
    missing = [
        f"{layout.show(layout.raw / doc_id)}.txt is missing"
        for doc_id in doc_ids
        if not (layout.raw / f"{doc_id}.txt").is_file()
    ]
    if missing:
        raise SourceError(
            join_faults(
                "code sample",
                missing,
                "A coding sheet shows each mention in its context, and needs the articles: bring "
                "them in with `gipfel ingest FOLDER`.",
            )
        )


def _sentences(text: str, source: Source, rules: Sequence[Rule]) -> Iterator[Span]:
    for part in segment(text, source, tuple(rules)).segments:
        for sentence in load_annotator().sentences(text[part.begin : part.end], part.begin):
            yield sentence.begin, sentence.end


def _context(
    text: str, sentences: Sequence[Span], row: Mapping[Any, Any], n_sentences: int
) -> Context:
    spans = [(int(row["begin"]), int(row["end"]))]
    if not pd.isna(row["begin_2"]):
        spans.append((int(row["begin_2"]), int(row["end_2"])))
    at = bisect_right(sentences, (spans[0][0], len(text))) - 1
    if text[slice(*spans[0])] != row["surface"] or at < 0 or sentences[at][1] < spans[-1][1]:
        raise SourceError(
            f"code sample: {row['doc_id']}, {spans[0][0]}-{spans[0][1]}: wanted "
            f"{row['surface']!r} in a sentence, the article is another. Rebuild the open tables "
            "with `gipfel annotate`, or bring the right articles in with `gipfel ingest FOLDER`."
        )
    around = [text[begin:end] for begin, end in sentences]
    return Context(
        " ".join(around[max(0, at - n_sentences) : at]),
        mark(text, sentences[at], spans),
        " ".join(around[at + 1 : at + 1 + n_sentences]),
    )


def mark(text: str, sentence: Span, spans: Sequence[Span]) -> str:
    """Give a sentence with stretches of it between double brackets.

    Examples
    --------
    >>> mark("Kein Deal.", (0, 10), [(5, 9)])
    'Kein [[Deal]].'
    """
    parts, last = [], sentence[0]
    for begin, end in sorted(spans):
        parts += [text[last:begin], OPEN, text[begin:end], CLOSE]
        last = end
    return "".join([*parts, text[last : sentence[1]]])
