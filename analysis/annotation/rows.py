"""One annotated article as rows of the open tables."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from analysis.annotation.actors import ActorLexicon, ActorMention, actor_lexicon, find_actors
from analysis.annotation.diversity import WINDOW, mattr, mtld
from analysis.annotation.lexemes import FrameLexicon, frame_lexicon
from analysis.annotation.mentions import Mention, find_mentions
from analysis.annotation.ngrams import word_runs
from analysis.annotation.tokens import Annotator, Sentence
from analysis.annotation.windows import (
    WindowCounts,
    cooccurrence_rows,
    count_windows,
    find_nodes,
    node_rows,
    window_rows,
)
from analysis.corpus.cleaning import Rule, read_boilerplate
from analysis.corpus.segmentation import Segment, Segmentation, segment
from analysis.corpus.sources import Source
from analysis.paths import Layout
from analysis.study import read_study

WORD = re.compile(r"\w+")
#: What `annotate_text` gives beside rows of open tables: words in their order, for n-grams.
RUNS = "runs"
Row = dict[str, Any]


@dataclass(frozen=True)
class Annotated:
    """One segment with its sentences, mentions and named actors."""

    segment_id: str
    segment: Segment
    sentences: tuple[Sentence, ...]
    mentions: tuple[Mention, ...]
    actors: tuple[ActorMention, ...]


@dataclass(frozen=True)
class Tools:
    """What annotation needs beside the text."""

    annotator: Annotator
    lexicon: FrameLexicon
    boilerplate: tuple[Rule, ...]
    actors: ActorLexicon
    width: int


@cache
def load_tools(root: Path) -> Tools:
    """Load the German models and the study's lexicons, once per process."""
    layout = Layout(root)
    study = read_study(layout)
    return Tools(
        Annotator(),
        frame_lexicon(study),
        read_boilerplate(layout.lexicons / "boilerplate.toml"),
        actor_lexicon(study),
        study.collocation.width,
    )


def annotate_text(text: str, source: Source, tools: Tools) -> dict[str, list[Row]]:
    """Annotate one article.

    Parameters
    ----------
    text : str
        The file, untouched.
    source : Source
        What is known of it.
    tools : Tools
        Models and lexicons.

    Returns
    -------
    dict
        Rows by the name of the open table that they belong to; under `RUNS`, the words in
        their order, from which n-grams are counted when all articles are done.
    """
    segmentation = segment(text, source, tools.boilerplate)
    annotated = [
        _annotate_segment(f"{source.id}:{i:04d}", part, text, tools)
        for i, part in enumerate(segmentation.segments)
    ]
    return {
        "documents": [_document_row(text, source, segmentation, annotated)],
        "segments": [_segment_row(one, i, text, source.id) for i, one in enumerate(annotated)],
        "terms": [row for one in annotated for row in _term_rows(one)],
        "mentions": [_mention_row(m, one, source) for one in annotated for m in one.mentions],
        **_neighbour_rows(annotated, source.id, tools.width),
        RUNS: [{"doc_id": source.id, RUNS: [run for one in annotated for run in _runs(one)]}],
    }


def _runs(one: Annotated) -> list[list[str]]:
    return word_runs(one.sentences)


def _neighbour_rows(
    annotated: Sequence[Annotated], doc_id: str, width: int
) -> dict[str, list[Row]]:
    """Count what stands near the nodes, segment by segment, and sum it up."""
    counts = WindowCounts()
    named: list[Row] = []
    for one in annotated:
        nodes = find_nodes(one.mentions, one.actors)
        count_windows(counts, one.sentences, nodes, width)
        named += node_rows(nodes, one.segment_id)
    return {
        "nodes": named,
        "cooccurrences": list(cooccurrence_rows(counts, doc_id)),
        "windows": list(window_rows(counts, doc_id)),
    }


def _annotate_segment(segment_id: str, part: Segment, text: str, tools: Tools) -> Annotated:
    sentences = tuple(tools.annotator.sentences(text[part.begin : part.end], part.begin))
    mentions = tuple(
        mention
        for sentence in sentences
        for mention in find_mentions(sentence, tools.lexicon, tools.annotator)
    )
    actors = tuple(found for one in sentences for found in find_actors(one, tools.actors))
    return Annotated(segment_id, part, sentences, mentions, actors)


def count_words(text: str) -> int:
    r"""Count runs of letters, digits and underscores, the pattern ``\w+``.

    Examples
    --------
    >>> count_words("US-Präsident, 2,5 Stunden")
    5
    """
    return len(WORD.findall(text))


def _n_tokens(one: Annotated) -> int:
    return sum(token.is_word for sentence in one.sentences for token in sentence.tokens)


def _document_row(
    text: str, source: Source, segmentation: Segmentation, annotated: Sequence[Annotated]
) -> Row:
    return {
        "doc_id": source.id,
        "event": source.event,
        "outlet": source.outlet,
        "outlet_basis": source.outlet_basis,
        "kind": source.kind,
        "title": source.title,
        "date": dt.datetime.combine(source.date, dt.time()) if source.date else None,
        "date_quality": source.date_quality,
        "n_segments": len(annotated),
        "n_posts": segmentation.n_posts,
        "n_sentences": sum(len(one.sentences) for one in annotated),
        "n_tokens": sum(_n_tokens(one) for one in annotated),
        "n_words": sum(count_words(text[s.begin : s.end]) for s in segmentation.segments),
        "n_words_file": count_words(text),
        "n_characters": len(text),
        "sha256": source.sha256,
        **_diversity([word for one in annotated for run in _runs(one) for word in run]),
    }


def _diversity(words: Sequence[str]) -> Row:
    """Measure the whole document, segments end to end; too short a text has no value."""
    enough = len(words) >= WINDOW
    return {"mattr": mattr(words), "mtld": mtld(words) if enough else None}


def _segment_row(one: Annotated, position: int, text: str, doc_id: str) -> Row:
    part, post = one.segment, one.segment.post
    return {
        "segment_id": one.segment_id,
        "doc_id": doc_id,
        "position": position,
        "zone": part.zone,
        "post": post.number if post else None,
        "post_order": post.order if post else None,
        "posted_at": post.posted_at if post else None,
        "ts_quality": post.ts_quality if post else "none",
        "begin": part.begin,
        "end": part.end,
        "n_sentences": len(one.sentences),
        "n_tokens": _n_tokens(one),
        "n_words": count_words(text[part.begin : part.end]),
    }


def _term_rows(one: Annotated) -> Iterator[Row]:
    counts = Counter(
        (token.form, token.lemma, token.pos, token.head)
        for sentence in one.sentences
        for token in sentence.tokens
        if token.is_word
    )
    for (form, lemma, pos, head), n in counts.items():
        yield {
            "segment_id": one.segment_id,
            "form": form,
            "lemma": lemma,
            "pos": pos,
            "head": head,
            "n": n,
        }


def _mention_row(mention: Mention, one: Annotated, source: Source) -> Row:
    token, particle = mention.token, mention.particle
    return {
        "mention_id": f"{source.id}:{token.begin}",
        "doc_id": source.id,
        "event": source.event,
        "outlet": source.outlet,
        "kind": source.kind,
        "segment_id": one.segment_id,
        "zone": one.segment.zone,
        "begin": token.begin,
        "end": token.end,
        "begin_2": particle.begin if particle else None,
        "end_2": particle.end if particle else None,
        "surface": token.form,
        "lemma": mention.lemma,
        "pos": token.pos,
        "parts": mention.parts,
        "form": mention.form,
        "frame": mention.frame,
        "tier": mention.tier,
    }
