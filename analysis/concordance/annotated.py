"""One article as one row per token: what a query can ask, and where the token stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from analysis.annotation.annotated import Annotated, annotate_segments
from analysis.annotation.codes import token_voices
from analysis.annotation.lexemes import Lexeme
from analysis.annotation.mentions import find_particle
from analysis.annotation.rows import mention_rows
from analysis.annotation.tokens import Sentence, Token
from analysis.annotation.tools import Tools
from analysis.concordance.columns import CODES, PARTING
from analysis.corpus.segmentation import segment
from analysis.corpus.sources import Source

Row = dict[str, Any]
#: Parts that are no stem: links, inflection, hyphens.
NO_STEM = ("FUGE", "SUF", "HYPHEN", "PREF_PP")


def token_rows(text: str, source: Source, tools: Tools) -> list[Row]:
    """Annotate an article and give one row per token, in the order of the text.

    Parameters
    ----------
    text : str
        The file, untouched.
    source : Source
        What is known of it.
    tools : Tools
        Models, lexicons, corrections.

    Returns
    -------
    list of dict
        With the keys `columns.COLUMNS`. Codes of mentions stand at the token of the mention, at
        other tokens they are empty; the voice of a mention wins over that of its place.
    """
    annotated = annotate_segments(text, source, tools, segment(text, source, tools.boilerplate))
    mentions = {row["begin"]: row for row in mention_rows(annotated, text, source, tools)}
    rows: list[Row] = []
    n_sentences = 0
    for number, one in enumerate(annotated):
        rows += _segment_rows(one, (number, n_sentences), mentions, source.id)
        n_sentences += len(one.sentences)
    return rows


def _segment_rows(
    one: Annotated, numbers: tuple[int, int], mentions: Mapping[int, Row], doc_id: str
) -> Iterator[Row]:
    tokens = [token for sentence in one.sentences for token in sentence.tokens]
    voices = iter(token_voices(tokens, one.speech))
    for number, sentence in enumerate(one.sentences, start=numbers[1]):
        particles = find_particles(sentence)
        places = {token.begin: i for i, token in enumerate(sentence.tokens)}
        for i, token in enumerate(sentence.tokens):
            mention = mentions.get(token.begin, {})
            at = places.get(mention.get("begin_2") or -1, particles.get(i, i))
            yield {
                "doc_id": doc_id,
                "zone": one.segment.zone,
                **_token_row(token, sentence.tokens[at] if at != i else None),
                "voice": next(voices),
                **dict.fromkeys(CODES, ""),
                **{name: mention[name] for name in (*CODES, "voice") if mention},
                "segment": numbers[0],
                "sentence": number,
                "particle": at - i,
            }


def _token_row(token: Token, particle: Token | None) -> Row:
    parts = [part.form for part in token.parts if not part.tag.startswith(NO_STEM)]
    return {
        "form": token.form,
        "lemma": token.lemma,
        "joined": particle.form.lower() + token.lemma if particle else "",
        "pos": token.pos,
        "head": token.head,
        "part": PARTING.join(parts),
        "begin": token.begin,
        "end": token.end,
        "is_word": token.is_word,
    }


def find_particles(sentence: Sentence) -> dict[int, int]:
    """Find the particles that finite verbs left at the end of their clauses.

    Parameters
    ----------
    sentence : Sentence
        Tagged tokens.

    Returns
    -------
    dict
        By the position of a verb that of its particle.

    Examples
    --------
    >>> from analysis.annotation.tokens import Annotator
    >>> sentence, = Annotator().sentences("Der Zug fährt um acht Uhr im Süden ab.")
    >>> find_particles(sentence)
    {2: 8}
    """
    tokens = sentence.tokens
    places = {token.begin: i for i, token in enumerate(tokens) if token.pos == "PTKVZ"}
    claims: dict[int, list[int]] = {}
    for i, token in enumerate(tokens if places else ()):
        if token.pos in ("VVFIN", "VVIMP"):
            for particle in _claimed(sentence, i, places):
                claims.setdefault(particle, []).append(i)
    return {_owner(tokens, verbs): particle for particle, verbs in claims.items()}


def _claimed(sentence: Sentence, i: int, places: Mapping[int, int]) -> list[int]:
    """Give the nearest particle that could belong to a verb; none or one."""
    tokens = sentence.tokens
    forms = sorted({tokens[j].form.lower() for j in places.values() if j > i})
    lexemes = [Lexeme("", "", tokens[i].lemma.lower(), form) for form in forms]
    found = [find_particle(sentence, i, lexeme) for lexeme in lexemes]
    return sorted(places[one.begin] for one in found if one and one.begin in places)[:1]


def _owner(tokens: Sequence[Token], verbs: Sequence[int]) -> int:
    """Choose among the verbs that claim one particle: the nearest one.

    A verb beside a comma ends a subordinate clause ("wie er schreibt, ...") or opens an
    inserted one ("..., sagt Ada, ..."): the particle belongs to a verb outside.
    """
    free = [i for i in verbs if "$," not in (tokens[i - 1].pos if i else "", tokens[i + 1].pos)]
    return free[-1] if free else verbs[0]
