"""What stands around a mention, and what all rules of polarity ask of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from analysis.annotation.grammar.clauses import (
    Clause,
    Predicate,
    clause_at,
    find_clauses,
    predicate_of,
)
from analysis.annotation.grammar.lexicons import Lexicons
from analysis.annotation.grammar.phrases import HIGHEST, Phrase, phrases_of
from analysis.annotation.grammar.quotation import MARKS
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
#: Marks behind which a new sentence begins within the sentence.
APART = frozenset({":", ";", "!", "?", "."})
#: What ends a clause whose finite verb stands further up.
VERBAL_ENDS = frozenset({"VVPP", "VVINF", "VVIZU", "VAPP", "VAINF", "PTKVZ"})
#: Nominative pronouns: beside one of them a noun is no subject.
SUBJECTS = frozenset({"ich", "du", "er", "es", "wir", "man", "sie", "ihr", "wer", "niemand"})
MAIN = frozenset({"main", "verb_first"})
CONTENT = MAIN | {"dass", "infinitive", "whether"}


@dataclass(frozen=True, slots=True)
class Cue:
    """A word that negates a mention or leaves it open, and the rule that says so."""

    position: int
    rule: str


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
    lexicons: Lexicons

    @property
    def token(self) -> Token:
        """The token of the mention."""
        return self.tokens[self.index]

    @property
    def own(self) -> Clause:
        """The clause that the mention stands in."""
        return self.clauses[self.clause]

    @property
    def phrase(self) -> Phrase:
        """The mention's own phrase."""
        return self.phrases[0]

    def form(self, position: int) -> str:
        """Return the form at a position in lower case; "" for -1."""
        return self.tokens[position].form.lower() if position >= 0 else ""

    @property
    def preposition(self) -> str:
        """The preposition before the mention's phrase; "" if there is none."""
        return self.form(self.phrase.preposition)

    @property
    def first_word(self) -> int:
        """The position of the first word of the clause; -1 if it has none."""
        return next((i for i in self.own.positions if self.tokens[i].is_word), -1)

    @cached_property
    def definite(self) -> bool:
        """Whether the phrase takes the mention as known: "der Deal", "sein Erfolg".

        Not so "zum Erfolg werden", and "den zwölften Erfolg", the next of a row.
        """
        phrase = self.phrase
        if phrase.preposition >= 0 and self.tokens[phrase.preposition].pos == "APPRART":
            turning = self.predicate is None or self.predicate.lemma in BECOMING
            return not (turning and self.preposition in ("zum", "zur"))
        numbered = any(
            self.tokens[i].pos == "ADJA" and ORDINAL.fullmatch(self.form(i))
            for i in range(phrase.first, phrase.noun)
        )
        if phrase.determiner < 0 or numbered:
            return False
        lemma = self.tokens[phrase.determiner].lemma.lower()
        return self.form(phrase.determiner) in DEFINITE or lemma in DEFINITE_LEMMAS

    @property
    def nominative(self) -> bool:
        """Whether the determiner's form tells a nominative: "der Deal", not "die Einmischung"."""
        ambiguous = self.tokens[self.phrase.noun].lemma.lower().endswith(AMBIGUOUS)
        return self.form(self.phrase.determiner) in NOMINATIVE and not ambiguous

    @cached_property
    def subject(self) -> bool:
        """Whether the mention is the subject of its clause, as far as form and order tell.

        It has no preposition or oblique determiner, and is first in its clause or nominative.
        """
        phrase, clause, form = self.phrase, self.own, self.form(self.phrase.determiner)
        if self.role not in ("noun", "attribute") or phrase.preposition >= 0:
            return False
        if len(self.phrases) > 1 or (form.endswith(OBLIQUE) and form != "es"):
            return False
        if any(
            self.form(i) in SUBJECTS and self.tokens[i].pos[:1] == "P"
            for i in clause.positions
            if i != phrase.determiner
        ):
            return False
        start = clause.opener + 1 if clause.opener >= 0 else clause.first
        if phrase.first <= start + (self.tokens[start].pos == "KON"):
            return bool(clause.finite)
        verbs = {self.tokens[i].lemma for i in clause.finite}
        copula = self.predicate is None and bool(verbs & {"sein", "werden", "bleiben"})
        return self.nominative and not copula  # "das war ein Erfolg" has another subject

    @cached_property
    def above(self) -> Clause | None:
        """The clause that the mention's clause is the content of."""
        if self.own.kind not in CONTENT:
            return None
        for clause in self.clauses[max(0, self.clause - 3) : self.clause][::-1]:
            if clause.kind in ("relative", "fragment") and not clause.finite:
                continue
            if clause.kind == "adverbial" and self.own.kind in MAIN:
                return None  # "Während sie verhandeln, feiert er ...": set before, not above
            if clause.kind != "fragment":
                return clause
        return None

    @cached_property
    def predicate_above(self) -> Predicate | None:
        """The verb of the clause above."""
        return None if self.above is None else predicate_of(self.tokens, self.above)

    @cached_property
    def given(self) -> bool:
        """Whether the phrase takes the mention as given: "trotz des Erfolgs", "am Erfolg"."""
        existence = self.lexicons.polarity.existence
        form = self.form(self.phrases[-1].preposition)
        if form in existence.always_presupposing:
            return True
        if form in existence.presupposing and self.definite:
            return True
        if len(self.phrases) > 1 and self.definite:
            return self.tokens[self.phrases[1].noun].head not in existence.nouns
        return self.role == "attribute" and (self.definite or self.subject)

    @cached_property
    def known_beside(self) -> bool:
        """Whether a known thing stands in a clause that is about something else.

        "Er will den Deal nicht kommentieren" leaves open the comment, not the deal.
        """
        if self.predicate is None or not self.definite or self.role != "noun":
            return False
        return self.predicate.lemma not in self.lexicons.polarity.about

    def find_phrase(self, phrases: Sequence[str]) -> int:
        """Return the position of the first of some fixed expressions in the clause, else -1."""
        words = [i for i in self.own.positions if self.tokens[i].form not in MARKS]
        text = f" {' '.join(map(self.form, words))} "
        for phrase in phrases:
            place = text.find(f" {phrase} ")
            if place >= 0:
                return words[text[:place].count(" ")]
        return -1

    def looks_alike(self, position: int) -> bool:
        """Rule P5: detect a listed word sequence that begins at a position or holds it."""
        sequences = self.lexicons.polarity.look_alike.by_first_word
        for start in (position, position - 1):
            for words in sequences.get(self.form(start), ()):
                forms = [token.form.lower() for token in self.tokens[start : start + len(words)]]
                if forms == words and start + len(words) > position:
                    return True
        return False

    def negative_in(self, clause: Clause) -> int:
        """Return the position of the first negative word of a clause, look-alikes aside; or -1."""
        negation = self.lexicons.polarity.negation
        for i in clause.positions:
            negative = self.form(i) in negation.adverbs or self.is_determiner(i)
            if negative and not self.looks_alike(i):
                return i
        return -1

    def is_determiner(self, position: int) -> bool:
        """Return whether a negative determiner stands at a position; not so at -1."""
        determiners = self.lexicons.polarity.negation.determiners
        return position >= 0 and self.tokens[position].lemma in determiners


def surroundings_of(
    tokens: Sequence[Token],
    index: int,
    lexicons: Lexicons,
    *,
    clauses: Sequence[Clause] | None = None,
) -> Surroundings:
    """Describe what stands around the mention at a position of a sentence.

    There is at least one phrase, that of the mention itself.
    """
    clauses = find_clauses(tokens, lexicons.mood) if clauses is None else clauses
    clauses, place = _mended(tokens, clauses, max(clause_at(clauses, index), 0))
    pos = tokens[index].pos
    role: Role = "predicate" if pos in ("ADJD", "ADV") else "noun"
    if pos[:1] == "V":
        role = "verb"
    elif pos == "ADJA":
        role = "attribute"
    phrases = phrases_of(tokens, index, clauses[place].first)
    predicate = predicate_of(tokens, clauses[_verb_clause(clauses, place)])
    return Surroundings(tokens, clauses, index, place, role, phrases, predicate, lexicons)


def _mended(
    tokens: Sequence[Token], clauses: Sequence[Clause], place: int
) -> tuple[Sequence[Clause], int]:
    """Join the end of a clause to its beginning: "Er habe, so sagt man, keinen Erfolg gehabt"."""
    clause = clauses[place]
    holder = _verb_clause(clauses, place)
    rest = any(tokens[i].pos in VERBAL_ENDS for i in clause.positions)
    apart = any(tokens[i].form in APART for i in range(clauses[holder].last, clause.first))
    if holder >= place or clause.kind != "fragment" or not rest or apart:
        return clauses, place
    whole = replace(clauses[holder], last=clause.last)
    return [*clauses[:holder], whole, *clauses[place + 1 :]], holder


def _verb_clause(clauses: Sequence[Clause], place: int) -> int:
    """Return the clause whose verb a stretch without one shares: the one before, or the rest."""
    start = place
    while place > 0 and clauses[place].kind == "fragment":
        place -= 1
    if clauses[place].opener < 0 or clauses[place].finite:
        return place
    for later in range(start + 1, min(len(clauses), start + HIGHEST + 1)):
        if clauses[later].opener == clauses[place].opener and clauses[later].finite:
            return later
    return place
