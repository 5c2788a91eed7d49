"""What stands around a mention: its phrase, the nouns that govern it, its clause, its verb."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from analysis.annotation.clauses import Clause, clause_at, find_clauses
from analysis.annotation.lexicons import Lexicons
from analysis.annotation.phrases import DETERMINERS, NOUNS, PREPOSITIONS
from analysis.annotation.quotation import MARKS
from analysis.annotation.subjects import Predicate, predicate_of
from analysis.annotation.tokens import Token

Role = Literal["noun", "attribute", "predicate", "verb"]
DEFINITE = frozenset({"der", "die", "das", "den", "dem", "des"})
DEFINITE_LEMMAS = frozenset({"dieser", "jener", "mein", "dein", "sein", "ihr", "unser", "euer"})
NOMINATIVE = frozenset({"der", "ein", "kein", "dieser", "jener", "mein", "sein", "ihr", "unser"})
OBLIQUE = ("en", "em", "es")
#: Endings of nouns that are not masculine: their nominative is also their accusative.
AMBIGUOUS = ("ung", "heit", "keit", "schaft", "ion", "tät", "ik", "kommen", "nis", "ment", "um")
ORDINAL = re.compile(
    r"(erst|zweit|dritt|viert|fünft|sechst|siebt|siebent|acht|neunt|zehnt|elft|zwölft|\w+zehnt"
    r"|\w+zigst|nächst)(e|en|er|es|em)"
)
BECOMING = frozenset({"werden", "führen", "kommen", "machen", "bringen", "verhelfen", "reichen"})
COMPARING = frozenset({"wie"})
#: How many governing nouns are followed upwards, and how many parts of a list.
HIGHEST = 3
LONGEST_PHRASE = 8
LONGEST_ATTRIBUTE = 20
#: Nominative pronouns: beside one of them a noun is no subject.
SUBJECTS = frozenset({"ich", "du", "er", "es", "wir", "man", "sie", "ihr", "wer", "niemand"})


@dataclass(frozen=True, slots=True)
class Phrase:
    """A noun phrase: positions of its first word and its noun, its determiner and preposition."""

    first: int
    noun: int
    determiner: int
    preposition: int


@dataclass(frozen=True)
class Surroundings:
    """A mention in its sentence.

    ``phrases`` begins with the mention's own noun phrase; each further one
    governs the one before it ("die *Hoffnung* auf einen Deal").
    """

    tokens: Sequence[Token]
    clauses: Sequence[Clause]
    index: int
    clause: int
    role: Role
    phrases: tuple[Phrase, ...]
    predicate: Predicate | None

    @property
    def own(self) -> Clause:
        """The clause that the mention stands in."""
        return self.clauses[self.clause]

    @property
    def phrase(self) -> Phrase:
        """The mention's own phrase."""
        return self.phrases[0]

    @property
    def definite(self) -> bool:
        """Whether the phrase takes the mention as known: "der Deal", "sein Erfolg"."""
        position = self.phrase.determiner
        preposition = self.phrase.preposition
        if preposition >= 0 and self.tokens[preposition].pos == "APPRART":
            return not self._becomes(preposition)
        if position < 0 or self._numbered():
            return False
        token = self.tokens[position]
        return token.form.lower() in DEFINITE or token.lemma.lower() in DEFINITE_LEMMAS

    def own_preposition(self, form: str) -> bool:
        """Say whether a preposition stands before the mention's phrase."""
        position = self.phrase.preposition
        return position >= 0 and self.tokens[position].form.lower() == form

    def _numbered(self) -> bool:
        """Know "den zwölften Erfolg": the next of a row is not yet known."""
        return any(
            self.tokens[i].pos == "ADJA" and ORDINAL.fullmatch(self.tokens[i].form.lower())
            for i in range(self.phrase.first, self.phrase.noun)
        )

    @property
    def possessive(self) -> bool:
        """Whether the phrase says whose the mention is: "ihr Erfolg"."""
        position = self.phrase.determiner
        return position >= 0 and self.tokens[position].pos == "PPOSAT"

    def _becomes(self, preposition: int) -> bool:
        """Know "zum Erfolg werden", "zum Deal kommen": nothing known is meant."""
        turning = self.predicate is None or self.predicate.lemma in BECOMING
        return self.tokens[preposition].form.lower() in ("zum", "zur") and turning

    @property
    def nominative(self) -> bool:
        """Whether the determiner's form tells a nominative: "der Deal", not "die Einmischung"."""
        if self.phrase.determiner < 0:
            return False
        lemma = self.tokens[self.phrase.noun].lemma.lower()
        form = self.tokens[self.phrase.determiner].form.lower()
        return form in NOMINATIVE and not lemma.endswith(AMBIGUOUS)

    @property
    def subject(self) -> bool:
        """Whether the mention is the subject of its clause, as far as form and order tell."""
        return self.role in ("noun", "attribute") and _is_subject(self)


def surroundings_of(
    tokens: Sequence[Token],
    index: int,
    lexicons: Lexicons,
    *,
    clauses: Sequence[Clause] | None = None,
) -> Surroundings:
    """Describe what stands around the mention at a position of a sentence.

    Parameters
    ----------
    tokens : sequence of Token
        The sentence.
    index : int
        Position of the mention.
    lexicons : Lexicons
        Verb forms.
    clauses : sequence of Clause, optional
        Those of the sentence, if they are known.

    Returns
    -------
    Surroundings
        With at least one phrase, that of the mention itself.
    """
    clauses = find_clauses(tokens, lexicons.mood) if clauses is None else clauses
    place = max(clause_at(clauses, index), 0)
    clause = clauses[place]
    role = _role(tokens, index)
    phrases = [_phrase(tokens, index, clause.first)]
    while len(phrases) <= HIGHEST:
        above = _above(tokens, phrases[-1], clause.first)
        if above is None:
            break
        phrases.append(above)
    holder = _verb_clause(clauses, place)
    predicate = predicate_of(tokens, clauses[holder])
    return Surroundings(tokens, clauses, index, place, role, tuple(phrases), predicate)


def _role(tokens: Sequence[Token], index: int) -> Role:
    pos = tokens[index].pos
    if pos[:1] == "V":
        return "verb"
    if pos == "ADJA":
        return "attribute"
    return "predicate" if pos in ("ADJD", "ADV") else "noun"


def _verb_clause(clauses: Sequence[Clause], place: int) -> int:
    """Give the clause whose verb a stretch without one shares: the one before, or the rest."""
    start = place
    while place > 0 and clauses[place].kind == "fragment":
        place -= 1
    if clauses[place].opener < 0 or clauses[place].finite:
        return place
    for later in range(start + 1, min(len(clauses), start + HIGHEST + 1)):
        if clauses[later].opener == clauses[place].opener and clauses[later].finite:
            return later
    return place


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


def _is_subject(around: Surroundings) -> bool:
    """Tell a subject: no preposition, no oblique determiner, first in its clause or nominative."""
    phrase = around.phrase
    if phrase.preposition >= 0 or len(around.phrases) > 1:
        return False
    form = around.tokens[phrase.determiner].form.lower() if phrase.determiner >= 0 else ""
    if form.endswith(OBLIQUE) and form not in ("", "es"):
        return False
    clause = around.own
    if any(
        around.tokens[i].form.lower() in SUBJECTS and around.tokens[i].pos[:1] == "P"
        for i in clause.positions
        if i != around.phrase.determiner
    ):
        return False
    start = clause.opener + 1 if clause.opener >= 0 else clause.first
    if phrase.first <= start + (around.tokens[start].pos == "KON"):
        return bool(clause.finite)
    return around.nominative and not _copula(around)


def _copula(around: Surroundings) -> bool:
    """Know "das war ein Erfolg": a nominative that is no subject."""
    forms = {around.tokens[i].lemma for i in around.own.finite}
    return bool(forms & {"sein", "werden", "bleiben"}) and around.predicate is None
