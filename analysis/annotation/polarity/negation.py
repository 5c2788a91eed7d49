"""What negates a mention: rules P1, P2, P4 and P5 of ``docs/reference/coding-rules.md``."""

from __future__ import annotations

from collections.abc import Iterator

from analysis.annotation.grammar.lexicons import Lexicons
from analysis.annotation.grammar.phrases import Phrase
from analysis.annotation.polarity.denial import find_above, find_denied
from analysis.annotation.polarity.surroundings import (
    Cue,
    Surroundings,
    denies_existence,
    is_given,
    known_beside,
    looks_alike,
)

#: Beginnings of words that negate a mention ("Misserfolg", "Nicht-Deal").
BEGINNINGS = ("nicht", "misserfolg", "misse")
#: How far before *noch* its *weder* may stand.
FARTHEST_NEITHER = 40


def find_negations(around: Surroundings, lexicons: Lexicons) -> list[Cue]:
    """Find what negates a mention, at most one cue of each rule; two of them cancel each other."""
    found = [
        next(finder(around, lexicons), None)
        for finder in (_lexical, _phrasal, find_denied, _adverbial)
    ]
    above = next(find_above(around, lexicons), None)
    cues = [cue for cue in (*found, above) if cue is not None]
    return list({cue.position: cue for cue in reversed(cues)}.values())[::-1]


def find_look_alike(around: Surroundings, lexicons: Lexicons) -> Cue | None:
    """Rule P5: find a word that looks like a negation of the mention and is none."""
    for position in around.own.positions:
        if looks_alike(around.tokens, position, lexicons):
            return Cue(position, "P5")
    return None


def _lexical(around: Surroundings, lexicons: Lexicons) -> Iterator[Cue]:
    """Rule P1: the word itself: Misserfolg, erfolglos, Nichteinmischung."""
    token = around.tokens[around.index]
    negation = lexicons.polarity.negation
    stems = [part.form.lower() for part in token.parts if part.tag.split("_")[0] != "SUF"]
    listed = {word.lower() for word in negation.words}
    parts = bool(stems) and (stems[0] in negation.first_parts or stems[-1] in negation.last_parts)
    whole = {token.lemma.lower(), token.head.lower()} & listed
    if whole or parts or token.lemma.lower().startswith(BEGINNINGS):
        yield Cue(around.index, "P1")


def _phrasal(around: Surroundings, lexicons: Lexicons) -> Iterator[Cue]:
    """Rule P2: determiner, attribute or preposition of the phrase or of one that governs it."""
    for phrase in around.phrases:
        if phrase.determiner < 0 or not looks_alike(around.tokens, phrase.determiner, lexicons):
            yield from _in_phrase(around, phrase, lexicons)
    before = around.index - 1
    if around.role == "predicate" and before >= 0:
        degree = lexicons.polarity.negation.degree
        if around.tokens[before].form.lower() in degree:
            yield Cue(before, "P2")
    yield from _under_without(around, lexicons)


def _in_phrase(around: Surroundings, phrase: Phrase, lexicons: Lexicons) -> Iterator[Cue]:
    negation = lexicons.polarity.negation
    tokens = around.tokens
    has_determiner = phrase.determiner >= 0
    denied = has_determiner and tokens[phrase.determiner].lemma in negation.determiners
    if denied and _passes_down(around, phrase, lexicons):
        yield Cue(phrase.determiner, "P2")
    before = tokens[phrase.preposition].form.lower() if phrase.preposition >= 0 else ""
    if before in negation.prepositions:
        yield Cue(phrase.preposition, "P2")
    for position in range(phrase.first, phrase.noun):
        if _negating_attribute(around, position, lexicons):
            yield Cue(position, "P2")


def _passes_down(around: Surroundings, phrase: Phrase, lexicons: Lexicons) -> bool:
    """Return whether *kein* of a governing phrase reaches the mention: "kein Zeichen eines Deals".

    It does not reach what is known: "keine drei Euro für die Erfolge des Vorjahrs".
    """
    if phrase == around.phrase or not around.definite:
        return True
    polarity = lexicons.polarity
    noun = around.tokens[phrase.noun]
    listed = {*polarity.negation.evidence, *polarity.openness.nouns, *polarity.openness.hearsay}
    return bool({noun.head, noun.lemma} & (listed | set(polarity.existence.nouns)))


def _negating_attribute(around: Surroundings, position: int, lexicons: Lexicons) -> bool:
    token = around.tokens[position]
    negation = lexicons.polarity.negation
    if token.lemma.lower() in negation.attributes or token.form.lower() in negation.attributes:
        return True
    own = position < around.phrase.noun and position >= around.phrase.first
    degree = token.form.lower() in negation.degree or token.lemma in negation.degree
    return own and (degree or token.pos == "PTKNEG")


def _under_without(around: Surroundings, lexicons: Lexicons) -> Iterator[Cue]:
    """Detect "ohne dass", "ohne ... zu", "statt ... zu" over a clause, and "weder ... noch"."""
    negation = lexicons.polarity.negation
    for position in around.own.positions:
        form = around.tokens[position].form.lower()
        if position >= around.index:
            break
        over = form in negation.prepositions and around.own.kind in ("infinitive", "adverbial")
        if over and not known_beside(around, lexicons):
            yield Cue(position, "P2")
        if form == "weder" or (form == "noch" and _after_neither(around, position)):
            yield Cue(position, "P2")


def _after_neither(around: Surroundings, position: int) -> bool:
    return any(
        around.tokens[i].form.lower() == "weder"
        for i in range(max(0, position - FARTHEST_NEITHER), position)
    )


def _adverbial(around: Surroundings, lexicons: Lexicons) -> Iterator[Cue]:
    """Rule P4: *nicht*, *nie*, *kaum* in the mention's clause, on either side."""
    if is_given(around, lexicons) or _after_reversal(around, lexicons):
        return
    for position in around.own.positions:
        if _negates_clause(around, position, lexicons):
            yield Cue(position, "P4")


def _negates_clause(around: Surroundings, position: int, lexicons: Lexicons) -> bool:
    negation = lexicons.polarity.negation
    token = around.tokens[position]
    form = token.form.lower()
    if looks_alike(around.tokens, position, lexicons):
        return False
    if form in negation.adverbs:
        return _reaches(around, position, lexicons)
    if token.lemma in negation.determiners and _no_evidence(around, position, lexicons):
        return True
    if token.lemma in negation.determiners and position < around.index:
        own = position == around.phrase.determiner
        open_to = around.role in ("verb", "predicate") or not around.definite
        return not own and open_to and not _in_list_of_phrases(around, position)
    return False


def _no_evidence(around: Surroundings, position: int, lexicons: Lexicons) -> bool:
    """Detect "für eine Einmischung gibt es keine Belege"."""
    if around.phrases[-1].preposition < 0 or position < around.index:
        return False
    nouns = [
        around.tokens[i]
        for i in range(position + 1, min(position + 4, around.own.last))
        if around.tokens[i].pos == "NN"
    ]
    return bool(nouns) and nouns[0].lemma in lexicons.polarity.negation.evidence


def _in_list_of_phrases(around: Surroundings, position: int) -> bool:
    """Return whether a determiner was already counted by rule P2."""
    return any(position == phrase.determiner for phrase in around.phrases)


def _reaches(around: Surroundings, position: int, lexicons: Lexicons) -> bool:
    """Return whether a negative adverb of the clause reaches the mention."""
    if around.role in ("verb", "predicate"):
        return True
    if position == around.index - 1 or _directly_before(around, position):
        return True
    if around.tokens[position].form.lower() in ("niemand", "nichts") and around.definite:
        return False
    if around.role == "attribute" and (around.definite or around.phrase.preposition >= 0):
        return False
    return not around.definite or denies_existence(around, lexicons)


def _directly_before(around: Surroundings, position: int) -> bool:
    """Detect "nicht der Erfolg", "kaum ein Deal": the adverb right before the phrase."""
    return position == around.phrase.first - 1 and around.phrase.preposition < 0


def _after_reversal(around: Surroundings, lexicons: Lexicons) -> bool:
    """Return whether *sondern* stands before the mention in its clause."""
    reversal = lexicons.polarity.look_alike.reversal
    return any(
        around.tokens[i].form.lower() in reversal
        for i in range(around.own.first, min(around.index, around.own.last))
    )
