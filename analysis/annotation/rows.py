"""One annotated article as rows of the open tables."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterator, Sequence

from analysis.annotation.annotated import Annotated, Row, annotate_segments
from analysis.annotation.codes import token_voices
from analysis.annotation.corrections import apply_corrections
from analysis.annotation.diversity import WINDOW, mattr, mtld
from analysis.annotation.mentions import Mention
from analysis.annotation.tools import Tools
from analysis.annotation.windows import (
    WindowCounts,
    cooccurrence_rows,
    count_windows,
    find_nodes,
    node_rows,
    window_rows,
)
from analysis.corpus.agencies import find_agencies
from analysis.corpus.duplicates import hash_words
from analysis.corpus.segmentation import Segmentation, segment
from analysis.corpus.sources import Source
from analysis.errors import SourceError, join_faults

WORD = re.compile(r"\w+")
SCOPES = ("within", "across")
#: What `annotate_text` gives beside rows of open tables: words in their order, for n-grams.
RUNS = "runs"
#: What a segment and its mentions say of repeats until all segments are known.
ALONE: Row = {
    "repeat_within": "",
    "repeat_across": "",
    "weight_within": 1.0,
    "weight_across": 1.0,
}


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
        Rows by the name of the open table that they belong to. Each segment stands for
        itself, as if nothing were repeated, and brings the hashes of its words (``hashes``,
        no column of the table), by which `find_repeats` compares it with the others. What
        stands near nodes is given by segment, and added up when repeats are known. Under
        `RUNS` stand the words in their order, from which n-grams are counted when all
        articles are done.

    Raises
    ------
    SourceError
        If a correction by hand does not fit the text or finds no mention.
    """
    segmentation = segment(text, source, tools.boilerplate)
    annotated = annotate_segments(text, source, tools, segmentation)
    return {
        "documents": [_document_row(text, source, segmentation, annotated)],
        "segments": [_segment_row(one, i, text, source.id) for i, one in enumerate(annotated)],
        "terms": [row for one in annotated for row in _term_rows(one)],
        "mentions": mention_rows(annotated, text, source, tools),
        **_neighbour_rows(annotated, tools.width),
        RUNS: [{"doc_id": source.id, RUNS: [run for one in annotated for run in one.runs]}],
    }


def mention_rows(
    annotated: Sequence[Annotated], text: str, source: Source, tools: Tools
) -> list[Row]:
    """Give an article's rows of the open table ``mentions``, corrected by hand; repeats aside.

    Raises
    ------
    SourceError
        If a correction by hand does not fit the text or finds no mention.
    """
    mentions = [_mention_row(*found, one, source) for one in annotated for found in one.mentions]
    return _corrected(mentions, text, source, tools)


def _neighbour_rows(annotated: Sequence[Annotated], width: int) -> dict[str, list[Row]]:
    """Count what stands near the nodes, segment by segment."""
    found: dict[str, list[Row]] = {"nodes": [], "cooccurrences": [], "windows": []}
    for one in annotated:
        nodes = find_nodes([mention for mention, _ in one.mentions], one.actors)
        counts = WindowCounts()
        count_windows(counts, one.sentences, nodes, width)
        found["nodes"] += node_rows(nodes, one.segment_id)
        found["cooccurrences"] += cooccurrence_rows(counts, one.segment_id)
        found["windows"] += window_rows(counts, one.segment_id)
    return found


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
        "n_tokens": sum(len(one.words) for one in annotated),
        "n_words": sum(count_words(text[s.begin : s.end]) for s in segmentation.segments),
        "n_words_file": count_words(text),
        "n_characters": len(text),
        **{f"n_{unit}_{scope}": 0.0 for unit in ("tokens", "words") for scope in SCOPES},
        "agencies": "+".join(find_agencies(text, source.bylines, segmentation)),
        "sha256": source.sha256,
        **_diversity([word for one in annotated for run in one.runs for word in run]),
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
        "n_tokens": len(one.words),
        "n_words": count_words(text[part.begin : part.end]),
        **ALONE,
        "n_repeated_within": 0,
        "n_repeated_across": 0,
        "hashes": hash_words(one.words),
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
        **ALONE,
        **codes,
    }
