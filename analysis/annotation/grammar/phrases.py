"""Noun phrases by their tags: where one begins and ends, and what governs that of a mention."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analysis.annotation.grammar.quotation import MARKS
from analysis.annotation.tokens import Token

#: The first position of a phrase and the position behind its last.
Span = tuple[int, int]
DETERMINERS = frozenset({"ART", "PDAT", "PPOSAT", "PIAT", "PIDAT", "PWAT", "PRELAT"})
NOUNS = frozenset({"NN", "NE", "FM", "XY", "NNA", "NNI", "TRUNC"})
MODIFIERS = frozenset({"ADJA", "CARD", "TRUNC"})
PRONOUNS = frozenset({"PPER", "PDS", "PIS", "PWS", "PRELS"})
PREPOSITIONS = frozenset({"APPR", "APPRART"})
#: Prepositions that attach a phrase to the noun before them ("Sprecher von ...").
ATTACHING = frozenset({"von", "vom", "aus", "für", "des"})
#: The same before the verb of a main clause, where only one phrase can stand.
GENITIVES = frozenset(
    {"des", "der", "eines", "einer", "seines", "seiner", "ihres", "ihrer", "dieses"}
)
#: Determiners that no masculine or neuter subject has.
OBLIQUE = frozenset({
    "dem", "den", "einem", "einen", "des", "eines", "ihm", "ihn", "ihnen", "mich", "mir", "uns",
    "dich", "dir", "euch", "diesem", "diesen", "seinem", "seinen", "ihrem", "ihren", "keinem",
    "keinen", "welchem", "welchen", "dessen", "deren", "denen", "allen", "vielen",
})  # fmt: skip
#: A bracket after a name is taken along if it closes within so many tokens.
LONGEST_BRACKET = 8
COMPARING = frozenset({"wie"})
#: How many governing phrases are followed upwards.
HIGHEST = 3
LONGEST_PHRASE = 8
LONGEST_ATTRIBUTE = 20


def starts_phrase(token: Token) -> bool:
    """Return whether a noun phrase can begin with a token."""
    return token.pos in DETERMINERS or token.pos in NOUNS or token.pos in MODIFIERS


def phrase_end(tokens: Sequence[Token], first: int, limit: int) -> int:
    """Return the position behind the noun phrase that begins at ``first``.

    The phrase takes along what belongs to its noun: genitives, names, a bracket,
    a phrase with *von* or *aus*. It ends at ``limit`` at the latest; ``first`` is
    returned if no noun phrase begins there.

    Examples
    --------
    >>> from analysis.annotation.tokens import Annotator
    >>> sentence, = Annotator().sentences("Ein Sprecher der Polizei sagte das.")
    >>> phrase_end(sentence.tokens, 0, 7)
    4
    """
    if first < limit and tokens[first].pos in PRONOUNS:
        return first + 1
    end = _core_end(tokens, first, limit)
    while first < end < limit:
        further = _extension(tokens, end, limit)
        if further == end:
            break
        end = further
    marks = [i for i in range(first, end) if tokens[i].form in MARKS]
    return end - 1 if len(marks) == 1 and marks[0] == end - 1 else end


def _core_end(tokens: Sequence[Token], first: int, limit: int) -> int:
    """Find the end of determiner, adjectives and nouns; ``first`` where there is no noun."""
    position = first
    while position < limit and tokens[position].pos in DETERMINERS:
        position += 1
    while position < limit and _is_modifier(tokens, position, limit):
        position += 1
    nouns = position
    while nouns < limit and _is_noun(tokens, nouns, position, limit):
        nouns += 1
    return nouns if nouns > position else first


def _is_modifier(tokens: Sequence[Token], position: int, limit: int) -> bool:
    token = tokens[position]
    if token.pos in MODIFIERS or token.form in MARKS:
        return True
    following = tokens[position + 1].pos if position + 1 < limit else ""
    return token.pos in ("KON", "ADV", "ADJD") and following in MODIFIERS


def _is_noun(tokens: Sequence[Token], position: int, first: int, limit: int) -> bool:
    """Detect nouns, marks around a name ("der „Spiegel“"), and a capital word behind a name."""
    token = tokens[position]
    before = tokens[position - 1].pos if position > 0 else ""
    behind = tokens[position + 1].pos if position + 1 < limit else ""
    quoted = token.form in MARKS and (before in NOUNS or behind in NOUNS)
    surname = before == "NE" and token.form[:1].isupper() and token.pos != "ART"
    return token.pos in NOUNS or quoted or (surname and position > first)


def _extension(tokens: Sequence[Token], position: int, limit: int) -> int:
    """Take one more attribute along: genitive, *von* phrase, coordinated name, bracket."""
    token = tokens[position]
    head = tokens[position - 1]
    if token.form == "(":
        inside = range(position + 1, min(limit, position + LONGEST_BRACKET))
        return next((i + 1 for i in inside if tokens[i].form == ")"), position)
    if token.form.lower() in GENITIVES and token.pos in DETERMINERS and head.pos == "NN":
        return max(position, _core_end(tokens, position, limit))
    if token.form.lower() in ATTACHING and token.pos in PREPOSITIONS and head.pos == "NN":
        end = _core_end(tokens, position + 1, limit)
        return end if end > position + 1 else position
    if token.form in ("und", "sowie", "&", "/") and position + 1 < limit:
        end = _core_end(tokens, position + 1, limit)
        return (
            end
            if end > position + 1 and tokens[position + 1].form.lower() not in OBLIQUE
            else position
        )
    return position


def find_subject(
    tokens: Sequence[Token], first: int, last: int, avoid: frozenset[str]
) -> tuple[int, int] | None:
    """Find the first noun phrase that can be a subject from ``first`` up to and without ``last``.

    Lemmas and forms to avoid are no subjects (nouns of time, *es*, *man*). A phrase is its first
    position and the position behind its last.
    """
    position = first
    while position < last:
        token = tokens[position]
        if token.pos in PREPOSITIONS:
            position = max(position + 1, phrase_end(tokens, position + 1, last))
            continue
        begins = token.pos in PRONOUNS or starts_phrase(token) or token.form in MARKS
        end = phrase_end(tokens, position, last) if begins else position
        if end > position and _can_be_subject(tokens, position, end, avoid):
            return position, end
        position = max(end, position + 1)
    return None


def _can_be_subject(tokens: Sequence[Token], first: int, end: int, avoid: frozenset[str]) -> bool:
    words = [tokens[i] for i in range(first, end) if tokens[i].is_word]
    if not words or words[0].form.lower() in OBLIQUE or words[0].pos == "PRF":
        return False
    if len(words) == 1 and (words[0].form.lower() in avoid or words[0].pos == "CARD"):
        return False
    if len(words) == 1 and any(_disagrees(words[0], verb) for verb in tokens[end : end + 1]):
        return False
    nouns = [token for token in words if token.pos in NOUNS]
    return not nouns or not (nouns[0].lemma in avoid or nouns[0].head in avoid)


def _disagrees(noun: Token, verb: Token) -> bool:
    """Detect an object in front by its number: "Namen nannte er keine"."""
    plural = noun.pos == "NN" and noun.form.endswith("n") and noun.form != noun.lemma
    return plural and verb.pos in ("VVFIN", "VAFIN", "VMFIN") and not verb.form.endswith("n")


@dataclass(frozen=True, slots=True)
class Phrase:
    """A noun phrase: positions of its first word and its noun, its determiner and preposition."""

    first: int
    noun: int
    determiner: int
    preposition: int


def phrases_of(tokens: Sequence[Token], noun: int, first: int) -> tuple[Phrase, ...]:
    """Find the phrase of a mention and those that govern it, from the innermost outwards.

    No phrase begins before ``first``, the first token of the mention's clause.
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
    """Return whether a word before a noun is part of its phrase: an adjective, or its adverb."""
    token, behind = tokens[position], tokens[position + 1]
    if token.pos in MODIFIERS or token.form in MARKS:
        return True
    further = tokens[position + 2 : position + 3]
    degree = token.pos == "PTKNEG" and any(one.pos == "ADJA" for one in further)
    adverb = token.pos in ("ADV", "ADJD", "PTKNEG") and token.form not in (",", "noch")
    return (adverb or token.form in ("und", "oder")) and (behind.pos == "ADJA" or degree)


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
