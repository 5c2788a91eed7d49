"""How far a cue reaches: what a clause says of a mention, and what it takes as given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analysis.annotation.grammar.clauses import SUBORDINATE, Clause
from analysis.annotation.grammar.lexicon_base import joined
from analysis.annotation.grammar.lexicons import Lexicons
from analysis.annotation.grammar.quotation import MARKS
from analysis.annotation.polarity.surroundings import Surroundings
from analysis.annotation.tokens import Token

CONTENT = frozenset({"dass", "infinitive", "whether", "main", "verb_first"})


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
    """Say whether the mention's phrase takes it as given: "trotz des Erfolgs", "am Erfolg"."""
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
    """Say whether a known thing stands in a clause that is about something else.

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
    """Say whether what is negated is that the mention is there or comes about."""
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
    """Rule P5: say whether a listed word sequence begins at a position or holds it."""
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
    """Say whether a verb, written as one word, is in a list with bars."""
    return any(lemma == joined(verb) for verb in verbs)
