"""The noun phrase of a mention and the phrases that govern it ("die Hoffnung auf einen Deal")."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analysis.annotation.grammar.phrases import DETERMINERS, NOUNS, PREPOSITIONS
from analysis.annotation.grammar.quotation import MARKS
from analysis.annotation.tokens import Token

COMPARING = frozenset({"wie"})
#: How many governing phrases are followed upwards.
HIGHEST = 3
LONGEST_PHRASE = 8
LONGEST_ATTRIBUTE = 20


@dataclass(frozen=True, slots=True)
class Phrase:
    """A noun phrase: positions of its first word and its noun, its determiner and preposition."""

    first: int
    noun: int
    determiner: int
    preposition: int


def phrases_of(tokens: Sequence[Token], noun: int, first: int) -> tuple[Phrase, ...]:
    """Find the phrase of a mention and those that govern it, from the innermost outwards.

    Parameters
    ----------
    tokens : sequence of Token
        The sentence.
    noun : int
        Position of the mention.
    first : int
        Position of the first token of its clause; no phrase begins before.

    Returns
    -------
    tuple of Phrase
        At least the mention's own.
    """
    phrases = [_phrase(tokens, noun, first)]
    while len(phrases) <= HIGHEST:
        above = _above(tokens, phrases[-1], first)
        if above is None:
            break
        phrases.append(above)
    return tuple(phrases)


def _phrase(tokens: Sequence[Token], noun: int, first: int) -> Phrase:
    """Find the phrase of a noun or adjective, from its noun leftwards."""
    start = noun
    floor = max(first, noun - LONGEST_PHRASE)
    while start > floor and _belongs(tokens, start - 1):
        start -= 1
    determiner = -1
    if start > floor and tokens[start - 1].pos in DETERMINERS:
        start -= 1
        determiner = start
    elif start < noun:
        determiner = _far_determiner(tokens, start, first)
    before = start - 1
    while before > floor and (tokens[before].form in MARKS or tokens[before].pos == "ADV"):
        before -= 1
    found = before >= floor and tokens[before].pos in PREPOSITIONS
    compares = found and tokens[before].form.lower() in ("als", "wie")
    preposition = before if found and not compares else -1
    return Phrase(start, noun, determiner, preposition)


def _far_determiner(tokens: Sequence[Token], start: int, first: int) -> int:
    """Find the article before a long attribute: "das im Juli geschlossene Abkommen"."""
    for position in range(start - 1, max(first - 1, start - LONGEST_ATTRIBUTE), -1):
        token, behind = tokens[position], tokens[position + 1]
        if token.pos[:1] == "V":
            return -1
        if token.pos in DETERMINERS and (behind.pos in PREPOSITIONS or behind.pos == "ADV"):
            return position
    return -1


def _belongs(tokens: Sequence[Token], position: int) -> bool:
    """Say whether a word before a noun is part of its phrase: an adjective, or its adverb."""
    token, behind = tokens[position], tokens[position + 1]
    if token.pos in ("ADJA", "CARD", "TRUNC") or token.form in MARKS:
        return True
    if token.pos in ("ADV", "ADJD", "PTKNEG") or token.form in ("und", "oder", "noch", ","):
        degree = token.pos == "PTKNEG" and tokens[position + 2 : position + 3] != []
        degree = degree and tokens[position + 2].pos == "ADJA"
        return (behind.pos == "ADJA" or degree) and token.form not in (",", "noch")
    return False


def _above(tokens: Sequence[Token], phrase: Phrase, first: int) -> Phrase | None:
    """Find the phrase that governs another: by genitive, preposition, comparison, or as a list."""
    before = (phrase.preposition if phrase.preposition >= 0 else phrase.first) - 1
    while before > first and tokens[before].form in MARKS:
        before -= 1
    if before < first:
        return None
    token = tokens[before]
    if token.pos in NOUNS and (phrase.preposition >= 0 or _genitive(tokens, phrase)):
        return _phrase(tokens, before, first)
    joins = token.pos == "KON" or token.form.lower() in COMPARING
    if joins and before > first and phrase.preposition < 0 and tokens[before - 1].pos in NOUNS:
        return _phrase(tokens, before - 1, first)
    return None


def _genitive(tokens: Sequence[Token], phrase: Phrase) -> bool:
    if phrase.determiner < 0:
        return phrase.first < phrase.noun and tokens[phrase.first].form.endswith("er")
    return tokens[phrase.determiner].form.lower().endswith(("es", "er"))
