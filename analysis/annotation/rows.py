"""One annotated article as rows of the open tables."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence

from analysis.annotation.annotated import Annotated, Row, Tools, annotate_segments
from analysis.annotation.corrections import apply_corrections
from analysis.annotation.mentions import Mention, find_particles
from analysis.annotation.tokens import Sentence
from analysis.annotation.windows import find_nodes, near_rows, node_rows
from analysis.corpus.duplicates import hash_words
from analysis.corpus.segmentation import Segmentation, find_agencies, segment
from analysis.corpus.sources import Source
from analysis.study.errors import SourceError, join_faults
from analysis.tables.schema import SHOWN, VOICES

#: Words per window of MATTR, and the fewest that either measure is given for: the
#: shortest article decides how wide a window all can share.
WINDOW = 50
#: Type-token ratio at which a factor of MTLD is full (McCarthy & Jarvis 2010).
FULL_FACTOR = 0.72
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
    nodes = [
        (one, find_nodes([mention for mention, _ in one.mentions], one.actors)) for one in annotated
    ]
    return {
        "documents": [_document_row(text, source, segmentation, annotated)],
        "segments": [
            _segment_row(one, i, text, source.id) | _voice_sizes(one, tools.stop_words)
            for i, one in enumerate(annotated)
        ],
        TOKENS: list(token_rows(annotated, mentions)),
        "mentions": mentions,
        "nodes": [row for one, found in nodes for row in node_rows(found, one.segment_id)],
        NEAR: [
            row
            for one, found in nodes
            for row in near_rows(one.sentences, found, tools.width, one.segment_id)
        ],
        RUNS: [{"doc_id": source.id, RUNS: [run for one in annotated for run in one.runs]}],
    }


def mention_rows(
    annotated: Sequence[Annotated], text: str, source: Source, tools: Tools
) -> list[Row]:
    """Return an article's rows of the open table ``mentions``, corrected by hand; repeats aside."""
    mentions = [_mention_row(*found, one, source) for one in annotated for found in one.mentions]
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
    # Diversity is that of the whole document, segments end to end.
    words = [word for one in annotated for run in one.runs for word in run]
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
        "mattr": mattr(words),
        "mtld": mtld(words) if len(words) >= WINDOW else None,
    }


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
    """Return an article's tokens in their order; mentions say which verbs are split.

    A row has segment_id, form, lemma, pos, head, voice, part (stems, parted by `PARTING`), sentence
    (number in the article), begin, end, particle (how many tokens further the particle of a
    split verb stands; 0: it has none) and is_word.
    """
    split = {row["begin"]: row["begin_2"] for row in mentions}
    number = 0
    for one in annotated:
        voices = iter(one.voices)
        for sentence in one.sentences:
            particles = _particles(sentence, split)
            for i, token in enumerate(sentence.tokens):
                stems = (part.form for part in token.parts if not part.tag.startswith(NO_STEM))
                yield {
                    "segment_id": one.segment_id,
                    "form": token.form,
                    "lemma": token.lemma,
                    "pos": token.pos,
                    "head": token.head,
                    "voice": next(voices),
                    "part": PARTING.join(stems),
                    "sentence": number,
                    "begin": token.begin,
                    "end": token.end,
                    "particle": particles.get(i, i) - i,
                    "is_word": token.is_word,
                }
            number += 1


def _particles(sentence: Sentence, split: Mapping[int, int | None]) -> dict[int, int]:
    """Return the positions of particles by those of their verbs; what mentions say comes first."""
    places = {token.begin: i for i, token in enumerate(sentence.tokens)}
    of_mentions = {
        i: places[particle]
        for begin, i in places.items()
        if (particle := split.get(begin)) in places and particle is not None
    }
    return find_particles(sentence) | of_mentions


def _voice_sizes(one: Annotated, stop_words: Collection[str]) -> Row:
    """Count the tokens of a segment, and its stop words, by voice."""
    words = [
        (voice, token.form.casefold() in stop_words)
        for token, voice in zip(one.tokens, one.voices, strict=True)
        if token.is_word
    ]
    return {
        **{f"n_tokens_{voice}": sum(voice == one for one, _ in words) for voice in VOICES},
        **{f"n_stop_words_{voice}": words.count((voice, True)) for voice in VOICES},
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


def mattr(words: Sequence[str], window: int = WINDOW) -> float | None:
    """Compute the moving-average type-token ratio (Covington & McFall 2010).

    The words are those of a text in their order, in lower case. The mean of types / `window`
    over all windows lies in (0, 1]; a text that is shorter than one window has none.

    Examples
    --------
    >>> mattr(["a", "b", "a", "a"], window=2)
    0.8333333333333334
    """
    if len(words) < window:
        return None
    counts = Counter(words[:window])
    total = len(counts)
    for gone, come in zip(words, words[window:], strict=False):
        counts[come] += 1
        counts[gone] -= 1
        if not counts[gone]:
            del counts[gone]
        total += len(counts)
    return total / (window * (len(words) - window + 1))


def mtld(words: Sequence[str], threshold: float = FULL_FACTOR) -> float | None:
    """Compute the measure of textual lexical diversity (McCarthy & Jarvis 2010).

    The words are those of a text in their order, in lower case; a factor is full when the
    type-token ratio falls below the threshold. Words per factor are the mean of reading forwards
    and backwards; a text in which no word is repeated has no factor and no value.

    Examples
    --------
    >>> round(mtld("a b a c d d".split(), threshold=0.7), 4)
    3.1364
    """
    factors = [_factors(order, threshold) for order in (words, words[::-1])]
    if not all(factors):
        return None
    return sum(len(words) / each for each in factors) / len(factors)


def _factors(words: Sequence[str], threshold: float) -> float:
    """Count stretches that use the ratio up, the last one by how far it came."""
    full, n_words, ratio = 0, 0, 1.0
    types: set[str] = set()
    for word in words:
        n_words += 1
        types.add(word)
        ratio = len(types) / n_words
        if ratio < threshold:
            full, n_words, ratio = full + 1, 0, 1.0
            types = set()
    return full + (1 - ratio) / (1 - threshold)
