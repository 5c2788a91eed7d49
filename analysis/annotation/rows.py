"""One annotated article as rows of the open tables."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence

from analysis.annotation.annotated import Annotated, Row, Tools, annotate_segments
from analysis.annotation.codes import token_voices
from analysis.annotation.corrections import apply_corrections
from analysis.annotation.diversity import WINDOW, mattr, mtld
from analysis.annotation.mentions import Mention, find_particles
from analysis.annotation.tokens import Part, Sentence, Token
from analysis.annotation.windows import find_nodes, near_rows, node_rows
from analysis.corpus.duplicates import hash_words
from analysis.corpus.segmentation import Segmentation, find_agencies, segment
from analysis.corpus.sources import Source
from analysis.study.errors import SourceError, join_faults
from analysis.tables.schema import SHOWN, VOICES

WORD = re.compile(r"\w+")
SCOPES = ("within", "across")
#: What `annotate_text` gives beside rows of open tables: tokens in their order, which of the
#: words stand near nodes, and words in lower case in runs that no mark parts, for n-grams.
TOKENS, NEAR, RUNS = "tokens", "near", "runs"
#: Stands between the stems of a token; no article holds it.
PARTING = "\x1f"
#: Parts of a word that are no stems: links, inflection, hyphens.
NO_STEM = ("FUGE", "SUF", "HYPHEN", "PREF_PP")
#: What a segment and its mentions say of repeats until all segments are known.
ALONE: Row = {
    "repeat_within": "",
    "repeat_across": "",
    "weight_within": 1.0,
    "weight_across": 1.0,
}
#: What an article says of bags and voices until all segments are known.
UNTOLD: Row = {f"words_{voice}": SHOWN[0] for voice in VOICES}


def annotate_text(text: str, source: Source, tools: Tools) -> dict[str, list[Row]]:
    """Annotate one article.

    Returns
    -------
    dict
        Rows by the name of the open table that they belong to. Each segment stands for
        itself, as if nothing were repeated, and brings the hashes of its words (``hashes``,
        no column of the table), by which `find_repeats` compares it with the others. Under
        `TOKENS`, `NEAR` and `RUNS` stand the tokens in their order, from which bags, voices,
        windows and n-grams are counted when repeats are known, and which queries search.

    Raises
    ------
    SourceError
        If a correction by hand does not fit the text or finds no mention.
    """
    segmentation = segment(text, source, tools.boilerplate)
    annotated = annotate_segments(text, source, tools, segmentation)
    mentions = mention_rows(annotated, text, source, tools)
    return {
        "documents": [_document_row(text, source, segmentation, annotated)],
        "segments": [
            _segment_row(one, i, text, source.id) | _voice_sizes(one, tools.stop_words)
            for i, one in enumerate(annotated)
        ],
        TOKENS: list(token_rows(annotated, mentions)),
        "mentions": mentions,
        **_neighbour_rows(annotated, tools.width),
        RUNS: [{"doc_id": source.id, RUNS: [run for one in annotated for run in one.runs]}],
    }


def mention_rows(
    annotated: Sequence[Annotated], text: str, source: Source, tools: Tools
) -> list[Row]:
    """Return an article's rows of the open table ``mentions``, corrected by hand; repeats aside."""
    mentions = [_mention_row(*found, one, source) for one in annotated for found in one.mentions]
    return _corrected(mentions, text, source, tools)


def _neighbour_rows(annotated: Sequence[Annotated], width: int) -> dict[str, list[Row]]:
    """Find what stands near the nodes, segment by segment."""
    found: dict[str, list[Row]] = {"nodes": [], NEAR: []}
    for one in annotated:
        nodes = find_nodes([mention for mention, _ in one.mentions], one.actors)
        found["nodes"] += node_rows(nodes, one.segment_id)
        found[NEAR] += near_rows(one.sentences, nodes, width, one.segment_id)
    return found


def _corrected(mentions: Sequence[Row], text: str, source: Source, tools: Tools) -> list[Row]:
    own = [one for one in tools.corrections if one.doc_id == source.id]
    rows, faults = apply_corrections(mentions, own, text)
    if faults:
        way_out = "Put in what stands there now, or take the line out; nothing was written."
        raise SourceError(join_faults("data/corrections.csv", faults, way_out))
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
        **UNTOLD,
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
        "bag_id": "",
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


def token_rows(annotated: Sequence[Annotated], mentions: Sequence[Row]) -> Iterator[Row]:
    """Return an article's tokens in their order; its mentions know particles of split verbs.

    Yields
    ------
    dict
        segment_id, form, lemma, pos, head, voice, part (stems, parted by `PARTING`), sentence
        (number in the article), begin, end, particle (how many tokens further the particle of
        a split verb stands; 0: it has none), is_word.
    """
    split = {row["begin"]: row["begin_2"] for row in mentions}
    number = 0
    for one in annotated:
        voices = iter(token_voices(one.tokens, one.speech))
        for sentence in one.sentences:
            further = _particles(sentence, split)
            for i, token in enumerate(sentence.tokens):
                yield {
                    "segment_id": one.segment_id,
                    "form": token.form,
                    "lemma": token.lemma,
                    "pos": token.pos,
                    "head": token.head,
                    "voice": next(voices),
                    "part": _stems(token.parts),
                    "sentence": number,
                    "begin": token.begin,
                    "end": token.end,
                    "particle": further.get(i, i) - i,
                    "is_word": token.is_word,
                }
            number += 1


def _particles(sentence: Sentence, split: Mapping[int, int | None]) -> dict[int, int]:
    """Return the positions of particles by those of their verbs; mentions know theirs best."""
    places = {token.begin: i for i, token in enumerate(sentence.tokens)}
    of_mentions = {
        i: places[particle]
        for begin, i in places.items()
        if (particle := split.get(begin)) in places and particle is not None
    }
    return find_particles(sentence) | of_mentions


def _stems(parts: Sequence[Part]) -> str:
    return PARTING.join(part.form for part in parts if not part.tag.startswith(NO_STEM))


def _voice_sizes(one: Annotated, stop_words: Collection[str]) -> Row:
    """Count the tokens of a segment, and its stop words, by voice."""
    voices = [(voice, token.form.casefold()) for token, voice in _words_with_voices(one)]
    n_tokens = Counter(voice for voice, _ in voices)
    n_stop_words = Counter(voice for voice, form in voices if form in stop_words)
    return {
        f"{name}_{voice}": counts[voice]
        for name, counts in (("n_tokens", n_tokens), ("n_stop_words", n_stop_words))
        for voice in VOICES
    }


def _words_with_voices(one: Annotated) -> list[tuple[Token, str]]:
    voices = token_voices(one.tokens, one.speech)
    return [pair for pair in zip(one.tokens, voices, strict=True) if pair[0].is_word]


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
