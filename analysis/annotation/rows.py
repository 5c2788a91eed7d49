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

from analysis.annotation.actors import SpeechContext
from analysis.annotation.codes import CodingTools, code_mention, load_coding_tools, token_voices
from analysis.annotation.corrections import Correction, apply_corrections, read_corrections
from analysis.annotation.lexemes import FrameLexicon, frame_lexicon
from analysis.annotation.mentions import Mention, find_mentions
from analysis.annotation.spans import SpeechSpan
from analysis.annotation.speech import find_speech
from analysis.annotation.tokens import Annotator, Sentence
from analysis.corpus.cleaning import Rule, read_boilerplate
from analysis.corpus.segmentation import Segment, Segmentation, segment
from analysis.corpus.sources import Source
from analysis.errors import SourceError, join_faults
from analysis.paths import Layout
from analysis.study import read_study

WORD = re.compile(r"\w+")
Row = dict[str, Any]


@dataclass(frozen=True)
class Annotated:
    """One segment with its sentences, its speech, and its mentions with their codes."""

    segment_id: str
    segment: Segment
    sentences: tuple[Sentence, ...]
    speech: tuple[SpeechSpan, ...]
    mentions: tuple[tuple[Mention, Row], ...]


@dataclass(frozen=True)
class Tools:
    """What annotation needs beside the text."""

    annotator: Annotator
    lexicon: FrameLexicon
    boilerplate: tuple[Rule, ...]
    coding: CodingTools
    corrections: tuple[Correction, ...]


@cache
def load_tools(root: Path) -> Tools:
    """Load the German models and the study's lexicons, once per process."""
    layout = Layout(root)
    return Tools(
        Annotator(),
        frame_lexicon(read_study(layout)),
        read_boilerplate(layout.lexicons / "boilerplate.toml"),
        load_coding_tools(layout),
        read_corrections(layout.corrections_file),
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
        Rows by the name of the open table that they belong to.

    Raises
    ------
    SourceError
        If a correction by hand does not fit the text or finds no mention.
    """
    segmentation = segment(text, source, tools.boilerplate)
    context = SpeechContext()
    annotated = [
        _annotate_segment(f"{source.id}:{i:04d}", part, text, (tools, context))
        for i, part in enumerate(segmentation.segments)
    ]
    mentions = [_mention_row(*found, one, source) for one in annotated for found in one.mentions]
    return {
        "documents": [_document_row(text, source, segmentation, annotated)],
        "segments": [_segment_row(one, i, text, source.id) for i, one in enumerate(annotated)],
        "terms": [row for one in annotated for row in _term_rows(one)],
        "mentions": _corrected(mentions, text, source, tools),
    }


def _annotate_segment(
    segment_id: str, part: Segment, text: str, with_what: tuple[Tools, SpeechContext]
) -> Annotated:
    """Annotate one segment; the context carries speakers on to the next one."""
    tools, context = with_what
    sentences = tuple(tools.annotator.sentences(text[part.begin : part.end], part.begin))
    coding = tools.coding
    speech = find_speech(sentences, coding.actors, context, lexicons=coding.lexicons)
    mentions = tuple(
        (mention, code_mention(sentence, sentence.tokens.index(mention.token), speech, coding))
        for sentence in sentences
        for mention in find_mentions(sentence, tools.lexicon, tools.annotator)
    )
    return Annotated(segment_id, part, sentences, tuple(speech), mentions)


def _corrected(mentions: Sequence[Row], text: str, source: Source, tools: Tools) -> list[Row]:
    own = [one for one in tools.corrections if one.doc_id == source.id]
    rows, faults = apply_corrections(mentions, own, text)
    if faults:
        raise SourceError(
            join_faults(
                "data/corrections.csv",
                faults,
                "Put in what stands there now, or take the line out; nothing was written.",
            )
        )
    return rows


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
    }


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
    tokens = [token for sentence in one.sentences for token in sentence.tokens]
    counts = Counter(
        (token.form, token.lemma, token.pos, token.head, voice)
        for token, voice in zip(tokens, token_voices(tokens, one.speech), strict=True)
        if token.is_word
    )
    for (form, lemma, pos, head, voice), n in counts.items():
        yield {
            "segment_id": one.segment_id,
            "form": form,
            "lemma": lemma,
            "pos": pos,
            "head": head,
            "voice": voice,
            "n": n,
        }


def _mention_row(mention: Mention, codes: Row, one: Annotated, source: Source) -> Row:
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
        **codes,
    }
