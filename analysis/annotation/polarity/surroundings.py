"""What stands around a mention, and what all rules of polarity ask of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from analysis.annotation.grammar.clauses import SUBORDINATE, Clause, clause_at, find_clauses
from analysis.annotation.grammar.lexicons import Lexicons, joined
from analysis.annotation.grammar.phrases import HIGHEST, Phrase, phrases_of
from analysis.annotation.grammar.quotation import MARKS
from analysis.annotation.grammar.subjects import Predicate, predicate_of
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
CONTENT = frozenset({"dass", "infinitive", "whether", "main", "verb_first"})


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
        """Return whether a preposition stands before the mention's phrase."""
        position = self.phrase.preposition
        return position >= 0 and self.tokens[position].form.lower() == form

    def _numbered(self) -> bool:
        """Detect "den zwölften Erfolg": the next of a row is not yet known."""
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
        """Detect "zum Erfolg werden", "zum Deal kommen": nothing known is meant."""
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

    There is at least one phrase, that of the mention itself.
    """
    clauses = find_clauses(tokens, lexicons.mood) if clauses is None else clauses
    clauses, place = _mended(tokens, clauses, max(clause_at(clauses, index), 0))
    clause = clauses[place]
    role = _role(tokens, index)
    phrases = phrases_of(tokens, index, clause.first)
    holder = _verb_clause(clauses, place)
    predicate = predicate_of(tokens, clauses[holder])
    return Surroundings(tokens, clauses, index, place, role, phrases, predicate)


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


def _role(tokens: Sequence[Token], index: int) -> Role:
    pos = tokens[index].pos
    if pos[:1] == "V":
        return "verb"
    if pos == "ADJA":
        return "attribute"
    return "predicate" if pos in ("ADJD", "ADV") else "noun"


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


def _is_subject(around: Surroundings) -> bool:
    """Detect a subject: no preposition or oblique determiner, first in its clause or nominative."""
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
    """Detect "das war ein Erfolg": a nominative that is no subject."""
    forms = {around.tokens[i].lemma for i in around.own.finite}
    return bool(forms & {"sein", "werden", "bleiben"}) and around.predicate is None


@dataclass(frozen=True, slots=True)
class Cue:
    """A word that negates a mention or leaves it open, and the rule that says so."""

    position: int
    rule: str


def governing_clause(around: Surroundings) -> Clause | None:
    """Find the clause that the mention's clause is the content of."""
    if around.own.kind not in CONTENT or around.clause == 0:
        return None
    for index in range(around.clause - 1, max(-1, around.clause - 4), -1):
        clause = around.clauses[index]
        if clause.kind in ("relative", "fragment") and not clause.finite:
            continue
        if clause.kind == "adverbial" and around.own.kind in ("main", "verb_first"):
            return None  # "Während sie verhandeln, feiert er ...": set before, not above
        if clause.kind in SUBORDINATE | {"main", "verb_first", "infinitive"}:
            return clause
    return None


def is_given(around: Surroundings, lexicons: Lexicons) -> bool:
    """Return whether the mention's phrase takes it as given: "trotz des Erfolgs", "am Erfolg"."""
    phrase = around.phrases[-1]
    if phrase.preposition >= 0:
        form = around.tokens[phrase.preposition].form.lower()
        existence = lexicons.polarity.existence
        if form in existence.always_presupposing:
            return True
        if form in existence.presupposing and around.definite:
            return True
    if len(around.phrases) > 1 and around.definite:
        nouns = lexicons.polarity.existence.nouns
        return around.tokens[around.phrases[1].noun].head not in nouns
    return around.role == "attribute" and (around.definite or around.subject)


def known_beside(around: Surroundings, lexicons: Lexicons) -> bool:
    """Return whether a known thing stands in a clause that is about something else.

    "Er will den Deal nicht kommentieren" leaves open the comment, not the deal.
    """
    predicate = around.predicate
    if predicate is None or not around.definite or around.role != "noun":
        return False
    existence, openness = lexicons.polarity.existence, lexicons.polarity.openness
    denial = lexicons.polarity.denial
    about = (*existence.verbs, *openness.verbs, *openness.pending)
    return not is_listed(predicate.lemma, (*about, *denial.verbs, *denial.refusal, *denial.failing))


def denies_existence(around: Surroundings, lexicons: Lexicons) -> bool:
    """Return whether what is negated is that the mention is there or comes about."""
    existence = lexicons.polarity.existence
    predicate = around.predicate
    denial = lexicons.polarity.denial
    telling = (*existence.verbs, *denial.verbs, *denial.refusal, *denial.failing)
    if predicate is not None and is_listed(predicate.lemma, telling):
        return True
    said = [
        i
        for i in around.own.positions
        if around.tokens[i].pos in ("ADJD", "ADV", "VVPP", "PTKVZ")
        and around.tokens[i].form.lower() in existence.adjectives
    ]
    modal_alone = predicate is None and any(
        around.tokens[i].pos == "VMFIN" for i in around.own.finite
    )
    return bool(said) or modal_alone


def find_phrase(tokens: Sequence[Token], clause: Clause, phrases: Sequence[str]) -> int:
    """Find a fixed expression in a clause; -1 if there is none."""
    words = [(i, tokens[i].form.lower()) for i in clause.positions if tokens[i].form not in MARKS]
    text = " " + " ".join(form for _, form in words) + " "
    for phrase in phrases:
        place = text.find(f" {phrase} ")
        if place >= 0:
            return words[text[:place].count(" ")][0]
    return -1


def looks_alike(tokens: Sequence[Token], position: int, lexicons: Lexicons) -> bool:
    """Rule P5: detect a listed word sequence that begins at a position or holds it."""
    forms = [token.form.lower() for token in tokens[max(0, position - 1) : position + 5]]
    here = min(1, position)
    for sequence in lexicons.polarity.look_alike.sequences:
        words = sequence.split()
        starts = [here] if len(words) < 2 or words[1] != forms[here] else [here, here - 1]
        for start in starts:
            if start >= 0 and forms[start : start + len(words)] == words:
                return True
    return False


def is_listed(lemma: str, verbs: Sequence[str]) -> bool:
    """Return whether a verb, written as one word, is in a list with bars."""
    return any(lemma == joined(verb) for verb in verbs)
